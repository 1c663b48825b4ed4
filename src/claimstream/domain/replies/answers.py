"""Sentences that answer a settlement plan: what they say, and which of them say it plainly.

A sentence is plain only if nothing else stands in it: stretches that change nothing are taken out, and every word that
is left must be one of the vocabulary of its answer. What a sentence merely seems to say counts as well: it makes the
whole answer unclear.
"""

import re

from claimstream.domain.language import Rule
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.replies.conditions import COURTESY
from claimstream.domain.replies.doubt import DOOR, DOOR_OF_REASONS, DOUBT
from claimstream.domain.replies.marks import OUR_CLIENT
from claimstream.domain.replies.plan import NAMES_PLAN, PLAN

BARE_YES = Rule(
    "bare_yes",
    r"\A{bare_yes}\W*\Z",
    takes=("Einverstanden.", "Ja, einverstanden!", "Agreed."),
    leaves=("Wir sind mit der Ratenzahlung einverstanden.", "Your client has accepted."),
)
BARE_NO = Rule(
    "bare_no",
    r"\A{bare_no}\W*\Z",
    takes=("Wir lehnen ab.", "Abgelehnt"),
    leaves=("Wir lehnen die Stundung ab.",),
)
"""Answers that need no object."""

AGREES = Rule(
    "agrees",
    "{accept}|{accept_passive}|{no_objection}",
    takes=("Wir stimmen zu.", "Der Vorschlag findet unsere Zustimmung.", "Es bestehen keine Bedenken.", "We accept."),
    leaves=("Wir prüfen.", "Wir nehmen an, dass er zahlt.", "Die Annahme der Post ist um acht."),
    but=r"\bnehmen?(?: wir| ich)? an,|\bagrees? (?:with|to) you\b|"
    r"\b(?:wird|werden)\b.{0,100}\b(?:zugestimmt|angenommen|akzeptiert|erteilt|erklaert) werden\b",
)

REFUSES = Rule(
    "refuses",
    "{refuse}",
    takes=("Wir lehnen ab.", "Der Plan ist unannehmbar.", "We decline."),
    leaves=("Wir stimmen zu.", "Lehnen Sie sich zurück."),
)

REFUSES_BY_DENIAL = Rule(
    "refuses_by_denial",
    "{refuse_denied}",
    takes=("Das ist uns nicht möglich.", "Ein Vergleich kommt für uns nicht in Betracht.", "We are unable to agree."),
    leaves=("Das ist uns möglich.",),
)

REFUSAL_OF_REFUSAL = Rule(
    "refusal_of_refusal",
    r"\b(?:ablehnung|abzulehnen|rejection)\b.{0,120}?(?:{denial}|{refuse_denied}|\blehn\w{0,2}\b|\bab\b)|"
    r"(?:{denial}|\blehn\w{0,2}\b).{0,120}?\b(?:ablehnung|abzulehnen|rejection)\b",
    takes=("Eine Ablehnung des Plans kommt nicht in Betracht.", "Wir sehen keinen Grund, den Plan abzulehnen."),
    leaves=("Wir erklären die Ablehnung des Plans.",),
)

DENIES = Rule(
    "denies",
    r"{denial}|\w{2,8}n't\b",
    takes=("Wir stimmen nicht zu.", "Keinem Plan.", "We don't."),
    leaves=("Wir stimmen zu.",),
)

READY = Rule(
    "ready_to_accept",
    r"\bbereit,? (?:[^#]{0,80} )?(?:anzunehmen|zuzustimmen|mitzutragen|beizutreten|zu akzeptieren)\b",
    takes=("Wir sind bereit, Ihren Vorschlag anzunehmen.",),
    leaves=("Wir sind bereit, einen Vergleich über #money zu akzeptieren.",),
)
"""Ready for the plan itself, not for another sum."""

OFFERS = Rule(
    "offers",
    "{offer}",
    takes=("Unser Gegenvorschlag: 800 EUR.", "Wir wären mit 800 EUR einverstanden.", "We would accept 800."),
    leaves=("Wir lehnen ab.", "Ihr Angebot liegt vor."),
)

