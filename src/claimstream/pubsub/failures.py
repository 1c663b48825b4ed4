"""Handlers that fail: how long their messages are kept back, and how often the log tells of them."""

import logging
import random
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

log = logging.getLogger("claimstream.pubsub")

_REMEMBERED_MESSAGES = 10_000
_INTERVAL_SECONDS = 60.0


class Failures:
    """The wait before a message whose handler failed is released.

    It doubles with each failure of the same message. While no message at all succeeds, it is also as long as that has
    lasted: else a handler that fails at once would spend every delivery attempt of a whole backlog within seconds.
    """

    def __init__(self, minimum_seconds: float, maximum_seconds: float, clock: Callable[[], float]) -> None:
        self._minimum = minimum_seconds
        self._maximum = maximum_seconds
        self._clock = clock
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._since: float | None = None
        self.noted = False
        """True when a success changes anything. Asked for each message, it has to be cheap."""

    def failed(self, message_id: str) -> float:
        """Note a failure; return the seconds to wait, jittered."""
        now = self._clock()
        self.noted = True
        if self._since is None:
            self._since = now
        count = self._counts.pop(message_id, 0)
        self._counts[message_id] = count + 1
        if len(self._counts) > _REMEMBERED_MESSAGES:
            self._counts.popitem(last=False)
        longest = min(self._maximum, max(self._minimum * 2 ** min(count, 30), now - self._since))
        return random.uniform(longest / 2, longest)  # noqa: S311  # jitter is no secret

    def succeeded(self, message_id: str) -> None:
        """Note that a handler has acknowledged its message."""
        self._since = None
        self._counts.pop(message_id, None)
        self.noted = bool(self._counts)


@dataclass(slots=True)
class _Kind:
    until: float
    more: int = 0
    fields: Mapping[str, str] | None = None


class RareLog:
    """Logs the first of a kind of error in full, and of those in the minute after it only how many there were."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kinds: dict[str, _Kind] = {}

    def error(
        self, kind: str, text: str, *arguments: object, fields: Mapping[str, str], error: BaseException | None = None
    ) -> None:
        """Log an error.

        Args:
            kind: a name for errors like this one.
            fields: the extra fields of the record.
            error: shown with its traceback.
        """
        known = self._kinds.get(kind)
        if known is None:
            self._kinds[kind] = _Kind(self._clock() + _INTERVAL_SECONDS)
            log.error(text, *arguments, extra=fields, exc_info=error)
        else:
            known.more += 1
            known.fields = fields
            log.debug(text, *arguments, extra=fields)

    def tell(self, *, everything: bool = False) -> None:
        """Log the counts whose minute is over; with `everything` the others too."""
        now = self._clock()
        for kind, known in list(self._kinds.items()):
            if now < known.until and not everything:
                continue
            if known.fields is None:
                del self._kinds[kind]
                continue
            log.error(
                "%d more errors of the kind %s in the last minute, the last one with message %s",
                known.more,
                kind,
                known.fields["message_id"],
                extra={**known.fields, "count": known.more},
            )
            self._kinds[kind] = _Kind(now + _INTERVAL_SECONDS)
