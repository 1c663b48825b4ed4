"""The mail that is sent, what it stands for, and how each must end."""

import random
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

from bench.chaos.killer import bomb, with_files
from claimstream.domain.records.world import World
from claimstream.domain.rules.reply_codes import fault_of_code
from claimstream.evaluation.case import CaseFolder, load_cases
from claimstream.local.claude.script import ScriptedAnswer, When
from claimstream.local.sample_mail import SAMPLES

LETTERS_PER_FIRM = 50
STORED = Decimal("430.00")
"""The stored amount of the clients of all letters but ``pdf``, before the first reply."""
_FIRST_KILLER, _KILLERS_APART = 10, 500
_PDF = "01-pdf-reply-code"
_PROSE_MARK = "da fehlen noch gut achthundertzwölf"
_CODE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail."""

    number: int
    client: int
    """The number of its client's first letter: each has a client of its own, but those that are answered ``again``."""
    kind: str
    mailbox: str
    raw: bytes
    route: str
    amount: Decimal
    """What the client's record must say at the end, when no letter to it came later."""
    notified: bool
    """Whether the firm is told by mail."""
    questions: int
    """How many the model is asked."""

    @property
    def client_id(self) -> str:
        return f"c-{self.client:06}"

    @property
    def case_reference(self) -> str:
        """The case reference in the notification."""
        return case_reference(self.client)

    @property
    def updates(self) -> bool:
        """Whether it must be written, unless a later reply of the creditor was quicker."""
        return self.route in {"AUTO_UPDATE", "UPDATE_AND_NOTIFY"}


SCRIPTS = [
    ScriptedAnswer(
        when=When(contains=_PROSE_MARK),
        schema_has="confidence",
        answer={"intent": "claim_statement", "confidence": 0.9, "why": "says that something is owed"},
    )
]
"""Of the model: what prose wants. It finds no figure in it, so a person decides."""


def case_reference(client: int) -> str:
    return f"{client:06}/26"


