"""The deterministic reader: everything the rules find in one source, without a model.

It says nothing where it is not sure; what it does say carries its evidence.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import TypeVar

from claimstream.domain.language import Rule
from claimstream.domain.language.currencies import OTHER_CODES
from claimstream.domain.reader.amounts import AmountToken, find_amounts
from claimstream.domain.reader.claims import CLAIM_ROLES, PART_ROLES, Claim, read_claims
from claimstream.domain.reader.confidence import COMPUTED_FACTOR, DOUBT_FACTOR, REPAIRED, SCANNED, SOURCE_CONFIDENCE
from claimstream.domain.reader.conflicts import find_conflicts
from claimstream.domain.reader.dates import Spans, find_as_of
from claimstream.domain.reader.iban import CodeToken, find_bics, find_ibans
from claimstream.domain.reader.injection import find_injection
from claimstream.domain.reader.instalments import read_installment
from claimstream.domain.reader.labels import Role
from claimstream.domain.reader.layout import lowered
from claimstream.domain.reader.organisations import Organisations, find_organisations
from claimstream.domain.reader.people import find_people
from claimstream.domain.reader.references import find_references
from claimstream.domain.reader.spelling import fold
from claimstream.domain.reader.splits import is_multiple
from claimstream.domain.records.extraction import (
    Amount,
    AmountFlaw,
    AmountRank,
    Evidence,
    FigureDoubt,
    Found,
    Method,
    PersonName,
    Reference,
    Remark,
    SourceExtraction,
)
from claimstream.domain.records.mail import Source, SourceKind
from claimstream.domain.replies.endings import find_endings
from claimstream.domain.replies.remarks import doubtful_remark
from claimstream.domain.replies.settlement import read_settlement
from claimstream.domain.text import Text
from claimstream.domain.text.text import folded

T = TypeVar("T")

_RANKS = {Role.STILL: AmountRank.STILL_TO_PAY, Role.TOTAL: AmountRank.TOTAL, Role.CLAIM: AmountRank.CLAIM}
_CENTS = re.compile(r"[.,](?:\d{2}|[-–—]{1,2})(?!\d)|[.,][-–—]")
FOREIGN_MONEY = Rule(
    "foreign_money",
    rf"(?:{{money_in}}[: (\[]{{1,3}}(?!dem [^\W\d_])|[(\[])(?:{OTHER_CODES})(?!\w)",
    takes=("Alle Beträge in CHF", "Betrag (USD)", "Währung: PLN", "Angaben in Schweizer Franken"),
    leaves=("Betrag in EUR", "in allem", "der Betrag (all inclusive)", "in Dollarnoten", "in dem Verfahren"),
)
"""The words by which a text says that its amounts are in another currency than euros."""
_NEAR = 24
"""How many amounts further on something may still belong to an amount."""
_QUOTE = 160
"""Longest evidence that still shows the label beside its amount."""


def read_source(source: Source, sender: str = "") -> SourceExtraction:
    """Every field the rules can read in ``source``; nothing found is None or ().

    ``sender``: display name and address that it comes from.

    Never raises on any text. ``summary`` is always None.
    """
    text = source.text
    whole = Text(text)
    base = SOURCE_CONFIDENCE[source.kind]
    references = find_references(text, source.source_id)
    people = find_people(text, source.source_id)
    organisations = find_organisations(text, source.source_id)
    claims = _claims(source, references, _name_words(people, organisations))
    parts = {role: _part(source, claims, role) for role in (Role.PRINCIPAL, Role.INTEREST, Role.COSTS)}
    totals = _totals(source, claims)
    computed = combine_parts(parts[Role.PRINCIPAL], parts[Role.INTEREST], parts[Role.COSTS], totals)
    if computed:
        totals = (*totals, computed)
    return SourceExtraction(
        source_id=source.source_id,
        kind=source.kind,
        method=Method.READER,
        totals=totals,
        principal=parts[Role.PRINCIPAL],
        interest=parts[Role.INTEREST],
        costs=parts[Role.COSTS],
        currency=_currency(source, claims, base),
        as_of=_as_of(source, claims, base),
        people=tuple(_scaled(person, base) for person in people),
        creditor=_scaled(organisations.creditor, base) if organisations.creditor else None,
        representative=_scaled(organisations.representative, base) if organisations.representative else None,
        references=references,
        iban=_code(source, find_ibans(text), base),
        bic=_code(source, find_bics(text), base),
        installment=_optional(read_installment(text, lowered(text), source.source_id, claims), base),
        settlement=_optional(read_settlement(whole, source.source_id, sender), base),
        injection=find_injection(text, source.source_id),
        conflicts=find_conflicts(source, whole, claims, totals, parts[Role.PRINCIPAL], people, references),
        endings=find_endings(whole, source.source_id),
        remark=_remark(source, whole, claims),
    )


def read_figures(source: Source, names: Iterable[str] = ()) -> tuple[Claim, ...]:
    """Every amount of ``source``, in order, with what it stands for.

    ``names``: those of people and companies who are known to be spoken of, beside those whom the letter names as such.
    """
    text, source_id = source.text, source.source_id
    organisations = find_organisations(text, source_id)
    known = _words_of(names) | _name_words(find_people(text, source_id), organisations)
    return _claims(source, find_references(text, source_id), known)


def total_of(source: Source, claims: Sequence[Claim], claim: Claim) -> Amount | None:
    """One of ``claims`` as the amount that may be the total, ranked by the words beside it; None where they say that it
    is none."""
    token = claim.token
    rank = AmountRank.BARE if claim.role is None else _RANKS.get(claim.role)
    if claim.role is Role.CREDIT and token.value:
        return _amount(source, claim, AmountRank.CLAIM, AmountFlaw.CREDIT)
    if rank is None or claim.part:
        return None
    unsure = (
        token.currency not in (None, "EUR")
        or (token.currency is None and _is_in_foreign_money(source.text, claims))
        or is_multiple(source.text, token.start)
    )
    return _amount(source, claim, rank, AmountFlaw.AMBIGUOUS if unsure else token.flaw)


def part_of(source: Source, claim: Claim) -> Amount:
    """The amount as one of the parts of the claim."""
    return _amount(source, claim, AmountRank.BARE, claim.token.flaw)


def _claims(source: Source, references: Sequence[Reference], names: frozenset[str]) -> tuple[Claim, ...]:
    text = source.text
    tokens = _outside_references(
        find_amounts(text, scanned=source.kind in SCANNED, cells=source.kind is SourceKind.XLSX), references
    )
    claims = _weighed(read_claims(text, tokens, names))
    return tuple(claims if source.kind is SourceKind.XLSX else map(_unlike_money, claims))


def _remark(source: Source, text: Text, claims: Sequence[Claim]) -> Remark | None:
    plain = [claim.token.start for claim in claims if claim.role in CLAIM_ROLES and not claim.doubt]
    stated = any(claim.role in CLAIM_ROLES and claim.token.value for claim in claims)
    found = doubtful_remark(text, plain, _parts_of_the_sum(claims), stated=stated)
    if found is None:
        return None
    sentence, rule = found
    evidence = Evidence(source_id=source.source_id, quote=sentence.written, start=sentence.start)
    return Remark(rule=rule.name, evidence=evidence)


def _parts_of_the_sum(claims: Sequence[Claim]) -> list[int]:
    """Return where all other amounts stand, where they come to the one figure that is sure."""
    sums = {claim.token.value for claim in claims if claim.role in CLAIM_ROLES and not claim.doubt}
    parts = [claim.token for claim in claims if claim.token.value not in {*sums, Decimal(0)}]
    return [token.start for token in parts] if sums == {sum(token.value or 0 for token in parts)} else []


def _unlike_money(claim: Claim) -> Claim:
    """Doubt where neither a currency nor cents tell an amount from a number of another kind: *20.417*."""
    bare = claim.token.currency is None and not _CENTS.search(claim.token.quote)
    return replace(claim, doubt=FigureDoubt.NUMBER) if bare and claim.role is not None else claim


def _name_words(people: Sequence[Found[PersonName]], organisations: Organisations) -> frozenset[str]:
    """The words, folded, of everybody whom the letter names."""
    # A single word taken for a name may be any noun: "gegen den Ehemann".
    names = [p.value.full for p in people if sum(word[0].isupper() for word in p.value.full.split()) > 1]
    names += [found.value for found in (organisations.creditor, organisations.representative) if found]
    return _words_of(names)


def _words_of(names: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(word) for name in names for word in re.findall(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*", name))


def combine_parts(
    principal: Amount | None, interest: Amount | None, costs: Amount | None, totals: Sequence[Amount] = ()
) -> Amount | None:
    """principal + interest + costs as the total at 0.85 of the weakest's confidence, or as it stands among ``totals``.

    None when a total with a label stands among ``totals``, or when one of the three is missing or flawed.
    """
    parts = [
        part for part in (principal, interest, costs) if part is not None and part.value is not None and not part.flaw
    ]
    if len(parts) < 3 or any(total.rank < AmountRank.BARE for total in totals):
        return None
    value = sum((part.value for part in parts if part.value is not None), Decimal(0))
    label = " + ".join(part.label for part in parts)
    shown = next((total for total in totals if total.rank is AmountRank.BARE and total.value == value), None)
    if shown is not None:
        # The sum stands below the parts, and nothing but a line says that it is one.
        return shown.model_copy(update={"rank": AmountRank.TOTAL, "label": label})
    first = min(parts, key=lambda part: part.evidence.start)
    return Amount(
        value=value,
        rank=AmountRank.TOTAL,
        label=label,
        confidence=round(min(part.confidence for part in parts) * COMPUTED_FACTOR, 4),
        evidence=first.evidence,
        repaired=any(part.repaired for part in parts),
        computed=True,
    )


def _outside_references(tokens: Sequence[AmountToken], references: Sequence[Reference]) -> tuple[AmountToken, ...]:
    """Amounts that are no part of a reference's value."""
    spans = []
    for reference in references:
        end = reference.evidence.start + len(reference.evidence.quote)
        spans.append((end - len(reference.value), end))
    taken = Spans(spans)
    return tuple(token for token in tokens if not taken.overlap(token.start, token.end))


