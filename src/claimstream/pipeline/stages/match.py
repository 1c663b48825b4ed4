"""Match: which inquiry the mail answers, with the scores of everything considered."""

from claimstream.domain.records.decision import Match
from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.intent import Classification
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.rules import matching
from claimstream.pipeline.files import CandidateFiles
from claimstream.pipeline.services import Rules


async def match(
    mail: ParsedMail, classification: Classification, consolidated: Consolidated, files: CandidateFiles, rules: Rules
) -> Match:
    candidates = await files.for_match(mail, consolidated, classification.routing)
    return await candidates.judged_by(
        lambda: matching.match(
            mail,
            consolidated,
            candidates.files,
            routing=classification.routing,
            now=rules.clock(),
            thresholds=rules.thresholds,
            freemail=rules.freemail,
            signs=candidates.signs,
        )
    )
