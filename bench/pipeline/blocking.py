"""The calls of a tape, made by blocking clients from many threads at a time."""

import base64
import json
import queue
import smtplib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx2
import psycopg  # type: ignore[import-not-found]  # only in the benchmark's environment
from anthropic import Anthropic
from pymongo import MongoClient

from bench.pipeline.tape import Call, Document, Download, Get, Letter, Publish, Question, Statement, Transaction, Upload
from claimstream.external.mongo import ClientsOptions
from claimstream.settings import Settings


class BlockingCalls:
    """``with BlockingCalls(settings) as calls``, then :meth:`make` from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._exit = ExitStack()
        self._connections: queue.LifoQueue[Any] = queue.LifoQueue()
        assert settings.gmail_token is not None
        assert settings.anthropic_api_key is not None
        assert settings.mongodb_url is not None
        assert settings.smtp_url is not None
        unlimited = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        self._gmail = httpx2.Client(
            base_url=str(settings.gmail_base_url),
            headers={"Authorization": f"Bearer {settings.gmail_token.get_secret_value()}"},
            timeout=None,
            limits=unlimited,
        )
        self._storage = httpx2.Client(base_url=str(settings.storage_emulator_host), timeout=None, limits=unlimited)
        self._model = Anthropic(
            api_key=settings.anthropic_api_key.get_secret_value(),
            base_url=settings.anthropic_base_url,
            max_retries=0,
            timeout=None,
        )
        url = settings.mongodb_url.get_secret_value()
        self._mongo: MongoClient[dict[str, Any]] = MongoClient(url, tz_aware=True)
        collection = ClientsOptions(url=url, database=settings.mongodb_database).collection
        self._clients = self._mongo[settings.mongodb_database][collection]
        self._smtp = urlsplit(settings.smtp_url.get_secret_value())

    def __enter__(self) -> Self:
        assert self._settings.database_url is not None
        dsn = self._settings.database_url.get_secret_value()
        for _ in range(self._settings.database_connections):
            connection = psycopg.connect(dsn, cursor_factory=psycopg.RawCursor, autocommit=True)
            self._exit.callback(connection.close)
            self._connections.put(connection)
        for client in (self._gmail, self._storage, self._model, self._mongo):
            self._exit.callback(client.close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    def make(self, call: Call) -> bytes | None:
        """The raw mail, where it was asked for."""
        match call:
            case Transaction(statements):
                with self._connection() as connection, connection.transaction():
                    for statement in statements:
                        _run(connection, statement)
            case Document("find", arguments):
                list(self._clients.find(*arguments))
            case Document(method, arguments):
                getattr(self._clients, method)(*arguments)
            case Get(path, query):
                body = self._gmail.get(path, params=query).raise_for_status().json()
                return base64.urlsafe_b64decode(body["raw"] + "==") if "raw" in body else None
            case Upload():
                self._upload(call)
            case Download(name):
                self._storage.get(f"/storage/v1/b/{self._bucket}/o/{quote(name, safe='')}").raise_for_status()
            case Question(arguments):
                with self._model.messages.stream(**arguments) as stream:
                    stream.until_done()
            case Letter(content, sender, recipients):
                with smtplib.SMTP(str(self._smtp.hostname), self._smtp.port or 25) as server:
                    server.sendmail(sender, recipients, content)
            case Publish():
                pass  # the broker's message stands for it
        return None

    @property
    def _bucket(self) -> str:
        return str(self._settings.gcs_bucket)

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        connection = self._connections.get()
        try:
            yield connection
        finally:
            self._connections.put(connection)

    def _upload(self, upload: Upload) -> None:
        described = json.dumps({"name": upload.name, **upload.metadata})
        head = f"--part\r\nContent-Type: application/json\r\n\r\n{described}\r\n"
        head += f"--part\r\nContent-Type: {upload.content_type}\r\n\r\n"
        self._storage.post(
            f"/upload/storage/v1/b/{self._bucket}/o",
            params={"uploadType": "multipart", "ifGenerationMatch": "0"},
            headers={"Content-Type": "multipart/related; boundary=part"},
            content=head.encode() + upload.data + b"\r\n--part--\r\n",
        ).raise_for_status()


def _run(connection: Any, statement: Statement) -> None:
    if statement.method == "executemany":
        with connection.cursor() as cursor:
            cursor.executemany(statement.sql, statement.arguments[0])
        return
    cursor = connection.execute(statement.sql, statement.arguments)
    if cursor.description is not None:
        cursor.fetchall()
