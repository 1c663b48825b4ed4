"""What may stand beside an answer to a plan, and what may take it back."""

import re
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from claimstream.domain.language import Rule, parts
from claimstream.domain.replies.answer_rules import (
    DENIES,
    INDEFINITE,
    MADE_AVAILABLE,
    OFFERED_SHARE,
    OFFERS,
    REFUSES,
    REFUSES_BY_DENIAL,
    WORDS_OF_ACCEPTANCE,
)
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
from claimstream.domain.replies.offers import PAST
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
    r"#money|#share|{offer_unsure}|{other_offer}|{sum_added}|{other_terms}|{condition}|{monthly}|{change}|{by_silence}|"
    r"{doubt}|{delay}|"
    r"\b(?:dieses|diesem|unsere?[mrs]?|meine?[mrs]?|this|our) (?:angebot|vorschlag|{counter_noun}|offer|proposal)\b"
    r"[^,;]{0,80}{denial}|\brest\w{0,20}\b.{0,60}\b(?:zahl|ueberweis|leist|pay)\w{0,5}\b",
    takes=("Vielleicht zahlen Sie auch mehr.", "Der Vorstand prüft.", "Dieses Angebot ist nicht endgültig."),
    leaves=("Wir bitten um Ihre Antwort.", "Die Restforderung würde in diesem Fall ausgebucht."),
)

RATES_REFUSED = Rule(
    "rates_refused",
    r"\braten (?:ueber|fuer|von|auf) [^;:,]{1,40}?{denial}|\braten\b[^;:,]{0,40}?{denial}(?: mit)?",
    takes=("Raten über drei Jahre mache ich nicht.", "Auf Raten lasse ich mich nicht ein."),
    leaves=("Die Zinsen erlasse ich nicht.",),
)
"""Rates of the plan that are refused, beside an offer of another sum."""

POSSIBLE = Rule(
    "possible",
    r"{possible}",
    takes=("Ratenzahlung ist möglich.", "Sagen Sie uns, was machbar ist."),
    leaves=("Ein Verzicht ist nicht möglich.", "Unmöglich."),
    but="{denial}",
)
"""Something else than the plan."""

SHUT = Rule(
    "shut",
    REFUSES_BY_DENIAL.pattern,
    takes=("Eine spätere Ratenzahlung kommt nicht in Betracht.", "Gespräche sind nicht möglich."),
    leaves=("Ohne Gespräch ist das nicht möglich.", "So ist das nicht möglich.", "Derzeit nicht möglich."),
    but=r"{condition}|{limit}|{doubt}|\b(?:ohne|vor|so|bei|mit|without|before)\b",
)
"""A clause that refuses what would open a door."""

AGREED_SINCE = Rule(
    "agreed_since",
    r"{agreed_since}|{tie_person}.{0,80}?\bangeboten\b",
    takes=(
        "Mit Ihrer Mandantin haben wir uns geeinigt.",
        "Die Mutter hat uns Geld angeboten.",
        "Die Eltern haben eine Zahlung angekündigt.",
    ),
    leaves=(
        "Die vereinbarten Raten hat er nicht gezahlt.",
        "Er hat die Absprache, die wir getroffen haben, gebrochen.",
    ),
    but="{broken_off}|{denial}",
)

IF_IN_COURT = Rule(
    "if_in_court",
    r"\b(?:sollte|falls|wenn|sofern)\b[^,;:]{0,120}?\b\w{0,20}(?:insolvenz|gericht)\w{0,20}[^,;:]{0,60},",
    takes=("Sollte Ihr Mandant das Insolvenzverfahren beantragen, bitten wir um Nachricht.",),
    leaves=("Sollte Ihr Mandant mehr zahlen, sehen wir weiter.",),
)

TERMS = Rule(
    "terms",
    "{terms_of_plan}",
    takes=("36 Monate sind das Äußerste.", "Uns genügt ein Schuldanerkenntnis."),
    leaves=("Der Kunde ist uns bekannt.", "Die Vereinbarung hat er gebrochen."),
    but=PAST.pattern,
)
"""Beside a refusal they may be other terms, unless they are told of the past."""