def _weighed(claims: Sequence[Claim]) -> list[Claim]:
    """Doubt where one amount alone is not what is owed."""
    result = list(claims)
    ranked = {
        n: _RANKS[c.role] for n, c in enumerate(claims) if c.role in _RANKS and c.token.value is not None and not c.part
    }
    if not ranked:
        return result
    best = min(ranked.values())
    top = [number for number, rank in ranked.items() if rank is best]
    values = {claims[n].token.value for n in top}
    parts = [c.token.value for c in claims if c.role in PART_ROLES and c.token.value]
    paid = [abs(c.token.value) for c in claims if c.role is Role.PAYMENT and c.token.value]
    payments = {Decimal(0), sum(paid, Decimal(0)), *paid[:_NEAR]}
    extras = any(c.role in {Role.INTEREST, Role.COSTS} and c.token.value and not c.part for c in claims)
    last = top[-1]
    for number in top:
        claim = claims[number]
        value = claim.token.value
        assert value is not None
        if claim.proven:
            continue
        doubt = claim.doubt
        if best is AmountRank.CLAIM and not doubt:
            # "Forderung 2.900, Zinsen 318, Kosten 200" without a total: the first is a part, whatever its name.
            if extras and not any(_is_sum(value + less, parts) for less in payments):
                doubt = FigureDoubt.SUMS
            # Two invoices, or two claims: each alone is less than what is owed.
            elif len(values) > 1 and not _is_sum(value, [v for v in values if v is not None and v != value]):
                doubt = FigureDoubt.SEVERAL
        if best is not AmountRank.STILL_TO_PAY and number == last and not doubt:
            # "Gesamtforderung 1.000, abzüglich Ihrer Zahlung von 570" and no word of what is left.
            after = claims[number + 1 : number + _NEAR]
            if any(c.role is Role.PAYMENT and c.token.value and abs(c.token.value) < value for c in after):
                doubt = FigureDoubt.SUMS
        if doubt and not claim.doubt:
            result[number] = replace(claim, doubt=doubt)
    return result


