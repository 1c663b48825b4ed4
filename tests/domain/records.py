"""Short ways to make the records that the rules take."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from claimstream.domain.reader.confidence import SOURCE_CONFIDENCE
from claimstream.domain.records.decision import Thresholds
from claimstream.domain.records.extraction import (
    Amount,
    AmountFlaw,
    AmountRank,
    Evidence,
    Found,
    Method,
    PersonName,
    Settlement,
    SettlementDecision,
    SourceExtraction,
)
from claimstream.domain.records.inquiry import CandidateFile, Client, Creditor, Inquiry, Letter
from claimstream.domain.records.mail import Address, ParsedMail, Source, SourceKind

NOW = datetime(2026, 10, 20, 8, tzinfo=UTC)
THRESHOLDS = Thresholds()


def source(text: str, *, source_id: str = "body", kind: SourceKind = SourceKind.BODY, name: str = "") -> Source:
    return Source(
        source_id=source_id,
        kind=kind,
        name=name or source_id,
        media_type="text/plain" if kind is SourceKind.BODY else "application/pdf",
        size=len(text.encode()) or 90_000,
        sha256="0" * 64,
        text=text,
    )


def pdf(text: str, *, number: int = 1) -> Source:
    return source(text, source_id=f"attachment-{number}", kind=SourceKind.TEXT_PDF, name=f"letter-{number}.pdf")


def mail(
    body: str = "",
    *attachments: Source,
    subject: str = "",
    sender: str = "someone@elsewhere.example",
    sender_name: str = "",
    to: Sequence[str] = ("claims@kanzlei-nord.example",),
    cc: Sequence[str] = (),
    delivered_to: Sequence[str] = (),
    in_reply_to: Sequence[str] = (),
    references: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
    quoted: str = "",
) -> ParsedMail:
    return ParsedMail(
        message_id="<reply@elsewhere.example>",
        subject=subject,
        sender=Address(name=sender_name, address=sender),
        to=tuple(Address(address=a) for a in to),
        cc=tuple(Address(address=a) for a in cc),
        delivered_to=tuple(delivered_to),
        in_reply_to=tuple(in_reply_to),
        references=tuple(references),
        headers=tuple(headers),
        sources=(source(body), *attachments),
        quoted_text=quoted,
    )


def file(
    number: int = 1,
    *,
    client: str | None = None,
    first: str = "Nele",
    last: str = "Brandt",
    case: str = "8817/25",
    creditor: str = "Stadtwerke Aue GmbH",
    creditor_id: str | None = None,
    email: str | None = "forderung@stadtwerke-aue.example",
    representative: str | None = None,
    representative_email: str | None = None,
    to_address: str | None = None,
    creditor_reference: str | None = None,
    letter: Letter = Letter.FIRST,
    days_ago: float = 19,
    reply_code: str | None = None,
    status: str = "open",
    amount: str | None = "430.00",
    others: Sequence[Creditor] = (),
    tenant: str = "nord",
) -> CandidateFile:
    """Inquiry ``i-<number>`` about client ``c-<number>`` (or ``client``) and creditor ``cr-<number>``."""
    owed = Creditor(
        creditor_id=creditor_id or f"cr-{number}",
        name=creditor,
        email=email,
        representative_name=representative,
        representative_email=representative_email,
        claim_amount=Decimal(amount) if amount else None,
        current_amount=Decimal(amount) if amount else None,
    )
    debtor = Client(
        client_id=client or f"c-{number}",
        tenant_id=tenant,
        case_reference=case,
        first_name=first,
        last_name=last,
        creditors=(owed, *others),
    )
    return CandidateFile(
        inquiry=Inquiry(
            inquiry_id=f"i-{number}",
            tenant_id=tenant,
            client_id=debtor.client_id,
            creditor_id=owed.creditor_id,
            letter=letter,
            sent_at=NOW - timedelta(days=days_ago),
            reply_code=reply_code or f"K7Q2X9M{number}",
            message_id=f"<i-{number}@kanzlei-nord.example>",
            to_address=to_address or email,
            creditor_reference=creditor_reference,
            status=status,
        ),
        client=debtor,
        creditor=owed,
    )


def evidence(quote: str, source_id: str = "body", start: int = 0) -> Evidence:
    return Evidence(source_id=source_id, quote=quote, start=start)


def amount(
    value: str | None,
    rank: AmountRank = AmountRank.TOTAL,
    *,
    source_id: str = "attachment-1",
    confidence: float = 0.95,
    flaw: AmountFlaw | None = None,
    repaired: bool = False,
) -> Amount:
    return Amount(
        value=None if value is None else Decimal(value),
        rank=rank,
        label="" if rank is AmountRank.BARE else "Gesamtforderung",
        confidence=confidence,
        evidence=evidence(f"Gesamtforderung {value}", source_id),
        flaw=flaw,
        repaired=repaired,
    )


def extraction(
    *totals: Amount,
    source_id: str = "attachment-1",
    kind: SourceKind = SourceKind.TEXT_PDF,
    method: Method = Method.READER,
    people: Sequence[tuple[str, str]] = (),
    settlement: Found[Settlement] | None = None,
    principal: str | None = None,
    interest: str | None = None,
    costs: str | None = None,
) -> SourceExtraction:
    base = SOURCE_CONFIDENCE[kind]

    def part(value: str | None) -> Amount | None:
        return None if value is None else amount(value, AmountRank.CLAIM, source_id=source_id, confidence=base)

    return SourceExtraction(
        source_id=source_id,
        kind=kind,
        method=method,
        totals=tuple(t.model_copy(update={"evidence": evidence(t.evidence.quote, source_id)}) for t in totals),
        principal=part(principal),
        interest=part(interest),
        costs=part(costs),
        people=tuple(person(first, last, source_id) for first, last in people),
        settlement=settlement,
    )


def person(first: str, last: str, source_id: str = "body") -> Found[PersonName]:
    return Found[PersonName](
        value=PersonName(first=first, last=last), confidence=0.8, evidence=evidence(f"{first} {last}", source_id)
    )


def settled(
    decision: SettlementDecision,
    *,
    confidence: float = 0.95,
    conditions: Sequence[str] = (),
    offer: str | None = None,
    quote: str = "Wir antworten auf Ihren Plan.",
    source_id: str = "attachment-1",
) -> Found[Settlement]:
    return Found[Settlement](
        value=Settlement(
            decision=decision,
            conditions=tuple(conditions),
            counter_offer_amount=None if offer is None else Decimal(offer),
        ),
        confidence=confidence,
        evidence=evidence(quote, source_id),
    )
