"""Raw RFC 5322 bytes to everything later stages know of the email."""

import re
from collections.abc import Collection, Mapping
from hashlib import sha256
from types import MappingProxyType

from claimstream.domain.reader.quoting import cut_disclaimers, split_quoted
from claimstream.domain.records.mail import Address, ParsedMail, Source, SourceKind
from claimstream.reading import headers
from claimstream.reading.attachments import AttachmentReader
from claimstream.reading.body import body_text
from claimstream.reading.bounces import delivery_report
from claimstream.reading.headers import RawMessage, decoded
from claimstream.reading.limits import Limits
from claimstream.reading.mime import Anatomy, dissect, parse
from claimstream.reading.parts import mail_part
from claimstream.reading.text import clean

_NO_URIS: Mapping[str, str] = MappingProxyType({})
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
    uris: Mapping[str, str] = _NO_URIS,
    our_markers: Collection[str] = (),
) -> ParsedMail:
    """Read a mail. Never raises: what is wrong with it stands in ``defects`` and ``unread``.

    ``uris`` are the places where the bytes of sources are kept, by source id (``attachment-1``, …). ``our_markers`` are
    further marks of our own letters beside the receiving mailbox, such as reply codes (see ``split_quoted``).
    """
    return _read(raw, limits, uris, our_markers, why_not=None)


def read_without_attachments(
    raw: bytes,
    why: str,
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    uris: Mapping[str, str] = _NO_URIS,
    our_markers: Collection[str] = (),
) -> ParsedMail:
    """The same with the body only; every attachment is unread as broken, ``why`` saying so in words."""
    return _read(raw, limits, uris, our_markers, why_not=why)


def _read(
    raw: bytes, limits: Limits, uris: Mapping[str, str], our_markers: Collection[str], why_not: str | None
) -> ParsedMail:
    defects: list[str] = []
    too_large = len(raw) > limits.max_mail_bytes
    message = parse(raw[:_HEAD_OF_TOO_LARGE] if too_large else raw, defects)
    anatomy = dissect(message, limits)
    defects += anatomy.defects
    sender = next(iter(headers.addresses(headers.values(message, "From", limits))), None)
    to = headers.addresses(headers.values(message, "To", limits))
    cc = headers.addresses(headers.values(message, "Cc", limits))
    delivered_to = _delivered_to(message, limits)
    markers = [*our_markers, *_own_markers(delivered_to, to, cc, sender)]
    subject = decoded(_first(message, "Subject", limits))

    whole = body_text(anatomy.texts)
    if len(whole) > limits.max_text_chars:
        defects.append(f"body: read {limits.max_text_chars} of {len(whole)} characters.")
        whole = whole[: limits.max_text_chars]
    split = split_quoted(whole, our_markers=markers)
    new, disclaimer = cut_disclaimers(split.new)

    reader = AttachmentReader(limits, uris, markers)
    if too_large:
        reader.report(
            "attachments", "attachments", "multipart/mixed", len(raw), "too_large",
            f"The mail has {len(raw)} bytes, over the limit of {limits.max_mail_bytes}; only its beginning was read.",
        )  # fmt: skip
    else:
        _read_attachments(anatomy, reader, why_not)
    body = new.encode("utf-8")
    return ParsedMail(
        message_id=next(iter(headers.message_ids(headers.values(message, "Message-ID", limits))), None),
        subject=subject,
        sender=sender,
        reply_to=headers.addresses(headers.values(message, "Reply-To", limits)),
        to=to,
        cc=cc,
        delivered_to=delivered_to,
        in_reply_to=headers.message_ids(headers.values(message, "In-Reply-To", limits)),
        references=headers.message_ids(headers.values(message, "References", limits)),
        date=headers.date(headers.values(message, "Date", limits)),
        headers=headers.all_headers(message, limits, defects),
        sources=(
            Source(
                source_id="body",
                kind=SourceKind.BODY,
                name="body",
                media_type="text/plain",
                size=len(body),
                sha256=sha256(body).hexdigest(),
                text=new,
                uri=uris.get("body"),
            ),
            *reader.sources,
        ),
        quoted_text="\n\n".join(part for part in (split.quoted, disclaimer) if part),
        unread=tuple(reader.unread),
        delivery_report=delivery_report(
            anatomy,
            sender=sender.address if sender else "",
            subject=subject,
            return_path=_first(message, "Return-Path", limits),
            auto_submitted=_first(message, "Auto-Submitted", limits),
            text=whole,
        ),
        defects=tuple(dict.fromkeys([*defects, *reader.defects]))[:_MAX_DEFECTS],
    )


def _read_attachments(anatomy: Anatomy, reader: AttachmentReader, why_not: str | None) -> None:
    for number, file in enumerate(anatomy.files, 1):
        part = mail_part(number, file)
        size = len(part.data)
        if why_not is not None:
            reader.report(part.source_id, part.name, part.media_type, size, "broken", why_not)
        elif part.encrypted:
            detail = "The message is encrypted by S/MIME or PGP."
            reader.report(part.source_id, part.name, part.media_type, size, "encrypted", detail)
        else:
            reader.read(part.source_id, part.name, part.data, declared=part.declared_type)


def _first(message: RawMessage, name: str, limits: Limits) -> str:
    return next(iter(headers.values(message, name, limits)), "")


def _delivered_to(message: RawMessage, limits: Limits) -> tuple[str, ...]:
    """Where the mail arrived, in the order of the header names' reliability, each address once."""
    found: dict[str, None] = {}
    for name in ("Delivered-To", "X-Delivered-To", "X-Original-To", "Envelope-To"):
        for address in headers.addresses(headers.values(message, name, limits)):
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
    mailboxes = {_mailbox(address) for address in receiving}
    sender_domain = sender.address.rpartition("@")[2] if sender else ""
    markers: list[str] = []
    for address in sorted(receiving):
        local, _, domain = address.rpartition("@")
        if domain == sender_domain:
            continue
        markers += [address, _mailbox(address)]
        markers += [local.partition("+")[2]] if "+" in local else []
        markers += [f"@{domain}"] if domain not in _PUBLIC_DOMAINS else []
    for named in (*to, *cc):
        if _mailbox(named.address) in mailboxes and len(re.findall(r"\w{3,}", named.name)) >= 2:
            markers.append(clean(named.name))
        if "+" in named.address and _mailbox(named.address) in mailboxes:
            markers.append(named.address.partition("+")[2].rpartition("@")[0])
    return [marker for marker in dict.fromkeys(markers) if marker]


def _mailbox(address: str) -> str:
    """Without the reply code: ``local+CODE@domain`` is ``local@domain``."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
