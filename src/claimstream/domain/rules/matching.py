"""Which inquiry a mail answers, when no deterministic signal says so (domain rules, Match)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum

from claimstream.domain.reader.organisations import name_score
from claimstream.domain.reader.people import names_agree
from claimstream.domain.records.decision import Candidate, Match, ReviewReason, Thresholds
from claimstream.domain.records.extraction import Consolidated, PersonName, Reference, ReferenceDirection
from claimstream.domain.records.inquiry import CandidateFile, Client, Creditor
from claimstream.domain.records.intent import MatchedBy, RoutingHit
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.rules.deterministic_routing import (
    Signs,
    addresses_of,
    contradiction,
    matches_case,
    matches_creditor,
    names_another_case,
    newest_of_one,
    pair,
    pointed_apart,
    recent,
    subject_references,
)
from claimstream.domain.rules.forms import bare_address
from claimstream.domain.rules.freemail import domain_of, telling_domain
from claimstream.domain.rules.ownership import DIFFERENT_PERSON, SAME_NAME, anothers

WEIGHT_REFERENCES = 0.6
WEIGHT_NAMES = 0.4
"""Client and creditor names share it."""

CANDIDATES_KEPT = 20
_INQUIRIES_SHOWN = 3

DIFFERENT_ORGANISATION = 0.5
"""Below, two organisations: they share trade words at most."""


class _Tie(IntEnum):
    """What the sender's address says about a candidate; nearer first."""

    ADDRESS = 0
    DOMAIN = 1
    NONE = 2


def match(
    mail: ParsedMail,
    consolidated: Consolidated,
    inquiries: Sequence[CandidateFile],
    *,
    routing: RoutingHit | None,
    now: datetime,
    thresholds: Thresholds,
    freemail: frozenset[str],
    signs: Signs | None = None,
) -> Match:
    """The inquiry of this tenant that the mail answers, with every candidate considered and why.

    A routed mail stays with its inquiry, with reason ``conflict`` when something in it points to another client's.
    ``no_match`` and ``ambiguous_match`` leave the inquiry empty: between two nobody is guessed.

    Args:
        signs: of this mail, where they have been read already.
    """
    signs = signs or Signs.of(mail)
    if routing is not None:
        return _routed(signs, consolidated, inquiries, routing)
    pool = recent(inquiries, now, thresholds)
    scorer = _Scorer(signs, consolidated, pool, freemail, thresholds)
    considered: list[_Scored] = []
    ambiguous: str | None = None
    ties = {id(file): scorer.tie(file) for file in pool}
    for tie in _Tie:
        tier = [
            scorer.score(file, tie)
            for file in pool
            if ties[id(file)] is tie and (tie is not _Tie.NONE or scorer.stands_out(file))
        ]
        if not tier:
            continue
        considered += tier
        chosen, why = _choose(tier, thresholds)
        if chosen is not None:
            # What lies outside the tier cannot win, but it can make the choice doubtful.
            doubt = contradiction(signs, chosen.file, inquiries) or anothers(
                signs, consolidated, chosen.file, inquiries
            )
            return _accepted(chosen, considered, doubt)
        if why is not None:
            ambiguous = why
            break
    if (apart := pointed_apart(signs, inquiries)) is not None:
        matched_by, files = apart
        known = {id(scored.file) for scored in considered}
        considered += [scorer.score(f, ties.get(id(f), _Tie.NONE)) for f in files if id(f) not in known]
        ids = [f.inquiry.inquiry_id for f in files]
        shown = ", ".join(ids[:_INQUIRIES_SHOWN]) + (", …" if len(ids) > _INQUIRIES_SHOWN else "")
        ambiguous = f"{matched_by.value} points to {len(ids)} inquiries of different clients or creditors: {shown}"
    days = thresholds.inquiry_age_days
    none_near = f"it shares no sender, name of a client or reference with an inquiry of the last {days} days"
    return Match(
        candidates=_kept(considered),
        reason=ReviewReason.AMBIGUOUS_MATCH if ambiguous else ReviewReason.NO_MATCH,
        why=ambiguous or ("no inquiry is near enough" if considered else none_near),
    )


