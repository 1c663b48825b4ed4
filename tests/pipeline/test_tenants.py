"""Two firms whose records look alike, with the same file numbers, senders and reply codes. Neither is taken for the
other."""

import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.conftest import make_world
from tests.helpers import NOW

from claimstream.app import App
from claimstream.cli.review.desk import ReviewDesk, ReviewError
from claimstream.domain.records.work import EmailSummary, NewEmail
from claimstream.domain.records.world import World
from claimstream.domain.rules.faults import WorldFaultsError
from claimstream.evaluation.desk import clients_of, load_world
from claimstream.external.mongo_documents import amount
from claimstream.local.stack import LocalStack
from claimstream.pipeline.runner import Runner, Settled

CODE = "K7Q2X9M4"
ONLY_OF_THE_FIRST = "P3R8T5W2"


@pytest.fixture
def world() -> World:
    """Firms ``t`` and ``u``: alike in everything but the ids of their clients, creditors and inquiries. The second firm
    has no letter with the second reply code."""
    first = make_world(f"post-{secrets.token_hex(4)}@kanzlei.example").model_dump(mode="json")
    text = json.dumps(first)
    for kind in ("c", "cr", "i"):
        for number in (1, 2):
            text = text.replace(f'"{kind}-{number}"', f'"u-{kind}-{number}"')
    other = json.loads(text.replace('"tenant_id": "t"', '"tenant_id": "u"').replace("<i-", "<u-i-"))
    other["tenants"][0]["mailboxes"] = [f"post-{secrets.token_hex(4)}@andere.example"]
    other["inquiries"] = other["inquiries"][:1]
    return World.model_validate(
        {**first, **{name: first[name] + other[name] for name in ("tenants", "clients", "inquiries")}}
    )


def box(world: World, tenant: int) -> str:
    return world.tenants[tenant].mailboxes[0]


async def settle(app: App, stack: LocalStack, address: str, raw: bytes) -> EmailSummary:
    gmail_id = await stack.gmail.deliver(address, raw, notify=False)
    mailbox = await app.mailboxes.get(address)
    assert mailbox is not None
    await app.mailboxes.add_emails(
        mailbox, [NewEmail(gmail_id, gmail_id, secrets.token_hex(16))], holder="test", cursor=None
    )
    assert await Runner(app.services, app.rules, worker="one").process(gmail_id) == Settled()
    found = await app.emails.find(gmail_id)
    assert found is not None
    return found


async def amounts(app: App) -> dict[str, Decimal]:
    found = {}
    for tenant, client in (("t", "c-1"), ("u", "u-c-1")):
        document = await clients_of(app).document(tenant, client)
        assert document is not None
        stored = amount(document["creditors"][0]["current_amount"])
        assert isinstance(stored, Decimal)
        found[client] = stored
    return found


@pytest.mark.parametrize(("tenant", "written"), [(0, "c-1"), (1, "u-c-1")])
async def test_a_reply_code_of_two_firms_means_the_letter_of_the_mailboxs_firm(
    app: App, stack: LocalStack, world: World, reply: Callable[..., bytes], tenant: int, written: str
) -> None:
    address = box(world, tenant)
    local, _, domain = address.partition("@")
    raw = reply(code=None).replace(f"To: {box(world, 0)}".encode(), f"To: {local}+{CODE}@{domain}".encode())
    email = await settle(app, stack, address, raw)
    assert email.tenant_id == world.tenants[tenant].tenant_id
    assert (email.matched_by, email.outcome) == ("reply_code", "updated")
    stored = await amounts(app)
    assert stored.pop(written) == Decimal("812.40")
    assert list(stored.values()) == [Decimal("430.00")]


@pytest.mark.parametrize(("tenant", "inquiry"), [(0, "i-1"), (1, "u-i-1")])
async def test_a_file_number_and_a_sender_of_two_firms_mean_the_mailboxs_firm(
    app: App, stack: LocalStack, world: World, reply: Callable[..., bytes], tenant: int, inquiry: str
) -> None:
    text = "Unser Schreiben zu Ihrem Az. 8801/25, Nele Brandt: die Gesamtforderung beträgt 812,40 EUR.\n"
    raw = reply(text, code=None, subject="Ihr Zeichen 8801/25 Nele Brandt")
    email = await settle(app, stack, box(world, tenant), raw)
    assert email.inquiry_id == inquiry
    changed = {client for client, stored in (await amounts(app)).items() if stored != Decimal("430.00")}
    assert changed <= {"c-1" if tenant == 0 else "u-c-1"}


