"""One message at a time for each ordering key."""

from collections import deque
from collections.abc import Callable

from claimstream.pubsub.delivery import Delivery

AWAITED_SECONDS = 10.0
"""How long after its release a message is awaited, in front of those of its key. It may have gone elsewhere: to another
subscriber, or to the dead-letter topic."""


class _Key:
    """A key whose message is being handled, or was released and is awaited again."""

    __slots__ = ("awaited", "awaited_until", "early", "gone", "queue", "releasing")

    def __init__(self) -> None:
        self.queue: deque[Delivery] = deque()
        self.releasing: Delivery | None = None
        self.awaited: str | None = None
        self.awaited_until = 0.0
        self.early: list[Delivery] = []
        self.gone = False


class Ordering:
    """Queues behind keys; `release` is called for each delivery that is to be given back without having been handled.

    After a release the service delivers that message and all later ones of the key again, in order. So the queue is
    released too, once the service has confirmed the release of the first, else it might come again ahead of it. What
    still arrives before the first has come again was sent before the service knew, or is the redelivery of a lease
    that ran out: it is kept back, and released when the first is there or awaited no longer. Where the service puts the
    released message on the dead-letter topic, nothing is awaited, and what has been kept back is next.
    """

    def __init__(self, release: Callable[[Delivery], None]) -> None:
        self._release = release
        self._keys: dict[str, _Key] = {}
        self.waiting = 0

    def offer(self, delivery: Delivery) -> bool:
        """Whether it is this one's turn now; else it waits here."""
        key = self._keys.get(delivery.ordering_key)
        if key is None:
            self._keys[delivery.ordering_key] = _Key()
            return True
        if key.awaited is None:
            key.queue.append(delivery)
            self.waiting += 1
            return False
        if delivery.message.id != key.awaited:
            key.early.append(delivery)
            self.waiting += 1
            return False
        self._keys[delivery.ordering_key] = _Key()
        self._release_early(key)
        return True

    def acknowledged(self, name: str) -> Delivery | None:
        """The current message of the key is done; returns the one whose turn it is."""
        key = self._keys[name]
        if key.queue:
            self.waiting -= 1
            return key.queue.popleft()
        del self._keys[name]
        return None

    def releasing(self, delivery: Delivery, gone: bool = False) -> None:
        """The current message of its key is being released; the queue follows it.

        Args:
            gone: the message does not come again.
        """
        key = self._keys[delivery.ordering_key]
        delivery.followers = list(key.queue)
        self.waiting -= len(key.queue)
        key.queue.clear()
        key.releasing = delivery
        key.awaited = delivery.message.id
        key.gone = gone

    def released(self, delivery: Delivery, now: float) -> Delivery | None:
        """The service has answered the release, one way or another; returns the one whose turn it is then."""
        followers, delivery.followers = delivery.followers or [], None
        for follower in followers:
            self._release(follower)
        key = self._keys.get(delivery.ordering_key)
        if key is None or key.releasing is not delivery:
            return None
        key.releasing = None
        key.awaited_until = now + AWAITED_SECONDS
        if not key.gone:
            return None
        return self._next(delivery.ordering_key, key)

    def _next(self, name: str, key: _Key) -> Delivery | None:
        """Make what came early the key's queue, and return the first of it."""
        if not key.early:
            del self._keys[name]
            return None
        following = self._keys[name] = _Key()
        following.queue.extend(key.early)
        self.waiting -= 1
        return following.queue.popleft()

    def forget(self, now: float) -> None:
        """Awaits no longer what did not come again."""
        for name, key in list(self._keys.items()):
            if key.awaited is not None and key.releasing is None and now >= key.awaited_until:
                del self._keys[name]
                self._release_early(key)

    def drain(self) -> None:
        """Releases what came early. What waits for a turn is released behind the message whose turn it is."""
        for key in self._keys.values():
            if key.releasing is not None and key.releasing.followers is not None:
                key.releasing.followers += key.early
                self.waiting -= len(key.early)
                key.early = []
            self._release_early(key)

    def _release_early(self, key: _Key) -> None:
        early, key.early = key.early, []
        self.waiting -= len(early)
        for delivery in early:
            self._release(delivery)
