"""What letters and clients are found by, as they are stored. Read by the thousand: plain tuples, nothing validated."""

from datetime import datetime
from typing import NamedTuple


class LetterKeys(NamedTuple):
    """Of one inquiry."""

    inquiry_id: str
    client_id: str
    creditor_id: str
    sent_at: datetime
    reply_code: str | None
    message_id: str | None
    to_address: str | None
    creditor_reference: str | None


class CreditorKeys(NamedTuple):
    """Of one creditor of a client."""

    creditor_id: str
    name: str
    email: str | None
    representative_email: str | None


class ClientKeys(NamedTuple):
    client_id: str
    form: int
    """Tells this form of the record from any other it may have had. Of this process alone."""
    case_reference: str
    last_name: str
    creditors: tuple[CreditorKeys, ...]


class LetterChanges(NamedTuple):
    letters: list[LetterKeys]
    mark: str
    """Asked for again with it, whatever has changed since is among the answer."""
