"""Which letters an email is held against, on the real stack: none too few, as new as promised, and read once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import asyncpg
import pytest
from tests.conftest import make_world
from tests.domain.records import mail
from tests.helpers import LONG, NOW, add_email, summary_of

from claimstream.app import App
from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.inquiry import Client, Inquiry
from claimstream.domain.records.intent import MatchedBy, RoutingHit
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.work import Claimed, EmailSummary
from claimstream.domain.records.world import World
from claimstream.domain.rules.deterministic_routing import Signs
from claimstream.evaluation.desk import clients_of, load_world
from claimstream.external.errors import Outage
from claimstream.external.mongo_documents import client_document
from claimstream.local.stack import LocalStack
from claimstream.pipeline.files import CandidateFiles
from claimstream.pipeline.judging import Judge
from claimstream.pipeline.letter_indexes import OLDEST_CLIENT_KEYS_SECONDS, LetterIndexes
from claimstream.pipeline.runner import Runner, Settled, Wait
from claimstream.pipeline.services import Services
from claimstream.settings import Settings

Record = TypeVar("Record", Client, Inquiry)

SINCE = NOW - timedelta(days=90)
MAREN = Client(client_id="c-3", tenant_id="t", case_reference="8803/25", first_name="Maren", last_name="Okafor")


class Seconds:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """Passes calls on to what it stands before, counts them, and lets none through while there is an outage."""

    def __init__(self, behind: Any) -> None:
        self._behind = behind
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.outage = False
        self.gate: asyncio.Event | None = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def call(*args: Any, **named: Any) -> Any:
            self.calls.append((name, named))
            if self.gate is not None:
                await self.gate.wait()
            if self.outage:
                raise Outage("mongodb", "find", "gone")
            return await getattr(self._behind, name)(*args, **named)

        return call

    def loads(self) -> int:
        return sum(1 for name, named in self.calls if name == "changes" and named.get("mark") is None)


class Worker:
    """Services whose indexes, clock and calls a test can see."""

    def __init__(self, app: App, **limits: Any) -> None:
        self.seconds = Seconds()
        self.inquiries, self.clients = Watched(app.services.inquiries), Watched(app.services.clients)
        self.letters = LetterIndexes(monotonic=self.seconds, **limits)
        self.services: Services = replace(
            app.services,
            inquiries=self.inquiries,
            clients=self.clients,
            letters=self.letters,
        )
        self.runner = Runner(self.services, app.rules, worker="one", outage_wait_seconds=0.1)

    async def ids(self, text: str, tenant_id: str = "t", since: datetime = SINCE) -> set[str]:
        """The inquiries that may be meant by a mail of these words."""
        index = await self.letters.of(tenant_id, since=since, inquiries=self.inquiries, clients=self.clients)
        return index.alike(Signs.of(mail(text)).keys(), freemail=frozenset())


@pytest.fixture
async def worker(app: App) -> AsyncIterator[Worker]:
    made = Worker(app)
    yield made
    await made.letters.close()


def changed(record: Record, **fields: object) -> Record:
    return record.model_copy(update=fields)


async def store(app: App, *clients: Client) -> None:
    await clients_of(app).upsert(client_document(client) for client in clients)


async def send(app: App, world: World, *inquiries: Inquiry) -> None:
    await app.world.load(world.model_copy(update={"inquiries": inquiries, "clients": ()}))


def letter(number: int, like: Inquiry, **fields: object) -> Inquiry:
    numbered = {"inquiry_id": f"i-{number}", "reply_code": f"CODE{number:04}", "message_id": f"<{number}@k.example>"}
    return like.model_copy(update={**numbered, **fields})


async def settle(app: App, stack: LocalStack, world: World, runner: Runner, raw: bytes) -> EmailSummary:
    gmail_id = await stack.gmail.deliver(world.tenants[0].mailboxes[0], raw, notify=False)
    email_id = await add_email(app, world, gmail_id)
    assert await runner.process(email_id) == Settled()
    return await summary_of(app, email_id)


async def files_of(app: App, worker: Worker, world: World) -> CandidateFiles:
    email_id = await add_email(app, world)
    claimed = await app.emails.claim(email_id, worker="one", seconds=60)
    assert isinstance(claimed, Claimed)
    return CandidateFiles(claimed.email, worker.services, app.rules, Judge(worker.services.reader))


async def test_a_letter_sent_after_the_index_was_made_is_found_by_the_very_next_email(
    app: App, stack: LocalStack, world: World, worker: Worker, reply: Callable[..., bytes]
) -> None:
    assert (await settle(app, stack, world, worker.runner, reply())).inquiry_id == "i-1"
    brandt = world.clients[0]
    await store(app, changed(MAREN, creditors=brandt.creditors))
    await send(app, world, letter(3, world.inquiries[0], client_id="c-3"))
    by_case = reply(code=None, subject="Maren Okafor, Ihr Zeichen: 8803/25", sender="x@anderswo.example")
    email = await settle(app, stack, world, worker.runner, by_case)
    assert (email.inquiry_id, email.matched_by) == ("i-3", "scored")
    assert worker.inquiries.loads() == 1


async def test_a_letter_whose_transaction_began_earlier_and_ended_later_than_anothers_is_found(
    app: App, settings: Settings, world: World, worker: Worker
) -> None:
    assert settings.database_url is not None
    slow = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute(
            """
            INSERT INTO inquiries (inquiry_id, tenant_id, client_id, creditor_id, letter, sent_at, reply_code)
            VALUES ('i-slow', 't', 'c-1', 'cr-1', 'first', $1, 'SLOW0001')
            """,
            NOW,
        )
        await send(app, world, letter(4, world.inquiries[0]))
        assert await worker.ids("CODE0004 SLOW0001") == {"i-4"}
        await send(app, world, letter(5, world.inquiries[0]))
        assert await worker.ids("CODE0004 CODE0005 SLOW0001") == {"i-4", "i-5"}
        await transaction.commit()
    finally:
        await slow.close()
    assert await worker.ids("CODE0004 CODE0005 SLOW0001") == {"i-4", "i-5", "i-slow"}
    assert worker.inquiries.loads() == 1


async def test_a_letter_that_was_changed_comes_again_and_one_that_was_closed_does_not(
    app: App, settings: Settings, world: World, worker: Worker
) -> None:
    await worker.ids("")
    await send(app, world, letter(1, world.inquiries[0], reply_code="ANDERER1"))
    assert await worker.ids("ANDERER1") == {"i-1"}
    assert settings.database_url is not None
    direct = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        before = await direct.fetchval("SELECT changed_in::text FROM inquiries WHERE inquiry_id = 'i-1'")
        await direct.execute("UPDATE inquiries SET status = 'closed', dead_address = 'x' WHERE inquiry_id = 'i-1'")
        assert await direct.fetchval("SELECT changed_in::text FROM inquiries WHERE inquiry_id = 'i-1'") == before
        await direct.execute("UPDATE inquiries SET to_address = 'neu@firma.example' WHERE inquiry_id = 'i-1'")
        assert await direct.fetchval("SELECT changed_in::text FROM inquiries WHERE inquiry_id = 'i-1'") != before
    finally:
        await direct.close()


async def test_a_client_that_was_changed_is_found_after_the_documented_time(
    app: App, world: World, worker: Worker
) -> None:
    assert await worker.ids("Frau Brandt") == {"i-1"}
    await store(app, changed(world.clients[0], last_name="Sommerfeld"))
    worker.seconds.now += OLDEST_CLIENT_KEYS_SECONDS + 1
    assert await worker.ids("Frau Sommerfeld") == {"i-1"}
    assert worker.inquiries.loads() == 1


async def test_what_clients_are_found_by_is_renewed_while_emails_go_on(app: App, world: World, worker: Worker) -> None:
    await worker.ids("")
    await store(app, changed(world.clients[0], last_name="Sommerfeld"))
    worker.seconds.now += OLDEST_CLIENT_KEYS_SECONDS / 2 + 1
    worker.clients.gate = asyncio.Event()
    for _ in range(3):
        assert await worker.ids("Frau Sommerfeld") == set()  # not held up
    worker.clients.gate.set()
    async with asyncio.timeout(LONG):
        while await worker.ids("Frau Sommerfeld") != {"i-1"}:
            await asyncio.sleep(0)
    assert [name for name, _ in worker.clients.calls] == ["keys", "keys"]  # the load, and one renewal


async def test_what_is_decided_is_decided_by_the_client_as_it_is_stored_now(
    app: App, stack: LocalStack, world: World, worker: Worker, reply: Callable[..., bytes]
) -> None:
    await worker.ids("")
    brandt = world.clients[0]
    owed = brandt.creditors[0].model_copy(update={"current_amount": Decimal("900.00")})
    await store(app, changed(brandt, creditors=(owed,)))
    email = await settle(app, stack, world, worker.runner, reply())
    assert (email.inquiry_id, email.review_reason) == ("i-1", "amount_lower")


async def test_a_hundred_emails_of_a_firm_read_its_letters_once(app: App, world: World, worker: Worker) -> None:
    found = await asyncio.gather(*(worker.ids("K7Q2X9M4") for _ in range(100)))
    assert found == [{"i-1"}] * 100
    assert worker.inquiries.loads() == 1
    assert [name for name, _ in worker.clients.calls] == ["keys"]


async def test_an_email_that_is_cancelled_does_not_take_the_letters_from_the_others(
    app: App, world: World, worker: Worker
) -> None:
    worker.clients.gate = asyncio.Event()
    first, second = (asyncio.create_task(worker.ids("K7Q2X9M4")) for _ in range(2))
    while not worker.clients.calls:
        await asyncio.sleep(0)
    first.cancel()
    worker.clients.gate.set()
    assert await second == {"i-1"}
    assert worker.inquiries.loads() == 1
    with pytest.raises(asyncio.CancelledError):
        await first


@pytest.mark.parametrize("which", ["inquiries", "clients"])
async def test_an_outage_while_letters_are_read_makes_the_emails_wait_and_poisons_nothing(
    app: App, stack: LocalStack, world: World, worker: Worker, reply: Callable[..., bytes], which: str
) -> None:
    failing: Watched = getattr(worker, which)
    failing.outage = True
    gmail_id = await stack.gmail.deliver(world.tenants[0].mailboxes[0], reply(), notify=False)
    email_id = await add_email(app, world, gmail_id)
    assert isinstance(await worker.runner.process(email_id), Wait)
    waiting = await asyncio.gather(*(worker.ids("K7Q2X9M4") for _ in range(5)), return_exceptions=True)
    assert [type(error) for error in waiting] == [Outage] * 5
    assert worker.letters.letters == {}
    failing.outage = False
    assert await worker.runner.process(email_id) == Settled()
    assert (await summary_of(app, email_id)).inquiry_id == "i-1"


async def test_an_outage_while_a_new_letters_client_is_read_leaves_the_letter_to_the_next_email(
    app: App, world: World, worker: Worker
) -> None:
    await worker.ids("")
    await store(app, MAREN)
    await send(app, world, letter(3, world.inquiries[0], client_id="c-3"))
    worker.clients.outage = True
    with pytest.raises(Outage):
        await worker.ids("Okafor")
    worker.clients.outage = False
    assert await worker.ids("Okafor") == {"i-3"}


async def test_an_outage_is_met_when_clients_are_too_old_and_not_before(app: App, world: World, worker: Worker) -> None:
    await worker.ids("")
    worker.clients.outage = True
    worker.seconds.now += OLDEST_CLIENT_KEYS_SECONDS / 2 + 1
    assert await worker.ids("Frau Brandt") == {"i-1"}
    worker.seconds.now += OLDEST_CLIENT_KEYS_SECONDS
    with pytest.raises(Outage):
        await worker.ids("Frau Brandt")
    worker.clients.outage = False
    assert await worker.ids("Frau Brandt") == {"i-1"}
    assert worker.inquiries.loads() == 1


@pytest.fixture
def two_firms() -> World:
    """Firms ``t`` and ``u``, whose letters are alike but for their ids."""
    text = make_world("post-1@t.example").model_dump_json()
    other = make_world("post-1@u.example").model_dump_json().replace('"tenant_id":"t"', '"tenant_id":"u"')
    for kind in ("i", "c", "cr"):
        other = other.replace(f'"{kind}-', f'"u-{kind}-')
    mine, theirs = World.model_validate_json(text), World.model_validate_json(other)
    return mine.model_copy(
        update={name: (*getattr(mine, name), *getattr(theirs, name)) for name in ("tenants", "clients", "inquiries")}
    )


async def test_another_firms_letters_are_never_found(app: App, two_firms: World, worker: Worker) -> None:
    await load_world(app, two_firms)
    words = "K7Q2X9M4 P3R8T5W2 Brandt Wolter 8801/25"
    assert await worker.ids(words, "t") == {"i-1", "i-2"}
    assert await worker.ids(words, "u") == {"u-i-1", "u-i-2"}
    assert await worker.ids(words, "nobody") == set()
    # Even a shortlist of the other firm's would lead to nothing: what is read is read by tenant.
    files = await files_of(app, worker, two_firms)
    assert await files.one("i-1") is not None
    assert await files.one("u-i-1") is None


async def test_the_firms_used_longest_ago_are_let_go_and_read_again(app: App, two_firms: World) -> None:
    await load_world(app, two_firms)
    worker = Worker(app, most_letters=3)
    assert await worker.ids("Brandt", "t") == {"i-1"}
    assert await worker.ids("Brandt", "u") == {"u-i-1"}
    assert worker.letters.letters == {"u": 2}
    assert await worker.ids("Brandt", "t") == {"i-1"}
    assert worker.letters.letters == {"t": 2}
    assert worker.inquiries.loads() == 3
    await worker.letters.close()


async def test_an_index_is_made_anew_each_day_while_emails_go_on(app: App, world: World, worker: Worker) -> None:
    await worker.ids("")
    await send(app, world, letter(1, world.inquiries[0], reply_code="ANDERER1"))
    assert await worker.ids("K7Q2X9M4") == {"i-1"}  # an old code makes the list longer, for a day
    worker.seconds.now += 86_401
    async with asyncio.timeout(LONG):
        while await worker.ids("K7Q2X9M4") != set():
            await asyncio.sleep(0)
    assert await worker.ids("ANDERER1") == {"i-1"}
    assert worker.inquiries.loads() == 2


async def test_rules_that_look_further_back_read_more(app: App, world: World, worker: Worker) -> None:
    await send(app, world, letter(9, world.inquiries[0], sent_at=NOW - timedelta(days=100)))
    assert await worker.ids("CODE0009") == set()
    assert await worker.ids("CODE0009", since=NOW - timedelta(days=120)) == {"i-9"}


# --- the files


async def test_an_old_letter_is_found_by_its_code_alone(app: App, world: World, worker: Worker) -> None:
    await send(app, world, letter(9, world.inquiries[0], sent_at=NOW - timedelta(days=100)))
    by_name, by_code = await files_of(app, worker, world), await files_of(app, worker, world)
    assert ids_of(await by_name.pointed_at(mail("8801/25"))) == ["i-1"]
    assert ids_of(await by_code.pointed_at(mail("8801/25 CODE0009"))) == ["i-1", "i-9"]


@pytest.mark.parametrize(
    ("fields", "received"),
    [
        ({"message_id": "9@k.example"}, mail(in_reply_to=["<9@k.example>"])),
        ({"message_id": "<9@k.example>"}, mail(references=["<9@k.example>"])),
        ({"reply_code": "H4N6T8Z3"}, mail(subject="AW: h4n6T8Z3")),
        ({"reply_code": "H4N6-T8Z3"}, mail("Ihr Zeichen: h4n6-T8Z3.")),
        ({"reply_code": "H-4-N-6-T-8"}, mail("(H-4-N-6-T-8)")),
        ({"reply_code": "H4N6-T8Z3"}, mail(to=["claims+h4n6-t8z3@kanzlei-nord.example"])),
        ({"reply_code": "A"}, mail(delivered_to=["claims+a@kanzlei-nord.example"])),
    ],
)
async def test_an_old_letter_is_found_however_it_is_named(
    fields: dict[str, str], received: ParsedMail, app: App, world: World, worker: Worker
) -> None:
    await send(app, world, letter(9, world.inquiries[0], sent_at=NOW - timedelta(days=100), **fields))
    files = await files_of(app, worker, world)
    assert ids_of(await files.pointed_at(received)) == ["i-9"]


@pytest.mark.parametrize("sign", ["Subject: AW: H4N6-T8Z3", "Subject: AW\nIn-Reply-To: <9@k.example>"])
async def test_an_old_letter_named_goes_before_the_senders_recent_one(
    sign: str, app: App, stack: LocalStack, world: World, worker: Worker
) -> None:
    await store(app, changed(MAREN, creditors=world.clients[0].creditors))
    old = letter(9, world.inquiries[0], client_id="c-3", sent_at=NOW - timedelta(days=100), message_id="9@k.example")
    await send(app, world, changed(old, reply_code="H4N6-T8Z3"))
    raw = (
        f"From: forderung@stadtwerke.example\nTo: {world.tenants[0].mailboxes[0]}\n{sign}\n"
        "Date: Mon, 19 Oct 2026 10:00:00 +0200\nMessage-ID: <r@stadtwerke.example>\n\n"
        "Unsere Gesamtforderung beträgt 512,34 EUR.\n"
    )
    summary = await settle(app, stack, world, worker.runner, raw.encode())
    assert summary.inquiry_id == "i-9"


async def test_a_longer_code_does_not_name_an_old_letter(app: App, world: World, worker: Worker) -> None:
    old = letter(9, world.inquiries[0], sent_at=NOW - timedelta(days=100), reply_code="H4N6T8Z3")
    await send(app, world, old)
    files = await files_of(app, worker, world)
    assert ids_of(await files.pointed_at(mail("H4N6T8Z3-B, 1H4N6T8Z3 und A-H4N6T8Z3"))) == []


async def test_a_routed_mail_is_held_against_the_claims_that_it_names(app: App, world: World, worker: Worker) -> None:
    brandt = world.clients[0]
    known, named, numbered = (letter(n, world.inquiries[0], client_id=f"m-{n}") for n in (100, 101, 102))
    mill = brandt.creditors[0].model_copy(update={"name": "Sägewerk Heide KG"})
    await store(app, *(changed(brandt, client_id=f"m-{n}", last_name=f"Nr{n}") for n in (100, 102)))
    await store(app, changed(brandt, client_id="m-101", last_name="Nr101", creditors=(mill,)))
    await send(app, world, known, named, changed(numbered, creditor_reference="26-K-7722"))
    received = mail("Sägewerk Heide KG, Unser Zeichen: 26-K-7722", to=["c+K7Q2X9M4@kanzlei-nord.example"])
    routing = RoutingHit(inquiry_id="i-1", matched_by=MatchedBy.REPLY_CODE, confidence=0.99, why="the code")
    found = await (await files_of(app, worker, world)).for_match(received, Consolidated(), routing)
    assert set(ids_of(found)) == {"i-1", "i-101", "i-102"}


def ids_of(files: list[Any]) -> list[str]:
    return [file.inquiry.inquiry_id for file in files]


async def test_many_candidates_are_not_held_while_the_model_is_asked(app: App, world: World, worker: Worker) -> None:
    brandt = world.clients[0]
    letters = [letter(n, world.inquiries[0], client_id=f"m-{n}") for n in range(100, 250)]
    await store(app, *(changed(brandt, client_id=one.client_id, case_reference="") for one in letters))
    await send(app, world, *letters)
    sender = brandt.creditors[0].email
    assert sender is not None
    received = mail("Guten Tag", sender=sender)
    files = await files_of(app, worker, world)
    assert len(await files.with_the_senders(received)) == 151
    files.let_go()
    assert files._files == {}
    assert len(await files.for_match(received, Consolidated(), None)) == 151
    few = await files_of(app, worker, world)
    await few.pointed_at(mail("K7Q2X9M4"))
    few.let_go()
    assert list(few._files) == ["i-1"]


async def test_a_creditors_name_is_known_though_the_client_found_first_has_it_no_more(
    app: App, world: World, worker: Worker
) -> None:
    brandt = world.clients[0]
    letters = [letter(n, world.inquiries[0], client_id=f"m-{n}") for n in range(100, 106)]
    debtors = [changed(brandt, client_id=one.client_id, last_name=f"Nr{one.client_id}") for one in letters]
    await store(app, *debtors)
    await send(app, world, *letters)
    await worker.ids("")
    other = brandt.creditors[0].model_copy(update={"name": "Kreissparkasse Aue"})
    await store(app, *(changed(one, creditors=(other,)) for one in (brandt, *debtors[:-1])))
    received: ParsedMail = mail("die Stadtwerke Aue GmbH fordert")
    found = await (await files_of(app, worker, world)).for_match(received, Consolidated(), None)
    assert "Stadtwerke Aue GmbH" in {creditor.name for file in found for creditor in file.client.creditors}
