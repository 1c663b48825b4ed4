"""``claimstream load`` as a process of its own, on real stores."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from bson import Decimal128, ObjectId
from tests.cli.process import Ended, claimstream
from tests.conftest import make_world
from tests.helpers import NO_ENV_FILE, bare_environment

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import clients_of
from claimstream.external.mongo_documents import Document, client_document
from claimstream.local.sample_mail import SAMPLES


async def stored(app: App) -> list[Any]:
    query = """
        SELECT t::text FROM tenants t UNION ALL SELECT m::text FROM mailboxes m
        UNION ALL SELECT i::text FROM inquiries i ORDER BY 1
    """
    rows: list[Any] = await app.database.run("SELECT", lambda connection: connection.fetch(query))
    return [rows, [await clients_of(app).documents(tenant) for tenant in ("t", "u")]]


async def load(world: dict[str, Any] | bytes, installed: dict[str, str], folder: Path, *options: str) -> Ended:
    file = folder / "world.json"
    file.write_bytes(world if isinstance(world, bytes) else json.dumps(world).encode())
    return await claimstream("load", str(file), *options, environment=installed)


def as_written(world: World) -> dict[str, Any]:
    written: dict[str, Any] = world.model_dump(mode="json")
    return written | {"now": None}


async def test_every_fault_of_a_file_is_told_and_nothing_is_loaded(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    before = await stored(app)
    other = as_written(make_world(world.tenants[0].mailboxes[0]))
    addresses = ["new@andere.example", world.tenants[0].mailboxes[0]]
    other["tenants"] = [{"tenant_id": "u", "name": "Andere", "mailboxes": addresses}]
    other["clients"] = [client | {"tenant_id": "u"} for client in other["clients"]]
    codes = [{"inquiry_id": "n-1", "reply_code": "A", "status": "clsoed"}, {"inquiry_id": "i-2", "reply_code": "2026"}]
    other["inquiries"] = [
        letter | {"tenant_id": "u", "sent_at": "2099-01-01T00:00:00Z"} | code
        for letter, code in zip(other["inquiries"], codes, strict=True)
    ]
    other["inquiries"].append(other["inquiries"][0] | {"inquiry_id": "n-3", "client_id": "nobody", "reply_code": None})
    ended = await load(other, installed, tmp_path, "--clients")
    assert ended.status == 2
    told = [line.strip().partition(":")[0] for line in ended.err.splitlines()[1:-1]]
    assert sorted(told) == [
        *("clients[0].client_id", "clients[1].client_id", "inquiries"),
        *("inquiries[0].reply_code", "inquiries[0].sent_at", "inquiries[0].status"),
        *("inquiries[1].inquiry_id", "inquiries[1].reply_code", "inquiries[1].sent_at"),
        *("inquiries[2].message_id", "inquiries[2].sent_at", "inquiries[2].status"),
        "tenants[0].mailboxes[1]",
    ]
    assert ended.err.startswith(f"claimstream: {tmp_path / 'world.json'}: 13 faults\n")
    assert ended.err.endswith("\nNothing was loaded.\n")
    assert await stored(app) == before


async def test_faults_of_form_and_of_sense_are_told_together(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    before = await stored(app)
    other = as_written(world)
    other["inquiries"][0] |= {"letter": "third", "reply_code": "A"}
    other["inquiries"][1] |= {"reply_code": "2026", "to_address": "kein mailbox", "creditor_reference": "26\n4411"}
    other["clients"][0]["creditors"][0] |= {"claim_amount": "-5", "email": "nichts"}
    other["clients"][1]["creditors"][0] |= {"email": "nichts"}
    ended = await load(other, installed, tmp_path, "--clients")
    assert ended.status == 2
    for place in (
        *("clients[0].creditors[0].claim_amount", "clients[1].creditors[0].email", "inquiries[0].letter"),
        *("inquiries[1].reply_code", "inquiries[1].to_address", "inquiries[1].creditor_reference"),
    ):
        assert f"\n  {place}: " in ended.err
    assert ended.err.endswith("\nNothing was loaded.\n")
    assert await stored(app) == before


async def test_the_same_file_twice_is_harmless(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    for _ in range(2):
        ended = await load(as_written(world), installed, tmp_path, "--clients")
        assert (ended.status, "1 tenant, 2 inquiries and 2 clients\n" in ended.err) == (0, True), ended.err


async def test_letters_alone_are_about_clients_of_mongodb(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    letters = as_written(world) | {"clients": []}
    assert (await load(letters, installed, tmp_path)).status == 0
    letters["inquiries"][0]["client_id"] = "c-9"
    ended = await load(letters, installed, tmp_path)
    said = "inquiries: 1 client of letters is not in MongoDB: c-9 of t (inquiries[0])\nNothing was loaded."
    assert (ended.status, said in ended.err) == (2, True), ended.err
    del installed["MONGODB_URL"]
    ended = await load(letters, installed, tmp_path)
    assert (ended.status, "MONGODB_URL is not set, so the clients of the letters were not looked up" in ended.err) == (
        0,
        True,
    ), ended.err


async def test_the_samples_are_not_loaded_without_their_clients(app: App, installed: dict[str, str]) -> None:
    before = await stored(app)
    ended = await claimstream("load", str(SAMPLES / "world.json"), environment=installed)
    assert ended.status == 2
    assert "93 clients of letters are not in MongoDB: c-01 of nord (inquiries[0])" in ended.err
    assert "and 73 more. --clients puts those of this file there" in ended.err
    assert await stored(app) == before


async def test_clients_that_are_left_alone_are_counted(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    ended = await load(as_written(world), installed, tmp_path)
    assert (ended.status, "2 clients in the file not loaded: --clients" in ended.err) == (0, True), ended.err


async def test_a_client_under_an_object_id_is_not_doubled(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    written = as_written(world)
    key = ObjectId()
    document: Document = {"_id": key, "tenant_id": "t", "creditors": []}
    await clients_of(app).upsert([document])
    written["clients"][0]["client_id"] = written["inquiries"][0]["client_id"] = str(key)
    before = await stored(app)
    ended = await load(written, installed, tmp_path, "--clients")
    assert (ended.status, "clients[0].client_id: MongoDB has" in ended.err) == (2, True), ended.err
    assert await stored(app) == before


async def test_clients_with_replies_are_not_put_back(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    document = client_document(world.clients[0])
    document["creditors"][0] |= {"current_amount": Decimal128("812.40"), "applied_email_ids": ["e-1"]}
    await clients_of(app).upsert([document])
    before = await stored(app)
    ended = await load(as_written(world), installed, tmp_path, "--clients")
    assert ended.status == 0, ended.err
    assert (
        "Left as stored in MongoDB, although the file differs (1):\n  c-1, cr-1: current_amount 812.40, not 430.00\n"
        in ended.err
    )
    assert await stored(app) == before


async def test_what_the_portal_keeps_with_a_client_stays(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    document = client_document(world.clients[0]) | {"portal": {"tags": ["new"]}}
    document["creditors"][0] |= {"current_amount": Decimal128("500.00"), "response": {"status": "by phone"}}
    document["creditors"].append({"creditor_id": "cr-7", "name": "Inkasso Dreyer", "response": {"status": "rejection"}})
    await clients_of(app).upsert([document])
    before = await stored(app)
    ended = await load(as_written(world), installed, tmp_path, "--clients")
    assert (ended.status, "c-1: creditor cr-7 is not in the file" in ended.err) == (0, True), ended.err
    assert await stored(app) == before


async def test_a_code_in_another_form_is_the_same_code(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    other = as_written(world)
    other["inquiries"][1] |= {"inquiry_id": "i-9", "reply_code": "p3r8-t5w2", "message_id": None}
    ended = await load(other, installed, tmp_path)
    assert (ended.status, "inquiries[1].reply_code: is the code of inquiry i-2" in ended.err) == (2, True), ended.err


async def test_letters_that_are_found_otherwise_than_before_are_named(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    other = as_written(world)
    other["inquiries"][0] |= {"reply_code": "h6d3-v8n2", "to_address": None}
    other["inquiries"][1] |= {"client_id": "c-1", "creditor_id": "cr-1", "reply_code": "P3R8-T5W2"}
    ended = await load(other, installed, tmp_path)
    assert ended.status == 0, ended.err
    assert (
        "Letters changed (2):\n"
        "  i-1: another reply code. Mail with the one before is not found by it\n"
        "  i-2: about c-1 and cr-1, not c-2 and cr-2\n"
    ) in ended.err
    again = await load(other, installed, tmp_path)
    assert (again.status, "Letters changed" in again.err) == (0, False)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"tenants": [], "clients": [{"a": NaN}]}', "clients[0].a: no finite number"),
        (b"[" * 100_000, "is nested deeper than 32"),
        (b"", "world.json: is empty"),
        (b'{"tenants": [', "is no whole JSON"),
        (b"\x89PNG\r\n\x1a\n\0", "is no text in UTF-8"),
        (b'{"tenants": [], "tenants": []}', "tenants: stands there twice"),
        (b'{"tenants": 5, "inquiries": {}}', "2 faults\n  tenants: expected a list"),
    ],
)
async def test_a_malformed_file_ends_in_one_message(
    home: dict[str, str], tmp_path: Path, data: bytes, said: str
) -> None:
    ended = await load(data, home, tmp_path)
    assert (ended.status, said in ended.err, "Traceback" in ended.err) == (2, True, False), ended.err
    assert ended.err.endswith("\nNothing was loaded.\n")


async def test_a_file_of_many_faults_is_told_in_fifty_lines(
    world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    letters = [letter | {"letter": "third"} for letter in as_written(world)["inquiries"] * 1_000]
    ended = await load(as_written(world) | {"inquiries": letters}, installed, tmp_path)
    lines = ended.err.splitlines()
    assert (ended.status, lines[51], len(lines)) == (2, "  and 1,950 more", 54), ended.err


@pytest.mark.parametrize("what", ["folder", "pipe", "/dev/zero", "huge"])
async def test_what_is_no_file_of_a_sound_size_is_refused(home: dict[str, str], tmp_path: Path, what: str) -> None:
    path = {"/dev/zero": Path("/dev/zero")}.get(what, tmp_path / what)
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "huge":
        with path.open("wb") as file:
            file.truncate(2 * 1024**3)
    ended = await claimstream("load", str(path), environment=home)
    said = {"folder": "is a folder", "huge": "is larger than 128 MiB"}.get(what, "is no regular file")
    assert (ended.status, f"{path}: {said}" in ended.err) == (2, True), ended.err
    assert ended.err.endswith("\nNothing was loaded.\n")


async def test_a_world_is_read_from_standard_input(app: App, world: World, installed: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "claimstream", "load", "-"),
        env=bare_environment() | installed,
        cwd=NO_ENV_FILE,
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate(json.dumps(as_written(world)).encode("utf-16"))
    assert (process.returncode, "1 tenant, 2 inquiries\n" in err.decode()) == (0, True), err.decode()


async def test_faults_are_told_though_no_store_answers(home: dict[str, str], world: World, tmp_path: Path) -> None:
    written = as_written(world)
    written["inquiries"][0]["reply_code"] = "A"
    ended = await load(written, home | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, tmp_path)
    assert ended.status == 2
    assert "inquiries[0].reply_code: 'A' is no reply code" in ended.err
    assert "not held against what is stored" in ended.err
    ended = await load(written, home, tmp_path, "--clients")
    assert "inquiries[0].reply_code: 'A' is no reply code" in ended.err
    assert "MONGODB_URL: not set" in ended.err


async def test_the_sample_world_is_loaded(app: App, installed: dict[str, str]) -> None:
    ended = await claimstream("load", str(SAMPLES / "world.json"), "--clients", environment=installed)
    assert (ended.status, "3 tenants, 94 inquiries and 93 clients\n" in ended.err) == (0, True), ended.err


async def test_a_load_that_fails_after_mongodb_was_written_says_so(
    app: App, world: World, installed: dict[str, str], tmp_path: Path
) -> None:
    full = """
        CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'full' USING errcode = '53100'; END $$;
        CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON inquiries DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION full_disk()
    """
    mine = as_written(world)
    for number, letter in enumerate(mine["inquiries"]):
        letter |= {
            "inquiry_id": f"n-{number}",
            "reply_code": f"NEW7QX{number + 2}",
            "message_id": f"<n{number}@new.example>",
        }
    before = await stored(app)
    await app.database.run("CREATE", lambda connection: connection.execute(full))
    ended = await load(mine, installed, tmp_path, "--clients")
    assert ended.status == 2
    assert "its letters missing: load the file again." in ended.err, ended.err
    assert (await stored(app))[0] == before[0]
    await app.database.run("DROP", lambda connection: connection.execute("DROP FUNCTION full_disk CASCADE"))
    assert (await load(mine, installed, tmp_path, "--clients")).status == 0
    mine["inquiries"][0]["reply_code"] = "A"
    assert "load the file again" not in (await load(mine, installed, tmp_path, "--clients")).err
