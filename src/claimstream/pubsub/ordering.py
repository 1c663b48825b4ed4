"""One message at a time for each ordering key."""

from collections import deque
from enum import Enum, auto

from claimstream.pubsub.delivery import Delivery

UNDER_WAY_SECONDS = 60.0
"""How long after a release a message that was sent before it may still arrive. Later ones are taken as they come."""


class Turn(Enum):
    START = auto()
    WAIT = auto()
    RELEASE = auto()


class _Key:
    """A key whose message is being handled, or was released and is awaited again."""

    __slots__ = ("awaited", "queue", "released", "released_at", "releasing")

    def __init__(self) -> None:
        self.queue: deque[Delivery] = deque()
        self.releasing: Delivery | None = None
        self.awaited: str | None = None
        self.released: set[str] = set()
        self.released_at = 0.0


class Ordering:
    """Queues behind keys.

    After a release the service delivers that message and all later ones of the key again, in order. So the queue is
    released too, and so is what still arrives before that message has come again: it was sent before the service knew.
    None is released before the service has confirmed the release of the first, else it might come again ahead of it;
    and each once only. One that comes a second time without the awaited one in front is taken: the awaited one
    has gone elsewhere, to another subscriber or to the dead-letter topic.
    """

    def __init__(self) -> None:
        self._keys: dict[str, _Key] = {}
        self.waiting = 0

    def offer(self, delivery: Delivery) -> Turn:
        key = self._keys.get(delivery.ordering_key)
        if key is not None and key.awaited is None:
            key.queue.append(delivery)
            self.waiting += 1
            return Turn.WAIT
        if key is not None and delivery.received_at - key.released_at < UNDER_WAY_SECONDS:
            message_id = delivery.message.id
            if message_id != key.awaited and message_id not in key.released:
                key.released.add(message_id)
                if key.releasing is None or key.releasing.followers is None:
                    return Turn.RELEASE
                key.releasing.followers.append(delivery)
                return Turn.WAIT
        self._keys[delivery.ordering_key] = _Key()
        return Turn.START

    def acknowledged(self, name: str) -> Delivery | None:
        """The current message of the key is done; returns the one whose turn it is."""
        key = self._keys[name]
        if key.queue:
            self.waiting -= 1
            return key.queue.popleft()
        del self._keys[name]
        return None

    def released(self, delivery: Delivery, now: float) -> None:
        """The current message of its key is being released; the queue becomes its followers."""
        key = self._keys[delivery.ordering_key]
        delivery.followers = list(key.queue)
        self.waiting -= len(key.queue)
        key.queue.clear()
        key.releasing = delivery
        key.awaited = delivery.message.id
        key.released = {follower.message.id for follower in delivery.followers}
        key.released_at = now

    def forget(self, now: float) -> None:
        """Keys whose released message did not come again."""
        for name, key in list(self._keys.items()):
            if key.awaited is not None and now - key.released_at >= UNDER_WAY_SECONDS:
                del self._keys[name]

    def drain(self) -> list[Delivery]:
        """Everything queued; the caller releases it."""
        queued = [delivery for key in self._keys.values() for delivery in key.queue]
        for key in self._keys.values():
            key.queue.clear()
        self.waiting = 0
        return queued
