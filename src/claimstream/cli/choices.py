"""Values to choose from that several commands share.

They repeat records of ours, which would take their time to import when only ``--help`` is wanted. Tests keep them
equal.
"""

from enum import StrEnum


class OutcomeChoice(StrEnum):
    """``records.work.Outcome``."""

    UPDATED = "updated"
    REVIEW = "review"
    SET_ASIDE = "set_aside"


class StatusChoice(StrEnum):
    """The states of an email."""

    NEW = "new"
    IN_WORK = "in_work"
    SETTLED = "settled"


class StageChoice(StrEnum):
    """The stages at which a replay may begin: ``pipeline.replay.WITH_CHECKPOINT``."""

    FETCH = "fetch"
    PARSE = "parse"
    CLASSIFY = "classify"
    EXTRACT = "extract"
    CONSOLIDATE = "consolidate"
    MATCH = "match"
    ROUTE = "route"
