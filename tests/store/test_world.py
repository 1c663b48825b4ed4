"""Loading firms and their letters: all or nothing, and nothing of other firms."""

import asyncio
from typing import Any

import pytest
from tests.conftest import make_world

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.domain.rules.faults import WorldFaultsError


async def rows(app: App) -> list[Any]:
    query = """
        SELECT 'm', address, tenant_id, history_id::text, watch_expires_at::text FROM mailboxes
        UNION ALL SELECT 'i', inquiry_id, tenant_id, reply_code, message_id FROM inquiries
        UNION ALL SELECT 't', tenant_id, name, notification_address, NULL FROM tenants ORDER BY 1, 2
    """
    return await app.database.run("SELECT", lambda connection: connection.fetch(query))


def of_another_firm(world: World) -> World:
    """A firm of its own whose file names things of the first one."""
    other = make_world(world.tenants[0].mailboxes[0]).model_dump()
    tenant = other["tenants"][0] | {"tenant_id": "u"}
    letters = [letter | {"tenant_id": "u"} for letter in other["inquiries"]]
    return World.model_validate({"tenants": [tenant], "inquiries": letters})


async def test_no_mailbox_takes_the_alias_of_another_firms(app: App, world: World) -> None:
    """Gmail's pushes for the account that was renamed would go to the new mailbox."""
    address = world.tenants[0].mailboxes[0]
    assert await app.mailboxes.learn_alias(address, f"neu-{address}")
    tenant = {"tenant_id": "u", "name": "U", "mailboxes": [f"Neu-{address}"]}
    with pytest.raises(WorldFaultsError, match="is a mailbox of t"):
        await app.world.load(World.model_validate({"tenants": [tenant]}))
    await app.world.load(World.model_validate({"tenants": [tenant | {"tenant_id": "t"}]}))


async def test_nothing_of_another_firm_is_touched(app: App, world: World) -> None:
    before = await rows(app)
    with pytest.raises(WorldFaultsError) as raised:
        await app.world.load(of_another_firm(world), faults=["one that was found before"])
    assert [fault.partition(":")[0] for fault in raised.value.faults] == [
        *("one that was found before", "tenants[0].mailboxes[0]", "inquiries[0].inquiry_id", "inquiries[1].inquiry_id")
    ]
    assert await rows(app) == before


async def test_a_code_or_message_id_of_another_letter_is_not_taken(app: App, world: World) -> None:
    before = await rows(app)
    first = world.inquiries[0]
    new = first.model_copy(update={"inquiry_id": "i-9", "reply_code": "k7q2x9m4", "message_id": first.message_id})
    with pytest.raises(WorldFaultsError) as raised:
        await app.world.load(world.model_copy(update={"inquiries": (new,)}))
    assert raised.value.faults == [
        "inquiries[0].reply_code: is the code of inquiry i-1",
        "inquiries[0].message_id: is the message id of inquiry i-1",
    ]
    assert await rows(app) == before


async def test_a_code_is_another_letters_in_whatever_form(app: App, world: World) -> None:
    stored = world.inquiries[0].model_copy(update={"inquiry_id": "i-8", "reply_code": "H4KT-9WQ5", "message_id": None})
    await app.world.load(world.model_copy(update={"inquiries": (stored,)}))
    new = stored.model_copy(update={"inquiry_id": "i-9", "reply_code": "h4kt9wq5"})
    with pytest.raises(WorldFaultsError, match=r"^inquiries\[0\]\.reply_code: is the code of inquiry i-8$"):
        await app.world.load(world.model_copy(update={"inquiries": (new,)}))
    await app.world.load(world.model_copy(update={"inquiries": (stored,)}))


async def test_a_double_is_named_once(app: App, world: World) -> None:
    fault = "inquiries[0].reply_code: the same as inquiries[1].reply_code"
    new = world.inquiries[0].model_copy(update={"inquiry_id": "i-9", "message_id": None})
    with pytest.raises(WorldFaultsError) as raised:
        await app.world.load(world.model_copy(update={"inquiries": (new,)}), faults=[fault])
    assert raised.value.faults == [fault]


async def test_what_a_file_leaves_open_stays(app: App, world: World) -> None:
    tenant = world.tenants[0].model_dump() | {"notification_address": "team@kanzlei.example"}
    more = {"status": "closed", "to_address": "a@b.example", "creditor_reference": "26-K-004411"}
    letter = world.inquiries[0].model_dump() | more
    full = World.model_validate({"tenants": [tenant], "inquiries": [letter]})
    await app.world.load(full)
    query = """
        SELECT to_jsonb(t) || to_jsonb(i) - 'changed_in' FROM tenants t JOIN inquiries i USING (tenant_id)
        WHERE inquiry_id = 'i-1'
    """
    before = await app.database.run("SELECT", lambda connection: connection.fetchval(query))
    assert '"status": "closed"' in before
    del tenant["notification_address"]
    left = {name: letter[name] for name in ("inquiry_id", "tenant_id", "client_id", "creditor_id", "letter", "sent_at")}
    await app.world.load(World.model_validate({"tenants": [tenant], "inquiries": [left]}))
    assert await app.database.run("SELECT", lambda connection: connection.fetchval(query)) == before
    await app.world.load(World.model_validate({"tenants": [tenant], "inquiries": [left | {"status": "open"}]}))
    assert '"status": "open"' in await app.database.run("SELECT", lambda connection: connection.fetchval(query))


async def test_what_fails_at_the_end_leaves_nothing(app: App, world: World) -> None:
    before = await rows(app)

    async def fail() -> None:
        raise ConnectionRefusedError

    changed = world.inquiries[0].model_copy(update={"status": "closed", "reply_code": "N3W3C0D3"})
    with pytest.raises(Exception, match="not reachable"):
        await app.world.load(world.model_copy(update={"inquiries": (changed,)}), finish=fail)
    assert await rows(app) == before


async def test_a_second_load_leaves_cursors_and_watches(app: App, world: World) -> None:
    await app.database.run(
        "UPDATE", lambda c: c.execute("UPDATE mailboxes SET history_id = 4711, watch_expires_at = now()")
    )
    before = await rows(app)
    await app.world.load(world)
    assert await rows(app) == before


async def test_of_two_loads_that_contend_one_is_refused(app: App, world: World) -> None:
    def firm(name: str) -> World:
        tenant = {"tenant_id": name, "name": name, "mailboxes": ["new@kanzlei.example"]}
        return World.model_validate({"tenants": [tenant]})

    both = await asyncio.gather(*(app.world.load(firm(name)) for name in ("u", "v")), return_exceptions=True)
    assert [type(one) for one in both if one != []] == [WorldFaultsError]


async def test_a_letter_is_not_moved_with_the_signs_of_another_claim(app: App, world: World) -> None:
    await app.world.load(world)
    before = await rows(app)
    first, second = world.inquiries
    moved = first.model_copy(update={"client_id": second.client_id, "creditor_id": second.creditor_id})
    bare = moved.model_copy(update={"reply_code": None, "message_id": None})
    with pytest.raises(WorldFaultsError, match=r"about c-1 and cr-1, .* or name its reply_code, message_id"):
        await app.world.load(world.model_copy(update={"inquiries": (bare,)}))
    assert await rows(app) == before
    same = first.model_copy(update={"reply_code": None, "message_id": None})
    await app.world.load(world.model_copy(update={"inquiries": (same,)}))
    await app.world.load(world.model_copy(update={"inquiries": (moved,)}))