def people_conflict(consolidated: Consolidated, client: Client) -> str | None:
    """Who is named instead of the client, in words; None when the client is among them, or nobody is named."""
    people = [found.value for found in consolidated.people]
    if not people or any(
        names_agree(person, client.first_name, client.last_name) >= DIFFERENT_PERSON for person in people
    ):
        return None
    return f"it names {', '.join(person.full for person in people[:3])}, not the client"


@dataclass(frozen=True)
class _Scored:
    file: CandidateFile
    tie: _Tie
    score: float
    signals: dict[str, float]
    excluded: bool
    why: str
    whole: bool
    """Something says whose debt it is, and something says to whom: without both nothing is accepted."""

    @property
    def contradicted(self) -> bool:
        return self.excluded or any(value == 0.0 for name, value in self.signals.items() if name != "amount")

    def candidate(self) -> Candidate:
        return Candidate(
            inquiry_id=self.file.inquiry.inquiry_id,
            client_id=self.file.inquiry.client_id,
            creditor_id=self.file.inquiry.creditor_id,
            score=self.score,
            signals=self.signals,
            excluded=self.excluded,
            why=self.why,
        )


class _Scorer:
    """Holds one mail against inquiries."""

    def __init__(
        self,
        signs: Signs,
        consolidated: Consolidated,
        pool: Sequence[CandidateFile],
        freemail: frozenset[str],
        thresholds: Thresholds,
    ) -> None:
        self._signs = signs
        self._consolidated = consolidated
        self._thresholds = thresholds
        self._references: tuple[Reference, ...] = (*consolidated.references, *subject_references(signs.mail))
        # Whom the mail names: what was read out of it, and whoever of our own records stands in it by name.
        wording = signs.wording
        clients = {(f.client.first_name, f.client.last_name) for f in pool}
        known_people = {
            PersonName(first=first, last=last) for first, last in clients if wording.has_person(first, last)
        }
        self._people = {found.value for found in consolidated.people} | known_people
        known = {c.name for f in pool for c in (f.creditor, *f.client.creditors)}
        self._known_creditors = sorted(name for name in known if wording.has_organisation(name))
        self._organisations = self._known_creditors + [
            found.value for found in (consolidated.creditor, consolidated.representative) if found is not None
        ]
        sender = signs.mail.sender
        self._sender = bare_address(sender.address) if sender else None
        self._sender_names = [sender.name] if sender and sender.name else []
        self._creditor_scores: dict[tuple[str, str | None, _Tie], float | None] = {}
        self._domain = telling_domain(self._sender, freemail)
        if self._domain:
            labels = self._domain.split(".")[:-1]
            self._sender_names += [label.replace("-", " ") for label in labels if len(label) >= 5]

    def tie(self, file: CandidateFile) -> _Tie:
        addresses = addresses_of(file)
        if self._sender in addresses:
            return _Tie.ADDRESS
        if self._domain and self._domain in {domain_of(address) for address in addresses}:
            return _Tie.DOMAIN
        return _Tie.NONE

    def stands_out(self, file: CandidateFile) -> bool:
        """Whether anything of the client's is in the mail: without it nothing more is worth comparing."""
        signs = self._signs
        return (
            signs.wording.has_words_of(file.client.last_name)
            or signs.name_case(file)
            or self._creditor_reference(file)
            or matches_case(self._references, file)
        )

    def score(self, file: CandidateFile, tie: _Tie) -> _Scored:
        names_case = self._signs.name_case(file)
        by_creditor_reference = self._creditor_reference(file)
        client, creditor = self._client(file), self._known_creditor(file.creditor, tie)
        references = self._reference(file, names_case=names_case, by_creditor_reference=by_creditor_reference)
        names = [s for s in (client, creditor) if s is not None]
        parts = []
        if references is not None:
            parts.append((WEIGHT_REFERENCES, references))
        if names:
            parts.append((WEIGHT_NAMES, sum(names) / len(names)))
        score = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts) if parts else 0.0
        if len(parts) == 1:
            enough = score >= self._thresholds.single_signal_minimum
            score = score * self._thresholds.single_signal_factor if enough else 0.0
        excluded = not names_case and names_another_case(self._references, file)
        signals = {
            name: round(value, 4)
            for name, value in (
                ("references", references),
                ("client", client),
                ("creditor", creditor),
                ("amount", self._amount(file)),
            )
            if value is not None
        }
        whose = by_creditor_reference or names_case or (client or 0.0) >= SAME_NAME
        # One agency writes for many creditors, and creditors of one town have nearly the same name.
        known_sender = tie is not _Tie.NONE and (creditor is None or creditor >= SAME_NAME)
        to_whom = by_creditor_reference or known_sender or (creditor or 0.0) >= SAME_NAME
        return _Scored(
            file=file,
            tie=tie,
            score=0.0 if excluded else round(score, 4),
            signals=signals,
            excluded=excluded,
            why=_why(tie, signals, excluded, whose, to_whom),
            whole=whose and to_whom,
        )

    def _client(self, file: CandidateFile) -> float | None:
        first, last = file.client.first_name, file.client.last_name
        scores = [names_agree(person, first, last) for person in self._people]
        return _decided(max(scores), DIFFERENT_PERSON) if scores else None

    def _known_creditor(self, creditor: Creditor, tie: _Tie) -> float | None:
        # One sender's letters are about many clients and few creditors.
        key = creditor.name, creditor.representative_name, tie
        if key not in self._creditor_scores:
            self._creditor_scores[key] = self._creditor(creditor.name, creditor.representative_name, tie)
        return self._creditor_scores[key]

    def _creditor(self, name: str, representative: str | None, tie: _Tie) -> float | None:
        own = _best(self._organisations, name)
        # A display name or domain like the creditor's counts; one unlike it is a clerk's or a mail provider's.
        shown = _best(self._sender_names, name)
        if max(own, shown) >= SAME_NAME:
            return max(own, shown)
        if self._known_creditors:
            return 0.0  # another creditor we know is named; one agency writes for many
        agency = 0.0
        if representative:
            agency = _best([*self._organisations, *self._sender_names], representative)
            if self._signs.wording.has_organisation(representative):
                agency = 1.0
        if agency >= SAME_NAME:
            return agency
        if tie is not _Tie.NONE and self._consolidated.representative is None:
            return None  # whoever signs from a known address is our creditor's agent, whatever its name
        return _decided(max(own, agency), DIFFERENT_ORGANISATION) if self._organisations else None

    def _reference(self, file: CandidateFile, *, names_case: bool, by_creditor_reference: bool) -> float | None:
        """The mean over the kinds that both sides have: the firm's file number, the creditor's."""
        kinds = []
        if names_case or matches_case(self._references, file):
            kinds.append(1.0)
        elif any(r.direction is ReferenceDirection.OURS for r in self._references):
            kinds.append(0.0)
        if by_creditor_reference:
            kinds.append(1.0)
        elif file.inquiry.creditor_reference and any(
            r.direction is ReferenceDirection.THEIRS for r in self._references
        ):
            kinds.append(0.0)
        return sum(kinds) / len(kinds) if kinds else None

    def _creditor_reference(self, file: CandidateFile) -> bool:
        return matches_creditor(self._references, file) or self._signs.name_creditor_reference(file)

    def _amount(self, file: CandidateFile) -> float | None:
        """Shown to the person who decides; it carries no weight, since what changed is just what a reply is for."""
        total = self._consolidated.total_claim
        stored = [a for a in (file.creditor.current_amount, file.creditor.claim_amount) if a is not None]
        if total is None or total.value is None or not stored:
            return None
        return max(_nearness(total.value, amount) for amount in stored)