MODAL = Rule(
    "modal",
    "{must_be}",
    takes=("Sie darf nicht länger sein.",),
    leaves=("Sie ist nicht länger.",),
)

LATER = Rule(
    "later",
    "{another_time}",
    takes=("Später sehen wir weiter.",),
    leaves=("Er wurde erst Monate später angezeigt.",),
    but=PAST.pattern,
)

PERSON = Rule(
    "person",
    r"{form_of_address} \w|{their_client}",
    takes=("Herr Kern arbeitet wieder.",),
    leaves=("Unser Vorstand berät darüber.",),
)
_SENTENCE_END = re.compile(r"(?<!\.\w)[.!:]\s*\Z")
"""No legal form: *a.G.*"""
NO = re.compile(rf"\W{{0,3}}(?:{parts('no_word')})\W{{0,3}}")

REOPENS = Rule(
    "reopens",
    "{reopens}",
    takes=("Ein zweiter Anlauf lohnt sich.", "Das gilt nicht für das Darlehen.", "Eine verbindliche Antwort folgt."),
    leaves=("Die Vollstreckung läuft.", "Der Kunde hat nie gezahlt."),
)

AWAITS = Rule(
    "awaits",
    "{awaits}",
    takes=("Wir erwarten eine Antwort.", "Eine höhere Rate halten wir für zumutbar."),
    leaves=("Wir warten die Entscheidung des Insolvenzgerichts ab.",),
    but=r"\b(?:gericht|insolvenz)\w{0,20}\b",
)

CONCEDES = Rule(
    "concedes",
    r"\b(?:wir|ich|we|i)\b.{0,120}?{concedes}|{concedes} (?:\w{1,12} )?(?:wir|ich)\b",
    takes=("Die Zinsen erlassen wir.", "Wir stunden bis Mai."),
    leaves=("Einen Teil erlassen wir nicht.", "Sie soll auf nichts verzichten."),
    but="{denial}",
)

ASKED_BY_YOU = Rule(
    "asked_by_you",
    "{asked_by_you}",
    takes=("Mit Schreiben vom 10.11.2026 bitten Sie um Zustimmung zu einem Plan.",),
    leaves=("Wir bitten um einen Plan.",),
)
"""An indefinite plan there is the one that is refused."""

DEMANDS = Rule(
    "demands_of_the_reader",
    r"\A\w{3,20}(?:t|en) (?:sie|er|ihre?|(?:der|die) (?:schuldner|mandant)\w{0,4})\b",
    takes=("Sagen Sie uns mehr.", "Zahlt Ihr Mandant mehr, sehen wir weiter."),
    leaves=("Bitte sehen Sie von Rückfragen ab.", "Die Vollstreckung läuft."),
)
"""A command, or a condition by the order of its words."""

OFFER_LAPSES = Rule(
    "offer_lapses",
    r"(?:sollte|wenn|falls|sofern|geht|bei|nach|danach|if|after|failing).{0,120}?{lapses}",
    takes=("Sollte die Zahlung nicht fristgerecht eingehen, wird das Angebot hinfällig.",),
    leaves=("Der Vergleich ist hinfällig.",),
)
"""Once its date is past."""

OFFERED_SUM = Rule(
    "offered_sum_or_rate",
    r"\b(?:angeboten|vorgeschlagen)\w{0,2} (?:\w{1,20} ){0,2}#money|"
    r"\b(?:angeboten|vorgeschlagen|genannt|vorgesehen)\w{0,2}\b.{0,30}?\b\w{0,20}raten?\b"
    r"(?: (?:von|zu|in hoehe von)(?: je)? #money)?|"
    r"(?:\b\w{0,20}raten? (?:von|zu|in hoehe von) (?:je )?)?#money\b[^,;]{0,40}?"
    r"(?:{too_little}|\breich\w{1,3}\b[^,;]{0,20}? nicht\b)",
    takes=("die von Ihnen vorgeschlagene Monatsrate", "Eine Rate von #money ist zu niedrig.", "#money reichen nicht"),
    leaves=("eine Rate von #money", "#money reichen uns"),
)
"""What the plan offers, in sums or rates."""

