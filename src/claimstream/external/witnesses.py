"""Whose fault a failure was, told by how the same operation went for others: what one email meets alone is its own."""

import time
from collections.abc import Callable, Mapping
from enum import Enum

_KEPT_SUCCESSES = 6
"""Emails per operation: five others, whoever asks."""
_KEPT_REFUSALS = 1000
"""Emails per operation and status, so that what is never cleared up does not grow for ever."""
_LATELY_SECONDS = 60.0
_DIFFERENT = 3
"""Emails refused alike in a row, with no success between, that make a refusal ours."""


class Judgement(Enum):
    """A verdict on the refusal of one email's request."""

    ITS_OWN = "its own"
    """Another email has succeeded since this one was first refused; or nobody came for so long."""
    DOUBTED = "doubted"
    """Nobody else has shown yet whether the operation works."""
    OURS = "ours"
    """Different emails are refused alike, and none succeeds."""


class Witnesses:
    """The latest successes and refusals of one service's operations, by subject (an email, or "" for anything else).

    Belongs to one process: a worker that has just started knows of nobody, and doubts.
    """

    def __init__(self, *, doubt_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            doubt_seconds: how long a refusal that nobody else is a witness of is doubted.
        """
        self._doubt_seconds = doubt_seconds
        self._clock = clock
        self._succeeded: dict[str, dict[str, float]] = {}
        self._refused: dict[tuple[str, object], dict[str, float]] = {}

    def success(self, operation: str, subject: str) -> None:
        latest = self._succeeded.setdefault(operation, {})
        latest.pop(subject, None)
        latest[subject] = self._clock()
        if len(latest) > _KEPT_SUCCESSES:
            del latest[next(iter(latest))]

    def others_seconds_ago(self, operation: str, subject: str) -> tuple[float, ...]:
        """Return how long ago the operation last succeeded for each of the latest five other emails."""
        now = self._clock()
        return tuple(now - at for one, at in self._others(operation, subject).items() if one)

    def refusal(self, operation: str, status: object, subject: str) -> Judgement:
        """Note that the subject was refused, and judge it."""
        now = self._clock()
        refused = self._refused.setdefault((operation, status), {})
        since = refused.setdefault(subject, now)
        if len(refused) > _KEPT_REFUSALS:
            del refused[next(iter(refused))]
        last_success = max(self._others(operation, subject).values(), default=None)
        if last_success is not None and last_success >= since:
            del refused[subject]
            return Judgement.ITS_OWN
        in_a_row = [one for one, at in refused.items() if last_success is None or at > last_success]
        if len(in_a_row) >= _DIFFERENT:
            return Judgement.OURS
        return Judgement.DOUBTED if now - since < self._doubt_seconds else Judgement.ITS_OWN

    def _others(self, operation: str, subject: str) -> Mapping[str, float]:
        return {one: at for one, at in self._succeeded.get(operation, {}).items() if one != subject}


class OwnersAnswered:
    """Which owners of calls (mailboxes) a service has answered lately: while it answers others, what one of them meets
    is told of this one, however many emails it has."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._latest: list[tuple[str, float]] = []
        """The last owner that was answered, and the last one before that was another; with the time."""

    def note(self, owner: str) -> None:
        """The service has answered a call of an owner; "" is nobody's."""
        if owner:
            others = [(one, at) for one, at in self._latest if one != owner]
            self._latest = [(owner, self._clock()), *others[:1]]

    def others_of(self, owner: str) -> bool:
        """Return True when the service has answered another one within the last minute."""
        now = self._clock()
        return any(one != owner and now - at < _LATELY_SECONDS for one, at in self._latest)
