"""The attachments of a mail, as they are archived."""

from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.mail import OpenedMail
from claimstream.reading.protocol import MailPart


def split_mail(raw: bytes, limits: Limits = Limits()) -> tuple[MailPart, ...]:  # noqa: B008 - frozen
    return OpenedMail(raw, limits, Allowance.of(limits), ()).parts
