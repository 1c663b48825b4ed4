"""fastpubsub: a framework around Google's client with a scheduler of its own."""

import asyncio
import os

# Its runner logs a line for each message at the level INFO; that is switched off in its favour, before it is imported.
os.environ.setdefault("FASTPUBSUB_LOG_LEVEL", "WARNING")

from fastpubsub import Message, PubSubBroker  # type: ignore[import-not-found]  # only in the benchmark's environment

from bench.pubsub.client import Work, main, run


async def subscribe(work: Work) -> None:
    os.environ["PUBSUB_EMULATOR_HOST"] = work.grpc
    _, project, _, subscription = work.subscription.split("/")
    broker = PubSubBroker(project_id=project)

    async def handle(message: Message) -> None:
        work.note(message.data)
        if work.handler_seconds:
            await asyncio.sleep(work.handler_seconds)

    broker.subscriber("bench", topic_name=work.topic, subscription_name=subscription, max_messages=work.window)(handle)
    await broker.start()
    await asyncio.Event().wait()  # it works in the background, and the driver notices when nothing comes


def consume(work: Work) -> None:
    run(subscribe(work))


if __name__ == "__main__":
    main(consume, "fastpubsub")
