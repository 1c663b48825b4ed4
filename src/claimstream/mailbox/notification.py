"""What Gmail publishes when a mailbox changes."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class MalformedNotificationError(ValueError):
    """Not a Gmail notification. The text says what is wrong, without the content."""


class GmailNotification(BaseModel):
    """``{"emailAddress": "…", "historyId": 1234567890}``; the id is a string in some documents.

    Source: Gmail API guide "Push notifications", section on receiving notifications.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    email_address: str = Field(alias="emailAddress", pattern=r"^[^@\s\p{Cc}]+@[^@\s\p{Cc}]+$", max_length=320)
    history_id: int = Field(alias="historyId", gt=0, lt=2**63)


def read_notification(data: bytes) -> GmailNotification:
    """Raises :class:`MalformedNotificationError`."""
    try:
        return GmailNotification.model_validate_json(data)
    except ValidationError as error:
        problems = {f"{'.'.join(map(str, e['loc'])) or 'the message'}: {e['msg']}" for e in error.errors()}
        raise MalformedNotificationError("; ".join(sorted(problems))) from None
