"""gcloud-aio-pubsub: pulls over REST."""

import asyncio
import os

from gcloud.aio.pubsub import (  # type: ignore[import-not-found]  # only in the benchmark's environment
    SubscriberClient,
    SubscriberMessage,
    subscribe,
)

from bench.pubsub.client import Work, main, run


async def pull(work: Work) -> None:
    async def handle(message: SubscriberMessage) -> None:
        work.note(message.data or b"")
        if work.handler_seconds:
            await asyncio.sleep(work.handler_seconds)

    os.environ["PUBSUB_EMULATOR_HOST"] = work.rest
    # Its own window is one handler at a time and 100 messages in a pull, so that is raised to the one of the others;
    # one producer pulls, as is its default. It drops what exceeds 2,500 acknowledgements in one `ack_window`: with its
    # default of 0.3 s that is every message above 8,300 a second, and a run would never end. The deadline spares it a
    # call that the server does not have.
    await subscribe(
        work.subscription,
        handle,
        SubscriberClient(),
        max_messages_per_producer=work.window,
        num_tasks_per_consumer=work.window,
        ack_window=0.05,
        ack_deadline=60.0,
    )


def consume(work: Work) -> None:
    run(pull(work))


if __name__ == "__main__":
    main(consume, "gcloud-aio-pubsub")
