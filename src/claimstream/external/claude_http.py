"""HTTP to Anthropic: the SDK's own client, with what all our clients have, and answers of a size that fits."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
from anthropic import DefaultAsyncHttpxClient
from yarl import URL

from claimstream.external.sessions import on_this_machine, tls_context
from claimstream.external.sizes import MEBIBYTE, MOST_OF_AN_EVENT, MOST_OF_CLAUDE

_ENDS_OF_AN_EVENT = (b"\n\n", b"\r\n\r\n", b"\r\r")
_AT_ONCE = 16 * 1024
"""Bytes between two chances for everything else."""


class UnfitAnswerError(httpx2.StreamError):
    """An answer that no model gives: longer than any, or compressed though that was not asked for."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def http_client(base_url: str) -> DefaultAsyncHttpxClient:
    """Return the SDK's own, with the authorities that all clients believe, and without a proxy to this machine.

    Nothing is unpacked: a compressed answer of a megabyte may be one of a gigabyte.
    """
    direct = {f"all://{URL(base_url).host}": None} if on_this_machine(base_url) else {}
    return DefaultAsyncHttpxClient(
        verify=tls_context(),
        mounts=direct,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_bound]},
    )


async def _bound(response: httpx2.Response) -> None:
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding != "identity":
        raise UnfitAnswerError("answered compressed, which was not asked for.")
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _BoundedStream(response.stream)


class _BoundedStream(httpx2.AsyncByteStream):
    """The SDK goes over an event again with each of its lines, and takes what is there without a pause."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left, event, tail = MOST_OF_CLAUDE, 0, b""
        async for chunk in self._stream:
            for start in range(0, len(chunk), _AT_ONCE):
                piece = chunk[start : start + _AT_ONCE]
                left -= len(piece)
                if left < 0:
                    raise UnfitAnswerError(f"answered with over {MOST_OF_CLAUDE // MEBIBYTE} MB.")
                seen = tail + piece
                end = max(seen.rfind(blank) for blank in _ENDS_OF_AN_EVENT)
                event = len(seen) - end if end >= 0 else event + len(piece)
                if event > MOST_OF_AN_EVENT:
                    raise UnfitAnswerError(f"answered with an event of over {MOST_OF_AN_EVENT // 1024} KB.")
                tail = seen[-3:]
                yield piece
                await asyncio.sleep(0)

    async def aclose(self) -> None:
        await self._stream.aclose()
