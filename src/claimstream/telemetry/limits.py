"""Saying a thing once instead of a thousand times."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


class RateLimiter:
    """Lets the first of a kind through and then one per period, telling how many were held back in between.

    Kinds are bounded (the oldest is forgotten), so a hostile variety of keys costs no memory. Thread-safe.
    """

    def __init__(
        self, period_seconds: float = 60.0, *, kinds: int = 1_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._period = period_seconds
        self._kinds = kinds
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()

    def admit(self, kind: Hashable) -> int | None:
        """The number held back since the last one admitted, or None: hold this one back too."""
        now = self._clock()
        with self._lock:
            last = self._seen.get(kind)
            if last is not None and now - last[0] < self._period:
                self._seen[kind] = (last[0], last[1] + 1)
                return None
            self._seen[kind] = (now, 0)
            self._seen.move_to_end(kind)
            while len(self._seen) > self._kinds:
                self._seen.popitem(last=False)
            return last[1] if last else 0
