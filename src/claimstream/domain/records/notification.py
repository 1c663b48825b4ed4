"""The mail that tells the firm of an automatic match (route ``UPDATE_AND_NOTIFY``)."""

from typing import ClassVar, Literal

from claimstream.domain.records.base import Record


class Notification(Record):
    """Typed and versioned like everything that waits in the outbox."""

    NEWEST: ClassVar[int] = 1
    """Known here."""

    version: Literal[1] = 1
    to: str
    subject: str
    text: str
    message_id: str
    """Derived from the email, so that a second delivery is recognisable as the same mail."""
