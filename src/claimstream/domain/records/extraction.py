"""What was read out of sources: values with their confidence and evidence."""

from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Generic, TypeVar

from pydantic import Field

from claimstream.domain.records.base import Record
from claimstream.domain.records.mail import SourceKind

T = TypeVar("T")


class Evidence(Record):
    """The words a value was read from; ``source.text[start:start + len(quote)] == quote``."""

    source_id: str
    quote: str
    start: int


class Found(Record, Generic[T]):
    """A value with its confidence (0 to 1) and the words it was read from."""

    value: T
    confidence: float
    evidence: Evidence


class AmountRank(IntEnum):
    """How much a label says that its amount is the figure wanted; lower is better (domain rules, Extract)."""

    STILL_TO_PAY = 0
    TOTAL = 1
    CLAIM = 2
    BARE = 3


class AmountFlaw(StrEnum):
    """Why an amount that stands there may not be written."""

    AMBIGUOUS = "ambiguous"
    CREDIT = "credit"


class FigureDoubt(StrEnum):
    """A reason why a figure may not be what is owed today, as the rules say it."""

    LABEL = "label_in_doubt"
    """Its label says so: about, provisional, without interest."""
    WORDS = "words_around"
    """Its sentence, its label or the line that announces it says more than that so much is owed."""
    SEVERAL = "one_of_several"
    """Several figures stand under one label, and nothing says that one is their sum."""
    EITHER = "one_of_two"
    """An end of a range, one side of an alternative, or a figure whose words say another."""
    SUMS = "sums_left_open"
    """Something is added, deducted or named otherwise, and arithmetic does not say what is left."""
    PEOPLE = "several_people"
    """The figures are those of several debtors or creditors."""
    NUMBER = "like_no_money"
    """Neither a currency nor cents tell it from a number of another kind."""


class Amount(Record):
    """One amount in EUR as it was read. ``value`` is None when ``flaw`` is ``ambiguous``."""

    value: Decimal | None
    rank: AmountRank
    label: str
    """The label as written, "" for a bare amount."""
    confidence: float
    evidence: Evidence
    flaw: AmountFlaw | None = None
    repaired: bool = False
    """Digits of a scan were corrected (``5OO,0O``): confidence 0.60."""
    computed: bool = False
    """principal + interest + costs, at 0.85 of the confidence."""
    doubt: FigureDoubt | None = Field(default=None, exclude_if=lambda doubt: doubt is None)
    """The reason why it is read with less confidence than its source allows.

    Left out where there is none: workers of the release before do not know it."""


class PersonName(Record):
    """A natural person, titles and salutation stripped. ``first`` is "" when only a surname stands there."""

    first: str
    last: str

    @property
    def full(self) -> str:
        return f"{self.first} {self.last}".strip()


class ReferenceDirection(StrEnum):
    OURS = "ours"
    """The firm's file number (*Ihr Zeichen* in their mail): a case reference."""
    THEIRS = "theirs"
    """The creditor's (*Unser Zeichen*, *Kd.-Nr.*): a creditor reference."""
    UNKNOWN = "unknown"
    """*Az.* and the like: may be either."""


class Reference(Record):
    label: str
    direction: ReferenceDirection
    value: str
    """As written, leading zeros kept."""
    normalised: str
    """For comparison: upper case, separators unified (``8817/25`` = ``8817_25``)."""
    evidence: Evidence


class InstallmentTerms(Record):
    rate: Decimal | None = None
    """EUR a month."""
    count: int | None = None
    first_due: date | None = None


