"""What may stand beside an answer to a plan, and what may take it back."""

import re
from collections.abc import Collection
from decimal import Decimal

from claimstream.domain.language import Rule
from claimstream.domain.replies.answer_rules import OFFERED_SHARE, WORDS_OF_ACCEPTANCE
from claimstream.domain.replies.answers import is_closed
from claimstream.domain.replies.conditions import COURTESY
from claimstream.domain.replies.kinds import FIRM_KINDS, HEADING, is_harmless
from claimstream.domain.replies.kinds_beside import (
    BESIDE_ACCEPTANCES,
    BESIDE_OFFERS,
    BESIDE_REFUSALS,
    CLAIM_REPEATED,
    RATES_OF_PLAN,
    SHARE_OF_PLAN,
    WILLING,
)
from claimstream.domain.replies.pieces import Piece
from claimstream.domain.replies.plan import ABOUT_PLAN
from claimstream.domain.replies.remarks import MEASURES
from claimstream.domain.replies.ties import TAKES_BACK, TIES, tie_in

EVERYDAY = Rule(
    "everyday_words",
    WORDS_OF_ACCEPTANCE.pattern + "|{everyday}|{salutation}|{closing}|{letter}|{number_of_file}",
    takes=("Vielen Dank für Ihre Mühe.",),
    leaves=("sofern",),
)

UNSETTLES_OFFER = Rule(
    "unsettles_offer",
    "{doubt}|{change}|{delay}|{contrast}",
    takes=("Vielleicht zahlen Sie auch mehr.", "Der Vorstand prüft."),
    leaves=("Wir bitten um Ihre Antwort.",),
)

SPEAKS_TO = Rule(
    "speaks_to_somebody",
    r"\b(?:wir|ich|we|i|sie|ihnen|ihre?[rnms]?|you|your|bitten?|please)\b|{their_client}|" + ABOUT_PLAN.pattern,
    takes=("Legen Sie eine Schippe drauf.", "Wir sind für alles zu haben.", "Ein Vorschlag fehlt."),
    leaves=("Frau Kern hat mich belogen.", "Es besteht der Verdacht, dass Vermögen verschwiegen wurde."),
)
"""It may invite an answer."""

OPENS_DOOR = Rule(
    "opens_a_door",
    "{invitation}|{subjunctive}|{change}|{offer}|{decides_later}",
    takes=("Unser Limit liegt höher.", "Wir wären gesprächsbereit.", "Der Vorstand entscheidet am Montag."),
    leaves=("Diese Entscheidung ist abgestimmt.", "Er hat den Kredit erst im Mai aufgenommen."),
)

TIED = Rule(
    "tied_to_something",
    "{condition}|{doubt}",
    takes=("Sofern Ihr Mandant sein Einkommen offenlegt, sehen wir weiter.", "Vielleicht sehen wir uns wieder."),
    leaves=("Bereits die vierte Rate wurde zurückgegeben.",),
)

NO_OFFER = Rule(
    "no_offer_of_ours",
    r"{offer}.{0,40}?\bnicht\b(?: \w{3,20})?|\bkein\w{0,2} {offer}",
    takes=("Ein Gegenvorschlag wird nicht unterbreitet.", "Wir machen kein Gegenangebot."),
    leaves=("Wir unterbreiten einen Gegenvorschlag.",),
)

TO_SOMEBODY = Rule(
    "to_somebody",
    r"\b(?:wir|uns|ich|mir|sie|ihnen|ihre?[rnms]?|we|us|you|your)\b|{their_client}",
    takes=("Wir sehen weiter.", "Ihr Mandant schweigt."),
    leaves=("Die Voraussetzungen liegen nicht vor.",),
)

INVITES = Rule(
    "invites",
    r"(?:\b(?:sie|ihre? \w{1,30})|{their_client})\b.{0,40}?"
    r"\b(?:kann|koennen|darf|duerfen|moege|moegen|soll|sollen|sollte|may|can)\b|"
    r"\b(?:kann|koennen|darf|duerfen|moege|soll|sollte)\b.{0,20}?(?:\bsie\b|{their_client})",
    takes=("Ihre Mandantin kann sich bei uns melden.", "Sie dürfen gern schreiben."),
    leaves=("Wir können dem nicht zustimmen.",),
)

PLAN_DESCRIBED = Rule(
    "plan_described",
    r"(?<!\w)(?:\w{0,30}plan\w{0,10}|(?:vorschlag|angebot|schreiben)\w{0,10})(?!\w).{0,120}?\brate\w{0,10}.{0,40}?#money|"
    r"\A\w{0,30}plan\b.{0,60}?\w{0,30}raten?\b.{0,40}?#money",
    takes=("Sie bitten um Zustimmung zu einem Plan mit Raten von #money.", "Plan: 30 Monatsraten zu je #money"),
    leaves=("Wir erwarten eine Rate von #money.",),
)

