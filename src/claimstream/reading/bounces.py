"""What a delivery report, or a bounce in plain words, says of our own letter."""

import re

from claimstream.domain.records.mail import DeliveryReport
from claimstream.reading.headers import decoded
from claimstream.reading.mime import Anatomy
from claimstream.reading.mimetree import Part

_ACTIONS = {"failed", "delayed", "delivered", "relayed", "expanded"}
_WORST_FIRST = ("failed", "delayed", "relayed", "expanded", "delivered")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"\b([45])\d\d[ -]")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DAEMON = re.compile(
    r"^(?:mailer-?daemon|postmaster|mail-?daemon|bounces?)(?:[+-].*)?@|^microsoftexchange", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"undeliver|returned mail|delivery (?:status notification|failure|failed|has failed)"
    r"|mail delivery (?:failed|system)|failure notice"
    r"|unzustellbar|nicht zugestellt|nicht zustellbar|zustellung (?:fehlgeschlagen|gescheitert)"
    r"|fehler bei der zustellung|zustellfehler|konnte nicht (?:zugestellt|übermittelt)|rückläufer",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"(?:could not|couldn't|cannot|was not|wasn't) be delivered|permanent(?:ly)? (?:fatal )?(?:error|failure)"
    r"|(?:user|mailbox|recipient|address) (?:\w+ )?(?:unknown|unavailable|not found|rejected)"
    r"|unknown (?:user|recipient)"
    r"|konnte (?:leider )?nicht (?:zugestellt|übermittelt|ausgeliefert)|nicht zugestellt werden|unbekannter empfänger"
    r"|(?:postfach|empfänger|adresse)[^.\n]{0,60}(?:existiert nicht|nicht gefunden|unbekannt|nicht vorhanden)",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"\bdelayed\b|\bverzögert|still (?:trying|being retried)|will (?:be retried|retry)"
    r"|weitere zustellversuche",
    re.IGNORECASE,
)
_MAX_RECIPIENTS = 50


def delivery_report(
    anatomy: Anatomy, *, sender: str, subject: str, return_path: str, auto_submitted: str, text: str
) -> DeliveryReport | None:
    """From the report's own part (RFC 3464) where there is one, else from words only mail systems use."""
    for report in anatomy.reports:
        found = _structured(report)
        if found is not None:
            return found
    daemon = _DAEMON.search(sender) is not None or (return_path.strip() == "<>" and auto_submitted != "")
    says = _SUBJECT.search(subject) is not None, _TEXT.search(text[:4000]) is not None
    # A person may write of undeliverable mail, and a mail system of other things.
    if (daemon and any(says)) or (anatomy.reports and any(says)):
        return _in_words(f"{subject}\n{text[:8000]}", sender)
    return None


def _structured(report: Part) -> DeliveryReport | None:
    actions: list[str] = []
    recipients: list[str] = []
    statuses: dict[str, str] = {}
    for group in (child.headers for child in report.children):
        action = decoded(str(group.get("Action") or "")).lower().split(" ")[0]
        if action not in _ACTIONS:
            continue
        actions.append(action)
        recipient = str(group.get("Final-Recipient") or group.get("Original-Recipient") or "")
        address = _ADDRESS.search(decoded(recipient))
        if address and len(recipients) < _MAX_RECIPIENTS:
            recipients.append(address[0].lower())
        status = _STATUS.search(decoded(str(group.get("Status") or "")))
        if status:
            statuses.setdefault(action, status[1])
    if not actions:
        return None
    worst = next(action for action in _WORST_FIRST if action in actions)
    return DeliveryReport(action=worst, recipients=tuple(dict.fromkeys(recipients)), status=statuses.get(worst, ""))


def _in_words(text: str, sender: str) -> DeliveryReport:
    status = _STATUS.search(text)
    code = _REPLY_CODE.search(text)
    action = "delayed" if _DELAYED.search(text) and not (status and status[1].startswith("5")) else "failed"
    found = dict.fromkeys(address.lower() for address in _ADDRESS.findall(text) if address.lower() != sender)
    recipients = tuple(a for a in found if not _DAEMON.search(a))[:1]
    if status:
        return DeliveryReport(action=action, recipients=recipients, status=status[1])
    return DeliveryReport(action=action, recipients=recipients, status=f"{code[1]}.0.0" if code else "")
