"""Circuits that all workers share through Redis: what one of them has met, the others need not find out."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from purgatory import AsyncRedisUnitOfWork

_TIMEOUT_SECONDS = 0.5
"""For a connection, and for an answer: each call to a service asks first, and goes on without when this is over."""


class RedisMissingError(ImportError):
    """The client library is not installed."""


class SharedCircuits(AsyncRedisUnitOfWork):
    """purgatory's unit of work, with time-outs. Connects when it is first used, and again after Redis was down."""

    def __init__(self, url: str) -> None:
        """``url``: redis://… or rediss://… Raises :class:`RedisMissingError`."""
        try:
            import redis  # noqa: F401, PLC0415 - an extra
        except ImportError as error:
            raise RedisMissingError("needs Redis's client: pip install 'claimstream[redis]'") from error
        super().__init__(_with_timeouts(url))

    async def close(self) -> None:
        client: Any = self.contexts.redis  # type: ignore[attr-defined]  # of purgatory's repository for Redis
        await client.aclose()


def _with_timeouts(url: str) -> str:
    """Those that the URL names itself are kept."""
    parts = urlsplit(url)
    names = ("socket_timeout", "socket_connect_timeout")
    added = [f"{name}={_TIMEOUT_SECONDS}" for name in names if f"{name}=" not in parts.query]
    return urlunsplit(parts._replace(query="&".join(part for part in (parts.query, *added) if part)))
