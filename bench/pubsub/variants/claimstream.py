"""Our subscriber with its default options, on uvloop."""

import asyncio

from bench.pubsub.client import Work, main, run
from claimstream.pubsub import Ack, FlowControl, Message, Outcome, Subscriber, SubscriberOptions, connect


async def subscribe(work: Work) -> None:
    async def handle(message: Message) -> Outcome:
        work.note(message.data)
        if work.handler_seconds:
            await asyncio.sleep(work.handler_seconds)
        return Ack()

    channel = await connect(emulator_host=work.grpc)
    options = SubscriberOptions(flow_control=FlowControl(max_messages=work.window))
    await Subscriber(channel, work.subscription, handle, options=options).run()


def consume(work: Work) -> None:
    run(subscribe(work))


if __name__ == "__main__":
    main(consume, "claimstream")