UNDECIDED = Rule(
    "undecided",
    "{undecided}",
    takes=("Wir prüfen den Plan.", "Im Prinzip gern.", "Your plan is under review."),
    leaves=("Wir lehnen den Plan ab.",),
)

BY_US = Rule(
    "by_us",
    r"\b(?:wir|ich|we|i)\b|\b(?:fuer|von|seitens) uns\b|{our_client}|\b(?:unsere?r?|meine?r?|our|my) "
    r"(?:zustimmung|einverstaendnis|einwilligung|gegen|alternativ|vergleich|counter|consent|approval)\w{0,24}",
    takes=("Wir stimmen zu.", "Unsere Mandantin lehnt ab.", "Das findet unsere Zustimmung.", "Our client accepts."),
    leaves=("Der Schuldner stimmt zu.", "Ihre Zustimmung haben wird er."),
)
"""The writer or its client."""

BY_NOBODY = Rule(
    "by_nobody_named",
    r"\b(?:wird|werden|ist|sind|kommt|kommen|scheidet|scheiden|bestehen|besteht|erteilt|geht|findet)\b|"
    r"\bkein(?:e|en|erlei)\b|\b(?:is|are|no)\b",
    takes=("Der Plan wird abgelehnt.", "Es bestehen keine Einwände.", "Your offer is declined."),
    leaves=("Der Schuldner stimmt zu.",),
)
"""Impersonal: whoever signs says it."""

BY_OTHERS = Rule(
    "by_others",
    r"\b(?:von|durch|seitens) (?:der|dem|des|den|einem|einer|eines|ihrer? mandant\w*|ihrem mandanten|allen|anderen|"
    r"dritten)\b(?! zustimmung| annahme)|\bvom (?!#)|"
    r"\b(?:alle|andere\w?|uebrigen?|saemtliche|mehrheit|other|all|majority)\b.{0,30}\b(?:glaeubiger\w?|creditors|"
    r"lenders|banken)\b",
    takes=("Der Plan wird von der Hausbank abgelehnt.", "Alle übrigen Gläubiger stimmen zu."),
    leaves=("Der von Ihnen vorgelegte Plan wird von uns abgelehnt.",),
)

ASKS = Rule(
    "asks",
    r"\b(?:ob|whether)\b|\?|\bbitte\w{0,2}\b.{0,30}\bum (?:\w{1,12} ){0,2}zustimmung|"
    r"\bum (?:\w{1,12} ){0,2}zustimmung (?:zu|gebeten|bitten|baten|bittet)|"
    r"\b(?<!erteilt )(?<!erteilen )(?:ihre?[rnms]?|seine?[rnms]?|your|their) "
    r"(?:zustimmung|einverstaendnis|consent|agreement)\b",
    takes=("Stimmen Sie zu?", "Sie bitten um Zustimmung zu Ihrem Plan.", "Ihre Zustimmung fehlt."),
    leaves=("Wir stimmen zu.", "Wir erteilen die Zustimmung zu Ihrem Plan."),
)

THIRD_PERSON = Rule(
    "third_person",
    r"\b(?:stimmt|lehnt|nimmt|akzeptiert|erteilt|gibt|erklaert|bestaetigt|tritt|schliesst|traegt|verweigert|versagt|"
    r"weist|"
    r"widerspricht|willigt|zustimmt|annimmt|ablehnt|accepts|agrees|consents|approves|rejects|declines|refuses)\b",
    takes=("Die Hausbank stimmt zu.", "Our client accepts."),
    leaves=("Wir stimmen zu.", "We accept.", "Die Zustimmung wird nicht erteilt."),
    but=r"\b(?:wird|werden|ist|sind|worden)\b.{0,160}\b(?:akzeptiert|erteilt|erklaert|bestaetigt|verweigert|versagt)\b|"
    r"\b(?:akzeptiert|erteilt|erklaert|bestaetigt|verweigert|versagt) (?:wird|werden|ist|sind)\b",
)
"""Somebody does it: it must be said that it is the writer or its client."""

INDEFINITE = Rule(
    "indefinite",
    r"\b(?:ein|eine[mnrs]?|an?|any|some|another|jede[mnrs]?) (?:\w{1,20} ){0,2}" + PLAN,
    takes=("Wir akzeptieren einen Vergleich.", "We accept a settlement."),
    leaves=("Wir akzeptieren den Vergleich.",),
)

