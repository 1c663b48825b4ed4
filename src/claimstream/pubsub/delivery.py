"""One delivery of a message, with its lease."""

import asyncio
from collections.abc import Callable

from claimstream.pubsub.message import Message
from claimstream.pubsub.outcome import Settlement

Listener = Callable[[Settlement], None]


class Delivery:
    """A message under an ack id, from receipt until the service has confirmed what became of it."""

    __slots__ = (
        "ack_id",
        "cancelled_at",
        "extending",
        "followers",
        "group",
        "held",
        "lane",
        "listener",
        "message",
        "message_id",
        "ordering_key",
        "received_at",
        "release_waits",
        "settled",
        "size",
        "started_at",
        "task",
        "unsure",
    )

    def __init__(self, message: Message, ack_id: str, received_at: float, ordering_key: str, lane: str = "") -> None:
        self.ack_id = ack_id
        self.message = message
        """Until the outcome is decided: what is acknowledged need not stay in memory until the service knows."""
        self.message_id: str
        """From then on."""
        self.ordering_key = ordering_key
        """Empty where order does not matter."""
        self.lane = lane
        """Empty where all are treated alike."""
        self.size = message.size
        self.received_at = received_at
        self.held = True
        """The lease is to be extended."""
        self.group: dict[Delivery, None] | None = None
        """Those whose leases are extended together."""
        self.extending = 0
        """Extensions on the wire; a call may hang until the next pass has come."""
        self.release_waits = False
        """It is to be released, but after the extensions on the wire, which otherwise might arrive later and revive the
        lease."""
        self.unsure = False
        """One of them was given up and may still arrive."""
        self.listener: Listener | None
        """Whom to tell what the service made of the acknowledgement or release; from then on."""
        self.followers: list[Delivery] | None = None
        """Of the same ordering key, to be released once the service has confirmed the release of this one."""
        self.settled = False
        """Its outcome is decided; what a handler says later does not count."""
        self.started_at: float | None = None
        """When the handler began; None while none is running."""
        self.cancelled_at: float | None = None
        """When the handler was cancelled for being over its time."""
        self.task: asyncio.Task[None] | None = None

    def decide(self, listener: Listener | None) -> None:
        """It is to be acknowledged or released."""
        self.listener = listener
        self.message_id = self.message.id
        del self.message
