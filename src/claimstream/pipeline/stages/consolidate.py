"""Consolidate: one answer out of all sources."""

from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.intent import Classification
from claimstream.domain.records.questions import Consolidate
from claimstream.pipeline.judging import Judge
from claimstream.pipeline.services import Rules
from claimstream.pipeline.stages.extract import Extracted


async def consolidate(classification: Classification, extracted: Extracted, judge: Judge, rules: Rules) -> Consolidated:
    """One answer, as sure as its sources allow."""
    question = Consolidate(
        extractions=extracted.extractions,
        intent=classification.intent,
        unread=extracted.unread,
        thresholds=rules.thresholds,
    )
    return await judge.ask(question, Consolidated)
