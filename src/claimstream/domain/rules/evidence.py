"""A value counts only if the words it was read from stand in its source (domain rules, Extract)."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import TypeVar

from claimstream.domain.reader.claims import Claim
from claimstream.domain.reader.confidence import UNPROVEN
from claimstream.domain.reader.dates import find_dates
from claimstream.domain.reader.iban import is_valid_iban
from claimstream.domain.reader.labels import Role
from claimstream.domain.reader.source import part_of, read_figures, total_of
from claimstream.domain.reader.spelling import fold, normalise
from claimstream.domain.records.extraction import (
    Amount,
    AmountFlaw,
    AmountRank,
    Evidence,
    Found,
    InstallmentTerms,
    PersonName,
    Reference,
    Settlement,
    SettlementDecision,
    SourceExtraction,
)
from claimstream.domain.records.mail import Source
from claimstream.domain.replies.conditions import conditions_in
from claimstream.domain.replies.settlement import bears_out
from claimstream.domain.text import Text

T = TypeVar("T")
_WORD = re.compile(r"[^\W_]+")


def keep_evidenced(extraction: SourceExtraction, source: Source, names: Iterable[str] = ()) -> SourceExtraction:
    """The answer of a model, cut down to what its source proves.

    A quote may differ from the source in white space only. A date, IBAN or reference must also be readable from its
    quote by the rules; an amount comes back as the rules read it there, with its label, rank and doubt, if it stands in
    a role that can be what the model takes it for. An answer to a plan whose words do not bear it out, and an amount
    without a label, come back no surer than :data:`UNPROVEN`. What fails is dropped, with the name of its field in
    ``dropped``; nothing is ever put in its place.

    ``names``: those of the client and the creditor whom the mail is known to be about.
    """
    check = _Check(source, names)
    dropped = list(extraction.dropped)

    def one(name: str, value: T | None, keep: Callable[[T], T | None]) -> T | None:
        kept = keep(value) if value is not None else None
        if value is not None and kept is None:
            dropped.append(name)
        return kept

    def many(name: str, values: tuple[T, ...], keep: Callable[[T], T | None]) -> tuple[T, ...]:
        kept = tuple(k for k in map(keep, values) if k is not None)
        if len(kept) < len(values):
            dropped.append(name)
        return kept

    fields = {
        "totals": many("total_claim", extraction.totals, check.total),
        "principal": one("principal", extraction.principal, check.part(Role.PRINCIPAL)),
        "interest": one("interest", extraction.interest, check.part(Role.INTEREST)),
        "costs": one("costs", extraction.costs, check.part(Role.COSTS)),
        "currency": one("currency", extraction.currency, check.quoted),
        "as_of": one("as_of", extraction.as_of, check.date),
        "people": many("people", extraction.people, check.person),
        "creditor": one("creditor", extraction.creditor, check.name),
        "representative": one("representative", extraction.representative, check.name),
        "references": many("references", extraction.references, check.reference),
        "iban": one("iban", extraction.iban, check.iban),
        "bic": one("bic", extraction.bic, check.compact),
        "installment": one("installment", extraction.installment, check.installment),
        "injection": one("injection", extraction.injection, check.evidence),
    }
    settlement = one("settlement", extraction.settlement, check.settlement)
    if settlement is not None and extraction.settlement is not None:
        offered = extraction.settlement.value.counter_offer_amount
        if offered is not None and settlement.value.counter_offer_amount is None:
            dropped.append("counter_offer_amount")
    return extraction.model_copy(update={**fields, "settlement": settlement, "dropped": tuple(dict.fromkeys(dropped))})


class _Check:
    """Holds values against one source."""

    def __init__(self, source: Source, names: Iterable[str]) -> None:
        self._source = source
        self._text = source.text
        self._names = tuple(names)

    def _places(self, quote: str) -> Iterator[Evidence]:
        """Every place where the quote stands, as it stands there."""
        words = quote.split()
        if not words:
            return
        for found in re.finditer(r"\s+".join(map(re.escape, words)), self._text):
            yield Evidence(source_id=self._source.source_id, quote=found.group(), start=found.start())

    def evidence(self, evidence: Evidence) -> Evidence | None:
        return next(self._places(evidence.quote), None)

    def quoted(self, found: Found[T]) -> Found[T] | None:
        evidence = self.evidence(found.evidence)
        return found.model_copy(update={"evidence": evidence}) if evidence else None

    @cached_property
    def _figures(self) -> tuple[Claim, ...]:
        """What the rules read each amount of the whole source as: ``418,07`` inside ``3.418,07`` is no amount."""
        return read_figures(self._source, self._names)

    def _touched(self, place: Evidence) -> Sequence[Claim]:
        """The amounts that the quote touches."""
        end = place.start + len(place.quote)
        first = bisect_right(self._figures, place.start, key=lambda claim: claim.token.end)
        behind = bisect_left(self._figures, end, key=lambda claim: claim.token.start)
        return self._figures[first:behind]

    def _figure(self, amount: Amount) -> Claim | None:
        """The one figure of the stated value in the quote, which may be a whole row of a table."""
        for place in self._places(amount.evidence.quote):
            touched = self._touched(place)
            # The sign, the flaw and the repair are what stands there, not what the model made of it.
            meant = [c for c in touched if c.token.value is not None and abs(c.token.value) == abs(amount.value or 0)]
            if len(meant) == 1:
                return meant[0]
            if len(touched) == 1 and touched[0].token.flaw is AmountFlaw.AMBIGUOUS:
                return touched[0]
        return None

    def total(self, amount: Amount) -> Amount | None:
        """The figure as the rules have it, its rank and label too, in a role that can be the claim."""
        claim = self._figure(amount)
        total = total_of(self._source, self._figures, claim) if claim else None
        if total is not None and total.rank is AmountRank.BARE:
            return total.model_copy(update={"confidence": min(total.confidence, UNPROVEN)})
        return total

    def part(self, role: Role) -> Callable[[Amount], Amount | None]:
        def keep(amount: Amount) -> Amount | None:
            claim = self._figure(amount)
            return part_of(self._source, claim) if claim and claim.role is role else None

        return keep

    def date(self, found: Found[date]) -> Found[date] | None:
        kept = self.quoted(found)
        return kept if kept and found.value in {t.value for t in find_dates(kept.evidence.quote)} else None

    def person(self, found: Found[PersonName]) -> Found[PersonName] | None:
        kept = self.quoted(found)
        if kept is None or not found.value.last:
            return None
        first, last = (r"[\W_]+".join(_WORD.findall(fold(name))) for name in (found.value.first, found.value.last))
        # Turned round, a name has a comma or stands in two cells: "Falk Uwe und Petra Brandt" names no Petra Falk.
        names = rf"{first}(?: [^\W\d_]\.?)? {last}|{last} ?[,;|\t] ?{first}" if first else last
        return kept if re.search(rf"(?<!\w)(?:{names})(?!\w)", _one_line(fold(kept.evidence.quote))) else None

    def name(self, found: Found[str]) -> Found[str] | None:
        kept = self.quoted(found)
        written = fold(" ".join(found.value.split()))
        return kept if kept and written and written in fold(" ".join(kept.evidence.quote.split())) else None

    def reference(self, reference: Reference) -> Reference | None:
        words = reference.value.split()
        whole = re.compile(r"(?<![^\W_])" + r"\s+".join(map(re.escape, words)) + r"(?![^\W_])")
        for place in self._places(reference.evidence.quote) if words else ():
            end = place.start + len(place.quote)
            found = whole.search(self._text, place.start, end + 1)
            if found and found.end() <= end:
                return reference.model_copy(update={"evidence": place, "normalised": normalise(reference.value)})
        return None

    def compact(self, found: Found[str]) -> Found[str] | None:
        kept = self.quoted(found)
        value = "".join(found.value.split()).upper()
        return kept if kept and value and value in "".join(kept.evidence.quote.split()).upper() else None

    def iban(self, found: Found[str]) -> Found[str] | None:
        return self.compact(found) if is_valid_iban(found.value) else None

    def installment(self, found: Found[InstallmentTerms]) -> Found[InstallmentTerms] | None:
        kept = self.quoted(found)
        terms = found.value
        if kept is None or (terms.rate is not None and not self._has_amount(kept.evidence, terms.rate)):
            return None
        quote = kept.evidence.quote
        due = terms.first_due if terms.first_due in {t.value for t in find_dates(quote)} else None
        count = terms.count if terms.count is not None and re.search(rf"(?<!\d){terms.count}(?!\d)", quote) else None
        return kept.model_copy(update={"value": terms.model_copy(update={"first_due": due, "count": count})})

    def settlement(self, found: Found[Settlement]) -> Found[Settlement] | None:
        kept = self.quoted(found)
        if kept is None:
            return None
        answer = found.value
        update: dict[str, object] = {}
        offer = answer.counter_offer_amount
        if offer is not None and not self._has_amount(kept.evidence, offer):
            update["counter_offer_amount"] = None
        if answer.decision is SettlementDecision.ACCEPTED and not answer.conditions:
            update["conditions"] = self._conditions_near(kept.evidence)
        start, end = kept.evidence.start, kept.evidence.start + len(kept.evidence.quote)
        proven = bears_out(Text(self._text), answer.decision, start, end)
        confidence = kept.confidence if proven else min(kept.confidence, UNPROVEN)
        return kept.model_copy(update={"value": answer.model_copy(update=update), "confidence": confidence})

    def _has_amount(self, place: Evidence, value: object) -> bool:
        return any(c.token.flaw is None and c.token.value == value for c in self._touched(place))

    def _conditions_near(self, place: Evidence) -> tuple[str, ...]:
        """The condition a model may have left out: in its quote, one sentence further, or one before."""
        near = Text(self._text[max(0, place.start - 200) : place.start + len(place.quote) + 300])
        found = (condition for sentence in near.sentences for condition in conditions_in(sentence))
        return tuple(dict.fromkeys(found))


def _one_line(text: str) -> str:
    """The text with one blank, or the tab between two cells, where white space stood."""
    return re.sub(r"\s+", lambda white: "\t" if "\t" in white.group() else " ", text)
