"""A Pub/Sub server that does as little as it can, so that the subscriber is what is measured.

It serves N messages of one subscription, over gRPC (StreamingPull) and over REST (pull), to whoever asks, and counts
the acknowledgements. Responses are put together from bytes that were serialized before; flow control is respected by
counting; nothing is delivered twice and no lease runs out. Run in a process of its own::

    python -m bench.pubsub.server --port-file PATH --messages 100000 --per-response 100 --payload-bytes 120
"""

import argparse
import asyncio
import base64
import contextlib
import json
import resource
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web

from claimstream.pubsub import wire
from claimstream.pubsub.wire import aio, grpc

_MARK = "@" * 12
"""Stands in the serialized message where its number belongs."""
_ACK_ID_CHARACTERS = 176
"""About as long as those of the real service."""
_WARM = 0.1
"""The share of messages that are acknowledged before the clock starts."""
_POLL_SECONDS = 0.01
_REST_WAIT_SECONDS = 1.0


class Source:
    """The messages: which is next, how many are out, how many are acknowledged."""

    def __init__(self, messages: int, payload_bytes: int) -> None:
        self.messages = messages
        self.payload = b"p" * payload_bytes
        received = wire.ReceivedMessage(
            ack_id=_MARK.ljust(_ACK_ID_CHARACTERS, "a"),
            message=wire.PubsubMessage(data=self.payload, message_id=_MARK),
        )
        received.message.publish_time.GetCurrentTime()
        whole = wire.StreamingPullResponse(received_messages=[received]).SerializeToString()
        self._head, self._middle, self._tail = whole.split(_MARK.encode())
        properties = wire.StreamingPullResponse()
        properties.subscription_properties.exactly_once_delivery_enabled = False
        self._properties = properties.SerializeToString()
        self.changed = asyncio.Event()
        self.limit = 0
        """Most messages out at once, over all streams; 0: no limit."""
        self.delivered = self.acked = self.extended = 0
        self.first_delivery_at: float | None = None
        self.last_ack_at: float | None = None
        self.at: dict[str, tuple[float, float]] = {}
        """When 10 % and when all were acknowledged: time.monotonic, and the CPU seconds of this process by then."""

    def take(self, most: int) -> range:
        """The numbers of the next messages; empty while the window is full, or when there are no more."""
        room = self.messages - self.delivered
        if self.limit:
            room = min(room, self.limit - (self.delivered - self.acked))
        taken = range(self.delivered, self.delivered + max(0, min(most, room)))
        if taken and self.first_delivery_at is None:
            self.first_delivery_at = time.monotonic()
        self.delivered = taken.stop
        return taken

    def response(self, numbers: range) -> bytes:
        """A serialized StreamingPullResponse."""
        parts = [self._properties]
        for number in numbers:
            name = b"%012d" % number
            parts += (self._head, name, self._middle, name, self._tail)
        return b"".join(parts)

    def acknowledge(self, count: int) -> None:
        self.acked += count
        now = self.last_ack_at = time.monotonic()
        for name, share in (("warm", _WARM), ("done", 1.0)):
            if name not in self.at and self.acked >= self.messages * share:
                self.at[name] = now, _cpu_seconds()
        self.changed.set()

    def statistics(self) -> dict[str, Any]:
        return {
            "delivered": self.delivered,
            "acked": self.acked,
            "extended": self.extended,
            "first_delivery_at": self.first_delivery_at,
            "last_ack_at": self.last_ack_at,
            "ack_times": {name: at for name, (at, _) in self.at.items()},
            "cpu_seconds": _cpu_seconds(),
            **{f"cpu_seconds_at_{name}": cpu for name, (_, cpu) in self.at.items()},
        }


