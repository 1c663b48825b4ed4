"""Pub/Sub in memory, over real gRPC: for the local stack and the tests."""

from claimstream.local.pubsub_server.broker import SubscriptionSnapshot
from claimstream.local.pubsub_server.faults import Faults
from claimstream.local.pubsub_server.server import PubSubServer

__all__ = ["Faults", "PubSubServer", "SubscriptionSnapshot"]