def _best(names: Iterable[str], known: str) -> float:
    return max((name_score(name, known) for name in names), default=0.0)


def _decided(score: float, different: float) -> float:
    return score if score >= different else 0.0


def _nearness(a: Decimal, b: Decimal) -> float:
    high = max(abs(a), abs(b))
    return 1.0 if high == 0 else float(1 - min(abs(a - b) / high, Decimal(1)))


def _why(tie: _Tie, signals: dict[str, float], excluded: bool, whose: bool, to_whom: bool) -> str:
    if excluded:
        return "the mail names another case reference"
    said = {
        _Tie.ADDRESS: "the sender's address is known here",
        _Tie.DOMAIN: "the sender's domain is known here",
        _Tie.NONE: "the sender is unknown here",
    }[tie]
    shown = ", ".join(f"{name} {value:.2f}" for name, value in signals.items())
    lacking = "" if whose and to_whom else "; nothing says " + ("to whom" if whose else "whose debt it is")
    return f"{said}; {shown or 'nothing to compare'}{lacking}"


def _choose(tier: Sequence[_Scored], thresholds: Thresholds) -> tuple[_Scored | None, str | None]:
    """The candidate taken, or why it is doubtful which; (None, None) when none is near."""
    possible = [s for s in tier if not s.excluded]
    best = max(possible, key=lambda s: (s.score, s.file.inquiry.sent_at, s.file.inquiry.inquiry_id), default=None)
    if best is None:
        return None, None
    others = [s for s in possible if pair(s.file) != pair(best.file)]
    second = max(others, key=lambda s: s.score, default=None)
    close = second is not None and round(best.score - second.score, 4) < thresholds.match_gap
    if best.score >= thresholds.match_minimum and best.whole:
        if close and second is not None:
            return None, f"{best.file.inquiry.inquiry_id} and {second.file.inquiry.inquiry_id} are equally near"
        letters = [s for s in possible if pair(s.file) == pair(best.file) and s.score >= thresholds.match_minimum]
        newest = newest_of_one(s.file for s in letters)
        return next(s for s in letters if s.file is newest), None
    open_pairs = {pair(s.file) for s in possible if not s.contradicted and s.tie is not _Tie.NONE}
    if close and len(open_pairs) > 1:
        return None, f"nothing tells which of the sender's {len(open_pairs)} inquiries is meant"
    return None, None