class Grpc:
    """The RPCs a subscriber calls."""

    def __init__(self, source: Source, per_response: int) -> None:
        self._source = source
        self._per_response = per_response

    def handlers(self) -> list[Any]:
        unary: dict[str, dict[str, Callable[[bytes, Any], Awaitable[bytes]]]] = {
            wire.SUBSCRIBER: {
                "Acknowledge": self._acknowledge,
                "ModifyAckDeadline": self._extend,
                "GetSubscription": self._subscription,
                "CreateSubscription": self._subscription,
            },
            wire.PUBLISHER: {"GetTopic": self._topic, "CreateTopic": self._topic},
        }
        streams = {"StreamingPull": grpc.stream_stream_rpc_method_handler(self._streaming_pull)}
        return [
            grpc.method_handlers_generic_handler(
                service,
                {name: grpc.unary_unary_rpc_method_handler(method) for name, method in methods.items()}
                | (streams if service == wire.SUBSCRIBER else {}),
            )
            for service, methods in unary.items()
        ]

    async def _acknowledge(self, request: bytes, _context: Any) -> bytes:
        self._source.acknowledge(len(wire.AcknowledgeRequest.FromString(request).ack_ids))
        return b""

    async def _extend(self, request: bytes, _context: Any) -> bytes:
        self._source.extended += len(wire.ModifyAckDeadlineRequest.FromString(request).ack_ids)
        return b""

    async def _subscription(self, _request: bytes, _context: Any) -> bytes:
        subscription = wire.Subscription(
            name="projects/bench/subscriptions/bench", topic="projects/bench/topics/bench", ack_deadline_seconds=60
        )
        return bytes(subscription.SerializeToString())

    async def _topic(self, _request: bytes, _context: Any) -> bytes:
        return bytes(wire.Topic(name="projects/bench/topics/bench").SerializeToString())

    async def _streaming_pull(self, _requests: Any, context: Any) -> None:
        source = self._source
        first = wire.StreamingPullRequest.FromString(await context.read())
        limits = [first.max_outstanding_messages] if first.max_outstanding_messages > 0 else []
        if first.max_outstanding_bytes > 0:
            limits.append(max(1, first.max_outstanding_bytes // (len(source.payload) + 32)))
        mine = min(limits, default=0)
        source.limit += mine
        half_closed = asyncio.create_task(self._drain(context))
        try:
            while not half_closed.done():
                source.changed.clear()
                numbers = source.take(self._per_response)
                if numbers:
                    await context.write(source.response(numbers))
                else:
                    waiting = asyncio.create_task(source.changed.wait())
                    await asyncio.wait({waiting, half_closed}, return_when=asyncio.FIRST_COMPLETED)
                    waiting.cancel()
        finally:
            source.limit -= mine
            half_closed.cancel()

    @staticmethod
    async def _drain(context: Any) -> None:
        while await context.read() is not aio.EOF:
            pass


class Rest:
    """Pull over HTTP, as Google's REST API and emulator have it, and the counters."""

    def __init__(self, source: Source, per_response: int) -> None:
        self._source = source
        self._per_response = per_response
        self._data = base64.b64encode(source.payload).decode()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        methods: dict[str, Callable[[Any], Awaitable[Any]]] = {
            "pull": self._pull,
            "acknowledge": self._acknowledge,
            "modifyAckDeadline": self._extend,
        }

        async def post(request: web.Request) -> web.Response:
            name = request.match_info["method"]
            if name not in methods:
                raise web.HTTPNotFound
            return web.json_response(await methods[name](json.loads(await request.read())))

        async def statistics(_request: web.Request) -> web.Response:
            return web.json_response(self._source.statistics())

        app.router.add_post("/v1/projects/{project}/subscriptions/{subscription}:{method}", post)
        app.router.add_get("/stats", statistics)
        return app

    async def _pull(self, body: Any) -> Any:
        give_up = time.monotonic() + _REST_WAIT_SECONDS
        while not (numbers := self._source.take(min(int(body["maxMessages"]), self._per_response))):
            if time.monotonic() > give_up:
                return {}
            await asyncio.sleep(_POLL_SECONDS)
        published = "2026-01-01T00:00:00Z"
        return {
            "receivedMessages": [
                {
                    "ackId": f"{number:012d}".ljust(_ACK_ID_CHARACTERS, "a"),
                    "message": {"data": self._data, "messageId": f"{number:012d}", "publishTime": published},
                }
                for number in numbers
            ]
        }

    async def _acknowledge(self, body: Any) -> Any:
        self._source.acknowledge(len(body["ackIds"]))
        return {}

    async def _extend(self, body: Any) -> Any:
        self._source.extended += len(body["ackIds"])
        return {}


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def serve(port_file: Path, messages: int, per_response: int, payload_bytes: int) -> None:
    """Serve until SIGTERM, or until standard input ends: the driver is gone then."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_signal_handler(signal.SIGINT, ended.set)
    with contextlib.suppress(OSError, ValueError):  # a terminal or a file: no end to wait for
        await loop.connect_read_pipe(lambda: _EndOfInput(ended), sys.stdin)

    source = Source(messages, payload_bytes)
    server = aio.server(options=(("grpc.max_send_message_length", -1), ("grpc.so_reuseport", 0)))
    server.add_generic_rpc_handlers(tuple(Grpc(source, per_response).handlers()))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    runner = web.AppRunner(Rest(source, per_response).app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    addresses = {"grpc": f"127.0.0.1:{port}", "rest": f"127.0.0.1:{runner.addresses[0][1]}"}
    await asyncio.to_thread(port_file.write_text, json.dumps(addresses), encoding="utf-8")
    await ended.wait()
    await server.stop(grace=0)
    await runner.cleanup()


class _EndOfInput(asyncio.Protocol):
    def __init__(self, ended: asyncio.Event) -> None:
        self._ended = ended

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._ended.set()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port-file", type=Path, required=True, help="where the addresses are written when it serves")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--per-response", type=int, default=100, help="most messages in a response")
    parser.add_argument("--payload-bytes", type=int, default=120)
    chosen = parser.parse_args()
    uvloop.run(serve(chosen.port_file, chosen.messages, chosen.per_response, chosen.payload_bytes))


if __name__ == "__main__":
    main()
