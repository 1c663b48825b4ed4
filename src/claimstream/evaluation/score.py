"""Comparing what happened with what is expected. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from claimstream.domain.reader.spelling import normalise
from claimstream.domain.records.decision import Route
from claimstream.domain.records.world import World
from claimstream.evaluation.case import Case, ExpectedFields
from claimstream.evaluation.model_use import ModelUse, model_use
from claimstream.evaluation.observed import Change, Observed

WRITING = frozenset({Route.AUTO_UPDATE, Route.UPDATE_AND_NOTIFY})


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case, judged."""

    case: str
    needs_model: bool
    wrong_writes: tuple[str, ...] = ()
    """What was written and should not have been, in words."""
    missed_write: str | None = None
    needs_nobody: bool = False
    """True when it is expected to be settled without a person, and needs no model."""
    set_aside: bool = False
    """True when it was set aside although it is somebody's reply, or a person should see it."""
    settled_alone: bool = False
    """True when it was settled without a person, was not set aside for nothing, and nothing was written wrongly."""
    mistakes: tuple[str, ...] = ()
    """Everything else that is not as expected."""

    @property
    def right(self) -> bool:
        return not (self.wrong_writes or self.missed_write or self.mistakes)

    @property
    def needlessly_reviewed(self) -> bool:
        return self.needs_nobody and not (self.settled_alone or self.set_aside or self.wrong_writes)


@dataclass(slots=True)
class FieldScore:
    cases: int = 0
    """Cases whose expectation names the field."""
    expected: int = 0
    """Of these: those in which there is something to find."""
    found: int = 0
    right: int = 0
    """Found as expected."""
    wrong: int = 0
    """Found, but something else is there, or nothing."""

    @property
    def precision(self) -> float | None:
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.right / self.expected if self.expected else None


@dataclass(slots=True)
class Settled:
    """Cases that need no person, and those of them that were settled without one."""

    cases: int = 0
    settled: int = 0

    @property
    def rate(self) -> float | None:
        return self.settled / self.cases if self.cases else None

    def count(self, settled: bool) -> None:
        self.cases += 1
        self.settled += settled


@dataclass(slots=True)
class Score:
    """A group of cases, counted."""

    cases: int = 0
    wrong_writes: int = 0
    missed_writes: int = 0
    set_aside: int = 0
    """Cases that were set aside and should not have been."""
    fields: dict[str, FieldScore] = field(default_factory=dict)
    checked: Counter[str] = field(default_factory=Counter)
    correct: Counter[str] = field(default_factory=Counter)
    verdicts: list[Verdict] = field(default_factory=list)
    without_person: Settled = field(default_factory=Settled)
    """Cases that need no person."""
    by_route: dict[str, Settled] = field(default_factory=dict)
    """The same by the routes expected of them, …"""
    by_intent: dict[str, Settled] = field(default_factory=dict)
    """… and by intent."""
    reviewed_by_reason: Counter[str] = field(default_factory=Counter)
    """Needless reviews by their first reason, …"""
    reviewed_by_rule: Counter[str] = field(default_factory=Counter)
    """… and by the rules that ordered them; one review may have several."""
    model_use: dict[str, ModelUse] = field(default_factory=dict)
    """By the kind of question."""

    def accuracy(self, key: str) -> float | None:
        """Of ``intent``, ``route``, ``inquiry_id``, ``matched_by`` or ``review_reason``; None when never checked."""
        return self.correct[key] / self.checked[key] if self.checked[key] else None


CHECKED = ("intent", "route", "inquiry_id", "matched_by", "review_reason")


def judge(case: Case, observed: Observed, world: World) -> Verdict:
    expected = case.expected
    mistakes = [
        f"{key} is {getattr(observed, key) or 'absent'}, expected {_shown(case, key)}"
        for key in CHECKED
        if expected.has(key) and not _is_right(case, observed, key)
    ]
    for name in sorted(expected.fields.model_fields_set):
        wanted, found = expected_text(expected.fields, name), observed.fields.get(name)
        if not same_value(name, wanted, found):
            mistakes.append(f"{name} is {found or 'absent'}, expected {wanted or 'absent'}")
    if not observed.settled:
        mistakes.append("not settled")
    set_aside = observed.route == Route.IGNORE and bool(expected.routes) and Route.IGNORE not in expected.routes
    wrong = tuple(_wrong(case, change, world) for change in observed.changes if _wrong(case, change, world))
    return Verdict(
        case=case.name,
        needs_model=expected.needs_model,
        wrong_writes=wrong,
        needs_nobody=bool(expected.routes) and Route.MANUAL_REVIEW not in expected.routes and not expected.needs_model,
        set_aside=set_aside,
        settled_alone=observed.settled and observed.route != Route.MANUAL_REVIEW and not (wrong or set_aside),
        missed_write=_missed(case, observed.changes, world),
        mistakes=tuple(mistakes),
    )