ACKNOWLEDGED = Rule(
    "acknowledged",
    r"{acknowledged}[^;:,]{0,40}, (?:dass|that) [^,;:]{0,200}",
    takes=("Wir verkennen nicht, dass Ihre Mandantin sich um eine Lösung bemüht.",),
    leaves=("Wir verkennen Ihre Lage.", "Wir wissen, dass wir mehr bekommen können."),
    but="#money|#share",
)
"""A concession to the debtor before a refusal."""

THANKED = Rule(
    "thanked",
    r"\A(?:haben sie |wir sagen |zunaechst )?{thanks}[^;:,]{0,240}[^\w]{0,3}\Z",
    takes=("Haben Sie vielen Dank für die Unterlagen.", "Thank you for the documents."),
    leaves=("Für Unterlagen danken wir im Voraus.", "Danke, wir sehen weiter."),
    but="{condition}|{offer}|{another_time}|\\b(?:im voraus|in advance|wenn|falls)\\b",
)

SCORNED = Rule(
    "scorned",
    r"#(?:money|share)(?=[^;:]{0,160}?{scorn})|(?<=fuer )#(?:money|share)"
    r"(?=[^,;:]{0,160}?{denial}(?! (?:unter|vor|bis|ueber|ohne|laenger)\b))|"
    r"\A#money (?:von|fuer|statt) #?\w{1,20}\?|{now_at_last} (?:soll|sollen) (?:ich|wir)\b([^?]{0,160}?)\?{1,3}",
    takes=(
        "#share von meinem Geld ist ein Witz.",
        "Für #money rühr ich keine Farbe an.",
        "#money von #money?",
        "Jetzt soll ich verzichten?",
    ),
    leaves=("Wären #money möglich?", "Unter #money machen wir das nicht.", "Sollen wir uns einigen?"),
)
"""An offer of the plan told with scorn: no sum that the writer would take, and no question."""

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
    r"{offer}.{0,40}?\bnicht\b(?: \w{3,20})?|\bkein\w{0,2} {offer}|"
    r"{handed_in} (?:\w{1,20} ){0,2}?unterlagen\b|{web_form}|"
    r"(?:{change}|{invitation})[^,;]{0,60}?{no_need}|"
    r"\bformular\w{0,2} \w{2,20}en wir\b[^,;]{0,20}\bnicht\b",
    takes=(
        "Ein Gegenvorschlag wird nicht unterbreitet.",
        "Wir machen kein Gegenangebot.",
        "Eine Nachbesserung ist nicht nötig.",
        "Ein Formular füllen wir nicht aus.",
        "Den eingereichten Unterlagen ist das nicht zu entnehmen.",
        "Möchten Sie das nicht, nutzen Sie das Kontaktformular.",
    ),
    leaves=("Wir unterbreiten einen Gegenvorschlag.", "Das Formular liegt nicht vor."),
)

TO_SOMEBODY = Rule(
    "to_somebody",
    r"\b(?:wir|uns|ich|mir|sie|ihnen|ihre?[rnms]?|we|us|you|your)\b|{their_client}",
    takes=("Wir sehen weiter.", "Ihr Mandant schweigt."),
    leaves=("Die Voraussetzungen liegen nicht vor.",),
)

INVITES = Rule(
    "invites",
    r"(?:\b(?:sie|er|ihre? \w{1,30})|{their_client})\b.{0,40}?"
    r"\b(?:kann|koennen|darf|duerfen|moege|moegen|soll|sollen|sollte|may|can)\b|"
    r"\b(?:kann|koennen|darf|duerfen|moege|soll|sollte)\b.{0,20}?(?:\bsie\b|{their_client})",
    takes=("Ihre Mandantin kann sich bei uns melden.", "Sie dürfen gern schreiben."),
    leaves=("Wir können dem nicht zustimmen.", "Dieses Schreiben können Sie dem Gericht vorlegen."),
    but=r"\b(?:gericht|insolvenzgericht)\w{0,3}\b",
)

