"""The calls of a tape, made with asyncio by the same client libraries as the worker's, with nothing around them."""

import base64
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack, nullcontext
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import aiosmtplib
import asyncpg
from anthropic import AsyncAnthropic
from gcloud.aio.storage import Storage
from motor.motor_asyncio import AsyncIOMotorClient

from bench.pipeline.tape import Call, Document, Download, Get, Letter, Publish, Question, Transaction, Upload
from claimstream.external.mongo import ClientsOptions
from claimstream.pubsub import Publisher, connect
from claimstream.pubsub.wire import Channel
from claimstream.settings import Settings


class BareCalls:
    """``async with BareCalls(settings, topic) as calls``, then :meth:`make` for each."""

    def __init__(self, settings: Settings, topic: str) -> None:
        self._settings = settings
        self._topic = topic
        self._exit = AsyncExitStack()
        self.channel: Channel
        self._publisher: Publisher
        self._http: aiohttp.ClientSession
        self._storage: Storage
        self._model: AsyncAnthropic
        self._pool: Any
        self._clients: Any

    async def __aenter__(self) -> Self:
        settings, enter = self._settings, self._exit.enter_async_context
        assert settings.gmail_token is not None
        assert settings.anthropic_api_key is not None
        assert settings.database_url is not None
        assert settings.mongodb_url is not None
        self._http = await enter(
            aiohttp.ClientSession(
                headers={"Authorization": f"Bearer {settings.gmail_token.get_secret_value()}"},
                connector=aiohttp.TCPConnector(limit=0),
            )
        )
        self._storage = Storage(api_root=settings.storage_emulator_host)
        self._exit.push_async_callback(self._storage.close)
        self._model = await enter(
            AsyncAnthropic(
                api_key=settings.anthropic_api_key.get_secret_value(),
                base_url=settings.anthropic_base_url,
                max_retries=0,
                open_telemetry=False,
            )
        )
        dsn = settings.database_url.get_secret_value()
        self._pool = await enter(
            asyncpg.create_pool(dsn, min_size=1, max_size=settings.database_connections, reset=_nothing)
        )
        url = settings.mongodb_url.get_secret_value()
        mongo: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(url, tz_aware=True)
        self._exit.callback(mongo.close)
        collection = ClientsOptions(url=url, database=settings.mongodb_database).collection
        self._clients = mongo[settings.mongodb_database][collection]
        self.channel = await connect(emulator_host=settings.pubsub_emulator_host)
        self._exit.push_async_callback(self.channel.close)
        self._publisher = Publisher(self.channel, self._topic)
        self._exit.push_async_callback(self._publisher.close)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    async def make(self, call: Call) -> None:
        match call:
            case Transaction(statements, explicit):
                async with self._pool.acquire() as connection, connection.transaction() if explicit else nullcontext():
                    for statement in statements:
                        await getattr(connection, statement.method)(statement.sql, *statement.arguments)
            case Document("find", arguments):
                await self._clients.find(*arguments).to_list(None)
            case Document(method, arguments):
                await getattr(self._clients, method)(*arguments)
            case Get(path, query):
                await self._get(path, query)
            case Upload(name, data, content_type, metadata):
                await self._storage.upload(
                    str(self._settings.gcs_bucket),
                    name,
                    data,
                    content_type=content_type,
                    parameters={"ifGenerationMatch": "0"},
                    metadata=dict(metadata),
                    force_resumable_upload=False,
                )
            case Download(name):
                await self._storage.download(str(self._settings.gcs_bucket), name)
            case Question(arguments):
                async with self._model.messages.stream(**arguments) as stream:
                    await stream.until_done()
            case Letter(content, sender, recipients):
                server = urlsplit(self._settings.smtp_url.get_secret_value()) if self._settings.smtp_url else None
                assert server is not None
                async with aiosmtplib.SMTP(hostname=server.hostname, port=server.port) as client:
                    await client.sendmail(sender, list(recipients), content)
            case Publish(data, attributes):
                await self._publisher.publish(data, attributes)

    async def _get(self, path: str, query: Mapping[str, str] | None) -> None:
        async with self._http.get(f"{self._settings.gmail_base_url}{path}", params=query) as response:
            body = json.loads(await response.read())
        if "raw" in body:
            base64.urlsafe_b64decode(body["raw"] + "==")


async def _nothing(_: object) -> None:
    """A worker's pool does not send a statement with each connection that goes back, either."""
