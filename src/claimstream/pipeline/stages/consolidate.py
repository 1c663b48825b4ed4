"""Consolidate: one answer out of all sources."""

from claimstream.domain.records.extraction import Consolidated
from claimstream.domain.records.intent import Classification
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.rules import consolidation
from claimstream.pipeline.judging import judged
from claimstream.pipeline.services import Rules
from claimstream.pipeline.stages.extract import Extracted


async def consolidate(
    mail: ParsedMail, classification: Classification, extracted: Extracted, rules: Rules
) -> Consolidated:
    """One answer, as sure as its sources allow."""
    return await judged(
        lambda: consolidation.consolidate(
            extracted.extractions, intent=classification.intent, unread=extracted.unread, thresholds=rules.thresholds
        ),
        characters=mail.characters,
    )
