"""What an alert says."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

CREDENTIALS = "gmail-credentials"
"""What is down when every mailbox refuses us: told and ended like the outage of a service."""


@dataclass(frozen=True, slots=True)
class AlertMail:
    about: str
    """For log lines: the service, or ``mailbox``."""
    subject: str
    text: str
    message_id: str
    """The same each time it is sent, so that a second copy is recognised as one."""


def outage_mail(service: str, at: datetime, reason: str, environment: str, *, key: str) -> AlertMail:
    """``key`` tells this outage from others of the service."""
    waiting = "Emails that need it wait, and intake is paused. Nothing is lost.\n"
    if service == CREDENTIALS:
        waiting = "No mailbox lets us in. Mail stays in Gmail, and emails not yet read wait. Nothing is lost.\n"
    text = f"{service} is failing, at {_shown(at)}, in {environment}.\n{waiting}"
    if reason:
        text += f"\nLast reason: {reason}\n"
    return AlertMail(service, f"{service} is failing", text, f"<{service}.opened.{key}@claimstream.invalid>")


def recovery_mail(service: str, began_at: datetime, at: datetime, environment: str, *, key: str) -> AlertMail:
    text = (
        f"{service} has recovered, at {_shown(at)}, in {environment}.\n"
        f"It had been failing since {_shown(began_at)}. Work goes on where it stopped.\n"
    )
    return AlertMail(service, f"{service} has recovered", text, f"<{service}.closed.{key}@claimstream.invalid>")


def mailbox_mail(address: str, at: datetime, reason: str, environment: str, *, disabled: bool) -> AlertMail:
    what = "was disabled" if disabled else "opens again"
    text = f"mailbox {address} {what}, at {_shown(at)}, in {environment}.\n"
    text += (
        "It does not let us in, while others do. Its mail stays in Gmail, and its emails not yet read wait.\n"
        "It is tried again every hour, and goes on by itself where it stopped.\n"
        f"At once: claimstream mailboxes enable {address}\n"
        if disabled
        else "Work goes on where it stopped.\n"
    )
    if reason:
        text += f"\nLast reason: {reason}\n"
    digest = hashlib.sha256(address.encode()).hexdigest()[:16]
    kind = "disabled" if disabled else "enabled"
    message_id = f"<mailbox.{digest}.{kind}.{at.timestamp():.0f}@claimstream.invalid>"
    return AlertMail("mailbox", f"mailbox {address} {what}", text, message_id)


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
