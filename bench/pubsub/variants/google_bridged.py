"""Google's client in an asyncio program: the callback hands each message to the loop, where a coroutine handles it."""

import asyncio
import os

from google.cloud import pubsub_v1  # type: ignore[import-untyped]  # ships no types
from google.cloud.pubsub_v1.subscriber.message import Message  # type: ignore[import-untyped]  # as above

from bench.pubsub.client import Work, main, run


async def subscribe(work: Work) -> None:
    loop = asyncio.get_running_loop()

    async def handle(message: Message) -> None:
        work.note(message.data)
        if work.handler_seconds:
            await asyncio.sleep(work.handler_seconds)
        message.ack()

    def callback(message: Message) -> None:
        asyncio.run_coroutine_threadsafe(handle(message), loop)

    os.environ["PUBSUB_EMULATOR_HOST"] = work.grpc
    flow_control = pubsub_v1.types.FlowControl(max_messages=work.window)
    future = pubsub_v1.SubscriberClient().subscribe(work.subscription, callback, flow_control=flow_control)
    await asyncio.wrap_future(future)


def consume(work: Work) -> None:
    run(subscribe(work))


if __name__ == "__main__":
    main(consume, "google-cloud-pubsub")
