"""Questions about a mail that the rules answer, each with everything they go by.

A question goes to a reading process as JSON. The rules go over whole texts: in the service they would hold up all other
mail.
"""

from datetime import datetime
from typing import Generic, TypeVar

from claimstream.domain.records.base import Record
from claimstream.domain.records.decision import Decision, Match, Thresholds
from claimstream.domain.records.extraction import Consolidated, SourceExtraction
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.intent import Classification, Intent, RoutingHit
from claimstream.domain.records.mail import ParsedMail, Source
from claimstream.domain.records.mail_keys import MailKeys

A = TypeVar("A", bound=Record)


class Question(Record, Generic[A]):
    """A question whose answer is an ``A``."""

    files: tuple[CandidateFile, ...] = ()
    """The letters that the mail is held against, the newest first."""


class FindKeys(Question[MailKeys]):
    """By which keys are the letters found that the mail may be about?"""

    mail: ParsedMail


class Classified(Record):
    """The intent by rules, and the inquiry that a deterministic signal names."""

    classification: Classification
    pointed: bool
    """Whether a signal points to any of the letters: who sent the mail is then not asked."""


class Classify(Question[Classified]):
    """Which inquiry does a deterministic signal name, and what does the mail want?"""

    mail: ParsedMail
    extractions: tuple[SourceExtraction, ...]
    """The values that the rules read in the mail's sources."""
    now: datetime
    thresholds: Thresholds


class KeepEvidenced(Question[SourceExtraction]):
    """How much of a model's answer does its source prove?"""

    extraction: SourceExtraction
    source: Source


class Consolidate(Question[Consolidated]):
    """Which one answer do all sources give?"""

    extractions: tuple[SourceExtraction, ...]
    intent: Intent
    unread: tuple[str, ...]
    thresholds: Thresholds


class FindMatch(Question[Match]):
    """Which inquiry does the mail answer?"""

    mail: ParsedMail
    consolidated: Consolidated
    routing: RoutingHit | None
    now: datetime
    thresholds: Thresholds
    freemail: frozenset[str]


class Decide(Question[Decision]):
    """Where does the mail go, and what may be written?"""

    mail: ParsedMail
    classification: Classification
    consolidated: Consolidated
    match: Match
    file: CandidateFile | None
    """The matched inquiry with its client as stored now."""
    thresholds: Thresholds
