"""Classify: which inquiry a deterministic signal names, and what the mail wants. Rules first, then a small model."""

from collections.abc import Sequence

from claimstream.domain.records.base import Record
from claimstream.domain.records.extraction import Consolidated, Method
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.intent import SET_ASIDE, Classification, Intent
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.questions import Classified, Classify, WeighIntent
from claimstream.domain.records.work import Email
from claimstream.pipeline.content import MailContent
from claimstream.pipeline.files import CandidateFiles
from claimstream.pipeline.judging import Judge
from claimstream.pipeline.model_desk import ModelDesk
from claimstream.pipeline.ports import LanguageModel, ModelAnswer, ModelIntent
from claimstream.pipeline.services import Rules
from claimstream.pipeline.stages.match import match

_LONGEST_TEXT = 20_000
"""Characters of the body that are shown for the intent; it stands at the beginning or nowhere."""


class _Intent(Record):
    intent: Intent
    confidence: float
    why: str


class _Answer:
    """The model's answer with the value as a record of ours, which a checkpoint can hold."""

    def __init__(self, answer: ModelAnswer[ModelIntent]) -> None:
        self.value = _Intent(intent=answer.value.intent, confidence=answer.value.confidence, why=answer.value.why)
        self.usage = answer.usage
        self.model = answer.model
        self.prompt_version = answer.prompt_version
        self.cost_usd = answer.cost_usd


async def _by_rules(
    email: Email, mail: ParsedMail, content: MailContent, files: CandidateFiles, judge: Judge, rules: Rules
) -> Classification:
    found = (await content.extractions(mail)).found

    async def classified(letters: Sequence[CandidateFile]) -> Classified:
        question = Classify(
            files=tuple(letters),
            mail=mail,
            extractions=found,
            own_addresses=(email.mailbox, *rules.own_addresses),
            now=rules.clock(),
            thresholds=rules.thresholds,
        )
        return await judge.ask(question, Classified)

    letters = await files.pointed_at(mail)
    answer = await classified(letters) if letters else None
    if answer is None or not answer.pointed:
        # Who sent the mail is asked only where nothing in it points to a letter.
        more = await files.with_the_senders(mail)
        if answer is None or len(more) > len(letters):
            answer = await classified(more)
    files.let_go()
    return answer.classification


async def classify(
    email: Email,
    mail: ParsedMail,
    content: MailContent,
    files: CandidateFiles,
    desk: ModelDesk,
    judge: Judge,
    rules: Rules,
) -> Classification:
    """Return what the mail wants, by the rules where they are sure, else by a small model."""
    ruled = await _by_rules(email, mail, content, files, judge, rules)
    if ruled.confidence >= rules.thresholds.intent_minimum:
        return ruled
    letter_file = await files.one(ruled.routing.inquiry_id if ruled.routing else None)
    letter = letter_file.inquiry.letter if letter_file else None

    async def question(model: LanguageModel) -> _Answer:
        sender = mail.sender.address if mail.sender else ""
        return _Answer(await model.classify(mail.subject, sender, mail.body.text[:_LONGEST_TEXT], letter=letter))

    answer = await desk.ask("classify", _Intent, question)
    if answer is None or answer.confidence <= ruled.confidence:
        return ruled
    read = Classification(intent=answer.intent, confidence=answer.confidence, method=Method.MODEL, why=answer.why)
    known = read.intent in SET_ASIDE and await _is_known(mail, ruled, files, judge, rules)
    found = (await content.extractions(mail)).found
    weighed = WeighIntent(ruled=ruled, answer=read, mail=mail, extractions=found, known=known)
    return await judge.ask(weighed, Classification)


async def _is_known(mail: ParsedMail, ruled: Classification, files: CandidateFiles, judge: Judge, rules: Rules) -> bool:
    """Return whether a sender, name or reference of an inquiry stands in the mail."""
    matched = await match(mail, ruled, Consolidated(), files, judge, rules)
    return matched.inquiry_id is not None or bool(matched.candidates)