async def test_a_code_that_only_another_firm_has_reaches_nobody(
    app: App, stack: LocalStack, world: World, reply: Callable[..., bytes]
) -> None:
    local, _, domain = box(world, 1).partition("@")
    raw = reply(code=None, subject="Forderungsaufstellung", sender="forderung@fremd.example").replace(
        f"To: {box(world, 0)}".encode(), f"To: {local}+{ONLY_OF_THE_FIRST}@{domain}".encode()
    )
    email = await settle(app, stack, box(world, 1), raw)
    assert email.inquiry_id is None
    assert email.outcome != "updated"
    assert set((await amounts(app)).values()) == {Decimal("430.00")}


async def test_letters_are_looked_for_among_the_firms_own(app: App, world: World) -> None:
    inquiries = app.services.inquiries
    for tenant, own in (("t", {"i-1", "i-2"}), ("u", {"u-i-1"}), ("nobody", set())):
        found = await inquiries.candidates(
            tenant,
            inquiry_ids=[],
            since=NOW,
            reply_codes=[CODE, ONLY_OF_THE_FIRST],
            message_ids=["<i-1@kanzlei.example>"],
        )
        assert {inquiry.inquiry_id for inquiry in found} == own, tenant
        every = ["i-1", "i-2", "u-i-1"]
        asked_for = await inquiries.candidates(tenant, inquiry_ids=every, since=NOW - timedelta(days=90))
        assert {inquiry.inquiry_id for inquiry in asked_for} == own, tenant
        changes = await inquiries.changes(tenant, since=NOW - timedelta(days=90))
        assert {letter.inquiry_id for letter in changes.letters} == own, tenant


async def test_clients_are_looked_for_among_the_firms_own(app: App) -> None:
    clients = clients_of(app)
    assert await clients.get("u", ["c-1", "c-2"]) == []
    assert [client.client_id for client in await clients.get("u", ["c-1", "u-c-1"])] == ["u-c-1"]
    assert {client.client_id for client in await clients.find_all("u")} == {"u-c-1", "u-c-2"}
    assert await clients.document("u", "c-1") is None


async def test_emails_money_and_notifications_are_the_firms_own(
    app: App, stack: LocalStack, world: World, reply: Callable[..., bytes]
) -> None:
    await settle(app, stack, box(world, 0), reply())
    assert len(await app.emails.recent(tenant_id="t")) == 1
    assert await app.emails.recent(tenant_id="u") == []
    await app.database.run(
        "UPDATE", lambda c: c.execute("UPDATE tenants SET notification_address = 'a@t.example' WHERE tenant_id = 't'")
    )
    assert await app.world.notification_address("t") == "a@t.example"
    assert await app.world.notification_address("u") is None
    before = await app.services.ledger.spent_today_usd("t")
    await app.database.run(
        "INSERT",
        lambda c: c.execute(
            """
            INSERT INTO token_ledger (day, tenant_id, model, operation, calls, input_tokens, cache_read_tokens,
                                      cache_creation_tokens, output_tokens, cost_usd)
            VALUES ((now() AT TIME ZONE 'UTC')::date, 't', 'm', 'extract', 1, 1, 0, 0, 1, 2.5)
            """
        ),
    )
    assert await app.services.ledger.spent_today_usd("t") - before == Decimal("2.5")
    assert await app.services.ledger.spent_today_usd("u") == 0


async def test_a_firms_letter_is_not_taken_over_by_another_firms_world(app: App, world: World) -> None:
    foreign = world.inquiries[0].model_copy(update={"tenant_id": "u"})
    with pytest.raises(WorldFaultsError, match=r"inquiries\[0\]\.inquiry_id: is another tenant's inquiry"):
        await load_world(app, world.model_copy(update={"inquiries": (foreign,)}))
    owner = await app.database.run(
        "SELECT", lambda c: c.fetchval("SELECT tenant_id FROM inquiries WHERE inquiry_id = 'i-1'")
    )
    assert owner == "t"


async def test_a_person_corrects_to_a_letter_of_the_same_firm_only(app: App, world: World) -> None:
    desk = ReviewDesk(app.database, clients_of(app))
    assert [(await desk.letter(tenant, CODE)).inquiry_id for tenant in ("t", "u")] == ["i-1", "u-i-1"]
    for tenant, wanted in (("u", ONLY_OF_THE_FIRST), ("u", "i-1"), ("t", "u-i-1")):
        with pytest.raises(ReviewError, match="has no letter"):
            await desk.letter(tenant, wanted)
