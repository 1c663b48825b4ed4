"""Whether the claim of a mail has ended, over all of its parts (domain rules, Route)."""

from claimstream.domain.records.extraction import Amount, Consolidated, Ending, Evidence, SettlementDecision
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import ParsedMail, SourceKind
from claimstream.domain.replies.endings import EARLIER, PART, find_endings
from claimstream.domain.rules.classification import LETTER_LENGTH
from claimstream.domain.text import Text
from claimstream.domain.text.quoting import written_by_others


def claim_ended(mail: ParsedMail, intent: Intent, consolidated: Consolidated) -> str | None:
    """The words by which the mail takes its claim back, wherever they stand; None where it does not."""
    settlement = consolidated.settlement
    in_a_plan = (
        intent is Intent.SETTLEMENT_RESPONSE
        and settlement is not None
        and settlement.value.decision is not SettlementDecision.DECLINED
    )
    judged = letters(mail, *(found.evidence for found in (consolidated.total_claim, settlement) if found))
    read = (ending for ending in consolidated.endings if ending.evidence.source_id in judged)
    others = written_by_others(mail.quoted_text, our_markers=mail.our_marks)
    for ending in (*find_endings(Text(mail.subject), "subject"), *read, *find_endings(Text(others), "quoted history")):
        stands = (in_a_plan and ending.rule == PART.name) or (
            ending.rule == EARLIER.name and _stands_apart(consolidated.total_claim, ending)
        )
        if not stands:
            return f"the claim may have ended ({ending.rule}): {' '.join(ending.evidence.quote.split())[:160]}"
    return None


def letters(mail: ParsedMail, *counted: Evidence) -> set[str]:
    """The ids of the sources that speak for the writer: a longer attachment is a contract or a set of terms.

    Args:
        counted: where that stands which counts of the mail; its sources are judged, too.
    """
    short = {s.source_id for s in mail.sources if s.kind is SourceKind.BODY or len(s.text) <= LETTER_LENGTH}
    return short | {evidence.source_id for evidence in counted}


def _stands_apart(total: Amount | None, ending: Ending) -> bool:
    """Whether a total stands in the same source as an ending, and in another sentence."""
    if total is None or total.evidence.source_id != ending.evidence.source_id:
        return False
    begin = ending.evidence.start
    return not begin <= total.evidence.start < begin + len(ending.evidence.quote)