PLAN_DESCRIBED = Rule(
    "plan_described",
    r"(?<!\w)(?:\w{0,30}plan\w{0,10}|(?:vorschlag|angebot|schreiben)\w{0,10})(?!\w).{0,120}?\brate\w{0,10}.{0,40}?#money|"
    r"\A\w{0,30}plan\b.{0,60}?\w{0,30}raten?\b.{0,40}?#money",
    takes=("Sie bitten um Zustimmung zu einem Plan mit Raten von #money.", "Plan: 30 Monatsraten zu je #money"),
    leaves=("Wir erwarten eine Rate von #money.",),
)

REASON_TOLD = Rule(
    "reason_told",
    PAST.pattern + "|" + DENIES.pattern + r"|\b(?:habe|war|waren|nichts)\b|{debtor}|{their_client}|{noun_of_claim}|"
    r"\b(?:ist|sind|bleibt|bleiben|is|are)\b.{0,120}?\b(?:\w{0,12}ge\w{2,20}(?:t|en)|(?:be|ver)\w{2,20}(?:t|en)|\w{2,20}ed)\b|"
    r"{rests_on}|{scorn}|#law|{letter}|{number_of_file}|{enclosed}|{asked_by_you}|"
    + PLAN_DESCRIBED.pattern
    + "|"
    + MEASURES.pattern,
    takes=(
        "Der Kunde verdient gut.",
        "Wir können uns das nicht leisten.",
        "Das Strafverfahren wurde eröffnet.",
        "Wir sind an die Satzung gebunden.",
        "Diese Entscheidung ist endgültig.",
    ),
    leaves=("Unser Vorstand berät darüber.", "Skonto geben wir gern."),
)
"""Of the past, of something denied or settled, of the debtor, the claim or a court: what a refusal rests on."""

NOT_TOLD = Rule(
    "not_told",
    r"\b(?:wir|uns|ich|mir|mich|unsere?[mnrs]?|meine?[mnrs]?|sie|ihnen|ihre?[mnrs]?|we|us|our|my|you|your)\b|"
    r"{organ}|{answer_itself}|\A(?:das|dies|es)\b",
    takes=("Wir verzichteten.", "Die Absage beruhte darauf.", "Der Vorstand zweifelte."),
    leaves=("Die Bestellungen erfolgten im Mai.",),
)
"""Of the writer, the reader or the answer, not of what came about."""
_PRETERITE = re.compile(
    r"\b(?!(?:heu|bit|fas|al|gu|ers|letz|drit|zwei|rech)te\b)[a-z]{2,20}(?:te|[bdgkmpz]ten)\b(?! [A-Z])"
)
"""A verb of the past: in small letters, no infinitive, and no attribute of what follows."""

_STILL = re.compile(r"\bnoch (?!nicht\b|kein)")
"""Told of the past, *still* puts nothing off."""
_INITIALLED = re.compile(r"(?:[A-ZÄÖÜ]\. ?){1,3}(?:(?:von|van|de|zu) )?[A-ZÄÖÜ][\w’'-]+(?: [A-ZÄÖÜ][\w’'-]+)?")
"""*K. Anders* below a letter, whatever his name means."""
_LETTERHEAD_WORDS = 4
"""Small letters of a line of a letterhead that may be unknown words; more are a sentence."""
_SMALL = re.compile(r"\b[a-z][a-z'-]+")


_NOT_BESIDE = {"heading", "payment_instruction", "paid_to_account"}
KINDS_BESIDE = tuple(kind for kind in (*FIRM_KINDS, *BESIDE_ACCEPTANCES) if kind.name not in _NOT_BESIDE)
"""Kinds that are harmless beside an acceptance. The others may ask to pay what the plan does not know."""