VERB_FIRST = Rule(
    "verb_first",
    r"\A(?:wird|stimmen|nehmen|sind|akzeptieren|erteilen|werden|haben)\b[^.]{0,120}, ",
    takes=("Wird dem Plan zugestimmt, zahlen Sie.",),
    leaves=("Wir stimmen zu, gern.",),
)
"""A condition by the order of its words."""

NEW_SUM = Rule(
    "new_sum",
    r"\b(?:eine[mnrs]?|an?) (?:(?!\b(?:de[rmns]|ihre?\w)\b).){0,60}#money",
    takes=("Wir sind mit einem Vergleichsbetrag von #money einverstanden.", "We accept a payment of #money."),
    leaves=("Wir sind mit dem Vergleich über #money einverstanden.",),
)
"""Agreed to, it is the creditor's own."""

THEIRS = Rule(
    "plan_of_others",
    PLAN + r" (?:unsere[rs]|meine[rs]|eines|einer|anderer)\b",
    takes=("Mit dem Plan unserer Mandantin sind wir einverstanden.",),
    leaves=("Mit dem Plan Ihrer Mandantin sind wir einverstanden.",),
)

PRONOUN = Rule(
    "pronoun",
    r"\b(?:ihm|ihn|diesem|diesen|dem|den|dies|dieses|es|damit|it|this)\b",
    takes=("Wir stimmen ihm zu.", "Damit sind wir einverstanden."),
    leaves=("Wir stimmen dieser zu.",),
)