def score(cases: Iterable[tuple[Case, Observed]], world: World) -> Score:
    cases = list(cases)
    total = Score(model_use=model_use(observed.calls for _, observed in cases))
    for case, observed in cases:
        verdict = judge(case, observed, world)
        total.cases += 1
        total.wrong_writes += bool(verdict.wrong_writes)
        total.missed_writes += verdict.missed_write is not None
        total.set_aside += verdict.set_aside
        total.verdicts.append(verdict)
        _count_person(total, case, observed, verdict)
        for key in CHECKED:
            if case.expected.has(key):
                total.checked[key] += 1
                total.correct[key] += _is_right(case, observed, key)
        for name in case.expected.fields.model_fields_set:
            _count(total.fields.setdefault(name, FieldScore()), name, case.expected.fields, observed)
    return total


def _count_person(total: Score, case: Case, observed: Observed, verdict: Verdict) -> None:
    if not verdict.needs_nobody:
        return
    routes = " or ".join(case.expected.routes)
    intent = str(case.expected.intent or observed.intent or "not read")
    for group in (
        total.without_person,
        total.by_route.setdefault(routes, Settled()),
        total.by_intent.setdefault(intent, Settled()),
    ):
        group.count(verdict.settled_alone)
    if verdict.needlessly_reviewed:
        total.reviewed_by_reason[str(observed.review_reason or "not settled")] += 1
        total.reviewed_by_rule.update(observed.trail.rules if observed.trail else ())


def _count(counts: FieldScore, name: str, fields: ExpectedFields, observed: Observed) -> None:
    wanted, found = expected_text(fields, name), observed.fields.get(name)
    counts.cases += 1
    counts.expected += wanted is not None
    if found is not None:
        counts.found += 1
        if same_value(name, wanted, found):
            counts.right += 1
        else:
            counts.wrong += 1


def _is_right(case: Case, observed: Observed, key: str) -> bool:
    found = getattr(observed, key)
    if key == "route":
        return not case.expected.routes or found in case.expected.routes
    wanted = getattr(case.expected, key)
    if key == "matched_by":
        return (found or "none") == (wanted or "none")
    return bool(found == wanted)


def _shown(case: Case, key: str) -> str:
    if key == "route":
        return " or ".join(case.expected.routes)
    return str(getattr(case.expected, key) or "absent")


def expected_text(fields: ExpectedFields, name: str) -> str | None:
    value = getattr(fields, name)
    return None if value is None else str(value)


def same_value(name: str, wanted: str | None, found: str | None) -> bool:
    """Amounts by value, references and IBANs by their normal form, everything else to the letter."""
    if wanted is None or found is None:
        return wanted is found
    if name.endswith("_reference"):
        return normalise(wanted) == normalise(found)
    if name in {"iban", "bic"}:
        return wanted.replace(" ", "").upper() == found.replace(" ", "").upper()
    try:
        return Decimal(wanted) == Decimal(found)
    except InvalidOperation:
        return wanted == found


def _place(case: Case, world: World) -> tuple[str, str] | None:
    """Client and creditor of the expected inquiry."""
    wanted = case.expected.inquiry_id
    return next(((i.client_id, i.creditor_id) for i in world.inquiries if i.inquiry_id == wanted), None)


def _wrong(case: Case, change: Change, world: World) -> str:
    """Why the change is not what is expected, "" if it is."""
    expected = case.expected
    where = f"{change.client_id}/{change.creditor_id}"
    if expected.has("inquiry_id") and (change.client_id, change.creditor_id) != _place(case, world):
        return f"{where} changed, which this mail is not about"
    if expected.routes and not WRITING.intersection(expected.routes):
        return f"{where} changed, although nothing may be written"
    if change.amount_changed:
        wanted = expected.current_amount_after if expected.has("current_amount_after") else expected.fields.total_claim
        known = expected.has("current_amount_after") or "total_claim" in expected.fields.model_fields_set
        if known and change.new_amount != wanted:
            return f"{where}: amount {change.old_amount} became {change.new_amount}, expected {wanted}"
    if change.settlement_changed and "settlement_decision" in expected.fields.model_fields_set:
        decision = expected.fields.settlement_decision
        if change.decision != decision:
            return f"{where}: settlement became {change.decision}, expected {decision or 'none'}"
    return ""


def _missed(case: Case, changes: tuple[Change, ...], world: World) -> str | None:
    """An amount that should have changed and did not."""
    place = _place(case, world)
    wanted = case.expected.current_amount_after
    if place is None or wanted is None:
        return None
    creditor = next(
        (k for c in world.clients if c.client_id == place[0] for k in c.creditors if k.creditor_id == place[1]), None
    )
    if creditor is None or creditor.current_amount == wanted:
        return None
    if any((c.client_id, c.creditor_id) == place and c.amount_changed for c in changes):
        return None
    return f"{place[0]}/{place[1]} stays at {creditor.current_amount}, expected {wanted}"


Progress = Callable[[int, int], None]
"""Cases done, cases in all."""
