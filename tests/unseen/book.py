"""The world and the cases, gathered one file and one mail at a time, then written as a folder of evaluation cases."""

import email.policy
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

NOW = "2026-11-16T08:00:00Z"
BOTH = ("AUTO_UPDATE", "UPDATE_AND_NOTIFY")
NOTIFY = "UPDATE_AND_NOTIFY"
PERSON = "MANUAL_REVIEW"
ASIDE = "IGNORE"

TENANTS = {
    "av": ("Kanzlei Ahrens & Voss", "post@ahrens-voss.example"),
    "lr": ("Lindenau Rechtsanwaltsgesellschaft mbH", "antwort@lindenau-recht.example"),
}
_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ"
_EML = email.policy.SMTP.clone(max_line_length=78)


@dataclass(frozen=True, slots=True)
class File:
    """One client with one creditor, and the letter that was sent about it."""

    client_id: str
    creditor_id: str
    inquiry_id: str
    tenant: str
    first: str
    last: str
    ref: str
    """The firm's file number."""
    code: str
    message_id: str
    sender: str
    """Where the letter went to."""
    stored: str | None

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def plain(self) -> str:
        return TENANTS[self.tenant][1]

    @property
    def coded(self) -> str:
        local, _, domain = self.plain.partition("@")
        return f"{local}+{self.code}@{domain}"


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    media_type: str
    content: bytes
    inline_id: str = ""


@dataclass(slots=True)
class Book:
    clients: list[dict[str, Any]] = field(default_factory=list)
    inquiries: list[dict[str, Any]] = field(default_factory=list)
    cases: dict[str, tuple[bytes, dict[str, Any]]] = field(default_factory=dict)

    def file(
        self,
        person: str,
        creditor: str,
        sender: str,
        stored: str | None,
        *,
        tenant: str = "av",
        letter: str = "first",
        ref: str = "",
        agency: str | None = None,
        agency_email: str | None = None,
        their_ref: str | None = None,
        sent: str = "2026-10-26",
        status: str = "open",
        others: Sequence[Mapping[str, Any]] = (),
        original: str | None = None,
    ) -> File:
        """Enter a client (``First|Last``) with a creditor. ``others`` stand before it in the client's list."""
        number = len(self.clients) + 1
        first, last = person.split("|")
        made = File(
            client_id=f"u-{number:03}",
            creditor_id=f"u-{number:03}-k",
            inquiry_id=f"q-{number:03}",
            tenant=tenant,
            first=first,
            last=last,
            ref=ref or (f"{1013 + 37 * number}/26" if tenant == "av" else f"LR-26-{20450 + 91 * number}"),
            code=_code(number),
            message_id=f"<q{number:03}.{letter}@{TENANTS[tenant][1].partition('@')[2]}>",
            sender=agency_email or sender,
            stored=stored,
        )
        entry = {
            "creditor_id": made.creditor_id,
            "name": creditor,
            "email": sender,
            "representative_name": agency,
            "representative_email": agency_email,
            "claim_amount": original or stored,
            "current_amount": stored,
        }
        self.clients.append(
            {
                "client_id": made.client_id,
                "tenant_id": tenant,
                "case_reference": made.ref,
                "first_name": first,
                "last_name": last,
                "creditors": [*map(dict, others), entry],
            }
        )
        self.inquiry(made, letter=letter, sent=sent, status=status, their_ref=their_ref)
        return made

    def inquiry(
        self,
        file: File,
        *,
        letter: str,
        sent: str,
        status: str = "open",
        their_ref: str | None = None,
        inquiry_id: str | None = None,
        code: str | None = None,
        message_id: str | None = None,
        creditor_id: str | None = None,
        to: str | None = None,
    ) -> None:
        self.inquiries.append(
            {
                "inquiry_id": inquiry_id or file.inquiry_id,
                "tenant_id": file.tenant,
                "client_id": file.client_id,
                "creditor_id": creditor_id or file.creditor_id,
                "letter": letter,
                "sent_at": f"{sent}T09:00:00Z",
                "reply_code": code or file.code,
                "message_id": message_id or file.message_id,
                "to_address": to or file.sender,
                "creditor_reference": their_ref,
                "status": status,
            }
        )

    def case(
        self,
        name: str,
        mail: bytes,
        *,
        intent: str | None = None,
        route: str | Sequence[str],
        fields: Mapping[str, str | None] | None = None,
        model: bool = False,
        tags: str = "",
        **more: str | None,
    ) -> None:
        """``more``: inquiry_id, matched_by, current_amount_after, review_reason, checked only where given."""
        if name in self.cases:
            raise ValueError(f"two cases named {name}")
        expected: dict[str, Any] = {"route": route if isinstance(route, str) else list(route)}
        if intent:
            expected["intent"] = intent
        expected.update(more)
        if fields:
            expected["fields"] = dict(fields)
        expected["needs_model"] = model
        expected["tags"] = tags.split()
        self.cases[name] = (mail, expected)

    def written(
        self,
        name: str,
        file: File,
        mail: bytes,
        total: str,
        *,
        route: str | Sequence[str] = BOTH,
        intent: str | None = "claim_statement",
        by: str | None = None,
        tags: str = "",
        **fields: str | None,
    ) -> None:
        """A statement whose total must be stored."""
        more: dict[str, Any] = {"matched_by": by} if by else {}
        self.case(
            name,
            mail,
            intent=intent,
            route=route,
            fields={"total_claim": total, **fields},
            tags=tags,
            inquiry_id=file.inquiry_id,
            current_amount_after=total,
            **more,
        )

    def kept(
        self,
        name: str,
        file: File,
        mail: bytes,
        *,
        reason: str | None = None,
        route: str | Sequence[str] = PERSON,
        intent: str | None = None,
        by: str | None = None,
        model: bool = False,
        about: bool = True,
        tags: str = "",
        **fields: str | None,
    ) -> None:
        """A mail after which the stored amount is what it was. ``about``: which inquiry it answers is checked, too."""
        more: dict[str, Any] = {"review_reason": reason} if reason else {}
        if by:
            more["matched_by"] = by
        if about:
            more["inquiry_id"] = file.inquiry_id
        self.case(
            name,
            mail,
            intent=intent,
            route=route,
            fields=fields,
            model=model,
            tags=tags,
            current_amount_after=file.stored,
            **more,
        )

    def nobody(
        self, name: str, mail: bytes, *, route: str | Sequence[str] = PERSON, tags: str = "", **more: Any
    ) -> None:
        """A mail that belongs to no inquiry for certain: nothing at all may change."""
        self.case(name, mail, route=route, tags=tags, inquiry_id=None, **more)

    def write(self, folder: Path) -> None:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        world = {
            "tenants": [
                {"tenant_id": key, "name": name, "mailboxes": [mailbox]} for key, (name, mailbox) in TENANTS.items()
            ],
            "clients": self.clients,
            "inquiries": self.inquiries,
            "now": NOW,
        }
        _dump(folder / "world.json", world)
        for name, (mail, expected) in self.cases.items():
            (folder / name).mkdir()
            (folder / name / "email.eml").write_bytes(mail)
            _dump(folder / name / "expected.json", expected)


