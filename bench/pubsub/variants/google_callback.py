"""Google's client as it is meant to be used: a callback in its default pool of ten threads."""

import os
import time

from google.cloud import pubsub_v1  # type: ignore[import-untyped]  # ships no types
from google.cloud.pubsub_v1.subscriber.message import Message  # type: ignore[import-untyped]  # as above

from bench.pubsub.client import Work, main


def consume(work: Work) -> None:
    def callback(message: Message) -> None:
        work.note(message.data)
        if work.handler_seconds:
            time.sleep(work.handler_seconds)
        message.ack()

    os.environ["PUBSUB_EMULATOR_HOST"] = work.grpc
    flow_control = pubsub_v1.types.FlowControl(max_messages=work.window)
    pubsub_v1.SubscriberClient().subscribe(work.subscription, callback, flow_control=flow_control).result()


if __name__ == "__main__":
    main(consume, "google-cloud-pubsub")
