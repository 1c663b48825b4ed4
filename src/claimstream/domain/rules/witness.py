"""The witness before a write: what of a mail it is shown, and what its answer may do (domain rules, Witness).

The witness can only stop a write. It is shown ``LONGEST_SHOWN`` characters at most, so the service can afford to go
over them itself.
"""

from collections.abc import Iterable, Mapping, Sequence

from claimstream.domain.reader.confidence import promise
from claimstream.domain.records.decision import Decision, GuardDecision, ReviewReason, Route
from claimstream.domain.records.extraction import Consolidated, Evidence, SettlementDecision
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.mail import ParsedMail, Source
from claimstream.domain.records.witness import Objection, Verdict, WitnessAnswer

LONGEST_SHOWN = 40_000
"""Characters of a mail's texts that the witness is shown: some ten pages."""
_AROUND = 2_000
"""Characters on either side of the evidence that are shown of any mail."""
_LONGEST_NAME = 200
_LONGEST_SUBJECT = 1_000
_LEFT_OUT = "[…]"
_MOST_OBJECTIONS = 3
_LONGEST_WORDS = 200
"""Characters of a quote, and of what the witness says to it, that a person is shown."""


def proposal(decision: Decision, file: CandidateFile) -> str:
    """Return in plain words what ``decision`` would write."""
    client = _one_line(f"{file.client.first_name} {file.client.last_name}")
    creditor = _one_line(file.creditor.name)
    match decision.settlement:
        case None:
            return f"the claim of {creditor} against {client} is {decision.new_amount:.2f} EUR"
        case settlement if settlement.decision is SettlementDecision.ACCEPTED:
            return f"{creditor} accepts the payment plan for {client}"
        case settlement if settlement.decision is SettlementDecision.DECLINED:
            return f"{creditor} declines the payment plan for {client}"
        case settlement:
            amount = settlement.counter_offer_amount
            return f"{creditor} would settle its claim against {client} for {amount:.2f} EUR"


def shown(mail: ParsedMail, transcripts: Mapping[str, str], consolidated: Consolidated, decision: Decision) -> str:
    """Return the mail as the witness reads it, cut at ``LONGEST_SHOWN`` characters of its texts.

    The neighbourhood of the evidence is always in. Then comes the body, then the other sources by promise, each from
    its beginning, as far as there is room.

    Args:
        transcripts: the texts of scans that the model has read, by source id.
    """
    sources = [
        source.model_copy(update={"text": transcripts.get(source.source_id, source.text)}) for source in mail.sources
    ]
    parts: dict[str, list[tuple[int, int]]] = {source.source_id: [] for source in sources}
    room = LONGEST_SHOWN
    for evidence in _evidence(consolidated, decision):
        if evidence.source_id in parts:
            start = max(0, evidence.start - _AROUND)
            end = evidence.start + min(len(evidence.quote), _AROUND) + _AROUND
            parts[evidence.source_id].append((start, end))
            room -= end - start
    for source in sorted(sources, key=promise):
        end = min(len(source.text), max(0, room))
        parts[source.source_id].append((0, end))
        room -= end
    sender = mail.sender.address if mail.sender else ""
    head = [f"From: {sender}", f"Subject: {_one_line(mail.subject)[:_LONGEST_SUBJECT]}"]
    if mail.date is not None:
        head.append(f"Date: {mail.date.date()}")
    texts = [_cut(source, parts[source.source_id]) for source in sources if source.text.strip()]
    return "\n\n".join(["\n".join(head), *texts])


def hear(decision: Decision, answer: WitnessAnswer, mail: str) -> Decision:
    """Return the decision as the answer leaves it: as it is on a plain yes, else a person's.

    Args:
        mail: what the witness was shown; only a quote that stands in it is told as the mail's.
    """
    words = _told(answer.against, mail)
    match answer.verdict:
        case Verdict.YES:
            return _judged(decision, None, "the mail says just that" + (f", but: {words}" if words else ""))
        case Verdict.NO:
            why = f"the witness disagrees: {words or 'it does not say why'}"
            return stopped(decision, ReviewReason.WITNESS_DISAGREES, why)
        case Verdict.UNCLEAR:
            why = f"the witness is not sure: {words or 'it does not say why'}"
            return stopped(decision, ReviewReason.LOW_CONFIDENCE, why)


def stopped(decision: Decision, reason: ReviewReason, why: str) -> Decision:
    """Return the decision left to a person, with what it would have written as their proposal."""
    changes = {"route": Route.MANUAL_REVIEW, "reasons": (reason,), "write": False, "why": why}
    return _judged(decision.model_copy(update=changes), reason, why)


def _judged(decision: Decision, reason: ReviewReason | None, why: str) -> Decision:
    guard = GuardDecision(
        guard="witness",
        passed=reason is None,
        reason=reason,
        old=decision.old_amount,
        new=decision.new_amount,
        confidence=decision.confidence,
        why=why,
    )
    return decision.model_copy(update={"guards": (*decision.guards, guard)})


def _evidence(consolidated: Consolidated, decision: Decision) -> list[Evidence]:
    """Where what would be written was read."""
    if decision.settlement is not None:
        found = consolidated.settlement
        return [found.evidence] if found else []
    total = consolidated.total_claim
    if total is None:
        return []
    parts = (consolidated.principal, consolidated.interest, consolidated.costs) if total.computed else ()
    return [total.evidence, *(part.evidence for part in parts if part is not None)]


def _cut(source: Source, parts: Iterable[tuple[int, int]]) -> str:
    """The parts of the source's text in order, gaps marked, under its name."""
    pieces: list[str] = []
    shown_to = 0
    for start, end in sorted((start, end) for start, end in parts if start < end):
        if start > shown_to:
            pieces.append(_LEFT_OUT)
        pieces.append(source.text[max(start, shown_to) : max(end, shown_to)])
        shown_to = max(shown_to, end)
    if shown_to < len(source.text):
        pieces.append(_LEFT_OUT)
    name = _one_line(source.name)[:_LONGEST_NAME]
    heading = source.source_id if name in {"", source.source_id} else f"{source.source_id}, {name}"
    return f"[{heading}]\n{''.join(pieces)}"


def _told(objections: Sequence[Objection], mail: str) -> str:
    """What speaks against the proposal, for a person."""
    written = _one_line(mail)
    told = []
    for objection in objections[:_MOST_OBJECTIONS]:
        quote, why = _one_line(objection.quote), _one_line(objection.why)[:_LONGEST_WORDS]
        cut = quote[:_LONGEST_WORDS]
        if quote and quote in written:
            told.append(f"„{cut}“ ({why})" if why else f"„{cut}“")
        else:
            own = ", ".join(filter(None, (cut, why)))
            told.append(f"in the model's words, which do not stand in the mail: {own}")
    if more := len(objections) - len(told):
        told.append(f"and {more} more")
    return "; ".join(told)


def _one_line(text: str) -> str:
    return " ".join(text.split())
