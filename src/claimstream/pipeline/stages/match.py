"""Match: which inquiry the mail answers, with the scores of everything considered."""

from claimstream.domain.records.decision import Match
from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.intent import Classification
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.questions import FindMatch
from claimstream.pipeline.files import CandidateFiles
from claimstream.pipeline.judging import Judge
from claimstream.pipeline.services import Rules


async def match(
    mail: ParsedMail,
    classification: Classification,
    consolidated: Consolidated,
    files: CandidateFiles,
    judge: Judge,
    rules: Rules,
) -> Match:
    question = FindMatch(
        files=tuple(await files.for_match(mail, consolidated, classification.routing)),
        mail=mail,
        consolidated=consolidated,
        routing=classification.routing,
        now=rules.clock(),
        thresholds=rules.thresholds,
        freemail=rules.freemail,
    )
    return await judge.ask(question, Match)