def write(letters: int, seed: int) -> tuple[World, list[Letter]]:
    """Firms with clients, and the letters in the order in which they arrive; those of one client arrive together."""
    chance = random.Random(seed)
    now = datetime.now(UTC)
    samples = load_cases(SAMPLES)
    firms = -(-letters // LETTERS_PER_FIRM)
    addresses = [f"post@kanzlei-{firm}.example" for firm in range(firms)]
    clients, inquiries = [], []
    written: list[Letter] = []
    next_killer = _FIRST_KILLER
    while len(written) < letters:
        number = len(written)
        code = "".join(chance.choice(_CODE) for _ in range(5))
        code += "".join(_CODE[number // place % 32] for place in (1024, 32, 1))
        if fault_of_code(code):  # of letters alone, or of digits
            code = f"2X{code[2:]}"
        kind = chance.choices(("clear", "pdf", "prose", "away", "again"), (4, 2, 2, 1, 1))[0]
        if number >= next_killer:
            kind, next_killer = "killer", next_killer + _KILLERS_APART
        replies = _KINDS[kind](number, code, addresses[number % firms], now, samples)
        stored = Decimal("2900.00") if kind == "pdf" else STORED
        tenant = f"firm-{number % firms}"
        clients.append(_client(number, tenant, stored, pdf=kind == "pdf"))
        inquiries.append(_inquiry(number, tenant, code, now))
        written += replies[: letters - number]
    world = World.model_validate(
        {
            "tenants": [
                {"tenant_id": f"firm-{firm}", "name": f"Kanzlei {firm}", "mailboxes": [address]}
                for firm, address in enumerate(addresses)
            ],
            "clients": clients,
            "inquiries": inquiries,
            "now": now.isoformat(),
        }
    )
    return world, written


def _client(number: int, tenant: str, stored: Decimal, *, pdf: bool) -> dict[str, object]:
    return {
        "client_id": f"c-{number:06}",
        "tenant_id": tenant,
        "case_reference": "8817/25" if pdf else case_reference(number),
        "first_name": "Nele",
        "last_name": "Brandt",
        "creditors": [
            {
                "creditor_id": "cr-1",
                "name": "Stadtwerke Aue GmbH",
                "email": "forderung@stadtwerke-aue.example",
                "claim_amount": str(stored),
                "current_amount": str(stored),
            }
        ],
    }


def _inquiry(number: int, tenant: str, code: str, now: datetime) -> dict[str, object]:
    return {
        "inquiry_id": f"i-{number:06}",
        "tenant_id": tenant,
        "client_id": f"c-{number:06}",
        "creditor_id": "cr-1",
        "letter": "first",
        "sent_at": (now - timedelta(days=10)).isoformat(),
        "reply_code": code,
        "message_id": f"<i-{number:06}@kanzlei.example>",
        "status": "open",
    }


def _head(number: int, code: str, mailbox: str, now: datetime, subject: str) -> str:
    local, _, domain = mailbox.partition("@")
    return (
        f"From: Stadtwerke Aue GmbH <forderung@stadtwerke-aue.example>\nTo: {local}+{code}@{domain}\n"
        f"Subject: {subject}\nMessage-ID: <{number}.{secrets.token_hex(6)}@stadtwerke-aue.example>\n"
        f"Date: {format_datetime(now)}\nMIME-Version: 1.0\n"
    )


def _plain(head: str, text: str) -> bytes:
    head += "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    return _crlf(head) + _crlf(text)


def _crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def _clear(number: int, code: str, mailbox: str, now: datetime, samples: CaseFolder) -> list[Letter]:
    del samples
    return [_statement(number, number, "clear", code, mailbox, now, Decimal(50_000 + number) / 100)]


def _again(number: int, code: str, mailbox: str, now: datetime, samples: CaseFolder) -> list[Letter]:
    """Two or three replies of one creditor. The second is higher, the third says the same again.

    So a reply that a later one overtook may be stopped by its date, when it is to be written, or by its lower amount,
    when it is decided and the later one is written already; and the second may be applied after the third, and change
    nothing.
    """
    del samples
    amounts = [Decimal(50_000 + number) / 100, Decimal(60_000 + number) / 100, Decimal(60_000 + number) / 100]
    return [
        _statement(number + later, number, "again", code, mailbox, now, amount)
        for later, amount in enumerate(amounts[: 2 + number % 2])
    ]


def _statement(number: int, client: int, kind: str, code: str, mailbox: str, now: datetime, amount: Decimal) -> Letter:
    text = f"Sehr geehrte Damen und Herren,\n\ndie Gesamtforderung beträgt {str(amount).replace('.', ',')} EUR.\n"
    raw = _plain(_head(number, code, mailbox, now, f"Forderungsaufstellung Nele Brandt, Vorgang {number}"), text)
    return Letter(number, client, kind, mailbox, raw, "UPDATE_AND_NOTIFY", amount, notified=True, questions=1)


def _prose(number: int, code: str, mailbox: str, now: datetime, samples: CaseFolder) -> list[Letter]:
    del samples
    text = f"Guten Tag,\n\n{_PROSE_MARK}, genau weiß es die Kollegin, Vorgang {number}.\n"
    raw = _plain(_head(number, code, mailbox, now, "Ihr Schreiben"), text)
    return [Letter(number, number, "prose", mailbox, raw, "MANUAL_REVIEW", STORED, notified=False, questions=2)]


def _away(number: int, code: str, mailbox: str, now: datetime, samples: CaseFolder) -> list[Letter]:
    del samples
    head = _head(number, code, mailbox, now, "Automatische Antwort: Ihr Schreiben") + "Auto-Submitted: auto-replied\n"
    raw = _plain(head, "Ich bin bis Montag nicht im Haus.\n")
    return [Letter(number, number, "away", mailbox, raw, "IGNORE", STORED, notified=False, questions=0)]


def _pdf(number: int, code: str, mailbox: str, now: datetime, samples: CaseFolder) -> list[Letter]:
    """The sample with its figures in a PDF, to another client."""
    case = next(case for case in samples.cases if case.name == _PDF)
    head, _, body = case.raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    kept = [line for line in head.decode().split("\n") if line.startswith(("Content-Type:", "\tboundary", " boundary"))]
    fresh = (
        _head(number, code, mailbox, now, f"Forderungsaufstellung Brandt, Nele, Vorgang {number}")
        + "\n".join(kept)
        + "\n\n"
    )
    raw = (fresh.encode() + body).replace(b"\n", b"\r\n")
    amount = Decimal("3418.07")
    return [Letter(number, number, "pdf", mailbox, raw, "AUTO_UPDATE", amount, notified=False, questions=1)]


def _killer(number: int, code: str, mailbox: str, now: datetime, samples: CaseFolder) -> list[Letter]:
    """A figure that is no total, beside an attachment that may hold the total and cannot be read."""
    del samples
    text = "Guten Tag,\n\nunsere Forderung beträgt 512,34 EUR.\n"
    head = _head(number, code, mailbox, now, "Forderungsaufstellung Nele Brandt")
    raw = with_files(_crlf(head), _plain("", text), {"Aufstellung.pdf": bomb(), "Zinsen.txt": b"Zinsen: 12,00 EUR\r\n"})
    return [Letter(number, number, "killer", mailbox, raw, "MANUAL_REVIEW", STORED, notified=False, questions=2)]


_KINDS = {"clear": _clear, "pdf": _pdf, "prose": _prose, "away": _away, "again": _again, "killer": _killer}
