"""Putting settled emails to work again: which may be, how, and what is kept of their earlier runs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from claimstream.domain.records.work import EmailSummary, UnpublishedEmail


class Hindrance(StrEnum):
    """Why an email cannot be replayed now."""

    NEW = "new"
    """Nobody has begun with it, or it was put back already."""
    IN_WORK = "in_work"
    UNDELIVERED = "undelivered"
    """Its update or its notification waits in the outbox: it cannot be said yet what was written."""
    IN_REVIEW = "in_review"
    """A person has its review item in hand."""
    DECIDED = "decided"
    """A person has decided its review item, and no replay may override that."""


@dataclass(frozen=True, slots=True)
class Replayable:
    """An email as it stands before a replay."""

    email_id: str
    outcome: str | None
    stages: frozenset[str]
    """Names of its checkpoints."""
    hindrance: Hindrance | None


@dataclass(frozen=True, slots=True)
class Replay:
    """One command to replay, for however many emails."""

    replay_id: str
    """Of its own: an email put back under it is not put back again under it."""
    from_stage: str
    stages: tuple[str, ...]
    """Checkpoints to set aside, by their names."""
    prefixes: tuple[str, ...]
    """Checkpoints to set aside, by how their names begin."""
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class PutBack:
    """An email that is new again."""

    email: UnpublishedEmail
    run: int
    """The one that begins."""


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """What came of an email before it was replayed."""

    run: int
    """From 1."""
    replayed_at: datetime
    replayed_by: str
    why: str
    from_stage: str
    """Where the run after it began."""
    email: EmailSummary
    """As it stood at the end of this run."""
