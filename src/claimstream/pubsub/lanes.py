"""Whose turn it is, so that handlers that take long for one sender leave room for the others."""

from collections import Counter, deque

from claimstream.pubsub.delivery import Delivery


class Lanes:
    """Deliveries that wait for a handler: first come, first served within a lane, and one lane after the other.

    No lane has more handlers than there are places left, which is a bound that moves: one busy lane gets half of the
    places, two get a third each, and there is room for one more (dynamic thresholds: Choudhury and Hahne, IEEE/ACM
    Transactions on Networking, 1998). Deliveries without a lane know no bound.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._queues: dict[str, deque[Delivery]] = {}
        self._running: Counter[str] = Counter()
        self._taken = 0

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def has_room(self, lane: str) -> bool:
        """Whether a delivery of the lane may be started as far as the other lanes are concerned."""
        return not lane or self._running[lane] < max(1, self._places - self._taken)

    def is_waiting(self, lane: str) -> bool:
        return lane in self._queues

    def started(self, lane: str) -> None:
        self._taken += 1
        self._running[lane] += 1

    def ended(self, lane: str) -> None:
        self._taken -= 1
        self._running[lane] -= 1
        if not self._running[lane]:
            del self._running[lane]

    def append(self, delivery: Delivery) -> None:
        self._queues.setdefault(delivery.lane, deque()).append(delivery)

    def next(self) -> Delivery | None:
        """The delivery whose turn it is, which stays where it is; None where none may be started."""
        return next((queue[0] for lane, queue in self._queues.items() if self.has_room(lane)), None)

    def take(self, delivery: Delivery) -> None:
        """Take out what :meth:`next` gave. Its lane is the last of all from then on."""
        queue = self._queues.pop(delivery.lane)
        queue.popleft()
        if queue:
            self._queues[delivery.lane] = queue

    def clear(self) -> list[Delivery]:
        """Take out all."""
        waiting = [delivery for queue in self._queues.values() for delivery in queue]
        self._queues.clear()
        return waiting