INSERTIONS = (
    Rule(
        "with_reference_to",
        r"\b(?:bezugnehmend|unter bezugnahme|mit bezug|in bezug|in beantwortung|in erledigung|with reference|further|"
        r"in response|in reply) (?:auf |to )?(?:ihre?[nsmr]?|das|die|dem|den|your|the) (?:\w{1,20} ){0,2}?{letter}",
        takes=(
            "bezugnehmend auf Ihr Schreiben",
            "Unter Bezugnahme auf das genannte Schreiben",
            "In response to your letter",
        ),
        leaves=("auf das Konto",),
    ),
    Rule(
        "matter_settled_by_sum",
        r", die (?:angelegenheit|sache|forderung) (?:durch|gegen|mit) (?:eine |einer )?(?:einmal)?zahlung "
        r"(?:von|in hoehe von) #money zu (?:erledigen|regeln|begleichen),",
        takes=(", die Sache gegen Zahlung von #money zu erledigen,",),
        leaves=("gegen Zahlung von #money",),
    ),
    Rule(
        "agreed_sum",
        PLAN + r" (?:in hoehe von|ueber|von|von insgesamt|of|for|in the amount of) #money",
        takes=("Ihr Vergleichsangebot über #money", "your offer of #money"),
        leaves=("Wir zahlen #money.", "#money"),
    ),
    Rule(
        "offered_sum",
        r"\b(?:gegen|von|durch) (?:die |eine |der |einer )?(?:angebotene\w? |vorgeschlagene\w? )(?:einmal)?zahlung "
        r"(?:von|in hoehe von|ueber) #money",
        takes=("gegen die angebotene Einmalzahlung in Höhe von #money",),
        leaves=("gegen Zahlung von #money",),
    ),
    Rule(
        "by_plan",
        r"\b(?:gemaess|laut|entsprechend|wie im|aus) (?:de[mr] |ihre[mr] )?" + PLAN,
        takes=("der Regelung gemäß Schuldenbereinigungsplan",),
        leaves=("gemäß Gesetz",),
    ),
    Rule(
        "interjection",
        r"\A(?:(?:das )?(?:ist|geht) (?:okay|ok|in ordnung|gut)(?: so| fuer (?:mich|uns))?)[,.:] ",
        takes=("Ist okay so, wir nehmen an.", "Das geht in Ordnung, wir stimmen zu."),
        leaves=("Das ist nicht in Ordnung.",),
    ),
    Rule(
        "purpose",
        r"{purpose}(?: {purpose_of})?",
        takes=("zur Vermeidung eines Insolvenzverfahrens", "aus Kulanz", "Ihrem Wunsch entsprechend"),
        leaves=("zur Vorlage beim Gericht",),
    ),
    Rule(
        "version",
        r"\bin der fassung vom #date",
        takes=("in der Fassung vom #date",),
        leaves=("in der Fassung ab #date",),
    ),
    Rule(
        "dated",
        r"\b(?:vom|am|dated|of|datiert auf den|unterm|mit datum vom|unter dem datum vom|on|"
        r"eingegangen am) (?:the )?#date(?: datierte\w?)?",
        takes=("vom #date", "dated #date"),
        leaves=("bis zum #date", "ab #date"),
    ),
    Rule(
        "file_number_within",
        r"\(?(?:(?:zu|unter|in|mit|unser|unserem|ihr|ihrem|dem|"
        r"zum) ){0,2}(?:{number_of_file})\.?:? ?(?=\S{0,20}\d)[\w./-]{2,30}\)?|"
        r"\(\d[\w./-]{2,20}\)",
        takes=("zum Aktenzeichen 4711/26", "(Az. K-20/7)", "(4711/26)"),
        leaves=("Ihr Zeichen", "800 Euro"),
    ),
    Rule(
        "as_it_stands",
        "{insertion}",
        takes=("ohne Anerkennung einer Rechtspflicht", "in full and final settlement"),
        leaves=("in einer anderen Fassung",),
    ),
    Rule(
        "waiver_of_rest_within",
        "{waiver_within}",
        takes=("unter Verzicht auf die Restforderung", "and waive the balance"),
        leaves=("unter Verzicht auf die Einrede",),
    ),
    Rule(
        "after_examination",
        r"\b(?:nach|after|upon) (?:{examined_how} |careful )?{examined}(?: {examined_what}|(?: und |"
        r" and )?{examined}){0,2}|"
        r"(?:having (?:carefully )?(?:considered|reviewed))",
        takes=("Nach Prüfung der Unterlagen", "Nach interner Beratung", "after careful consideration"),
        leaves=("Nach Vorlage der Unterlagen", "vor Prüfung der Unterlagen"),
    ),
    Rule(
        "we_examined",
        r"\b(?:haben|habe|hat|wurden?|ist)\b[^.!?;]{0,90}?{we_examined} und(?: (?:wir|ich))?\b|"
        r"\b(?:have|has) (?:carefully )?(?:considered|reviewed|examined)\b[^.!?;]{0,80}? and\b|"
        r"\bhaben?\b[^.,!?;]{0,40}\bberaten(?: und|:)",
        takes=("Wir haben Ihren Plan geprüft und stimmen zu.", "Unsere Mandantin hat ihn erhalten und lehnt ab."),
        leaves=("Wir haben geprüft.",),
    ),
    Rule(
        "we_tell_you",
        r"\b(?:freuen uns|freue mich),? (?:ihnen )?(?:heute )?mitteilen zu (?:koennen|duerfen), dass\b|"
        r"\bbedauer[en]{1,2},? (?:ihnen )?mitteilen zu muessen, dass\b|"
        r"\b(?:teilen|teile|teilt)\b[^.,!?;]{0,60}\bmit, dass\b|"
        r"\b(?:bestaetigen|erklaeren|bestaetige|erklaere|bestaetigt|erklaert)\b[^.,!?;]{0,40},? dass\b|"
        r"\b(?:are|am) (?:pleased|happy|glad|sorry) to (?:confirm|inform you|advise|tell you|let you know) that\b|"
        r"\b(?:confirm|inform you|declare|regret) that\b|\b(?:are|am) (?:pleased|happy|glad) to\b|"
        r"\bwrite to confirm that\b",
        takes=("Wir teilen Ihnen mit, dass wir zustimmen.", "We confirm that we agree."),
        leaves=("Wir glauben, dass wir zustimmen.", "Wir hoffen, dass Sie zustimmen."),
    ),
    Rule(
        "receipt_confirmed",
        r"\bbestaetigen?(?: hiermit)? den (?:erhalt|eingang) (?:ihres|des) (?:\w{1,20} ){0,2}"
        r"(?:schreibens|briefes|" + PLAN + r") und\b",
        takes=("Wir bestätigen den Erhalt Ihres Schreibens und stimmen zu.",),
        leaves=("Wir bestätigen den Erhalt.",),
    ),
    Rule(
        "greeting",
        r"\A{salutation}[^,!]{0,80}[,!]",
        takes=("Sehr geehrte Frau Kern, wir stimmen zu.",),
        leaves=("Wir stimmen zu, sehr geehrte Frau Kern.",),
    ),
    Rule(
        "matter",
        r"\b(?:in (?:der|dieser|obiger|vorbezeichneter|oben genannter|der o\. ?g\.|vorgenannter) (?:sache|"
        r"angelegenheit)|"
        r"in (?:above|this) matter)\b",
        takes=("in obiger Angelegenheit", "in der Sache"),
        leaves=("zur Sache",),
    ),
    Rule(
        "submitted_by",
        r"\b(?:mit|per|durch|in|"
        r"unter) (?:\w{1,15} ){0,3}?{letter}(?: {letter})?(?= (?:\w{1,20} ){0,3}{plan_attribute})",
        takes=("mit Schreiben übersandten", "per E-Mail vorgelegten"),
        leaves=("mit Schreiben",),
    ),
)
"""What may stand in a plain answer beside its words."""

