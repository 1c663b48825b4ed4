"""Payment by instalments as a creditor offers it: rate, number, first due date."""

import re
from decimal import Decimal

from claimstream.domain.reader.claims import Claim
from claimstream.domain.reader.dates import find_dates
from claimstream.domain.reader.labels import Role
from claimstream.domain.records.extraction import Evidence, Found, InstallmentTerms

_COUNT = re.compile(
    r"(?<![\d.,])(\d{1,3})\s{1,2}(?:gleich(?:bleibend)?en?\s{1,2}|monatlichen?\s{1,2}|equal\s{1,2}|"
    r"monthly\s{1,2}){0,2}(?:monats|teil)?(?:raten?|instal(?:l)?ments)\b"
)
_FIRST_DUE = re.compile(
    r"(?:erstmals|erstmalig|beginnend|ab|erste[rn]?\s{1,2}rate(?:\s{1,2}(?:ist\s{1,2})?(?:fällig|zahlbar))?|"
    r"beginning|starting|first\s{1,2}(?:due|payable))"
    r"(?:\s{1,2}(?:am|ab|zum|mit|dem|den|on|from|fällig|zahlbar|bis)){0,3}\s{1,2}\Z"
)
_AGREED = re.compile(r"\braten?|instal")


def read_installment(text: str, low: str, source_id: str, claims: tuple[Claim, ...]) -> Found[InstallmentTerms] | None:
    """The terms, if one rate is named. Two different rates are no answer."""
    rates = [
        c
        for c in claims
        if c.role is Role.RATE and c.token.value and c.token.value > 0 and c.token.currency in (None, "EUR")
    ]
    if not rates or len({c.token.value for c in rates}) > 1:
        return None
    token = rates[0].token
    begin, end = max(0, token.start - 200), min(len(text), token.end + 200)
    if not _AGREED.search(low, begin, end):
        return None
    counts = {int(m.group(1)) for m in _COUNT.finditer(low, begin, end)}
    due = None
    for date in find_dates(text[begin:end]):
        if date.value and _FIRST_DUE.search(low[begin : begin + date.start]):
            due = date.value
            break
    value: Decimal | None = token.value
    return Found[InstallmentTerms](
        value=InstallmentTerms(rate=value, count=counts.pop() if len(counts) == 1 else None, first_due=due),
        confidence=1.0,
        evidence=Evidence(source_id=source_id, quote=token.quote, start=token.start),
    )
