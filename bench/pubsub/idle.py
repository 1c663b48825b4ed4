"""Publish-to-handler latency of a subscriber that has nothing else to do."""

import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.pubsub.process import Child, ChildError
from bench.pubsub.variants import Variant
from claimstream.pubsub import wire
from claimstream.pubsub.wire import grpc

WARM_UP_MESSAGES = 20
INTERVAL_SECONDS = 0.02

_PATIENCE_SECONDS = 30.0
_PROJECT = "projects/bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleRun:
    """Milliseconds from just before a publish call to the start of the handler."""

    messages: int
    p50_ms: float
    p99_ms: float


class IdleServer:
    """The server that the latency is measured against, and a publisher: one message at a time, without batching."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._port_file = Path(self._folder.name) / "port"
        self._child = Child("claimstream.local.pubsub_server", "--port", "0", "--port-file", str(self._port_file))

    def __enter__(self) -> Self:
        try:
            give_up = time.monotonic() + _PATIENCE_SECONDS
            while not self._port_file.exists():
                self._child.check()
                if time.monotonic() > give_up:
                    raise ChildError("the local Pub/Sub server did not start")
                time.sleep(0.01)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.__exit__(kind, error, trace)
        self._folder.cleanup()

    def measure(self, variant: Variant, messages: int, *options: str) -> IdleRun:
        """`options` are further words on the variant's command line.

        Raises ChildError when the subscriber fails or a message does not arrive."""
        name = f"idle-{uuid.uuid4().hex[:12]}"
        topic, subscription = f"{_PROJECT}/topics/{name}", f"{_PROJECT}/subscriptions/{name}"
        address = f"127.0.0.1:{self._port_file.read_text(encoding='ascii').strip()}"
        addresses = Path(self._folder.name) / f"{name}.json"
        addresses.write_text(json.dumps({"grpc": address, "rest": ""}), encoding="utf-8")
        arguments = ["--port-file", str(addresses), "--subscription", subscription, "--topic", name]
        with (
            grpc.insecure_channel(address) as channel,
            Child(f"bench.pubsub.variants.{variant.module}", *arguments, *options) as client,
        ):
            publish = _prepare(channel, topic, subscription)
            publish()
            client.line(_PATIENCE_SECONDS)  # the subscriber is there
            due = time.monotonic()
            for _ in range(WARM_UP_MESSAGES + messages):
                due += INTERVAL_SECONDS
                time.sleep(max(0.0, due - time.monotonic()))
                publish()
            for _ in range(WARM_UP_MESSAGES + messages):
                client.line(_PATIENCE_SECONDS)
            client.close_input()
            latencies = json.loads(client.last_line(timeout_seconds=10))["latencies_ms"][1 + WARM_UP_MESSAGES :]
        return IdleRun(messages=len(latencies), p50_ms=statistics.median(latencies), p99_ms=percentile_99(latencies))


def _prepare(channel: Any, topic: str, subscription: str) -> Callable[[], None]:
    """Makes the topic and the subscription; what it returns publishes one message that bears the time."""

    def call(service: str, method: str, request: Any, kind: wire.MessageClass, answer: wire.MessageClass) -> None:
        wire.unary_stub(channel, service, method, kind, answer)(request, timeout=_PATIENCE_SECONDS)

    call(wire.PUBLISHER, "CreateTopic", wire.Topic(name=topic), wire.Topic, wire.Topic)
    call(
        wire.SUBSCRIBER,
        "CreateSubscription",
        wire.Subscription(name=subscription, topic=topic, ack_deadline_seconds=60),
        wire.Subscription,
        wire.Subscription,
    )
    stub = wire.unary_stub(channel, wire.PUBLISHER, "Publish", wire.PublishRequest, wire.PublishResponse)

    def publish() -> None:
        data = b"%d" % time.monotonic_ns()
        stub(wire.PublishRequest(topic=topic, messages=[wire.PubsubMessage(data=data)]), timeout=_PATIENCE_SECONDS)

    return publish


def percentile_99(values: list[float]) -> float:
    """Of at least two values, interpolated."""
    return statistics.quantiles(values, n=100, method="inclusive")[98]
