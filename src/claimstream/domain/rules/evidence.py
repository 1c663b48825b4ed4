"""A value counts only if the words it was read from stand in its source (domain rules, Extract)."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar

from claimstream.domain.reader.amounts import AmountToken, find_amounts
from claimstream.domain.reader.confidence import SCANNED
from claimstream.domain.reader.dates import find_dates
from claimstream.domain.reader.iban import is_valid_iban
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
from claimstream.domain.records.mail import Source, SourceKind
from claimstream.domain.replies.conditions import conditions_in
from claimstream.domain.text import Text

T = TypeVar("T")


def keep_evidenced(extraction: SourceExtraction, source: Source) -> SourceExtraction:
    """The answer of a model, cut down to what its source proves.

    A quote may differ from the source in white space only; ``start`` and ``quote`` come back as they stand there. An
    amount, date, IBAN or reference must also be readable from its quote by the rules. What fails is dropped, with the
    name of its field in ``dropped``; nothing is ever put in its place.
    """
    check = _Check(source)
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
        "principal": one("principal", extraction.principal, check.amount),
        "interest": one("interest", extraction.interest, check.amount),
        "costs": one("costs", extraction.costs, check.amount),
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

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text
        self._tokens: tuple[AmountToken, ...] | None = None

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

    def _amounts(self, place: Evidence) -> list[AmountToken]:
        """The amounts of the whole source that the quote touches: ``418,07`` inside ``3.418,07`` is no amount."""
        if self._tokens is None:
            kind = self._source.kind
            self._tokens = find_amounts(self._text, scanned=kind in SCANNED, cells=kind is SourceKind.XLSX)
        end = place.start + len(place.quote)
        first = bisect_right(self._tokens, place.start, key=lambda token: token.end)
        behind = bisect_left(self._tokens, end, key=lambda token: token.start)
        return list(self._tokens[first:behind])

    def amount(self, amount: Amount) -> Amount | None:
        for place in self._places(amount.evidence.quote):
            tokens = self._amounts(place)
            if len(tokens) != 1:
                continue
            token = tokens[0]
            update: dict[str, object]
            if token.flaw is AmountFlaw.AMBIGUOUS or token.currency not in (None, "EUR"):
                update = {"value": None, "flaw": AmountFlaw.AMBIGUOUS, "evidence": place}
            elif token.value is not None and (amount.value is None or abs(amount.value) == abs(token.value)):
                # The sign, the flaw and the repair are what stands there, not what the model made of it.
                update = {"value": token.value, "flaw": token.flaw, "evidence": place}
            else:
                continue
            return amount.model_copy(update={**update, "repaired": token.repaired})
        return None

    def total(self, amount: Amount) -> Amount | None:
        kept = self.amount(amount)
        if kept is None:
            return None
        # A rank is worth what its label is worth.
        label = fold(" ".join(kept.label.split()))
        labelled = bool(label) and label in fold(" ".join(self._text.split()))
        return kept if labelled else kept.model_copy(update={"rank": AmountRank.BARE, "label": ""})

    def date(self, found: Found[date]) -> Found[date] | None:
        kept = self.quoted(found)
        return kept if kept and found.value in {t.value for t in find_dates(kept.evidence.quote)} else None

    def person(self, found: Found[PersonName]) -> Found[PersonName] | None:
        kept = self.quoted(found)
        if kept is None or not found.value.last:
            return None
        words = re.findall(r"[^\W_]+", fold(kept.evidence.quote))
        return kept if set(re.findall(r"[^\W_]+", fold(found.value.full))) <= set(words) else None

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
        return kept.model_copy(update={"value": answer.model_copy(update=update)}) if update else kept

    def _has_amount(self, place: Evidence, value: object) -> bool:
        return any(t.flaw is None and t.value == value for t in self._amounts(place))

    def _conditions_near(self, place: Evidence) -> tuple[str, ...]:
        """The condition a model may have left out: in its quote, one sentence further, or one before."""
        near = Text(self._text[max(0, place.start - 200) : place.start + len(place.quote) + 300])
        found = (condition for sentence in near.sentences for condition in conditions_in(sentence))
        return tuple(dict.fromkeys(found))
