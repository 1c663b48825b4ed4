"""What the local Gmail keeps of one mailbox: messages, history, the watch."""

import random
import time
from dataclasses import dataclass, field
from datetime import datetime

FIRST_HISTORY_ID = 10_000
HISTORY_TYPES = {
    "messageAdded": "messagesAdded",
    "messageDeleted": "messagesDeleted",
    "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved",
}
"""The names a request filters by, and the keys of a record that they stand for."""


@dataclass(slots=True)
class Message:
    gmail_id: str
    raw: bytes
    labels: tuple[str, ...]
    internal_date: datetime
    history_id: int

    @property
    def internal_date_ms(self) -> int:
        return int(self.internal_date.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """One change. ``labels`` are the message's at that time; ``changed`` the labels that came or went."""

    history_id: int
    history_type: str
    gmail_id: str
    labels: tuple[str, ...]
    changed: tuple[str, ...] = ()
    visible_from: float = 0.0
    """``time.monotonic()`` from which ``history.list`` shows it."""


@dataclass(frozen=True, slots=True)
class Watch:
    topic: str
    labels: frozenset[str]
    """Only changes of messages with one of these are told; empty: of all."""
    excluding: bool
    expires_at: datetime

    def covers(self, labels: tuple[str, ...]) -> bool:
        return not self.labels or self.labels.isdisjoint(labels) == self.excluding


@dataclass(slots=True)
class Mailbox:
    address: str
    rng: random.Random
    history_id: int = FIRST_HISTORY_ID
    history_floor: int = 0
    """``history.list`` from below this answers 404."""
    messages: dict[str, Message] = field(default_factory=dict)
    history: list[HistoryRecord] = field(default_factory=list)
    watch: Watch | None = None

    def add(
        self, raw: bytes, labels: tuple[str, ...], internal_date: datetime, *, hidden_seconds: float = 0.0
    ) -> Message:
        gmail_id = f"{self.rng.getrandbits(60) | 1 << 60:016x}"
        message = Message(gmail_id, raw, labels, internal_date, self.history_id)
        self.messages[gmail_id] = message
        self._record("messageAdded", message, hidden_seconds=hidden_seconds)
        return message

    def delete(self, gmail_id: str) -> Message:
        """Raises ``KeyError`` for an unknown message."""
        message = self.messages.pop(gmail_id)
        self._record("messageDeleted", message)
        return message

    def relabel(self, gmail_id: str, add: tuple[str, ...], remove: tuple[str, ...]) -> Message:
        """Raises ``KeyError`` for an unknown message."""
        message = self.messages[gmail_id]
        message.labels = tuple(label for label in message.labels if label not in {*add, *remove}) + add
        if add:
            self._record("labelAdded", message, changed=add)
        if remove:
            self._record("labelRemoved", message, changed=remove)
        return message

    def visible_history(self) -> list[HistoryRecord]:
        now = time.monotonic()
        return [record for record in self.history if record.visible_from <= now]

    def _record(
        self, history_type: str, message: Message, *, changed: tuple[str, ...] = (), hidden_seconds: float = 0.0
    ) -> None:
        # Gmail's ids grow with gaps, so that nobody can count on the next one
        self.history_id += self.rng.randint(1, 40)
        message.history_id = self.history_id
        visible_from = time.monotonic() + hidden_seconds if hidden_seconds else 0.0
        self.history.append(
            HistoryRecord(self.history_id, history_type, message.gmail_id, message.labels, changed, visible_from)
        )