class SettlementDecision(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COUNTER_OFFER = "counter_offer"
    UNCLEAR = "unclear"


class Doubt(Record):
    """A sentence that leaves an answer to a person."""

    rule: str
    """The class of meaning by which it does: a rule of ``domain/replies/ties.py``, or ``not_plain`` for an answer that
    holds more than the answer."""
    evidence: Evidence


class Settlement(Record):
    """A creditor's answer to the settlement plan of the second letter."""

    decision: SettlementDecision
    conditions: tuple[str, ...] = ()
    """The clauses that make an acceptance conditional, as written (nur wenn, sofern, vorbehaltlich, only if)."""
    counter_offer_amount: Decimal | None = None
    doubt: Doubt | None = Field(default=None, exclude_if=lambda doubt: doubt is None)
    """The sentence that makes an acceptance unclear; left out where there is none, as in :class:`Amount`."""


class Ending(Record):
    """Words by which the claim ends: written off, sold, waived, paid, barred, somebody else's, superseded."""

    rule: str
    """The name of the rule that took them (``domain/replies/endings.py``)."""
    evidence: Evidence


class Remark(Record):
    """A sentence that may make the figure of its letter another one."""

    rule: str
    """The name of the rule that took it (``domain/replies/remarks.py``)."""
    evidence: Evidence


class Method(StrEnum):
    READER = "reader"
    """The deterministic rules."""
    MODEL = "model"


class Conflict(Record):
    """Two sources (or two totals) that cannot both be right."""

    field: str
    """``total_claim`` or ``people``."""
    detail: str


class SourceExtraction(Record):
    """Everything one reader found in one source. Nothing found is None or (), never a default."""

    source_id: str
    kind: SourceKind
    method: Method
    totals: tuple[Amount, ...] = ()
    """Every amount that may be the total claim, with its rank, in order of appearance."""
    principal: Amount | None = None
    interest: Amount | None = None
    costs: Amount | None = None
    currency: Found[str] | None = None
    as_of: Found[date] | None = None
    people: tuple[Found[PersonName], ...] = ()
    creditor: Found[str] | None = None
    representative: Found[str] | None = None
    references: tuple[Reference, ...] = ()
    iban: Found[str] | None = None
    bic: Found[str] | None = None
    installment: Found[InstallmentTerms] | None = None
    settlement: Found[Settlement] | None = None
    summary: str | None = None
    injection: Evidence | None = None
    """Text that tries to instruct its reader as a machine."""
    conflicts: tuple[Conflict, ...] = Field(default=(), exclude_if=lambda conflicts: not conflicts)
    """What speaks against each total of this source: another's debt, totals of several contracts.

    Left out where there is none, as are the next two: workers of the release before do not know them."""
    endings: tuple[Ending, ...] = Field(default=(), exclude_if=lambda endings: not endings)
    """What the source says the claim has come to."""
    remark: Remark | None = Field(default=None, exclude_if=lambda remark: remark is None)
    """A sentence that may make the figure another one."""
    dropped: tuple[str, ...] = ()
    """Names of fields whose value was dropped because its evidence does not stand in the source."""


class Consolidated(Record):
    """One answer out of all sources of one email."""

    total_claim: Amount | None = None
    principal: Amount | None = None
    interest: Amount | None = None
    costs: Amount | None = None
    currency: Found[str] | None = None
    as_of: Found[date] | None = None
    people: tuple[Found[PersonName], ...] = ()
    creditor: Found[str] | None = None
    representative: Found[str] | None = None
    references: tuple[Reference, ...] = ()
    iban: Found[str] | None = None
    bic: Found[str] | None = None
    installment: Found[InstallmentTerms] | None = None
    settlement: Found[Settlement] | None = None
    summary: str | None = None
    injection: Evidence | None = None
    endings: tuple[Ending, ...] = Field(default=(), exclude_if=lambda endings: not endings)
    """Those of all sources."""
    flaw: AmountFlaw | None = None
    """The winning rank holds an amount that may not be written (ambiguous, or a credit)."""
    conflicts: tuple[Conflict, ...] = ()
    remarks: tuple[Remark, ...] = ()
    """Sentences that may make the figure another one, at most one of each source."""
    confidence: float = 0.0
    """Of what matters for the intent: the amount's, or the settlement's; 0 when nothing was found."""
    sources_used: tuple[str, ...] = ()
    sources_unread: tuple[str, ...] = ()
    """Sources that hold no readable text and were not read by a model."""
    dropped: tuple[str, ...] = ()
