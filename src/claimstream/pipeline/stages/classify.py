"""Classify: which inquiry a deterministic signal names, and what the mail wants. Rules first, then a small model."""

from claimstream.domain.records.base import Record
from claimstream.domain.records.extraction import Method
from claimstream.domain.records.intent import Classification, Intent, RoutingHit
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.rules.classification import classify as classify_by_rules
from claimstream.domain.rules.deterministic_routing import find_route
from claimstream.pipeline.content import MailContent
from claimstream.pipeline.files import CandidateFiles
from claimstream.pipeline.judging import judged
from claimstream.pipeline.model_desk import ModelDesk
from claimstream.pipeline.ports import LanguageModel, ModelAnswer, ModelIntent
from claimstream.pipeline.services import Rules

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


async def _route(mail: ParsedMail, files: CandidateFiles, rules: Rules) -> RoutingHit | None:
    # By itself: what it read is not to be held while the model is asked.
    found = await files.for_routing(mail)
    now, thresholds = rules.clock(), rules.thresholds
    return await found.judged_by(
        lambda: find_route(mail, found.files, now=now, thresholds=thresholds, signs=found.signs)
    )


async def classify(
    mail: ParsedMail, content: MailContent, files: CandidateFiles, desk: ModelDesk, rules: Rules
) -> Classification:
    """What the mail wants, by the rules where they are sure, else by a small model."""
    routing = await _route(mail, files, rules)
    file = await files.one(routing.inquiry_id if routing else None)
    letter = file.inquiry.letter if file else None
    files.let_go()
    found = (await content.extractions(mail)).found
    by_rules = await judged(lambda: classify_by_rules(mail, found, letter=letter), characters=mail.characters)
    ruled = by_rules.model_copy(update={"routing": routing})
    if ruled.confidence >= rules.thresholds.intent_minimum:
        return ruled

    async def question(model: LanguageModel) -> _Answer:
        sender = mail.sender.address if mail.sender else ""
        return _Answer(await model.classify(mail.subject, sender, mail.body.text[:_LONGEST_TEXT], letter=letter))

    answer = await desk.ask("classify", _Intent, question)
    if answer is None or answer.confidence <= ruled.confidence:
        return ruled
    return Classification(
        intent=answer.intent, confidence=answer.confidence, method=Method.MODEL, why=answer.why, routing=routing
    )