_LETTERHEAD_WORDS = 4
"""Small letters of a line of a letterhead that may be unknown words; more are a sentence."""
_SMALL = re.compile(r"\b[a-z][a-z'-]+")


_NOT_BESIDE = {"heading", "payment_instruction", "paid_to_account"}
KINDS_BESIDE = tuple(kind for kind in (*FIRM_KINDS, *BESIDE_ACCEPTANCES) if kind.name not in _NOT_BESIDE)
"""Kinds that are harmless beside an acceptance. The others may ask to pay what the plan does not know."""


def leaves_accepted(piece: Piece, sums: Collection[Decimal], found: Collection[Decimal]) -> bool:
    """Whether a piece beside an acceptance changes nothing; the arguments are those of :func:`ties_accepted`."""
    return ties_accepted(piece, sums, found) is None


def ties_accepted(piece: Piece, sums: Collection[Decimal], found: Collection[Decimal]) -> str | None:
    """Return the class of meaning by which a piece beside an acceptance may change it; None if it changes nothing.

    Args:
        sums: the amounts that the acceptance names.
        found: those of the piece.
    """
    low = COURTESY.without(piece.low)
    if "#share" in low and not _of_kind(piece, BESIDE_ACCEPTANCES):
        return "tie_other_figure"
    vetoed = TAKES_BACK.find(low)
    if (piece.outside or piece.is_name) and "#money" not in low and not vetoed and _is_heading(piece):
        return None
    # What stands in one sentence with the answer is no sum of the answer.
    named = "#money" not in low if piece.half else set(found) <= set(sums)
    if not (named or _of_kind(piece, (CLAIM_REPEATED, SHARE_OF_PLAN, RATES_OF_PLAN))):
        return "tie_other_figure"
    if not vetoed and "?" not in low and _of_kind(piece, KINDS_BESIDE):
        return None
    if _everyday(low) or (HEADING.find(piece.sentence.folded) and TIES.find(piece.marked.lower()) is None):
        return None
    return tie_in(low, piece.marked)


def leaves_declined(piece: Piece) -> bool:
    """Whether a piece beside a refusal leaves it the last word."""
    return _leaves_declined(piece) or (not piece.half and _opens_nothing(piece.low))


def _opens_nothing(low: str) -> bool:
    """Whether a sentence holds no word that opens a door, and puts no question, figure or terms to anybody."""
    rest = OFFERED_SHARE.without(COURTESY.without(NO_OFFER.without(low)))
    if PLAN_DESCRIBED.find(rest):
        rest = rest.replace("#money", " ")
    if re.search(r"#money|#share|\?", rest) or OPENS_DOOR.find(rest):
        return False
    if TIED.find(rest) and (ABOUT_PLAN.find(rest) or (TO_SOMEBODY.find(rest) and not MEASURES.find(rest))):
        return False
    return INVITES.find(rest) is None


def _leaves_declined(piece: Piece) -> bool:
    repeated = CLAIM_REPEATED.find(piece.low) and piece.low.count("#money") == 1
    low = piece.low.replace("#money", "") if repeated else piece.low
    if not is_closed(low):
        return False
    if piece.outside or piece.is_name:
        return _is_heading(piece)
    known = _of_kind(piece, BESIDE_REFUSALS) or is_harmless(piece.sentence)
    return known or not (piece.half or SPEAKS_TO.find(low)) or _everyday(low)


def leaves_offered(piece: Piece) -> bool:
    """Whether a piece beside a counter offer leaves it the creditor's offer."""
    low = WILLING.without(COURTESY.without(piece.low))
    if _of_kind(piece, BESIDE_OFFERS) and UNSETTLES_OFFER.find(low) is None:
        return True
    return leaves_declined(piece)


def _of_kind(piece: Piece, kinds: Collection[Rule]) -> bool:
    return any(kind.find(piece.sentence.folded) for kind in kinds)


def _is_heading(piece: Piece) -> bool:
    """Whether a line of a letterhead or a signature is none of a letter's sentences."""
    rest = EVERYDAY.sub(" ", piece.marked)
    return len(_SMALL.findall(rest)) < _LETTERHEAD_WORDS or is_harmless(piece.sentence)


def _everyday(low: str) -> bool:
    """Whether a sentence holds everyday words only, or one beside them that is a name."""
    return TAKES_BACK.find(low) is None and not re.search(r"[^\W_]{2}|[#%€\d]", EVERYDAY.sub(" ", low))
