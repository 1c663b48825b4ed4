"""Consolidate: one answer out of all sources."""

from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.intent import Classification
from claimstream.domain.rules import consolidation
from claimstream.pipeline.services import Rules
from claimstream.pipeline.stages.extract import Extracted


async def consolidate(classification: Classification, extracted: Extracted, rules: Rules) -> Consolidated:
    return consolidation.consolidate(
        extracted.extractions, intent=classification.intent, unread=extracted.unread, thresholds=rules.thresholds
    )
