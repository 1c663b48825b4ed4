"""That the URLs of ``docs/security.md`` insist on TLS, and on whom to believe."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from tests.external.conftest import Entrance
from tests.external.test_shared_circuits import answer, break_down, worker
from tests.external.tls import Authority, behind_tls

from claimstream.external import postgres_errors
from claimstream.external.errors import BreakerOpen, ExternalError, Outage
from claimstream.external.mongo import Clients, ClientsOptions
from claimstream.external.smtp import Mailer, SmtpOptions
from claimstream.local.servers.mongo import LocalMongo
from claimstream.local.servers.ports import LOOPBACK
from claimstream.local.servers.process import Command
from claimstream.local.servers.redis import LocalRedis
from claimstream.local.stack import LocalStack
from claimstream.store.database import Connection, Database

SENDER = "claimstream@kanzlei.example"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ours")


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "strangers")


class TestPostgresql:
    @pytest.fixture
    async def port(self, stack: LocalStack, authority: Authority) -> AsyncIterator[int]:
        assert stack.postgres is not None
        async with behind_tls(stack.postgres.port, authority.server, postgresql=True) as port:
            yield port

    async def ask(self, entrance: Entrance, server: str, query: str) -> int:
        service = entrance.door.service(postgres_errors.SERVICE, postgres_errors.classify)
        database = Database(f"postgresql://claimstream@{server}/claimstream?{query}", call=service.call)

        async def one(connection: Connection) -> int:
            found: int = await connection.fetchval("SELECT 1")
            return found

        await database.open()
        try:
            return await database.run("SELECT", one)
        finally:
            await database.close()

    async def test_a_server_whose_authority_is_named_is_believed(
        self, entrance: Entrance, port: int, authority: Authority
    ) -> None:
        query = f"sslmode=verify-full&sslrootcert={authority.file}"
        assert await self.ask(entrance, f"localhost:{port}", query) == 1

    async def test_a_server_of_another_authority_is_not(
        self, entrance: Entrance, port: int, stranger: Authority
    ) -> None:
        with pytest.raises(Outage, match=r"no TLS connection .* sslrootcert in DATABASE_URL"):
            await self.ask(entrance, f"localhost:{port}", f"sslmode=verify-full&sslrootcert={stranger.file}")

    async def test_a_server_of_another_name_is_not(self, entrance: Entrance, port: int, authority: Authority) -> None:
        with pytest.raises(Outage, match="no TLS connection"):
            await self.ask(entrance, f"{LOOPBACK}:{port}", f"sslmode=verify-full&sslrootcert={authority.file}")

    @pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
    async def test_a_server_without_tls_is_told_nothing(
        self, entrance: Entrance, stack: LocalStack, authority: Authority, mode: str
    ) -> None:
        assert stack.postgres is not None
        query = f"sslmode={mode}" + ("" if mode == "require" else f"&sslrootcert={authority.file}")
        with pytest.raises(Outage, match=r"has no TLS, on which DATABASE_URL insists.*sslmode"):
            await self.ask(entrance, f"localhost:{stack.postgres.port}", query)

    async def test_a_server_without_tls_will_do_where_it_is_only_preferred(
        self, entrance: Entrance, stack: LocalStack
    ) -> None:
        assert stack.postgres is not None
        assert await self.ask(entrance, f"localhost:{stack.postgres.port}", "sslmode=prefer") == 1


class MongoWithTls(LocalMongo):
    def __init__(self, directory: Path, authority: Authority) -> None:
        super().__init__(directory)
        self._authority = authority

    def command(self, port: int) -> Command:
        command = super().command(port)
        files = str(self._authority.certificate_file), str(self._authority.key_file)
        return replace(command, arguments=[*command.arguments, "--tls-cert-file", files[0], "--tls-key-file", files[1]])

    async def answers(self, port: int) -> bool:
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            return False
        writer.close()
        return True


async def test_mongodb_is_believed_by_the_authority_that_its_url_names(
    entrance: Entrance, authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    async def check(query: str, host: str = "localhost") -> str:
        url = f"mongodb://{host}:{server.port}/?directConnection=true{query}"
        clients = Clients(entrance.door, ClientsOptions(url=url, server_selection_timeout_seconds=1.0))
        try:
            return await clients.check()
        finally:
            await clients.close()

    async with MongoWithTls(tmp_path / "mongo", authority) as server:
        believes = f"&tls=true&tlsCAFile={authority.file}"
        assert "can be read" in await check(believes)
        for query in (f"&tls=true&tlsCAFile={stranger.file}", "&tls=true", ""):
            with pytest.raises(Outage):
                await check(query)
        with pytest.raises(Outage):
            await check(believes, LOOPBACK)


async def test_redis_is_believed_by_the_authority_that_its_url_names(
    authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    async with LocalRedis(tmp_path / "redis") as redis, behind_tls(redis.port, authority.server) as port:
        url = f"rediss://localhost:{port}/0?ssl_ca_certs="
        async with worker(f"{url}{authority.file}") as one, worker(f"{url}{authority.file}") as other:
            await break_down(one)
            with pytest.raises(BreakerOpen):
                await other.call("get", answer)
            async with worker(f"{url}{stranger.file}") as alone:
                assert await alone.call("get", answer) == "there", "it learns nothing from a stranger, and goes on"


class MailServer:
    """Takes mail from whoever has logged in, and keeps the passwords that it is told."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self.passwords: list[bytes] = []
        self.mails: list[tuple[bool, bytes]] = []
        """Whether it came over TLS, and what it says."""

    def __call__(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.passwords.append(data.password)
        return AuthResult(success=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append((session.ssl is not None, envelope.original_content or b""))
        return "250 2.0.0 OK"

    def make(self) -> SMTP:
        return SMTP(
            self,
            hostname="localhost",
            tls_context=self._authority.server,
            authenticator=self,
            loop=asyncio.get_running_loop(),
        )


class TestSmtp:
    @pytest.fixture
    def server(self, authority: Authority) -> MailServer:
        return MailServer(authority)

    @pytest.fixture
    async def port(self, server: MailServer) -> AsyncIterator[int]:
        running = await asyncio.get_running_loop().create_server(server.make, LOOPBACK, 0)
        yield running.sockets[0].getsockname()[1]
        running.close()

    @pytest.mark.parametrize("login", ["user:secret@", ""])
    async def test_mail_goes_over_starttls_where_it_is_offered(
        self,
        entrance: Entrance,
        server: MailServer,
        port: int,
        authority: Authority,
        login: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        mailer = Mailer(entrance.door, SmtpOptions(f"smtp://{login}localhost:{port}", SENDER))
        await mailer.send("t@kanzlei.example", "Hallo", "Text", message_id="<n-1@claimstream>")
        assert [over_tls for over_tls, _ in server.mails] == [True]
        assert server.passwords == ([b"secret"] if login else [])

    @pytest.mark.parametrize("host", ["localhost", LOOPBACK])
    async def test_a_server_that_is_not_believed_is_told_nothing(
        self,
        entrance: Entrance,
        server: MailServer,
        port: int,
        authority: Authority,
        stranger: Authority,
        host: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Of another authority; or of another name."""
        believed = stranger if host == "localhost" else authority
        monkeypatch.setenv("SSL_CERT_FILE", str(believed.file))
        for login in ("user:secret@", ""):
            mailer = Mailer(entrance.door, SmtpOptions(f"smtp://{login}{host}:{port}", SENDER))
            with pytest.raises(ExternalError, match="no TLS connection"):
                await mailer.send("t@kanzlei.example", "Hallo", "Text", message_id="<n-2@claimstream>")
        assert (server.passwords, server.mails) == ([], [])
