"""Google Pub/Sub for asyncio: a StreamingPull subscriber and a publisher on `grpc.aio`. See docs/pubsub.md."""

from claimstream.pubsub.admin import Admin
from claimstream.pubsub.channel import connect
from claimstream.pubsub.dispatch import Handler
from claimstream.pubsub.errors import PubSubError, SubscriptionError
from claimstream.pubsub.health import Health, Statistics
from claimstream.pubsub.message import Message
from claimstream.pubsub.options import FlowControl, PublisherOptions, SubscriberOptions
from claimstream.pubsub.outcome import Ack, DeadLetter, Nack, Outcome, Retry, Settlement
from claimstream.pubsub.publisher import Publisher
from claimstream.pubsub.puller import Pulled, Puller
from claimstream.pubsub.subscriber import Subscriber
from claimstream.pubsub.wire import Channel

__all__ = [
    "Ack",
    "Admin",
    "Channel",
    "DeadLetter",
    "FlowControl",
    "Handler",
    "Health",
    "Message",
    "Nack",
    "Outcome",
    "PubSubError",
    "Publisher",
    "PublisherOptions",
    "Pulled",
    "Puller",
    "Retry",
    "Settlement",
    "Statistics",
    "Subscriber",
    "SubscriberOptions",
    "SubscriptionError",
    "connect",
]