AS_SUBMITTED = Rule(
    "as_submitted",
    "{as_submitted}",
    takes=("in der vorgelegten Fassung", "in der Ihnen vorliegenden Fassung"),
    leaves=("in einer anderen Fassung",),
)
"""Changes nothing in an acceptance; a refusal of the plan "in this form" may be none of another."""

TELLS = Rule(
    "tells",
    r"\b(?:mit|mitteilen|mitzuteilen|mitteilen zu (?:koennen|muessen|duerfen)|inform you|advise you|"
    r"confirm),? (?:dass|that)\b",
    takes=("Wir nehmen Bezug auf Ihr Schreiben und teilen mit, dass wir zustimmen.",),
    leaves=("Wir stimmen dem Plan mit Freude zu.",),
)

EXAMINED = Rule(
    "examined",
    "{examined}|{we_examined}|{demand}|{tell_can}",
    takes=("nach Prüfung der Unterlagen", "können wir Ihnen"),
    leaves=("noch nicht",),
)
"""Words of doubt that mean none in front of what is told."""

REASONS = Rule(
    "reason_within",
    r",? because\b.{0,400}\Z|, {because}.{0,400}\Z|\A{because}[^,]{0,300}, |"
    r",? ?(?:{because_of}|\baus\b(?= (?:\w{1,30} ){0,3}gruenden\b))[^.!?;]{0,240}?(?=,? (?:wir|ich|uns|nicht|lehnen|"
    r"lehne|lehnt|"
    r"koennen|kann|muessen|muss|ist|sind|wird|werden|kommt|stimmen|eine|(?:ihre[nm]|de[nm]) (?=.{0,40}"
    + PLAN
    + r"))\b|[.!]?\Z)",
    takes=("Wir lehnen ab, da die Quote zu gering ist.", "Aus rechtlichen Gründen ist das nicht möglich."),
    leaves=("Wir lehnen ab.", "Aus dem Plan ist nichts zu ersehen."),
)

OFFERED_SHARE = Rule(
    "offered_share",
    r"\b(?:angeboten\w{0,2}|vorgeschlagen\w{0,2}|ihre\w?|die|der|offered|proposed)\b.{0,40}?\b(?:quote|"
    r"quotenzahlung|zahlung|quota|dividend|share)"
    r"(?: (?:von|in hoehe von|of)(?: (?:nur|lediglich|gerade einmal|only))? (?:#share|#money))?|"
    r"\b(?:ihr\w?|your) (?:\w{1,30} )?" + PLAN + r" (?:von|ueber|of) (?:#share|#money)",
    takes=("die angebotene Quote von #share", "Ihre Quote"),
    leaves=("unsere Mindestquote von #share",),
)
"""What the plan itself offers."""

QUOTA_OF_PLAN = Rule(
    "quota_of_plan",
    r"\b(?:mit|bei|zu) einer quote von #share",
    takes=("Einem Vergleich mit einer Quote von #share stimmen wir nicht zu.",),
    leaves=("unter #share",),
)
"""In a refusal: the share that the plan offers."""

