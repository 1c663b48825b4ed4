"""Raw RFC 5322 bytes to everything later stages know of the email."""

import re
from collections.abc import Collection
from hashlib import sha256

from claimstream.domain.records.mail import Address, ParsedMail, Source, SourceKind, mailbox_of
from claimstream.domain.text.disclaimers import cut_disclaimers
from claimstream.domain.text.quoting import split_quoted
from claimstream.reading import headers
from claimstream.reading.attachments import AttachmentReader
from claimstream.reading.body import ANSWERED_BELOW, BodyText, body_text
from claimstream.reading.bounces import delivery_report
from claimstream.reading.headers import decoded
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.mime import BEGINNING, dissect
from claimstream.reading.mimetree import MimeTree
from claimstream.reading.parts import mail_part
from claimstream.reading.protocol import MailPart
from claimstream.reading.text import clean, length, shortened

_PUBLIC_DOMAINS = {
    "aol.com", "freenet.de", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com",
    "live.de", "mail.de", "mailbox.org", "outlook.com", "outlook.de", "posteo.de", "t-online.de", "web.de", "yahoo.de",
}  # fmt: skip
_MAX_DEFECTS = 50
_HEAD_OF_TOO_LARGE = 4 * 1024 * 1024


def read_mail(
    raw: bytes,
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    our_markers: Collection[str] = (),
) -> ParsedMail:
    """Read a mail. Never raises: what is wrong with it stands in ``defects`` and ``unread``.

    Args:
        our_markers: further marks of our own letters beside the receiving mailbox: the firm's name, its other
            mailboxes, reply codes (see ``split_quoted``).
    """
    return OpenedMail(raw, limits, Allowance.of(limits), our_markers).read()


