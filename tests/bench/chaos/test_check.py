"""The checker notices what it is there for: each kind of damage is done to a calm run's result, and found."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from bench.chaos.check import Findings, check
from bench.chaos.installation import MEMORY_BYTES, Installation
from bench.chaos.killer import KILLED, SOUND
from bench.chaos.mail import Letter, write
from bench.chaos.poison import Poison, choose
from bench.chaos.sickness import Sickness
from motor.motor_asyncio import AsyncIOMotorClient

from claimstream.app import App
from claimstream.domain.records.work import NewEmail
from claimstream.local.servers.smtp import ReceivedMail
from claimstream.pipeline.runner import Settled
from claimstream.pipeline.stages.deliver import deliver_leftovers
from claimstream.telemetry.correlation import new_correlation_id

pytestmark = pytest.mark.acceptance


class Calm:
    """A few letters, settled by a worker in this process; damage is mended by taking a new one."""

    def __init__(self, installation: Installation, letters: dict[str, Letter]) -> None:
        self.on = installation
        self.letters = letters

    async def sql(self, statement: str) -> None:
        connection = await asyncpg.connect(self.on.postgres.dsn)
        try:
            assert (await connection.execute(statement)) != "UPDATE 0"
        finally:
            await connection.close()

    async def mongo(self, change: dict[str, Any], *, kind: str = "clear", replies: int | None = None) -> None:
        """Of the first client with a letter of this kind, and with so many of them."""
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(self.on.mongo.url, directConnection=True)
        try:
            clients = client[self.on.settings.mongodb_database]["clients"]
            wanted = self.about(kind, replies)[0].client_id
            assert (await clients.update_one({"_id": wanted}, change)).modified_count == 1
        finally:
            client.close()

    def about(self, kind: str, replies: int | None = None) -> list[Letter]:
        """The letters about that client."""
        of_client: dict[str, list[Letter]] = {}
        for letter in self.letters.values():
            if letter.kind == kind:
                of_client.setdefault(letter.client_id, []).append(letter)
        return next(letters for letters in of_client.values() if replies in (None, len(letters)))

    async def check(self, *, dead_letters: int = 0, sicknesses: Sequence[Sickness] = ()) -> Findings:
        return await check(self.on, self.letters, dead_letters, sicknesses)


@asynccontextmanager
async def calm_run(*, poison: str = "") -> AsyncIterator[Calm]:
    """
    Args:
        poison: the service that fails for one of the letters, which is with a person in the end.
    """
    world, letters = write(14, seed=16)
    assert {letter.kind for letter in letters} == {"clear", "pdf", "prose", "away", "again", "killer"}
    async with Installation(world, [each for each in choose(letters) if each.service == poison]) as installation:
        sent = {await installation.receive(letter): letter for letter in letters}
        async with App(installation.settings.model_copy(update={"memory_bytes": MEMORY_BYTES})) as app:
            await _settle_all(app, sent)
            calm = Calm(installation, sent)
            if poison:
                await calm.sql("UPDATE outbox SET taken_until = NULL")
                await deliver_leftovers(app.services, app.rules)
        yield calm


async def _settle_all(app: App, sent: dict[str, Letter]) -> None:
    """Of the replies about one creditor the last but one comes too late: of three it says what the third has said."""
    last = {letter.client_id: letter.number for letter in sent.values()}
    for gmail_id, letter in sorted(sent.items(), key=lambda item: item[1].number == last[item[1].client_id] - 1):
        mailbox = await app.mailboxes.get(letter.mailbox)
        assert mailbox is not None
        new = NewEmail(email_id=f"e-{letter.number}", gmail_id=gmail_id, correlation_id=new_correlation_id())
        await app.mailboxes.add_emails(mailbox, [new], holder="test", cursor=None)
        assert await app.runner.process(new.email_id) == Settled()


async def _second_update(calm: Calm) -> None:
    await calm.mongo({"$push": {"creditors.0.applied_email_ids": "e-again"}})


async def _another_amount(calm: Calm) -> None:
    await calm.mongo({"$set": {"creditors.0.current_amount": "1.00"}})


async def _forgotten_update(calm: Calm) -> None:
    await calm.mongo({"$set": {"creditors.0.applied_email_ids": []}})


async def _earlier_response(calm: Calm) -> None:
    first, *_ = _emails(calm, 3)
    await calm.mongo({"$set": {"creditors.0.response.email_id": first}}, kind="again", replies=3)


async def _another_date(calm: Calm) -> None:
    await calm.mongo({"$set": {"creditors.0.response.received_at": datetime.now(UTC)}}, kind="pdf")


async def _earlier_amount(calm: Calm) -> None:
    earlier = calm.about("again", 3)[0]
    await calm.mongo({"$set": {"creditors.0.current_amount": str(earlier.amount)}}, kind="again", replies=3)


async def _update_after_a_later_one(calm: Calm) -> None:
    first, second, last = _emails(calm, 3)
    await calm.mongo({"$set": {"creditors.0.applied_email_ids": [last, second, first]}}, kind="again", replies=3)


async def _overtaken_update(calm: Calm) -> None:
    overtaken, _ = _emails(calm, 2)
    await calm.mongo({"$push": {"creditors.0.applied_email_ids": overtaken}}, kind="again", replies=2)


def _emails(calm: Calm, replies: int) -> list[str]:
    """About the creditor that replied so often."""
    return [f"e-{letter.number}" for letter in calm.about("again", replies)]


async def _second_notification(calm: Calm) -> None:
    mail = calm.on.smtp.messages[0]
    message = type(mail.message)()
    message["Message-ID"] = "<another@claimstream.invalid>"
    calm.on.smtp.messages.append(
        ReceivedMail(message=message, sender=mail.sender, recipients=mail.recipients, content=mail.content)
    )


async def _question_again(calm: Calm) -> None:
    asked = calm.on.claude.requests[0]
    calm.on.claude.requests.append(replace(asked, received_at=datetime.now(UTC)))


DAMAGE: dict[str, tuple[str, str | Callable[[Calm], Awaitable[None]]]] = {
    "a part that a killer took along": ("killers_unread", f"DELETE FROM extractions WHERE source_id = '{SOUND}'"),
    "a killer that killed nobody": ("killers_unread", f"UPDATE extractions SET source_id = '{KILLED}'"),
    "a row that is gone": ("lost", "UPDATE emails SET gmail_id = 'x' WHERE route = 'IGNORE'"),
    "work that never ended": ("lost", "UPDATE emails SET status = 'in_work' WHERE review_reason = 'amount_missing'"),
    "an effect that was not delivered": ("lost", "UPDATE outbox SET done_at = NULL WHERE kind = 'notification'"),
    "an update that was noted and not written": ("lost", _forgotten_update),
    "an update that was written twice": ("applied_twice", _second_update),
    "another amount": ("wrong_outcomes", _another_amount),
    "the response of an earlier reply": ("wrong_outcomes", _earlier_response),
    "a response of another date": ("wrong_outcomes", _another_date),
    "the amount of an earlier reply": ("wrong_outcomes", _earlier_amount),
    "an earlier reply written after a later one": ("wrong_outcomes", _update_after_a_later_one),
    "an overtaken reply that was written": ("applied_twice", _overtaken_update),
    "another route": ("wrong_outcomes", "UPDATE emails SET route = 'IGNORE' WHERE route = 'AUTO_UPDATE'"),
    "a second notification": ("applied_twice", _second_notification),
    "a question whose answer was kept": ("tokens_paid_twice", _question_again),
    "tokens booked twice": ("tokens_paid_twice", "UPDATE token_ledger SET calls = calls + 1"),
    "an earlier reply neither written nor overtaken": (
        "wrong_outcomes",
        "UPDATE emails SET review_reason = 'no_match' WHERE review_reason = 'amount_lower'",
    ),
    "an overtaken reply that no person has": (
        "wrong_outcomes",
        "UPDATE emails SET outcome = 'set_aside', route = 'IGNORE' WHERE review_reason = 'no_match'",
    ),
}


async def test_a_calm_run_has_nothing_to_complain_of_and_each_damage_is_found() -> None:
    async with calm_run() as calm:
        findings = await calm.check()
        assert [len(found) for found in _lists(findings)] == [0] * 7
        assert findings.killers == 1
        assert (findings.overtaken, findings.overtaken_at_delivery) == (1, 0)
        assert len((await calm.check(dead_letters=1)).dead_lettered) == 1
        for name, (kind, damage) in DAMAGE.items():
            before = len(getattr(await calm.check(), kind))
            await (calm.sql(damage) if isinstance(damage, str) else damage(calm))
            found = getattr(await calm.check(), kind)
            assert len(found) > before, f"{name} was not found"


def _lists(findings: Findings) -> tuple[list[str], ...]:
    return (
        findings.lost,
        findings.applied_twice,
        findings.tokens_paid_twice,
        findings.dead_lettered,
        findings.wrong_outcomes,
        findings.killers_unread,
        findings.held_up,
    )


async def test_an_archive_that_cannot_be_listed_is_no_loss_and_no_success() -> None:
    async with calm_run() as calm:
        await calm.on.gcs.stop()
        gone = await calm.check()
        await calm.on.gcs.start()
        calm.on.settings = calm.on.settings.model_copy(update={"gcs_bucket": "another"})
        refused = await calm.check()
    for findings in (gone, refused):
        assert (findings.lost, len(findings.not_looked_at)) == ([], 1)
    assert "404" in refused.not_looked_at[0]


async def test_a_sickness_in_which_nothing_ended_is_found() -> None:
    async with calm_run() as calm:
        now, hour = datetime.now(UTC), timedelta(hours=1)
        lively = Sickness("claude", "refused", now - hour, now + hour)
        still = Sickness("gcs", "refused", now + hour, now + 2 * hour)
        findings = await calm.check(sicknesses=[lively, still])
        assert (findings.settled_beside.total(), findings.settled_beside_least) == (14, 0)
        assert ["gcs, refused" in found for found in findings.held_up] == [True]
        await calm.sql("UPDATE outbox SET done_at = NULL")
        without_effects = findings.overtaken + sum(not letter.updates for letter in calm.letters.values())
        assert (await calm.check(sicknesses=[lively])).settled_beside.total() == without_effects


async def test_a_poison_mail_may_be_with_a_person_but_unwritten() -> None:
    async with calm_run(poison="mongodb") as calm:
        findings = await calm.check()
        assert [len(found) for found in _lists(findings)] == [0] * 7
        assert findings.poisoned == 1
        await calm.sql("UPDATE outbox SET result = 'applied' WHERE result = 'refused'")
        assert any("though given up" in found for found in (await calm.check()).wrong_outcomes)
        await calm.sql("UPDATE outbox SET result = 'refused' WHERE kind = 'client_update' AND email_id = 'e-1'")
        assert not (await calm.check()).wrong_outcomes
        (gmail_id,) = calm.on.poisoning.gmail_ids
        for others in ({}, {gmail_id: Poison("smtp", calm.letters[gmail_id])}):
            calm.on.poisoning.gmail_ids = others
            assert (await calm.check()).wrong_outcomes, "no other mail may be given up"