REASON_NOUNS = Rule(
    "reason_nouns",
    "{reason}|{reserved}",
    takes=("Die Voraussetzungen liegen nicht vor.", "zu gering"),
    leaves=("Wir sprechen gern.",),
)

NO_OBJECTION = Rule(
    "no_objection",
    "{no_objection}",
    takes=("Es bestehen keine Einwände.",),
    leaves=("Es bestehen Einwände.",),
)

WORDS_OF_ACCEPTANCE = Rule(
    "words_of_acceptance",
    "{our_client}|{no_objection}|{we}|" + PLAN + "|{plan_attribute}|{function_word}|{answer_word}",
    takes=("wir", "Ihrem Plan"),
    leaves=("nicht", "wenn", "nehmen", "#money"),
)
WORDS_OF_REFUSAL = Rule(
    "words_of_refusal",
    "{refusal_word}|#law|" + WORDS_OF_ACCEPTANCE.pattern,
    takes=("wir", "leider"),
    leaves=("wenn", "nehmen", "#money"),
)
WORDS_OF_OFFER = Rule(
    "words_of_offer",
    "{offer_word}|#money|#share|" + WORDS_OF_REFUSAL.pattern,
    takes=("einmalzahlung",),
    leaves=("vielleicht", "Raten"),
)


QUOTES = re.compile(r"[\"„“”»«?]|(?<!\w)['‚‘].{3,200}['’]")
_SUBJECT = re.compile(r"\b(?:wir|ich)\b(?= .{0,60}\bund\b)")
_UNKNOWN = re.compile(r"[^\W_]|[#%$€&]")
_MAIN_CLIENT = re.compile(r"\b(?:unsere?|meine?|our|my|(?:die|das|der) hiesige|(?:die|der) von (?:uns|mir)) \w")


def what_is_said(low: str) -> SettlementDecision | None:
    """Return what a marked sentence (small letters, no names) seems to say of the plan; None if nothing."""
    if BARE_YES.find(low):
        return SettlementDecision.ACCEPTED
    if BARE_NO.find(low):
        return SettlementDecision.DECLINED
    if ASKS.find(low) or not (BY_US.find(low) or BY_NOBODY.find(low)):
        return None
    rest = bare(low)
    if BY_OTHERS.find(rest) and not BY_US.find(low):
        return None
    main = " ".join(REASONS.compiled.sub(" ", rest).split())
    core = REFUSES_BY_DENIAL.without(main)
    refused = core != main or REFUSES.find(core) is not None
    agreed = AGREES.find(core) is not None
    denied = _denied(core)
    if OFFERS.find(READY.without(core)) and not (denied and not refused and not agreed):
        return SettlementDecision.COUNTER_OFFER
    if agreed and not denied and not refused and NEW_SUM.find(main):
        return SettlementDecision.COUNTER_OFFER
    if REFUSAL_OF_REFUSAL.find(rest):
        return SettlementDecision.UNCLEAR
    if refused:
        return SettlementDecision.UNCLEAR if denied and core == main else SettlementDecision.DECLINED
    if agreed and denied:
        return SettlementDecision.DECLINED
    if UNDECIDED.find(rest) and (agreed or NAMES_PLAN.find(low)):
        return SettlementDecision.UNCLEAR
    return SettlementDecision.ACCEPTED if agreed else None


def accepts_plainly(low: str, *, plan_known: bool) -> bool:
    """Whether a marked sentence accepts the plan and says nothing else.

    Args:
        low: the sentence in small letters, without names.
        plan_known: a pronoun, or nothing, may stand for the plan.
    """
    if BARE_YES.find(low):
        return plan_known
    low = _told(low)
    rest = AS_SUBMITTED.without(bare(low))
    if (
        QUOTES.search(low)
        or any(rule.find(rest) for rule in (ASKS, BY_OTHERS, INDEFINITE, VERB_FIRST, THEIRS))
        or OFFERS.find(READY.without(rest))
    ):
        return False
    if not AGREES.find(rest) or _denied(rest) or not _said_by_us(rest):
        return False
    return _of_the_plan(low, rest, plan_known=plan_known) and not is_left(WORDS_OF_ACCEPTANCE, rest, AGREES)