def _routed(signs: Signs, consolidated: Consolidated, inquiries: Sequence[CandidateFile], routing: RoutingHit) -> Match:
    file = next((f for f in inquiries if f.inquiry.inquiry_id == routing.inquiry_id), None)
    if file is None:
        return Match(
            reason=ReviewReason.NO_MATCH, why=f"inquiry {routing.inquiry_id} it was routed to is not the tenant's"
        )
    doubt = contradiction(signs, file, inquiries) or anothers(signs, consolidated, file, inquiries)
    return Match(
        inquiry_id=file.inquiry.inquiry_id,
        client_id=file.inquiry.client_id,
        creditor_id=file.inquiry.creditor_id,
        letter=file.inquiry.letter,
        matched_by=routing.matched_by,
        confidence=routing.confidence,
        candidates=(
            Candidate(
                inquiry_id=file.inquiry.inquiry_id,
                client_id=file.inquiry.client_id,
                creditor_id=file.inquiry.creditor_id,
                score=routing.confidence,
                why=routing.why,
            ),
        ),
        reason=ReviewReason.CONFLICT if doubt else None,
        why=f"{routing.why}, but {doubt}" if doubt else routing.why,
    )


def _accepted(chosen: _Scored, considered: Sequence[_Scored], doubt: str | None) -> Match:
    if doubt:
        return Match(
            candidates=_kept(considered),
            reason=ReviewReason.AMBIGUOUS_MATCH,
            why=f"{chosen.file.inquiry.inquiry_id} is near, but {doubt}",
        )
    inquiry = chosen.file.inquiry
    return Match(
        inquiry_id=inquiry.inquiry_id,
        client_id=inquiry.client_id,
        creditor_id=inquiry.creditor_id,
        letter=inquiry.letter,
        matched_by=MatchedBy.SCORED,
        confidence=chosen.score,
        candidates=_kept(considered),
        why=chosen.why,
    )


def _kept(considered: Iterable[_Scored]) -> tuple[Candidate, ...]:
    ranked = sorted(considered, key=lambda s: (s.excluded, -s.score, s.file.inquiry.inquiry_id))
    return tuple(s.candidate() for s in ranked[:CANDIDATES_KEPT])