class OpenedMail:
    """A mail taken apart, but not read yet.

    Args:
        allowance: shrinks by what is read.
        our_markers: as for :func:`read_mail`.
    """

    def __init__(self, raw: bytes, limits: Limits, allowance: Allowance, our_markers: Collection[str]) -> None:
        self._raw = raw
        self._limits = limits
        self._allowance = allowance
        self._too_large = len(raw) > limits.max_mail_bytes
        tree = MimeTree(raw[:_HEAD_OF_TOO_LARGE] if self._too_large else raw, limits)
        self._message = tree.root.headers
        self._headers = headers.RawHeaders(self._message, limits)
        self._anatomy = dissect(tree)
        files = [] if self._too_large else self._anatomy.files
        self._files = len(files)
        self.parts: tuple[MailPart, ...] = tuple(
            mail_part(number, file) for number, file in enumerate(files[: limits.max_attachments], 1)
        )
        """The attachments, at most ``limits.max_attachments``. Body texts, signatures, small inline pictures and the
        original mail of a delivery report are none. A mail over ``limits.max_mail_bytes`` has none here."""
        self._sender = next(iter(self._addresses("From")), None)
        self._to, self._cc = self._addresses("To"), self._addresses("Cc")
        self._delivered_to = self._where_it_arrived()
        own = _own_markers(self._delivered_to, self._to, self._cc, self._sender)
        self.markers: tuple[str, ...] = tuple(dict.fromkeys((*our_markers, *own)))
        """The marks of our own letters in this mail."""

    def read(self, *, body: bool = True, files: bool = True) -> ParsedMail:
        """Everything that is known of the mail.

        Args:
            body: read the body's text.
            files: read the attachments.
        """
        message, limits = self._message, self._limits
        defects = self._anatomy.defects
        subject = decoded(self._first("Subject"))
        reader = AttachmentReader(limits, self._allowance, self.markers)
        whole, missing, struck = body_text(self._anatomy.texts) if body else BodyText("")
        most = min(limits.max_text_chars, self._allowance.characters)
        characters = len(whole)
        whole = shortened(whole, most)
        if len(whole) < characters:
            defects.append(f"body: read {len(whole)} of {characters} characters.")
            missing = BEGINNING
        reader.report_struck("body", "body", "text/plain", len(self._raw), struck, whole)
        self._allowance.characters -= length(whole)
        split = split_quoted(whole, our_markers=self.markers)
        if split.answered_below:
            missing = missing or ANSWERED_BELOW
        if missing := missing or self._anatomy.missing:
            reader.report_rest("body", "body", "text/plain", len(self._raw), missing)
        new, disclaimer = cut_disclaimers(split.new)
        if self._too_large:
            over = f"The mail has {len(self._raw)} bytes, over the limit of {limits.max_mail_bytes}"
            detail = f"{over}; only its beginning was read."
            reader.report_rest("attachments", "attachments", "multipart/mixed", len(self._raw), detail)
        elif files:
            for part in self.parts:
                reader.read_part(part)
        if self._files > len(self.parts):
            first = self._anatomy.files[len(self.parts)]
            reader.report_too_many(f"attachment-{len(self.parts) + 1}", first.name, len(first.data))
        encoded = new.encode("utf-8")
        return ParsedMail(
            message_id=next(iter(headers.message_ids(self._headers.values("Message-ID"))), None),
            subject=subject,
            sender=self._sender,
            reply_to=self._addresses("Reply-To"),
            to=self._to,
            cc=self._cc,
            delivered_to=self._delivered_to,
            in_reply_to=headers.message_ids(self._headers.values("In-Reply-To")),
            references=headers.message_ids(self._headers.values("References")),
            date=headers.date(self._headers.values("Date")),
            headers=headers.all_headers(message, limits, defects),
            sources=(
                Source(
                    source_id="body",
                    kind=SourceKind.BODY,
                    name="body",
                    media_type="text/plain",
                    size=len(encoded),
                    sha256=sha256(encoded).hexdigest(),
                    text=new,
                ),
                *reader.sources,
            ),
            quoted_text="\n\n".join(part for part in (split.quoted, disclaimer) if part),
            our_marks=self.markers,
            unread=tuple(reader.unread),
            delivery_report=delivery_report(
                self._anatomy,
                sender=self._sender.address if self._sender else "",
                subject=subject,
                return_path=self._first("Return-Path"),
                auto_submitted=self._first("Auto-Submitted"),
                text=whole,
            ),
            defects=tuple(dict.fromkeys([*defects, *reader.defects]))[:_MAX_DEFECTS],
        )

    def _addresses(self, name: str) -> tuple[Address, ...]:
        return headers.addresses(self._headers.values(name))

    def _first(self, name: str) -> str:
        return next(iter(self._headers.values(name)), "")

    def _where_it_arrived(self) -> tuple[str, ...]:
        """The receiving addresses, in the order of the header names' reliability, each once."""
        found: dict[str, None] = {}
        for name in ("Delivered-To", "X-Delivered-To", "X-Original-To", "Envelope-To"):
            for address in self._addresses(name):
                found.setdefault(address.address)
        return tuple(found)


def _own_markers(
    delivered_to: tuple[str, ...], to: tuple[Address, ...], cc: tuple[Address, ...], sender: Address | None
) -> list[str]:
    """What our quoted letters carry: the receiving mailbox, its name, its domain, its reply code (``local+CODE@…``).

    Without a record of delivery, whoever the mail is addressed to is taken for us. Freemail domains and the sender's
    own are nobody's mark.
    """
    receiving = set(delivered_to) or {address.address for address in (*to, *cc)}
    mailboxes = {mailbox_of(address) for address in receiving}
    sender_domain = sender.address.rpartition("@")[2] if sender else ""
    markers: list[str] = []
    for address in sorted(receiving):
        local, _, domain = address.rpartition("@")
        if domain == sender_domain:
            continue
        markers += [address, mailbox_of(address)]
        markers += [local.partition("+")[2]] if "+" in local else []
        markers += [f"@{domain}"] if domain not in _PUBLIC_DOMAINS else []
    for named in (*to, *cc):
        if mailbox_of(named.address) in mailboxes and len(re.findall(r"\w{3,}", named.name)) >= 2:
            markers.append(clean(named.name))
        if "+" in named.address and mailbox_of(named.address) in mailboxes:
            markers.append(named.address.partition("+")[2].rpartition("@")[0])
    return [marker for marker in dict.fromkeys(markers) if marker]