def refuses_plainly(low: str, *, plan_known: bool) -> bool:
    """Whether a marked sentence refuses the plan itself, for good, whatever reason it gives."""
    if BARE_NO.find(low):
        return plan_known
    low = _told(low)
    rest = bare(low)
    if QUOTES.search(low) or ASKS.find(rest) or BY_OTHERS.find(rest) or REFUSAL_OF_REFUSAL.find(rest):
        return False
    rest = QUOTA_OF_PLAN.without(rest)
    reasons = [match.group() for match in REASONS.finditer(rest)]
    rest = " ".join(REASONS.compiled.sub(" ", rest).split())
    core = REFUSES_BY_DENIAL.without(rest)
    if OFFERS.find(core) or any(not is_closed(reason, reason=True) for reason in reasons):
        return False
    refused, denials = REFUSES.find(core), list(DENIES.finditer(_no_objection(core)))
    if denials:
        # "Dem Plan für Herrn A stimmen wir zu, dem für Frau B nicht" denies another thing.
        agreed = max((match.end() for match in AGREES.finditer(_no_objection(core))), default=-1)
        if refused or len(denials) > 1 or denials[0].start() > agreed:
            return False
    elif not refused and core == rest:
        return False
    return (
        _said_by_us(rest)
        and _of_the_plan(low, rest, plan_known=plan_known)
        and not is_left(WORDS_OF_REFUSAL, rest, REFUSES_BY_DENIAL, REFUSES, AGREES)
    )


def is_closed(low: str, *, reason: bool = False) -> bool:
    """Whether a stretch beside a refusal leaves no door open: no other figure than the share offered, no doubt.

    A reason tells a story (*he ordered only in May*), and a law that is cited has its own conditions.
    """
    rest = low
    for harmless in (OFFERED_SHARE, COURTESY, REFUSES_BY_DENIAL, REASON_NOUNS):
        rest = harmless.without(rest)
    return (DOOR_OF_REASONS if reason or "#law" in low else DOOR).find(rest) is None and not re.search(
        r"#money|#share|\?", rest
    )


def bare(low: str) -> str:
    """Return the sentence without what changes nothing in it."""
    for rule in INSERTIONS:
        low = rule.compiled.sub(_kept, low)
    return " ".join(low.split())


def _kept(insertion: re.Match[str]) -> str:
    """What must stay of an insertion: the plan, and the subject of *we examined and …*."""
    kept = (_SUBJECT.search(insertion.group()), NAMES_PLAN.find(insertion.group()))
    return f" {' '.join(found.group() for found in kept if found)} "


def _told(low: str) -> str:
    """What a sentence tells behind *we inform you that*, if nothing before that takes it back."""
    told = TELLS.find(low)
    if told is None or DOUBT.find(EXAMINED.without(low[: told.start()])) or AGREES.find(low[: told.start()]):
        return low
    return low[told.end() :].lstrip()


def _no_objection(low: str) -> str:
    return NO_OBJECTION.compiled.sub(" ", low)


def _denied(low: str) -> bool:
    return DENIES.find(_no_objection(low)) is not None


def _said_by_us(rest: str) -> bool:
    """Whether the writer says it, of itself or of its client, in the clause that says it."""
    clause = re.split(r"\b(?:dass|that)\b", rest)[-1]
    if THIRD_PERSON.find(clause):
        client = OUR_CLIENT.find(clause)
        return client is not None and _MAIN_CLIENT.match(client.group()) is not None
    return bool(BY_US.find(clause) or BY_NOBODY.find(clause))


def _of_the_plan(low: str, rest: str, *, plan_known: bool) -> bool:
    return NAMES_PLAN.find(low) is not None or (
        plan_known and not re.search(r"\b(?:dieser|ihr|der)\b(?=.*\bzu\b)", rest)
    )


def is_left(words: Rule, rest: str, *verbs: Rule) -> bool:
    """Whether a word is left that is none of these and says none of these things."""
    for verb in verbs * 2:  # one construction may stand within another
        rest = verb.without(rest)
    return _UNKNOWN.search(words.compiled.sub(" ", rest)) is not None
