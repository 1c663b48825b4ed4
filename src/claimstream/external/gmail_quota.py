"""Gmail's quota, kept by waiting instead of being throttled, and shared fairly between mailboxes.

Source of all figures: https://developers.google.com/workspace/gmail/api/reference/quota as of 2026: 6,000 units per
minute and user, 1,200,000 per minute and project, for projects that began to use the API since May 2026. Older ones
keep 15,000 per user, and 5 for ``messages.get``: they may raise the settings.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

UNITS: Mapping[str, float] = MappingProxyType(
    {"messages.get": 20, "messages.list": 5, "history.list": 2, "profile": 1, "watch": 100, "stop": 50}
)
"""What one call costs."""
_BURST = 0.25
"""The share of a minute's units that may be spent at once. The rest of them comes evenly over the minute, so that no
minute, wherever it begins, sees more than the limit."""
_BULK = "messages.get"
"""What a backfill makes thousands of. The calls of mailbox sync, which are few and hold a lock, go before it."""


class Bucket:
    """A token bucket. Times are seconds of one steady clock; a limit of 0 is none."""

    def __init__(self, units_per_minute: float) -> None:
        self._unlimited = units_per_minute <= 0
        self._capacity = units_per_minute * _BURST
        self._per_second = (units_per_minute - self._capacity) / 60
        self._level = self._capacity
        self._at: float | None = None

    def wait_seconds(self, units: float, at: float) -> float:
        """Until so many may be taken; 0: now. More than the bucket holds may be taken when it is full."""
        if self._unlimited:
            return 0.0
        self._refill(at)
        missing = min(units, self._capacity) - self._level
        return max(0.0, missing / self._per_second)

    def take(self, units: float, at: float) -> None:
        """Take them whether they are there or not: what is owed is made up for by whoever comes next."""
        self._refill(at)
        self._level -= units

    def empty(self, at: float) -> None:
        """The service said that it was too much."""
        self._refill(at)
        self._level = min(self._level, 0.0)

    def _refill(self, at: float) -> None:
        if self._at is not None:
            self._level = min(self._capacity, self._level + (at - self._at) * self._per_second)
        self._at = at


@dataclass(eq=False)
class Turn:
    """One call that waits for its units."""

    mailbox: str
    units: float
    bulk: bool


@dataclass
class _Line:
    """The calls of one mailbox that wait."""

    first: deque[Turn] = field(default_factory=deque)
    bulk: deque[Turn] = field(default_factory=deque)

    def of(self, turn: Turn) -> deque[Turn]:
        return self.bulk if turn.bulk else self.first

    def next(self) -> Turn | None:
        return self.first[0] if self.first else self.bulk[0] if self.bulk else None


class Turns:
    """Whose turn it is: mailboxes one after the other, as far as its own bucket and the project's allow. Pure."""

    def __init__(self, *, user_units_per_minute: float, project_units_per_minute: float) -> None:
        self._user_units = user_units_per_minute
        self._project = Bucket(project_units_per_minute)
        self._buckets: dict[str, Bucket] = {}
        self._lines: dict[str, _Line] = {}
        """Of the mailboxes that wait; whose turn it is next comes first."""

    def bucket(self, mailbox: str) -> Bucket:
        return self._buckets.setdefault(mailbox, Bucket(self._user_units))

    def ask(self, mailbox: str, operation: str) -> Turn:
        """Wait in line for a call."""
        turn = Turn(mailbox, UNITS[operation], operation == _BULK)
        self._lines.setdefault(mailbox, _Line()).of(turn).append(turn)
        return turn

    def withdraw(self, turn: Turn) -> None:
        """The caller has gone. Does nothing once it was its turn."""
        line = self._lines.get(turn.mailbox)
        if line is not None and turn in line.of(turn):
            self._remove(turn)

    def due(self, at: float) -> tuple[list[Turn], float | None]:
        """Those whose turn it is now, with their units taken; and in how many seconds to ask again, None: nobody waits.

        One that the project has no units for keeps the turn. One whose own units are spent is passed over.
        """
        admitted: list[Turn] = []
        waits: list[float] = []
        passed: set[str] = set()
        while (turn := self._next(passed)) is not None:
            if (own := self.bucket(turn.mailbox).wait_seconds(turn.units, at)) > 0:
                passed.add(turn.mailbox)
                waits.append(own)
            elif (shared := self._project.wait_seconds(turn.units, at)) > 0:
                waits.append(shared)
                break
            else:
                self.charge(turn.mailbox, turn.units, at)
                self._remove(turn)
                if (line := self._lines.pop(turn.mailbox, None)) is not None:
                    self._lines[turn.mailbox] = line  # behind all the others
                admitted.append(turn)
        return admitted, min(waits, default=None)

    def charge(self, mailbox: str, units: float, at: float) -> None:
        """Take units without asking."""
        self.bucket(mailbox).take(units, at)
        self._project.take(units, at)

    def _next(self, passed: set[str]) -> Turn | None:
        return next((line.next() for mailbox, line in self._lines.items() if mailbox not in passed), None)

    def _remove(self, turn: Turn) -> None:
        line = self._lines[turn.mailbox]
        line.of(turn).remove(turn)
        if line.next() is None:
            del self._lines[turn.mailbox]