def mail(
    file: File,
    subject: str,
    text: str = "",
    *,
    sender: str = "",
    to: str = "",
    cc: str = "",
    reply: bool = False,
    html: str = "",
    attached: Sequence[Attachment] = (),
    headers: Mapping[str, str] | None = None,
    charset: str = "utf-8",
    cte: str = "quoted-printable",
    date: str = "Thu, 12 Nov 2026 10:24:07 +0100",
) -> bytes:
    """A mail to the firm's mailbox, with the reply code in the address only when ``to`` says so."""
    made = EmailMessage(policy=_EML)
    made["Delivered-To"] = file.plain
    made["From"] = sender or file.sender
    made["To"] = to or file.plain
    if cc:
        made["Cc"] = cc
    made["Subject"] = subject
    made["Date"] = date
    serial = sum(subject.encode() + text.encode() + html.encode()) % 99991
    made["Message-ID"] = f"<m{serial:05}.{file.client_id}@{(sender or file.sender).rstrip('>').rpartition('@')[2]}>"
    if reply:
        made["In-Reply-To"] = file.message_id
        made["References"] = file.message_id
    for key, value in (headers or {}).items():
        made[key] = value
    if text or not html:
        made.set_content(text.strip("\n") + "\n", charset=charset, cte=cte)
        if html:
            made.add_alternative(html, subtype="html", charset=charset, cte="quoted-printable")
    else:
        made.set_content(html, subtype="html", charset=charset, cte="quoted-printable")
    for each in attached:
        main, _, sub = each.media_type.partition("/")
        if each.media_type == "message/rfc822":
            made.add_attachment(
                email.message_from_bytes(each.content, policy=_EML),
                filename=each.name or None,
            )
            continue
        made.add_attachment(
            each.content,
            maintype=main,
            subtype=sub,
            filename=each.name,
            cid=f"<{each.inline_id}>" if each.inline_id else None,
            disposition="inline" if each.inline_id else "attachment",
        )
    for index, part in enumerate(
        p for p in made.walk() if p.is_multipart() and p.get_content_type() != "message/rfc822"
    ):
        part.set_boundary(f"=_{file.client_id}_{index}")
    return made.as_bytes()


def _code(number: int) -> str:
    """Eight characters, letters and digits in turn, different for every file."""
    value, made = number * 7_368_787 + 1_234_567, ""
    for place in range(8):
        pool = _ALPHABET if place % 2 == 0 else "23456789"
        value, rest = divmod(value, len(pool))
        made += pool[rest]
        value = value or number * 52_391 + place
    return made


def _dump(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
