"""The whole embedded stack: whatever the settings do not already provide is started on a free loopback port.

The same stack serves the demo, the evaluation and the tests.
"""

import asyncio
import secrets
import tempfile
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import SecretStr

from claimstream.local.claude.script import ScriptedAnswer
from claimstream.local.claude.server import ClaudeServer
from claimstream.local.gmail.server import GmailServer
from claimstream.local.otlp.server import OtlpServer
from claimstream.local.pubsub_server import PubSubServer
from claimstream.local.servers.gcs import LocalGcs
from claimstream.local.servers.mongo import LocalMongo
from claimstream.local.servers.postgres import LocalPostgres
from claimstream.local.servers.process import LocalStackError
from claimstream.local.servers.smtp import LocalSmtp
from claimstream.pubsub import Publisher, connect
from claimstream.pubsub.wire import Channel
from claimstream.settings import Settings

BUCKET = "claimstream-local"


class LocalStack:
    """``async with LocalStack(settings) as stack``; then ``stack.settings`` are complete.

    A part that the given settings name is left to them: PostgreSQL, MongoDB, GCS, Pub/Sub, Claude, SMTP, collector.
    The Gmail server is always ours, since mail has to arrive in it.
    """

    def __init__(self, settings: Settings, *, scripts: list[ScriptedAnswer] | None = None, model: bool = True) -> None:
        """
        Args:
            scripts: what the stand-in for Claude answers; without a matching one it has found nothing.
            model: False: no model at all, where the settings name none.
        """
        self._given = settings
        self._scripts = scripts or []
        self._with_model = model
        self._exit = AsyncExitStack()
        self._publishers: dict[str, Publisher] = {}
        self._channel: Channel | None = None
        self.embedded: dict[str, Any] = {}
        """What was started, by the field of the settings that it fills."""
        self.postgres: LocalPostgres | None = None
        self.mongo: LocalMongo | None = None
        self.gcs: LocalGcs | None = None
        self.smtp: LocalSmtp | None = None
        self.pubsub: PubSubServer | None = None
        self.claude: ClaudeServer | None = None
        self.otlp: OtlpServer | None = None
        self.gmail: GmailServer

    @property
    def settings(self) -> Settings:
        return self._given.model_copy(update=self.embedded)

    def environment(self) -> dict[str, str]:
        """The embedded parts as variables, for another process."""
        return as_environment(self.settings, self.embedded)

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    async def _start(self) -> None:
        given = self._given
        if given.gmail_base_url is not None:
            raise LocalStackError("GMAIL_BASE_URL is set, but the local stack has to bring its own Gmail. Unset it.")
        root = Path(
            self._exit.enter_context(tempfile.TemporaryDirectory(prefix="claimstream-", ignore_cleanup_errors=True))
        )
        # Servers first, side by side: they are processes, and PostgreSQL takes a second to be initialised.
        async with asyncio.TaskGroup() as group:
            if given.database_url is None:
                group.create_task(self._start_postgres(root / "postgres"))
            if given.mongodb_url is None:
                group.create_task(self._start_mongo(root / "mongo"))
            if given.storage_emulator_host is None and given.gcs_bucket is None:
                group.create_task(self._start_gcs(root / "gcs"))
        if given.smtp_url is None:
            self.smtp = await self._exit.enter_async_context(LocalSmtp())
            self._fill(smtp_url=self.smtp.url)
            if given.notification_email is None:
                self._fill(notification_email="sachbearbeitung@kanzlei.example")
        if given.pubsub_emulator_host is None and given.google_application_credentials is None:
            self.pubsub = await self._exit.enter_async_context(PubSubServer())
            self._fill(pubsub_emulator_host=self.pubsub.target)
        if given.anthropic_api_key is None and given.anthropic_base_url is None and self._with_model:
            self.claude = await self._exit.enter_async_context(ClaudeServer(scripts=self._scripts))
            self._fill(anthropic_api_key=self.claude.api_key, anthropic_base_url=self.claude.base_url)
        if given.otel_exporter_otlp_endpoint is None:
            self.otlp = await self._exit.enter_async_context(OtlpServer())
            self._fill(
                otel_exporter_otlp_endpoint=f"http://{self.otlp.grpc_endpoint}", otel_exporter_otlp_protocol="grpc"
            )
        self.gmail = await self._exit.enter_async_context(
            # Ids of its own in every run: a database of the user's may remember those of an earlier demo.
            GmailServer(publish=self._publish, seed=secrets.randbits(64))
        )
        self._fill(gmail_base_url=self.gmail.base_url, gmail_token=self.gmail.token)
        self._fill(gmail_user_units_per_minute=0.0, gmail_project_units_per_minute=0.0)  # it has no quota
        self._exit.push_async_callback(self._close_channel)

    def _fill(self, **values: Any) -> None:
        for name, value in values.items():
            annotation = str(Settings.model_fields[name].annotation)
            self.embedded[name] = SecretStr(value) if "SecretStr" in annotation else value

    async def _start_postgres(self, directory: Path) -> None:
        self.postgres = await self._exit.enter_async_context(LocalPostgres(directory))
        self._fill(database_url=self.postgres.dsn)

    async def _start_mongo(self, directory: Path) -> None:
        self.mongo = await self._exit.enter_async_context(LocalMongo(directory))
        self._fill(mongodb_url=self.mongo.url)

    async def _start_gcs(self, directory: Path) -> None:
        self.gcs = await self._exit.enter_async_context(LocalGcs(directory))
        await self.gcs.create_bucket(BUCKET)
        self._fill(storage_emulator_host=self.gcs.endpoint, gcs_bucket=BUCKET)

    async def _publish(self, topic: str, data: bytes) -> None:
        """How the Gmail server pushes: to the topic that its watch was given."""
        if self._channel is None:
            settings = self.settings
            self._channel = await connect(
                emulator_host=settings.pubsub_emulator_host, endpoint=settings.pubsub_endpoint
            )
        if topic not in self._publishers:
            self._publishers[topic] = Publisher(self._channel, topic)
        await self._publishers[topic].publish(data)

    async def _close_channel(self) -> None:
        for publisher in self._publishers.values():
            await publisher.close()
        if self._channel is not None:
            await self._channel.close()


def as_environment(settings: Settings, fields: Iterable[str]) -> dict[str, str]:
    """These fields as variables, as far as they are set."""
    values: dict[str, Any] = settings.model_dump(include=set(fields), exclude_none=True)
    return {
        name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values.items()
    }
