"""The model's answer as a witness: whether a mail says what the rules are about to write."""

from enum import StrEnum

from claimstream.domain.records.base import Record


class Verdict(StrEnum):
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


class Objection(Record):
    """One thing that speaks against the proposal."""

    quote: str
    """The words of the mail, as the model gave them: not proven."""
    why: str


class WitnessAnswer(Record):
    """The witness's answer."""

    against: tuple[Objection, ...] = ()
    verdict: Verdict
