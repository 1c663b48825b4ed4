"""Writes down the calls that a worker makes of its client libraries. Slow: never on while something is measured."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any

import aiosmtplib
from anthropic.resources.messages import AsyncMessages
from gcloud.aio.storage import Storage

from bench.pipeline.tape import (
    Call,
    Document,
    Download,
    Get,
    Letter,
    Publish,
    Question,
    Statement,
    Tape,
    Transaction,
    Upload,
)
from claimstream.external.gmail import Gmail
from claimstream.external.mongo import Clients
from claimstream.mailbox.publishing import EmailPublishing
from claimstream.pipeline.runner import Runner
from claimstream.publishing import GuardedPublisher
from claimstream.store.database import Database

Method = Callable[..., Any]

_whose: ContextVar[list[Call] | None] = ContextVar("whose", default=None)


class Recorder:
    """From :meth:`start` on everything goes to :attr:`tape`; the classes stay changed until the process ends."""

    def __init__(self) -> None:
        self.tape = Tape()

    def start(self) -> None:
        wrap(Runner, "process", self._of_email(lambda: self.tape.processed, str))
        wrap(EmailPublishing, "publish", self._of_email(lambda: self.tape.published, lambda email: str(email.email_id)))
        wrap(Database, "run", self._run)
        wrap(Clients, "_collection", lambda original: lambda clients: _Collection(original(clients), self._note))
        wrap(Gmail, "_request", self._get)
        wrap(Storage, "upload", self._upload)
        wrap(Storage, "download", self._download)
        wrap(AsyncMessages, "stream", self._question)
        wrap(aiosmtplib.SMTP, "send_message", self._letter)
        wrap(GuardedPublisher, "publish", self._publish)

    def _note(self, call: Call) -> None:
        whose = _whose.get()
        (self.tape.shared if whose is None else whose).append(call)

    @staticmethod
    def _of_email(where: Callable[[], dict[str, list[Call]]], name: Callable[[Any], str]) -> Callable[[Method], Method]:
        def wrapped(original: Method) -> Method:
            async def method(own: Any, email: Any) -> Any:
                token = _whose.set(where().setdefault(name(email), []))
                try:
                    return await original(own, email)
                finally:
                    _whose.reset(token)

            return method

        return wrapped

    def _run(self, original: Method) -> Method:
        async def run(
            own: Database, operation: str, work: Callable[[Any], Awaitable[Any]], *, transaction: bool = True
        ) -> Any:
            statements: list[Statement] = []

            async def noted(connection: Any) -> Any:
                return await work(_Connection(connection, statements))

            try:
                return await original(own, operation, noted, transaction=transaction)
            finally:
                self._note(Transaction(tuple(statements), explicit=transaction))

        return run

    def _get(self, original: Method) -> Method:
        async def request(own: Gmail, method: str, url: str, query: Mapping[str, str] | None, *rest: Any) -> Any:
            if method == "GET":
                self._note(Get("/gmail/v1/" + url.partition("/gmail/v1/")[2], query))
            return await original(own, method, url, query, *rest)

        return request

    def _upload(self, original: Method) -> Method:
        async def upload(own: Storage, bucket: str, name: str, data: bytes, **options: Any) -> Any:
            self._note(Upload(name, data, options["content_type"], options["metadata"]))
            return await original(own, bucket, name, data, **options)

        return upload

    def _download(self, original: Method) -> Method:
        async def download(own: Storage, bucket: str, name: str, **options: Any) -> Any:
            self._note(Download(name))
            return await original(own, bucket, name, **options)

        return download

    def _question(self, original: Method) -> Method:
        def stream(own: AsyncMessages, **arguments: Any) -> Any:
            self._note(Question(arguments))
            return original(own, **arguments)

        return stream

    def _letter(self, original: Method) -> Method:
        async def send_message(own: aiosmtplib.SMTP, message: Any, *, sender: str, recipients: Iterable[str]) -> Any:
            self._note(Letter(message.as_bytes(), sender, tuple(recipients)))
            return await original(own, message, sender=sender, recipients=recipients)

        return send_message

    def _publish(self, original: Method) -> Method:
        async def publish(own: GuardedPublisher, data: bytes, attributes: Mapping[str, str]) -> Any:
            self._note(Publish(data, dict(attributes)))
            return await original(own, data, attributes)

        return publish


class _Connection:
    def __init__(self, connection: Any, statements: list[Statement]) -> None:
        self._connection = connection
        self._statements = statements

    def __getattr__(self, method: str) -> Any:
        original = getattr(self._connection, method)
        if method == "cursor":

            def opened(sql: str, *arguments: Any, prefetch: int) -> Any:
                self._statements.append(Statement("fetch", sql, arguments))
                return original(sql, *arguments, prefetch=prefetch)

            return opened
        if method not in {"execute", "executemany", "fetch", "fetchrow", "fetchval"}:
            return original

        async def noted(sql: str, *arguments: Any) -> Any:
            self._statements.append(Statement(method, sql, arguments))
            return await original(sql, *arguments)

        return noted


class _Collection:
    def __init__(self, collection: Any, note: Callable[[Call], None]) -> None:
        self._collection = collection
        self._note = note

    def __getattr__(self, method: str) -> Any:
        original = getattr(self._collection, method)
        if method not in {"find", "find_one", "update_one"}:
            return original

        def noted(*arguments: Any) -> Any:
            self._note(Document(method, arguments))
            return original(*arguments)

        return noted


def wrap(owner: type, name: str, wrapper: Callable[[Method], Method]) -> None:
    """Put ``wrapper(original)`` in a method's place."""
    setattr(owner, name, wrapper(getattr(owner, name)))
