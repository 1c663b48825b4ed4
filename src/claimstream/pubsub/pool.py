"""Several connections to the service behind one channel."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from claimstream.pubsub.wire import Channel, StreamStub, UnaryStub

STREAMS_A_CONNECTION = 10
"""The number of StreamingPull calls that share a connection. Google's front ends take 100 concurrent calls on one; what
is over the limit waits in gRPC without a word, acknowledgements too (googleapis/google-cloud-go#5513,
googleapis/nodejs-pubsub#550). Proxies may take fewer, and gRPC does not tell how many."""


class _Streams:
    """A connection of streaming pulls."""

    def __init__(self, connection: Channel) -> None:
        self.connection = connection
        self.count = 0


class Pool:
    """A `Channel` that keeps kinds of calls apart.

    Control calls (acknowledge, extend, administration) have a connection of their own, and so has publishing, whose
    requests are large. Streaming pulls spread over as many as they need. A connection is opened by its first call.
    """

    def __init__(self, connect: Callable[[], Channel]) -> None:
        """
        Args:
            connect: makes a channel that shares no connection with another one.
        """
        self._connect = connect
        self._control = connect()
        self._publishing = connect()
        self._streams: list[_Streams] = []
        self._process = os.getpid()

    def unary_unary(
        self, method: str, request_serializer: Callable[..., bytes], response_deserializer: Callable[[bytes], Any]
    ) -> UnaryStub:
        """Return the stub of a unary method, on the connection of its kind."""
        self._refuse_after_fork()
        connection = self._publishing if method.endswith("/Publish") else self._control
        return connection.unary_unary(method, request_serializer, response_deserializer)

    def stream_stream(
        self, method: str, request_serializer: Callable[..., bytes], response_deserializer: Callable[[bytes], Any]
    ) -> StreamStub:
        """Return a stub of a streaming method beside the control calls; a `Subscriber` uses `stream()` instead."""
        self._refuse_after_fork()
        return self._control.stream_stream(method, request_serializer, response_deserializer)

    def get_state(self, try_to_connect: bool = False) -> Any:
        """Return the state of the connection for control calls."""
        return self._control.get_state(try_to_connect)

    @contextmanager
    def stream(self) -> Iterator[Channel]:
        """Give a connection with room for one more streaming pull."""
        self._refuse_after_fork()
        streams = next((some for some in self._streams if some.count < STREAMS_A_CONNECTION), None)
        if streams is None:
            streams = _Streams(self._connect())
            self._streams.append(streams)
        streams.count += 1
        try:
            yield streams.connection
        finally:
            streams.count -= 1

    async def close(self, grace: float | None = None) -> None:
        """Close every connection."""
        connections = [self._control, self._publishing, *(streams.connection for streams in self._streams)]
        await asyncio.gather(*(connection.close(grace) for connection in connections))

    def _refuse_after_fork(self) -> None:
        if os.getpid() != self._process:
            raise RuntimeError(
                "this Pub/Sub channel was opened before the process was forked, and gRPC's connections do not survive "
                "that: open one in the child, or start it with multiprocessing's 'spawn' or 'forkserver'"
            )


def stream_connection(channel: Channel) -> AbstractContextManager[Channel]:
    """Give the connection of one more streaming pull; a plain gRPC channel has only its own."""
    return channel.stream() if isinstance(channel, Pool) else nullcontext(channel)
