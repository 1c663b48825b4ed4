"""Circuits that all workers share through Redis: what one of them has met, the others need not find out."""

import secrets
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from purgatory import AsyncRedisUnitOfWork

from claimstream.external.errors import Outage

_TIMEOUT_SECONDS = 0.5
"""For a connection, and for an answer: each call to a service asks first, and goes on without when this is over."""


_TURN = "cbr-turn::"
"""Beside purgatory's own keys, which begin with ``cbr::``."""

_TAKE_TURN = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
"""In one step. Whose turn it is already has it anew for the whole time: else it would lapse under the second probe."""


class RedisMissingError(ImportError):
    """The client library is not installed."""


class RedisUrlError(ValueError):
    """The client library can make nothing of the URL."""


class SharedCircuits(AsyncRedisUnitOfWork):
    """purgatory's unit of work, with time-outs. Connects when it is first used, and again after Redis was down."""

    def __init__(self, url: str) -> None:
        """``url``: redis://… or rediss://… Raises :class:`RedisMissingError`, :class:`RedisUrlError`."""
        try:
            from redis import RedisError  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise RedisMissingError("needs Redis's client: pip install 'claimstream[redis]'") from error
        try:
            super().__init__(_with_timeouts(url))
            self._redis: Any = self.contexts.redis  # type: ignore[attr-defined]  # of purgatory's repository for Redis
            # Connects to nothing. An option that does not exist would else be found out at each call, and fail it.
            self._redis.connection_pool.make_connection()
        except (RedisError, TypeError, ValueError) as error:
            raise RedisUrlError(str(error)) from error
        self._name = secrets.token_hex(8)

    async def take_turn(self, name: str, *, seconds: float) -> bool:
        """:meth:`.Turns.take_turn`. Whoever has the turn may ask again: its probe may have been cancelled."""
        return bool(await self._redis.eval(_TAKE_TURN, 1, f"{_TURN}{name}", self._name, max(1, round(seconds * 1000))))

    async def check(self) -> str:
        """Raises ExternalError, which says what to do."""
        from redis import RedisError  # noqa: PLC0415 - an extra

        try:
            await self._redis.get(f"{_TURN}check")  # what a worker does, too: it may be all that it is permitted
        except (RedisError, OSError) as error:
            message = f"{error}. Check BREAKER_REDIS_URL; until it answers each worker keeps its circuits to itself"
            raise Outage("redis", "check", message) from error
        return "answers, circuits are shared"

    async def close(self) -> None:
        await self._redis.aclose()


def _with_timeouts(url: str) -> str:
    """Those that the URL names itself are kept."""
    parts = urlsplit(url)
    try:
        _ = parts.port
    except ValueError:  # its text quotes what stands there: a part of the password, where that has a slash
        said = "What follows the host is no port. In a password, / is written as %2F, : as %3A, @ as %40."
        raise RedisUrlError(said) from None
    names = ("socket_timeout", "socket_connect_timeout")
    added = [f"{name}={_TIMEOUT_SECONDS}" for name in names if f"{name}=" not in parts.query]
    return urlunsplit(parts._replace(query="&".join(part for part in (parts.query, *added) if part)))
