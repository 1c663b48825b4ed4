"""Extract: values with their evidence out of each source by itself.

The deterministic reader reads everything; the model is asked where the reader left the mail unsettled.
"""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, TypeVar

from claimstream.domain.reader.confidence import promise
from claimstream.domain.records.base import Record
from claimstream.domain.records.extraction import Consolidated, SourceExtraction
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.intent import SET_ASIDE, Classification, Intent
from claimstream.domain.records.mail import ParsedMail, Source, Unread, unread_of
from claimstream.domain.records.questions import Consolidate, KeepEvidenced
from claimstream.domain.rules.model_need import needs_model
from claimstream.external.errors import Refused
from claimstream.pipeline.content import MailContent
from claimstream.pipeline.fetched import Fetched
from claimstream.pipeline.judging import Judge
from claimstream.pipeline.model_desk import ModelDesk
from claimstream.pipeline.ports import LanguageModel, ModelAnswer
from claimstream.pipeline.services import Rules
from claimstream.telemetry.logs import get_logger

T = TypeVar("T")
log = get_logger(__name__)


class Extracted(Record):
    extractions: tuple[SourceExtraction, ...] = ()
    """The reader's, then the model's; several may be of one source."""
    unread: tuple[str, ...] = ()
    """Ids of sources whose text nobody could read."""
    model_wanted: bool = False
    """The reader did not settle the mail."""
    model_asked: bool = False
    budget_spent: bool = False
    budget_why: str = ""
    """The sums, in words, where the budget did not allow a question."""
    limit_reached: bool = False
    """The email has had its share of the model, and not every source was shown to it."""
    refused: tuple[str, ...] = ()
    """Ids of sources that the model was shown and did not read."""
    unseen: tuple[Unread, ...] = ()
    """The scans, and the rests of scans, that the model was wanted for and has not read, each with why."""


async def extract(
    mail: ParsedMail,
    classification: Classification,
    file: CandidateFile | None,
    desk: ModelDesk,
    judge: Judge,
    rules: Rules,
    *,
    fetched: Fetched,
    content: MailContent,
) -> Extracted:
    intent = classification.intent
    if intent in SET_ASIDE:
        return Extracted()
    read = await content.extractions(mail)
    found = list(read.found)
    scans = [source for source in mail.sources if source.needs_vision]
    broken = (*(unread.source_id for unread in mail.unread), *read.unread)
    unread = (*broken, *(scan.source_id for scan in scans))
    preview = await judge.ask(
        Consolidate(extractions=read.found, intent=intent, unread=unread, thresholds=rules.thresholds), Consolidated
    )
    if not needs_model(intent, preview) or not desk.staffed:
        return Extracted(
            extractions=tuple(found),
            unread=unread,
            model_wanted=needs_model(intent, preview),
            budget_spent=desk.budget_spent,
            budget_why=desk.budget_why,
            limit_reached=desk.limit_reached,
        )

    scans = sorted(scans, key=promise)
    wanted = {scan.source_id for scan in scans}
    refused: set[str] = set()
    unseen: list[Unread] = []
    answered = await _all(*(_transcribe(scan, wanted, refused, unseen, fetched, content, desk) for scan in scans))
    transcripts = [transcript for transcript in answered if transcript is not None]
    read_later = await content.extract(transcripts)
    found += read_later.found
    broken = (*broken, *read_later.unread)
    readable = sorted((s for s in (*mail.sources, *transcripts) if s.text.strip()), key=promise)
    answers = await _all(*(_ask(source, intent, file, desk, judge) for source in readable))
    transcribed = {source.source_id for source in transcripts}
    return Extracted(
        extractions=(*found, *(answer for answer in answers if answer is not None)),
        unread=(
            *broken,
            *(scan.source_id for scan in scans if scan.source_id not in transcribed),
            *(unread.source_id for unread in unseen if unread.is_rest),
        ),
        unseen=tuple(unseen),
        model_wanted=True,
        model_asked=any(answer is not None for answer in answers),
        budget_spent=desk.budget_spent,
        budget_why=desk.budget_why,
        limit_reached=desk.limit_reached,
        refused=tuple(scan.source_id for scan in scans if scan.source_id in refused and scan.may_be_a_letter),
    )


async def _all(*questions: Coroutine[Any, Any, T]) -> list[T]:
    """All answers; the first error only once every question has ended, so that no paid answer is thrown away."""
    results = await asyncio.gather(*questions, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


async def _transcribe(
    scan: Source,
    wanted: Collection[str],
    refused: set[str],
    unseen: list[Unread],
    fetched: Fetched,
    content: MailContent,
    desk: ModelDesk,
) -> Source | None:
    async with content.scan(fetched, scan, wanted) as drawn:
        unseen += drawn.unread
        if not drawn.pages:
            return None

        async def question(model: LanguageModel) -> ModelAnswer[str]:
            return await model.transcribe(*drawn.pages, pages=scan.pages)

        try:
            text = await desk.ask(f"transcribe/{scan.source_id}", str, question)
        except Refused as refusal:
            # Too large, too many pages, not a picture after all: this source stays unread, the others go on.
            log.warning("source_refused", source_id=scan.source_id, status=str(refusal.status))
            refused.add(scan.source_id)
            unseen.append(unread_of(scan, "not_shown", f"The model refused it ({refusal.status})."))
            return None
    return scan.model_copy(update={"text": text}) if text else None


async def _ask(
    source: Source, intent: Intent, file: CandidateFile | None, desk: ModelDesk, judge: Judge
) -> SourceExtraction | None:
    letter = file.inquiry.letter if file else None

    async def question(model: LanguageModel) -> ModelAnswer[SourceExtraction]:
        return await model.extract(source, intent=intent, letter=letter)

    answer = await desk.ask(f"extract/{source.source_id}", SourceExtraction, question)
    if answer is None:
        return None
    kept = KeepEvidenced(extraction=answer, source=source, names=_names(file))
    return await judge.ask(kept, SourceExtraction)


def _names(file: CandidateFile | None) -> tuple[str, ...]:
    if file is None:
        return ()
    client, creditor = file.client, file.creditor
    return tuple(filter(None, (client.first_name, client.last_name, creditor.name, creditor.representative_name)))
