"""The process that makes a worker's calls bare: no door, no spans, no metrics, no log, no rules, no checks of answers.

Pub/Sub is this project's own subscriber and publisher, which are the client library for it; the other clients are those
that the worker uses. An email's calls are made one after the other, many emails at a time.
"""

import argparse
import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # as the worker does: before grpc is imported

import uvloop

from bench.pipeline.calls import BareCalls
from bench.pipeline.child import Answer, obey_in_thread
from bench.pipeline.tape import Call, Tape
from bench.pubsub.client import cpu_seconds
from claimstream.memory import calm_collector
from claimstream.pubsub import Ack, FlowControl, Message, Outcome, Subscriber, SubscriberOptions
from claimstream.pubsub.admin import Admin
from claimstream.settings import load_settings

_NAME = "bench-bare"


class Bare:
    def __init__(self, tape: Tape, calls: BareCalls) -> None:
        self._tape = tape
        self._calls = calls
        self._processed: dict[str, list[Call]] = {}
        self._left = 0
        self._done = asyncio.Event()

    async def obey(self, task: str, arguments: Mapping[str, Any]) -> Answer:
        del arguments
        if task != "round":
            raise ValueError(f"no task is called {task!r}")
        tape = self._tape.renamed(self._tape.fresh_names())
        before = cpu_seconds()
        await self._play(tape)
        return {"emails": len(tape.processed), "cpu_seconds": cpu_seconds() - before}

    async def handle(self, message: Message) -> Outcome:
        for call in self._processed[json.loads(message.data)["email_id"]]:
            await self._calls.make(call)
        self._left -= 1
        if self._left == 0:
            self._done.set()
        return Ack()

    async def _play(self, tape: Tape) -> None:
        self._processed, self._left = tape.processed, len(tape.processed)
        self._done.clear()
        for call in tape.shared:
            await self._calls.make(call)
        await asyncio.gather(*(self._make_all(calls) for calls in tape.published.values()))
        await self._done.wait()

    async def _make_all(self, calls: list[Call]) -> None:
        for call in calls:
            await self._calls.make(call)


async def _serve(tape: Tape) -> None:
    settings = load_settings(_env_file=None)
    topic, subscription = settings.topic(_NAME), settings.subscription(_NAME)
    async with BareCalls(settings, topic) as calls:
        await Admin(calls.channel).ensure_topic(topic)
        await Admin(calls.channel).ensure_subscription(subscription, topic=topic, ack_deadline_seconds=60)
        bare = Bare(tape, calls)
        flow = FlowControl(max_messages=settings.max_emails_in_flight)
        subscriber = Subscriber(calls.channel, subscription, bare.handle, options=SubscriberOptions(flow_control=flow))
        calm_collector()
        over = asyncio.Event()
        obey_in_thread(bare.obey, started={}, ended=over.set)
        async with asyncio.TaskGroup() as group:
            group.create_task(subscriber.run())
            await over.wait()
            await subscriber.shutdown(grace_seconds=1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape", type=Path)
    uvloop.run(_serve(Tape.load(parser.parse_args().tape)))


if __name__ == "__main__":
    main()
