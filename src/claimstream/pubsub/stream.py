"""One StreamingPull call, from opening to end."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from claimstream.pubsub.options import SubscriberOptions
from claimstream.pubsub.wire import (
    AioRpcError,
    RawStreamingPullResponse,
    StreamCall,
    StreamingPullRequest,
    StreamStub,
    routing,
)

_PROTOCOL_VERSION = 1
"""The client pings every 30 s, and the service answers each ping within 15 s. Older services and emulators do not
answer; until one has, nothing is expected (googleapis/google-cloud-go#13457, googleapis/google-cloud-java#14348)."""
_OPEN_SECONDS = 1.0
_SLOW_SECONDS = 5.0


class SilentStreamError(Exception):
    """The service, which answers heartbeats, did not answer one: the connection is dead though it looks open."""


class PullStream:
    """One call. `receive` is awaited for each response, so that its waiting holds back the service."""

    def __init__(
        self,
        stub: StreamStub,
        subscription: str,
        client_id: str,
        options: SubscriberOptions,
        *,
        lease_seconds: int,
        expects_pongs: bool,
        is_connected: Callable[[], bool],
        receive: Callable[[RawStreamingPullResponse], Awaitable[None]],
        on_open: Callable[[], None],
        on_end: Callable[[], None],
        on_slow: Callable[[], None],
    ) -> None:
        self._stub = stub
        self._subscription = subscription
        self._client_id = client_id
        self._options = options
        self._lease_seconds = lease_seconds
        self._is_connected = is_connected
        self._receive = receive
        self._on_open = on_open
        self._on_end = on_end
        self._on_slow = on_slow
        self._opened = False
        self._requested = False
        self._closing = asyncio.Event()
        self._writing = asyncio.Lock()
        self._call: StreamCall | None = None
        self._receiving = False
        self._last_activity = 0.0
        self._pinged = False
        self._answered = False
        self.expects_pongs = expects_pongs
        self.last_response_at: float | None = None

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    @property
    def ended(self) -> bool:
        """Nothing more comes from the service; what it sent before may still have to be read."""
        return self._call is not None and self._call.done()

    def close(self) -> None:
        """Half-close: `run` then returns once the service has sent what it had, or after `close_stream_seconds`."""
        self._closing.set()

    async def renew_lease_length(self, seconds: int) -> None:
        """Tells the service the deadline for what it delivers from now on."""
        if seconds != self._lease_seconds:
            self._lease_seconds = seconds
            with contextlib.suppress(asyncio.InvalidStateError, AioRpcError):  # it has ended; the reader learns why
                await self._write(StreamingPullRequest(stream_ack_deadline_seconds=seconds))

    async def run(self) -> None:
        """Returns when the stream was closed, by us or by the service; raises the call's error or SilentStreamError."""
        call = self._call = self._stub(metadata=routing("subscription", self._subscription))
        call.add_done_callback(lambda _: self._on_end())
        reader = asyncio.create_task(self._read(call), name="pubsub stream reader")
        heart = asyncio.create_task(self._beat(), name="pubsub stream heartbeat")
        closing = asyncio.create_task(self._closing.wait(), name="pubsub stream close")
        opening = asyncio.create_task(self._watch_opening(), name="pubsub stream opening")
        try:
            await asyncio.wait({reader, heart, closing}, return_when=asyncio.FIRST_COMPLETED)
            if not reader.done() and not heart.done():
                await self._half_close(call, reader)
            if heart.done() and not reader.done():
                if isinstance(heart.exception(), SilentStreamError):
                    heart.result()  # raises
                await asyncio.wait({reader}, timeout=_OPEN_SECONDS)  # the call has ended; the reader learns why
            if reader.done():
                if reader.cancelled():  # the call was, under the reader
                    raise SilentStreamError("the call was cancelled")
                reader.result()
        finally:
            tasks = (reader, heart, closing, opening)
            for task in tasks:
                task.cancel()
            call.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _half_close(self, call: StreamCall, reader: "asyncio.Task[None]") -> None:
        if not self._requested:  # an empty stream would be refused: it is cut off instead
            return
        try:
            async with asyncio.timeout(self._options.close_stream_seconds), self._writing:
                await call.done_writing()
        except (TimeoutError, asyncio.InvalidStateError):
            return
        await asyncio.wait({reader}, timeout=self._options.close_stream_seconds)

    async def _read(self, call: StreamCall) -> None:
        await self._write(
            StreamingPullRequest(
                subscription=self._subscription,
                stream_ack_deadline_seconds=self._lease_seconds,
                client_id=self._client_id,
                max_outstanding_messages=self._options.flow_control.max_held,
                max_outstanding_bytes=self._options.flow_control.max_bytes,
                protocol_version=_PROTOCOL_VERSION,
            )
        )
        self._requested = not self._closing.is_set()
        async for response in call:
            self.last_response_at = self._last_activity = time.monotonic()
            # The first answer of a stream may be to its opening, however late it comes.
            if self._pinged and self._answered and not response.received_messages:
                self.expects_pongs = True
            self._pinged, self._answered = False, True
            self._open()
            self._receiving = True
            await self._receive(response)
            self._receiving = False
            self._last_activity = time.monotonic()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._options.heartbeat_seconds)
            self._pinged = True
            sent_at = time.monotonic()
            await self._write(StreamingPullRequest())
            if not self.expects_pongs:
                continue
            await asyncio.sleep(self._options.pong_seconds)
            if self._last_activity < sent_at and not self._receiving:
                raise SilentStreamError(
                    f"no answer to a heartbeat within {self._options.pong_seconds:g} s: the connection is dead"
                )

    async def _write(self, request: object) -> None:
        assert self._call is not None
        async with self._writing:
            if not self._closing.is_set():
                await self._call.write(request)

    async def _watch_opening(self) -> None:
        """The service need not answer before it has a message: a call that stays open on a connection is open."""
        began = time.monotonic()
        said = False
        while not self._opened:
            await asyncio.sleep(_OPEN_SECONDS)
            if self._is_connected():
                self._open()
            elif not said and time.monotonic() - began > _SLOW_SECONDS:
                said = True
                self._on_slow()

    def _open(self) -> None:
        if not self._opened:
            self._opened = True
            self._on_open()
