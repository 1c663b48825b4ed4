"""The proposal that the witness is asked about, read back from its words."""

import re
from dataclasses import dataclass
from decimal import Decimal

from claimstream.domain.records.extraction import SettlementDecision


@dataclass(frozen=True, slots=True)
class Proposal:
    """A write as the witness is asked about it."""

    creditor: str
    client: str
    amount: Decimal | None = None
    """The claim, or what is offered in its place."""
    decision: SettlementDecision | None = None
    """None: the write of an amount."""


_AMOUNT = r"(?P<amount>\d+\.\d\d) EUR"
_PROPOSALS = (
    (None, rf"the claim of (?P<creditor>.+) against (?P<client>.+) is {_AMOUNT}"),
    (SettlementDecision.ACCEPTED, r"(?P<creditor>.+) accepts the payment plan for (?P<client>.+)"),
    (SettlementDecision.DECLINED, r"(?P<creditor>.+) declines the payment plan for (?P<client>.+)"),
    (
        SettlementDecision.COUNTER_OFFER,
        rf"(?P<creditor>.+) would settle its claim against (?P<client>.+) for {_AMOUNT}",
    ),
)


def read_proposal(words: str) -> Proposal | None:
    """Return what a request to the witness proposes; None where its words are none of those agreed on."""
    for decision, pattern in _PROPOSALS:
        if found := re.fullmatch(pattern, words.strip()):
            parts = found.groupdict()
            amount = parts.get("amount")
            return Proposal(parts["creditor"], parts["client"], Decimal(amount) if amount else None, decision)
    return None
