"""Trials (``demo``, ``eval``, ``send``) beside a real installation that ``.env`` and the environment name."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import asyncpg
import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import SecretStr
from tests.cli.process import Ended, claimstream
from tests.cli.test_commands import announce_demo, few_samples
from tests.helpers import add_email

from claimstream.app import App
from claimstream.cli.trial import trial_settings
from claimstream.domain.records.world import World
from claimstream.evaluation.case import read_world
from claimstream.evaluation.desk import load_world
from claimstream.evaluation.own_stores import own_stores
from claimstream.local.sample_mail import SAMPLES
from claimstream.local.servers.gcs import LocalGcs
from claimstream.local.servers.process import LocalStackError
from claimstream.local.stack import LocalStack
from claimstream.settings import Settings, SettingsError, given_settings

SERVICES = (
    *("DATABASE_URL", "MONGODB_URL", "STORAGE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"),
    *("SMTP_URL", "NOTIFICATION_EMAIL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"),
)
MISLEADING = {
    "PGHOST": "/nowhere",
    "PGDATABASE": "nothing",
    "PGSSLMODE": "verify-full",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "OTEL_TRACES_EXPORTER": "none",
    "OTEL_RESOURCE_ATTRIBUTES": "of=production",
    "SENTRY_DSN": "https://key@127.0.0.1:9/1",
    "LOG_LEVEL": "LOUD",
}
"""Variables of a real environment. Each would stop a trial that took it, or lead it to what is real."""


@dataclass(frozen=True)
class Production:
    """An installation with mail that waits, whose firms and mailboxes are those of the samples."""

    app: App
    stack: LocalStack
    folder: Path
    """Where ``.env`` names it."""
    variables: dict[str, str]

    async def state(self) -> dict[str, Any]:
        """Every row with the transaction that wrote it, every document, every object, every message."""
        assert self.stack.pubsub is not None
        settings = self.app.settings
        tables = await self.app.database.run(
            "SELECT pg_tables", lambda c: c.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        rows = {table: await self._rows(table) for (table,) in tables}
        databases = await self.app.database.run("SELECT", lambda c: c.fetch("SELECT datname FROM pg_database"))
        async with _mongo(settings) as mongo:
            names = await mongo.list_database_names()
            clients = await mongo[settings.mongodb_database]["clients"].find().sort("_id").to_list(None)
        queue = self.stack.pubsub.snapshot(settings.subscription(settings.notifications_subscription))
        return {
            "rows": rows,
            "databases": sorted(name for (name,) in databases),
            "mongo": sorted(names),
            "clients": clients,
            "buckets": await _buckets(self.stack.gcs),
            "objects": await _objects(self.stack),
            "messages": queue,
        }

    async def _rows(self, table: str) -> list[Any]:
        query = f"SELECT xmin::text, t::text FROM {table} t ORDER BY 2"
        return await self.app.database.run("SELECT", lambda connection: connection.fetch(query))


@pytest.fixture
async def production(
    app: App, world: World, stack: LocalStack, installed: dict[str, str], tmp_path: Path
) -> Production:
    await load_world(app, read_world(SAMPLES / "world.json"))
    emails = [await add_email(app, world) for _ in range(3)]

    async def fill(connection: Any) -> None:
        await connection.execute("UPDATE mailboxes SET history_id = 4711, watch_expires_at = now() + interval '5 days'")
        for email_id in emails:
            for kind in ("client_update", "notification"):
                await connection.execute(
                    "INSERT INTO outbox (email_id, tenant_id, client_id, kind, payload) "
                    "VALUES ($1, 't', 'c-1', $2, '{}')",
                    *(email_id, kind),
                )

    await app.database.run("UPDATE mailboxes", fill)
    assert app.blobs is not None
    await app.blobs.put(f"t/{emails[0]}/mail.eml", b"raw", "message/rfc822")
    folder = tmp_path / "installation"
    folder.mkdir()
    left_out = ("XDG_", "LOG_", "GMAIL_")
    variables = {name: value for name, value in installed.items() if not name.startswith(left_out)}
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
    return Production(app, stack, folder, variables)


async def _trial(production: Production, *words: str, use: str = "", seconds: float = 110) -> Ended:
    """A command in the folder of the installation, in a shell that has its variables too."""
    shell = {**production.variables, **MISLEADING, "XDG_CACHE_HOME": str(production.folder / "cache")}
    options = ("--use", use) if use else ()
    return await claimstream(*words, *options, environment=shell, folder=production.folder, seconds=seconds)


@pytest.mark.acceptance
@pytest.mark.parametrize(
    "use", ["", "DATABASE_URL", "MONGODB_URL", "STORAGE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", ",".join(SERVICES)]
)
async def test_a_demo_leaves_production_as_it_was(production: Production, use: str) -> None:
    before = await production.state()
    assert production.stack.smtp is not None
    mails = len(production.stack.smtp.messages)
    samples = few_samples(production.folder / "few")
    ended = await _trial(production, "demo", "--json", "--samples", str(samples), use=use)
    assert ended.status == 0, ended.err
    assert len(json.loads(ended.out)["emails"]) == 3
    assert await production.state() == before
    assert (len(production.stack.smtp.messages) > mails) is ("SMTP_URL" in use)
    for name, part in {"DATABASE_URL": "PostgreSQL", "MONGODB_URL": "MongoDB", "SMTP_URL": "SMTP"}.items():
        yours = ended.err.partition("Yours: ")[2].partition(". ")[0]
        assert (part in yours) is (name in use), ended.err


@pytest.mark.acceptance
@pytest.mark.parametrize("use", ["", "DATABASE_URL,MONGODB_URL"])
async def test_an_evaluation_leaves_production_as_it_was(production: Production, use: str) -> None:
    before = await production.state()
    ended = await _trial(production, "eval", str(few_samples(production.folder / "few")), "--json", use=use)
    assert ended.status == 0, ended.err
    assert json.loads(ended.out)["model"] == "none", "the key in the environment was not named"
    assert await production.state() == before


@pytest.mark.acceptance
async def test_the_model_is_asked_when_its_key_is_named(production: Production) -> None:
    folder = few_samples(production.folder / "few")
    ended = await _trial(production, "eval", str(folder), "--json", use="ANTHROPIC_API_KEY,ANTHROPIC_BASE_URL")
    assert json.loads(ended.out)["model"] == "Claude"


@pytest.mark.acceptance
async def test_two_demos_on_one_server_do_not_meet(production: Production) -> None:
    before = await production.state()
    words = ("demo", "--json", "--samples", str(few_samples(production.folder / "few")))
    both = await asyncio.gather(*(_trial(production, *words, use="DATABASE_URL,MONGODB_URL") for _ in range(2)))
    assert [ended.status for ended in both] == [0, 0], both
    assert await production.state() == before


async def test_send_reaches_the_demo_whatever_is_named(
    production: Production, settings: Settings, stack: LocalStack, template: str
) -> None:
    before = await production.state()
    async with own_stores(settings, "demo") as own, App(own) as demo:
        world = read_world(SAMPLES / "world.json")
        await load_world(demo, world)
        assert own.database_url is not None
        cache = production.folder / "cache"
        cache.mkdir()
        environment = {"DATABASE_URL": own.database_url.get_secret_value(), "GMAIL_BASE_URL": stack.gmail.base_url}
        announce_demo(cache, environment)
        mail = production.folder / "a.eml"
        mail.write_text(f"To: {world.tenants[0].mailboxes[0]}\n\nx")
        sent = await _trial(production, "send", str(mail))
        assert (sent.status, "Delivered to" in sent.err) == (0, True), sent.err
    assert await production.state() == before


async def test_commands_find_the_demo_where_production_is_named(production: Production, settings: Settings) -> None:
    async with own_stores(settings, "demo") as own, App(own) as demo:
        world = read_world(SAMPLES / "world.json")
        await load_world(demo, world)
        email_id = await add_email(demo, world)
        assert own.database_url is not None
        cache = production.folder / "cache"
        cache.mkdir()
        announce_demo(cache, {"DATABASE_URL": own.database_url.get_secret_value()})
        of_demo = await _looked_at(production, "--demo", "emails", "--json")
        real = await _looked_at(production, "emails", "--json")
        nothing = await _looked_at(production, "--demo", "review", "show", "77")
    assert "--demo review` lists those that wait" in nothing.err, "what is said next is about the demo, too"
    assert [email["email_id"] for email in json.loads(of_demo.out)] == [email_id]
    assert len(json.loads(real.out)) == 3


async def test_a_trial_has_a_pubsub_project_of_its_own(settings: Settings) -> None:
    unnamed = settings.model_copy(update={"google_cloud_project": Settings.model_construct().google_cloud_project})
    async with own_stores(unnamed, "demo") as one, own_stores(unnamed, "eval") as other:
        assert len({s.google_cloud_project for s in (settings, unnamed, one, other)}) == 4


async def test_demo_is_said_of_what_a_demo_has(production: Production) -> None:
    refused = await _looked_at(production, "--demo", "run")
    assert (refused.status, "it goes with emails" in refused.err) == (2, True), refused.err
    without = await _looked_at(production, "--demo", "review")
    assert (without.status, "--demo: no demo runs or ran here" in without.err) == (2, True), without.err


async def _looked_at(production: Production, *words: str) -> Ended:
    shell = {"XDG_CACHE_HOME": str(production.folder / "cache"), "LOG_LEVEL": "ERROR", "COLUMNS": "300"}
    return await claimstream(*words, environment=shell, folder=production.folder)


class TestOwnStores:
    async def test_the_bucket_is_removed_with_what_is_in_it(self, production: Production, settings: Settings) -> None:
        before = await production.state()
        async with own_stores(settings, "demo") as own, App(own) as demo:
            assert demo.blobs is not None
            assert own.gcs_bucket in await _buckets(production.stack.gcs)
            for name in ("t/1/mail.eml", "t/1/Überblick #1?.pdf", "t/1/100%25.txt"):
                await demo.blobs.put(name, b"raw", "message/rfc822")
        assert await production.state() == before

    async def test_the_bucket_is_removed_where_the_trial_fails(
        self, production: Production, settings: Settings
    ) -> None:
        before = await production.state()
        with pytest.raises(ZeroDivisionError):
            async with own_stores(settings, "demo"):
                raise ZeroDivisionError
        assert await production.state() == before

    async def test_the_stack_makes_no_bucket_on_a_server_of_the_user(self, settings: Settings, tmp_path: Path) -> None:
        async with LocalGcs(tmp_path) as gcs:
            theirs = {"storage_emulator_host": gcs.endpoint, "gcs_bucket": None, "gmail_base_url": None}
            async with LocalStack(settings.model_copy(update=theirs)):
                assert await _buckets(gcs) == []

    async def test_a_user_who_may_not_create_a_database_is_told(self, settings: Settings) -> None:
        assert settings.database_url is not None
        role = f"worker_{secrets.token_hex(4)}"
        url = settings.database_url.get_secret_value()
        owner = await asyncpg.connect(url)
        await owner.execute(f"CREATE ROLE {role} LOGIN")
        await owner.close()
        parts = urlsplit(url)
        theirs = urlunsplit(parts._replace(netloc=f"{role}@{parts.netloc.rpartition('@')[2]}"))
        poor = settings.model_copy(update={"database_url": SecretStr(theirs)})
        with pytest.raises(LocalStackError, match="CREATEDB"):
            async with own_stores(poor, "demo"):
                pass

    async def test_a_pooler_that_leads_elsewhere_is_refused(self, production: Production, settings: Settings) -> None:
        before = await production.state()
        async with _pooler(settings) as misled:
            with pytest.raises(LocalStackError, match="leads to the database"):
                async with own_stores(misled, "demo"):
                    pass
        assert await production.state() == before

    async def test_a_mongodb_that_holds_something_there_is_refused(
        self, production: Production, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chance = secrets.token_hex(6)
        monkeypatch.setattr("claimstream.evaluation.own_stores.secrets.token_hex", lambda _: chance)
        async with _mongo(settings) as mongo:
            await mongo[f"claimstream_demo_{chance}"]["clients"].insert_one({"_id": "of somebody else"})
            before = await production.state()
            with pytest.raises(LocalStackError, match="holds clients already"):
                async with own_stores(settings, "demo"):
                    pass
            assert await production.state() == before
            assert await mongo[f"claimstream_demo_{chance}"]["clients"].count_documents({}) == 1
            await mongo.drop_database(f"claimstream_demo_{chance}")


class TestTrialSettings:
    @pytest.mark.parametrize(
        ("use", "said"),
        [
            ("DATABASE_URI", "no such setting. Can be used: DATABASE_URL, DATABASE_POOLER, MONGODB_URL"),
            ("MONGODB_URL", "not set in the environment (a trial does not read .env)"),
            ("SMTP_URL", "not set"),
            ("GMAIL_SERVICE_ACCOUNT_FILE", "never opens a real mailbox"),
            ("GOOGLE_APPLICATION_CREDENTIALS", "no part in real Pub/Sub"),
            ("PUBSUB_ENDPOINT", "no part in real Pub/Sub"),
            ("GCS_BUCKET", "no bucket of yours"),
            ("BREAKER_REDIS_URL", "real workers"),
            ("MONGODB_DATABASE", "one of its own"),
            ("EMAILS_TOPIC", "one of its own"),
        ],
    )
    def test_a_name_that_cannot_be_used_is_refused(self, monkeypatch: pytest.MonkeyPatch, use: str, said: str) -> None:
        monkeypatch.setenv("SMTP_URL", "")
        monkeypatch.delenv("MONGODB_URL", raising=False)
        for refused in ("GMAIL_SERVICE_ACCOUNT_FILE", "GCS_BUCKET"):
            monkeypatch.setenv(refused, "x")
        with pytest.raises(SettingsError, match=f"^--use {use}: .*{said.replace('(', '.').replace(')', '.')}"):
            trial_settings([use])

    def test_all_wrong_names_are_told_at_once(self) -> None:
        with pytest.raises(SettingsError, match=r"--use ONE: (.|\n)*--use TWO: (.|\n)*--use GCS_BUCKET: "):
            trial_settings(["one,TWO", "GCS_BUCKET"])

    async def test_a_wrong_value_is_named(self, home: dict[str, str]) -> None:
        ended = await claimstream("demo", "--use", "SMTP_URL", environment=home | {"SMTP_URL": "mail.example"})
        assert (ended.status, "SMTP_URL: expected a URL like smtp://" in ended.err) == (2, True), ended.err

    def test_given_settings_know_no_file_and_no_environment(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DATABASE_URL", "nonsense")
        (tmp_path / ".env").write_bytes("MONGODB_URL=nonsense".encode("utf-16"))
        settings = given_settings({"log_level": "DEBUG"})
        assert (settings.database_url, settings.mongodb_url, settings.log_level) == (None, None, "DEBUG")
        assert settings.model_fields_set == {"log_level"}


@asynccontextmanager
async def _mongo(settings: Settings) -> AsyncIterator[AsyncIOMotorClient[dict[str, Any]]]:
    assert settings.mongodb_url is not None
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(settings.mongodb_url.get_secret_value())
    try:
        yield client
    finally:
        client.close()


async def _buckets(gcs: LocalGcs | None) -> list[str]:
    assert gcs is not None
    async with aiohttp.ClientSession() as session, session.get(f"{gcs.endpoint}/storage/v1/b") as answer:
        return sorted(one["name"] for one in (await answer.json()).get("items") or [])


async def _objects(stack: LocalStack) -> list[str]:
    assert stack.gcs is not None
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stack.gcs.endpoint}/storage/v1/b/{stack.settings.gcs_bucket}/o") as answer,
    ):
        return sorted(f"{one['name']} {one['generation']}" for one in (await answer.json()).get("items", []))


@asynccontextmanager
async def _pooler(settings: Settings) -> AsyncIterator[Settings]:
    """A server before PostgreSQL that leads every name to the one database, as ``* = dbname=…`` of PgBouncer does."""
    assert settings.database_url is not None
    url = urlsplit(settings.database_url.get_secret_value())

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(8)
        if first == b"\x00\x00\x00\x08\x04\xd2\x16\x2f":  # SSLRequest
            writer.write(b"N")
            first = await reader.readexactly(8)
        rest = await reader.readexactly(int.from_bytes(first[:4]) - 8)
        words = rest.split(b"\0")
        words[words.index(b"database") + 1] = url.path[1:].encode()
        startup = first[4:] + b"\0".join(words)
        there, back = await asyncio.open_connection(url.hostname, url.port)
        back.write((len(startup) + 4).to_bytes(4) + startup)
        await asyncio.gather(_pipe(reader, back), _pipe(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        where = urlunsplit(url._replace(netloc=f"{url.username}@127.0.0.1:{port}"))
        yield settings.model_copy(update={"database_url": SecretStr(where)})
    finally:
        server.close()


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        target.write(data)
    target.close()