def _is_sum(value: Decimal, parts: Sequence[Decimal]) -> bool:
    return any(
        sum(group, Decimal(0)) == value
        for size in range(2, min(len(parts), 6) + 1)
        for group in combinations(parts[:8], size)
    )


def _totals(source: Source, claims: Sequence[Claim]) -> tuple[Amount, ...]:
    """Every amount that may be the total claim. Labelled ones need no currency; bare ones do."""
    foreign = _is_in_foreign_money(source.text, claims)
    found = []
    for claim in claims:
        token = claim.token
        if token.currency not in (None, "EUR") or (foreign and token.currency is None):
            continue
        if claim.role in _RANKS and not claim.part:
            flaw = AmountFlaw.AMBIGUOUS if is_multiple(source.text, token.start) else token.flaw
            found.append(_amount(source, claim, _RANKS[claim.role], flaw))
        elif claim.role is None and token.has_currency and token.flaw is None:
            found.append(_amount(source, claim, AmountRank.BARE, None))
    best = min((amount.rank for amount in found), default=AmountRank.BARE)
    # "Gesamtforderung: 5.000,00 INR", and a fee in euros: nobody knows what it comes to.
    found += [
        _amount(source, claim, _RANKS[claim.role], AmountFlaw.AMBIGUOUS)
        for claim in claims
        if claim.token.currency not in (None, "EUR")
        and claim.role in _RANKS
        and not claim.part
        and _RANKS[claim.role] < best
    ]
    if not any(a.rank < AmountRank.BARE for a in found):
        # "Ihr Guthaben beträgt 50,00 EUR": the creditor owes, which a person has to see
        found += [
            _amount(source, claim, AmountRank.CLAIM, AmountFlaw.CREDIT)
            for claim in claims
            if claim.role is Role.CREDIT and claim.token.value and claim.token.currency in (None, "EUR")
        ]
    if not found:
        # "Die Forderung beträgt nicht unter 430,00 EUR": a person shall see the figure, and nobody writes it.
        found = [
            _amount(source, replace(claim, doubt=claim.doubt or FigureDoubt.WORDS), AmountRank.BARE, claim.token.flaw)
            for claim in claims
            if claim.role is Role.OTHER
            and claim.label is not None
            and claim.label.role in CLAIM_ROLES
            and claim.token.currency == "EUR"
        ]
    return tuple(sorted(found, key=lambda amount: amount.evidence.start))


