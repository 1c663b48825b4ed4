"""One message at a time for each ordering key."""

from collections import deque
from enum import Enum, auto

from claimstream.pubsub.delivery import Delivery


class Turn(Enum):
    START = auto()
    WAIT = auto()
    RELEASE = auto()


class _Key:
    __slots__ = ("busy", "queue", "releasing")

    def __init__(self) -> None:
        self.busy = True
        self.queue: deque[Delivery] = deque()
        self.releasing = 0


class Ordering:
    """Queues behind keys.

    After a release the service delivers that message and all later ones of the key again, in order. So the queue
    is released too, and so is what still arrives until the service has confirmed the releases: it was sent before
    the service knew.
    """

    def __init__(self) -> None:
        self._keys: dict[str, _Key] = {}
        self.waiting = 0

    def offer(self, delivery: Delivery) -> Turn:
        key = self._keys.get(delivery.ordering_key)
        if key is None:
            self._keys[delivery.ordering_key] = _Key()
            return Turn.START
        if key.releasing:
            key.releasing += 1
            return Turn.RELEASE
        key.queue.append(delivery)
        self.waiting += 1
        return Turn.WAIT

    def acknowledged(self, name: str) -> Delivery | None:
        """The current message of the key is done; returns the one whose turn it is."""
        key = self._keys[name]
        if key.queue:
            self.waiting -= 1
            return key.queue.popleft()
        del self._keys[name]
        return None

    def released(self, name: str) -> list[Delivery]:
        """The current message of the key is being released; returns the ones to release with it."""
        key = self._keys[name]
        followers = list(key.queue)
        self.waiting -= len(followers)
        key.queue.clear()
        key.busy = False
        key.releasing += 1 + len(followers)
        return followers

    def release_confirmed(self, name: str) -> None:
        """The service has answered one release of the key."""
        key = self._keys.get(name)
        if key is None:
            return
        key.releasing -= 1
        if key.releasing == 0 and not key.busy:
            del self._keys[name]

    def drain(self) -> list[Delivery]:
        """Everything queued; the caller releases it."""
        queued = [delivery for key in self._keys.values() for delivery in key.queue]
        for key in self._keys.values():
            key.releasing += len(key.queue)
            key.queue.clear()
        self.waiting = 0
        return queued
