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
    """The question by which keys the letters are found that the mail may be about."""

    mail: ParsedMail


class Classified(Record):
    """The intent by rules, and the inquiry that a deterministic signal names."""

    classification: Classification
    pointed: bool
    """True when a signal points to any of the letters: who sent the mail is then not asked."""


class Classify(Question[Classified]):
    """The question which inquiry a deterministic signal names, and what the mail wants."""

    mail: ParsedMail
    extractions: tuple[SourceExtraction, ...]
    """The values that the rules read in the mail's sources."""
    own_addresses: tuple[str, ...] = ()
    """The sender of our notifications, and our mailboxes."""
    now: datetime
    thresholds: Thresholds


class WeighIntent(Question[Classification]):
    """The question what a mail wants, where the rules are unsure and a model has answered."""

    ruled: Classification
    answer: Classification
    mail: ParsedMail
    extractions: tuple[SourceExtraction, ...]
    """The values that the rules read in the mail's sources."""
    known: bool
    """A sender, name or reference of an inquiry stands in the mail."""


class KeepEvidenced(Question[SourceExtraction]):
    """The question how much of a model's answer its source proves."""

    extraction: SourceExtraction
    source: Source
    names: tuple[str, ...] = ()
    """The names of the client and the creditor of the letter that the mail was routed to."""


class Consolidate(Question[Consolidated]):
    """The question which one answer all sources give."""

    extractions: tuple[SourceExtraction, ...]
    intent: Intent
    unread: tuple[str, ...]
    thresholds: Thresholds


class FindMatch(Question[Match]):
    """The question which inquiry the mail answers."""

    mail: ParsedMail
    consolidated: Consolidated
    routing: RoutingHit | None
    now: datetime
    thresholds: Thresholds
    freemail: frozenset[str]


class Decide(Question[Decision]):
    """The question where the mail goes, and what may be written."""

    mail: ParsedMail
    classification: Classification
    consolidated: Consolidated
    match: Match
    file: CandidateFile | None
    """The matched inquiry with its client as stored now."""
    thresholds: Thresholds