def _is_in_foreign_money(text: str, claims: Sequence[Claim]) -> bool:
    """Return True when amounts without a currency are not in euros: the text gives others, or says so, and no euros.

    A ``4 $`` that nothing says the meaning of is some other sign.
    """
    if any(claim.token.currency == "EUR" for claim in claims):
        return False
    other = [claim for claim in claims if claim.token.currency is not None]
    return any(claim.role is not None or _CENTS.search(claim.token.quote) for claim in other) or (
        FOREIGN_MONEY.find(folded(text)) is not None
    )


def _amount(source: Source, claim: Claim, rank: AmountRank, flaw: AmountFlaw | None) -> Amount:
    token = claim.token
    confidence = SOURCE_CONFIDENCE[source.kind]
    if token.repaired:
        confidence = min(confidence, REPAIRED)
    if claim.doubt:
        confidence *= DOUBT_FACTOR
    value = token.value
    if flaw is AmountFlaw.AMBIGUOUS:
        value = None
    elif flaw is AmountFlaw.CREDIT and value is not None:
        value = -abs(value)
    start, end = token.start, token.end
    label = ""
    if claim.label and (claim.label.start, claim.label.end) != (token.start, token.end):
        label = " ".join(source.text[claim.label.start : claim.label.end].split())
        if max(end, claim.label.end) - min(start, claim.label.start) <= _QUOTE:
            start, end = min(start, claim.label.start), max(end, claim.label.end)
    elif claim.label:
        label = token.quote
    return Amount(
        value=value,
        rank=rank,
        label=label,
        confidence=round(confidence, 4),
        evidence=Evidence(source_id=source.source_id, quote=source.text[start:end], start=start),
        flaw=flaw,
        repaired=token.repaired,
        doubt=claim.doubt,
    )


