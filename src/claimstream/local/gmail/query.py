"""The part of Gmail's search language that the local server understands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from claimstream.local.gmail.mailbox import Message

_PLACES = {"drafts": "DRAFT", "chats": "CHAT"}
"""Where ``in:`` calls a label by another name than its id."""
_DAY = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})")


class UnknownSearchTermError(ValueError):
    """The query holds a term that the local server does not know: better loud than a wrong list."""


@dataclass(frozen=True, slots=True)
class GmailQuery:
    """``after:`` and ``before:`` (Unix seconds, or a day in UTC), ``label:``, ``in:``, ``-label:``, ``-in:``."""

    after: float | None = None
    before: float | None = None
    labels: frozenset[str] = frozenset()
    not_labels: frozenset[str] = frozenset()
    everywhere: bool = False
    """``in:anywhere``: spam and trash too."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ``UnknownSearchTermError``."""
        after: float | None = None
        before: float | None = None
        labels: set[str] = set()
        not_labels: set[str] = set()
        everywhere = False
        for term in text.split():
            key, _, value = term.lower().partition(":")
            if key == "after" and value:
                after = _seconds(value)
            elif key == "before" and value:
                before = _seconds(value)
            elif key == "in" and value == "anywhere":
                everywhere = True
            elif key in {"in", "label"} and value:
                labels.add(_PLACES.get(value, value.upper()))
            elif key in {"-in", "-label"} and value:
                not_labels.add(_PLACES.get(value, value.upper()))
            else:
                raise UnknownSearchTermError(f"This local server does not know the search term '{term}'.")
        return cls(
            after, before, frozenset(labels), frozenset(not_labels), everywhere or bool(labels & {"SPAM", "TRASH"})
        )

    def matches(self, message: Message) -> bool:
        return all(self._conditions(message))

    def _conditions(self, message: Message) -> Iterator[bool]:
        seconds = message.internal_date.timestamp()
        yield self.after is None or seconds >= self.after
        yield self.before is None or seconds < self.before
        yield self.labels <= set(message.labels)
        yield self.not_labels.isdisjoint(message.labels)


def _seconds(value: str) -> float:
    if value.isdigit():
        return float(value)
    if day := _DAY.fullmatch(value):
        year, month, of_month = map(int, day.groups())
        return datetime(year, month, of_month, tzinfo=UTC).timestamp()
    raise UnknownSearchTermError(f"'{value}' is neither Unix seconds nor YYYY/MM/DD.")