def leaves_accepted(piece: Piece, sums: Collection[Decimal], found: Collection[Decimal]) -> bool:
    """Return whether a piece beside an acceptance changes nothing; the arguments are those of :func:`ties_accepted`."""
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
    if _INITIALLED.fullmatch(piece.sentence.written.strip()):
        return None
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
    piece = replace(piece, low=MADE_AVAILABLE.without(piece.low))
    low = COURTESY.without(piece.low)
    if NO.fullmatch(low) or THANKED.find(low):
        return True
    if REOPENS.find(low) or OFFERS.find(NO_OFFER.without(REFUSES_BY_DENIAL.without(low))):
        return False
    if _leaves_declined(piece):
        return True
    if not _opens_nothing(piece.low):
        return False
    if piece.half:
        return piece.apart and is_closed(piece.low)
    if piece.outside or (_is_heading(piece) and not _SENTENCE_END.search(piece.sentence.written)):
        return True
    told = (
        SCORNED.find(low)
        or ACKNOWLEDGED.find(low)
        or REASON_TOLD.find(low)
        or (_PRETERITE.search(piece.marked) and not NOT_TOLD.find(low))
    )
    return bool(told) or PERSON.find(piece.sentence.folded) is not None or _everyday(low)


def _opens_nothing(low: str) -> bool:
    """Whether a sentence holds no word that opens a door, and puts no question, figure or terms to anybody."""
    low = ",".join(
        clause for clause in low.split(",") if re.search(r"#(?:money|share)", clause) or not SHUT.find(clause)
    )
    rest = OFFERED_SUM.without(
        OFFERED_SHARE.without(
            SCORNED.without(ACKNOWLEDGED.without(COURTESY.without(NO_OFFER.without(IF_IN_COURT.without(low)))))
        )
    )
    if PAST.find(rest):
        rest = _STILL.sub(" ", rest)
    described = PLAN_DESCRIBED.find(rest) is not None or ASKED_BY_YOU.find(low) is not None
    if described:
        rest = rest.replace("#money", " ", 1)
    if re.search(r"#money|#share|\?", rest) or any(rule.find(rest) for rule in (OPENS_DOOR, POSSIBLE, DEMANDS, LATER)):
        return False
    if any(rule.find(low) for rule in (AWAITS, CONCEDES, AGREED_SINCE)):
        return False
    if (
        TERMS.find(rest)
        and not described
        and (MODAL.find(rest) or not (DENIES.find(low) or re.search(r"\bnichts\b", low)))
    ):
        return False
    if INDEFINITE.find(rest) and not any(rule.find(low) for rule in (DENIES, REFUSES, ASKED_BY_YOU)):
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
    return known or _everyday(low)


def leaves_offered(piece: Piece) -> bool:
    """Return whether a piece beside a counter offer leaves it the creditor's offer.

    The offer is an open door itself, so an invitation beside it takes nothing back.
    """
    if CLAIM_REPEATED.find(piece.low) and piece.low.count("#money") == 1:
        return True
    if REOPENS.find(COURTESY.without(piece.low)):
        return False
    low = OFFERED_SUM.without(OFFERED_SHARE.without(COURTESY.without(OFFER_LAPSES.without(piece.low))))
    low = RATES_REFUSED.without(WILLING.without(low))
    if UNSETTLES_OFFER.find(low):
        return False
    if piece.outside or piece.is_name:
        return _is_heading(piece)
    known = low != piece.low or is_harmless(piece.sentence, also=BESIDE_OFFERS)
    return known or PAST.find(low) is not None or _everyday(low)


def _of_kind(piece: Piece, kinds: Collection[Rule]) -> bool:
    return any(kind.find(piece.sentence.folded) for kind in kinds)


def _is_heading(piece: Piece) -> bool:
    """Whether a line of a letterhead or a signature is none of a letter's sentences."""
    rest = EVERYDAY.sub(" ", piece.marked)
    return len(_SMALL.findall(rest)) < _LETTERHEAD_WORDS or is_harmless(piece.sentence)


def _everyday(low: str) -> bool:
    """Whether a sentence holds everyday words only, or one beside them that is a name."""
    return TAKES_BACK.find(low) is None and not re.search(r"[^\W_]{2}|[#%€\d]", EVERYDAY.sub(" ", low))