def _part(source: Source, claims: Sequence[Claim], role: Role) -> Amount | None:
    """Principal, interest or costs: one amount, or the sum of several lines with different labels.

    None where lines may repeat or contain each other.
    """
    found: dict[tuple[str, Decimal], Claim] = {}
    for claim in claims:
        token = claim.token
        if (
            claim.role is role
            and token.value is not None
            and token.flaw is None
            and token.currency in (None, "EUR")
            and claim.label
        ):
            label = source.text[claim.label.start : claim.label.end].lower()
            found.setdefault((label, token.value), claim)
    if not found:
        return None
    values = [value for _, value in found]
    if len(set(values)) == 1:
        return _amount(source, next(iter(found.values())), AmountRank.BARE, None)
    # A line that is the sum of the others is the figure; the others are its parts.
    for (_, value), claim in found.items():
        rest = [v for v in values if v != value]
        if len(values) - len(rest) == 1 and sum(rest, Decimal(0)) == value:
            return _amount(source, claim, AmountRank.BARE, None)
    labels = [label for label, _ in found]
    if len(set(labels)) < len(labels) or any(claim.part for claim in found.values()):
        return None
    first, last = next(iter(found.values())), list(found.values())[-1]
    assert first.label
    begin, end = min(first.label.start, first.token.start), last.token.end
    if end - begin > 4 * _QUOTE or any(c.role in CLAIM_ROLES for c in claims if begin < c.token.start < end):
        return None
    amounts = [_amount(source, claim, AmountRank.BARE, None) for claim in found.values()]
    return Amount(
        value=sum(values, Decimal(0)),
        rank=AmountRank.BARE,
        label=" + ".join(amount.label for amount in amounts),
        confidence=min(amount.confidence for amount in amounts),
        evidence=Evidence(source_id=source.source_id, quote=source.text[begin:end], start=begin),
        repaired=any(amount.repaired for amount in amounts),
        computed=True,
    )


def _currency(source: Source, claims: Sequence[Claim], base: float) -> Found[str] | None:
    """The currency of the amounts that count; of any amount where none does."""
    with_currency = [c for c in claims if c.token.currency]
    if not with_currency:
        return None
    counted = [c for c in with_currency if c.role in CLAIM_ROLES] or with_currency
    token = min(
        counted, key=lambda c: (_RANKS.get(c.role, AmountRank.BARE) if c.role else AmountRank.BARE, c.token.start)
    ).token
    assert token.currency
    return Found[str](
        value=token.currency,
        confidence=base,
        evidence=Evidence(source_id=source.source_id, quote=token.quote, start=token.start),
    )


def _as_of(source: Source, claims: Sequence[Claim], base: float) -> Found[date] | None:
    """The date the claim stands as of: the one beside the best total, else the only one."""
    dates = find_as_of(source.text)
    if not dates:
        return None
    counted = [(_RANKS[c.role], c.token) for c in claims if c.role in _RANKS]
    chosen = dates[0] if len({token.value for token in dates}) == 1 else None
    if chosen is None and counted:
        _, best = min(counted, key=lambda ranked: (ranked[0], -(ranked[1].value or 0)))
        line = source.text.rfind("\n", 0, best.start) + 1
        line_end = source.text.find("\n", best.end)
        beside = {t.value: t for t in dates if line <= t.start and (line_end < 0 or t.end <= line_end)}
        chosen = next(iter(beside.values())) if len(beside) == 1 else None
    if chosen is None or chosen.value is None:
        return None
    return Found[date](
        value=chosen.value,
        confidence=base,
        evidence=Evidence(source_id=source.source_id, quote=chosen.quote, start=chosen.start),
    )


def _code(source: Source, tokens: Sequence[CodeToken], base: float) -> Found[str] | None:
    """The one IBAN or BIC; with two different ones nobody knows where to pay."""
    if len({token.value for token in tokens}) != 1:
        return None
    token = tokens[0]
    return Found[str](
        value=token.value,
        confidence=base,
        evidence=Evidence(source_id=source.source_id, quote=token.quote, start=token.start),
    )


def _scaled(found: Found[T], base: float) -> Found[T]:
    return found.model_copy(update={"confidence": round(found.confidence * base, 4)})


def _optional(found: Found[T] | None, base: float) -> Found[T] | None:
    return _scaled(found, base) if found else None
