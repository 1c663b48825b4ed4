"""The rules' answers to the service's questions."""

from itertools import chain
from typing import Any

from pydantic import TypeAdapter

from claimstream.domain.records.base import Record
from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.questions import (
    Classified,
    Classify,
    Consolidate,
    Decide,
    FindKeys,
    FindMatch,
    KeepEvidenced,
    Question,
    WeighIntent,
)
from claimstream.domain.rules import classification, consolidation, matching, routing
from claimstream.domain.rules.deterministic_routing import Signs, find_route, is_pointed_at
from claimstream.domain.rules.evidence import keep_evidenced

_KINDS: dict[str, type[Question[Any]]] = {
    kind.__name__: kind for kind in (FindKeys, Classify, WeighIntent, KeepEvidenced, Consolidate, FindMatch, Decide)
}
_FILES = TypeAdapter(tuple[CandidateFile, ...])


def answer(kind: str, data: bytes) -> Record:
    """Return the rules' answer.

    Args:
        kind: the name of the question's class.
        data: the question without its files, then the files in parts, each a line of JSON.
    """
    asked, *parts = data.split(b"\n")
    files = tuple(chain.from_iterable(_FILES.validate_json(part) for part in parts))
    match _KINDS[kind].model_validate_json(asked):
        case FindKeys() as question:
            return Signs.of(question.mail).keys()
        case Classify() as question:
            return _classified(question, files)
        case WeighIntent() as question:
            return classification.with_model(
                question.ruled, question.answer, question.mail, question.extractions, known=question.known
            )
        case KeepEvidenced() as question:
            return keep_evidenced(question.extraction, question.source, question.names)
        case Consolidate() as question:
            return consolidation.consolidate(
                question.extractions, intent=question.intent, unread=question.unread, thresholds=question.thresholds
            )
        case FindMatch() as question:
            return matching.match(
                question.mail,
                question.consolidated,
                files,
                routing=question.routing,
                now=question.now,
                thresholds=question.thresholds,
                freemail=question.freemail,
            )
        case Decide() as question:
            return routing.decide(
                question.mail,
                question.classification,
                question.consolidated,
                question.match,
                question.file,
                thresholds=question.thresholds,
            )
    raise AssertionError(kind)


def _classified(question: Classify, files: tuple[CandidateFile, ...]) -> Classified:
    mail, thresholds = question.mail, question.thresholds
    signs = Signs.of(mail)
    hit = find_route(mail, files, now=question.now, thresholds=thresholds, signs=signs)
    letter = next((f.inquiry.letter for f in files if hit and f.inquiry.inquiry_id == hit.inquiry_id), None)
    found = classification.classify(mail, question.extractions, letter=letter, own_addresses=question.own_addresses)
    return Classified(classification=found.model_copy(update={"routing": hit}), pointed=is_pointed_at(signs, files))
