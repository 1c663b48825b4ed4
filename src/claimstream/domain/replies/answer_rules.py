"""The rules by which a sentence answers a settlement plan, and the words of which a plain answer is made."""

from claimstream.domain.language import Rule
from claimstream.domain.reader.dates import MONTHS
from claimstream.domain.replies.plan import PLAN

BARE_YES = Rule(
    "bare_yes",
    r"\A(?:{yes_word}(?: (?:fuer|von) (?:mich|uns|mir)(?: aus)?)?[,.:!]? ){0,2}(?:(?<=, )dann )?{bare_yes}"
    r"(?:[,.!]? (?:und )?{bare_yes})?(?:,? {as_you_said})?[^\w?]*\Z",
    takes=(
        "Einverstanden.",
        "Passt, machen wir so wie vorgeschlagen.",
        "Passt für mich, bin einverstanden.",
        "Gut, dann machen wir das so.",
        "Einverstanden, das machen wir so.",
        "Also: ja, wir sind dabei.",
        "Agreed.",
    ),
    leaves=("Wir sind mit der Ratenzahlung einverstanden.", "Your client has accepted.", "Einverstanden?"),
)
BARE_NO = Rule(
    "bare_no",
    r"\A(?:{no_word}[,.!]? )?(?:(?:{function_word} )?" + PLAN + r":? )?{bare_no}[^\w?]*\Z",
    takes=("Wir lehnen ab.", "Abgelehnt", "Nein, wir lehnen ab.", "Ihr Plan wird abgelehnt."),
    leaves=("Wir lehnen die Stundung ab.", "Plan abgelehnt?"),
)
"""Answers that need no object, or the bare plan."""

NO_TO_THAT = Rule(
    "no_to_that",
    r"\A(?:{no_word}[,.!]? )?{no_to_that}[^\w?]*\Z",
    takes=("Das können Sie vergessen!!", "Dem stimme ich nicht zu.", "Nein, da machen wir nicht mit."),
    leaves=("Das Geld können Sie vergessen.", "Damit sind wir einverstanden."),
)
"""The first words of a reply: what they refuse is what was asked for."""

_MONTH = "|".join(f"{{{name}}}" for name in MONTHS)

PLAN_ACCEPTED = (
    rf"\A(?:{{function_word}} )?{PLAN} {{accepted}}\W*\Z|"
    r"\A(?:hiermit )?(?:zustimmung|einwilligung|annahme|einverstaendnis)\b([^,.;:#]{0,80}?)"
    r"\b(?:erteilt|erklaert|bestaetigt|gegeben)[^\w?]*\Z|"
    r"\b(?:der|die|das|unsere?r?) (?:\w{2,20} ){0,2}?{organ} hat\b(?=[^,.;:]{0,80}?" + PLAN + r")([^,.;:]{0,80}?)"
    r"\b(?:{accepted}|zugestimmt|beigetreten)[^\w?]*\Z"
)
"""*Plan angenommen*, *Annahme des Plans hiermit bestätigt*, *Unser Vorstand hat dem Plan zugestimmt*."""

AGREES = Rule(
    "agrees",
    "{accept}|{accept_passive}|{no_objection}|{accept_infinitive}|" + PLAN_ACCEPTED,
    takes=("Wir stimmen zu.", "Der Vorschlag findet unsere Zustimmung.", "Es bestehen keine Bedenken.", "We accept."),
    leaves=("Wir prüfen.", "Wir nehmen an, dass er zahlt.", "Die Annahme der Post ist um acht."),
    but=r"\bnehmen?(?: wir| ich)? an,|\bagrees? (?:with|to) you\b|"
    r"\b(?:wird|werden)\b.{0,100}\b(?:zugestimmt|angenommen|akzeptiert|erteilt|erklaert) werden\b",
)

AGREES_FIRMLY = Rule(
    "agrees_firmly",
    "{accept}|{accept_passive}|{no_objection}|" + PLAN_ACCEPTED,
    takes=("Wir stimmen zu.", "Wir sind bereit, Ihr Angebot anzunehmen."),
    leaves=("Ihre Bitte, dem Plan zuzustimmen, liegt vor.",),
    but=AGREES.but,
)
"""Not by a mere infinitive."""

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

DENIES_IN_PART = Rule(
    "denies_in_part",
    r"\b(?:nicht|not) (?:\w{1,20} )?{wholly}|{these_terms}|\bgerichtlich\w{1,2} " + PLAN,
    takes=(
        "Wir stimmen nicht vollständig zu.",
        "Wir können nicht in allen Punkten zustimmen.",
        "Unter diesen Umständen lehnen wir ab.",
        "We do not fully agree.",
    ),
    leaves=("Wir lehnen vollständig ab.", "Unter keinen Umständen stimmen wir zu."),
)
"""What is left, or other terms, or this plan before no court, may be agreed to."""

SAID_BY_OTHERS = Rule(
    "said_by_others",
    r"\b(?:sie|er|man|ihre? \w{1,20}|(?:der|die) \w{1,20}|you|your \w{1,20}) {says}",
    takes=("Sie schreiben: Wir lehnen ab.", "Ihr Mandant meint, wir lehnen ab."),
    leaves=("Ihr Schreiben liegt vor.", "Wir schreiben Ihnen, dass wir ablehnen."),
)

THINKS = Rule(
    "thinks",
    r"{thinks}|{wishes}\Z",
    takes=("Ich dachte, wir lehnen ab.", "Mein Mann will", "It was said, we decline."),
    leaves=("Der Plan ist zu knapp, wir lehnen ab.",),
)
"""What follows is thought or told, not said."""

PERHAPS = Rule(
    "perhaps",
    r"(?<!nicht )(?<!not ){told_as_possible},? (?:dass|that)\b|"
    r"\A(?:\w{1,12} ){0,2}?(?<!nicht )(?<!not ){told_as_possible},|"
    r"(?:[,;:–-] |\b(?:und|aber|doch|jedoch|and|but) ){votes_apart}\W*\Z",
    takes=("Kann sein, wir lehnen ab.", "Möglich, dass wir ablehnen.", "Der Vorstand lehnt ab, ich bin dafür."),
    leaves=("Das kann nicht sein, wir lehnen ab.", "Eine Zustimmung erteilen wir nicht."),
)
"""A refusal that may come, or that somebody beside its author does not share."""

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

MADE_AVAILABLE = Rule(
    "made_available",
    r"\bstellen?\b.{0,160}?\bbereit\b|\bbereitstell\w{1,4}\b",
    takes=("Hinweise zum Datenschutz stellen wir im Netz bereit.",),
    leaves=("Wir sind bereit, 400 EUR anzunehmen.",),
    but=r"\bsie\b",
)
"""*Bereit* that offers nothing."""

OFFERS = Rule(
    "offers",
    "{offer}",
    takes=("Unser Gegenvorschlag: 800 EUR.", "Wir wären mit 800 EUR einverstanden.", "We would accept 800."),
    leaves=("Wir lehnen ab.", "Ihr Angebot liegt vor."),
)

IF_YOU_OFFER = Rule(
    "if_you_offer",
    r"\b(?:wenn|falls|sofern|soweit|sollten?|if|should) (?:sie|ihre? mandant\w{0,3}|you|your client) [^,;:]{0,120}",
    takes=("Sofern Sie einen Vergleichsvorschlag unterbreiten möchten, bitten wir um Unterlagen.",),
    leaves=("Wir bieten Ihnen einen Vergleich an.", "Wenn Sie uns #money anbieten, sind wir quitt."),
    but="#money|#share",
)
"""Nobody has offered anything yet."""

UNDECIDED = Rule(
    "undecided",
    "{undecided}",
    takes=("Wir prüfen den Plan.", "Im Prinzip gern.", "Your plan is under review."),
    leaves=("Wir lehnen den Plan ab.",),
)

BY_US = Rule(
    "by_us",
    r"\b(?:wir|ich|we|i)\b|\b(?:fuer|von|seitens) uns\b|{writers_client}|\b(?:unsere?r?|meine?r?|our|my) "
    r"(?:zustimmung|einverstaendnis|einwilligung|gegen|alternativ|vergleich|counter|consent|approval)\w{0,24}",
    takes=("Wir stimmen zu.", "Unsere Mandantin lehnt ab.", "Das findet unsere Zustimmung.", "Our client accepts."),
    leaves=("Der Schuldner stimmt zu.", "Ihre Zustimmung haben wird er."),
)
"""The writer or its client."""

BY_NOBODY = Rule(
    "by_nobody_named",
    r"\b(?:wird|werden|wurden?|ist|sind|kommt|kommen|scheidet|scheiden|bestehen|besteht|erteilt|geht|findet|erfolgt|"
    r"muessten?|waeren?|verbleibt|bleibt)\b|"
    r"\bkein(?:e|en|erlei)\b|\b(?:is|are|no|has been|have been)\b|\A(?:{yes_word},? ){0,2}{elliptic}|" + PLAN_ACCEPTED,
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

OWN_BODY = Rule(
    "own_body",
    r"\b(?:{by_creditor}|(?:{by_agent} )?(?:der|die|das|des|dem|vom|unsere?[rms]?|the|our) "
    r"(?:\w{3,20}- und )?(?!{organ_of_others})(?:{organ}|{public_body}))\b"
    r"(?! (?:der forderung|von|de[rs] (?:schuldner|mandant|kund)|ihre|seine|your|of))",
    takes=(
        "Der Haupt- und Finanzausschuss hat den Plan abgelehnt.",
        "Der Landkreis lehnt ab.",
        "Er wird seitens der Gläubigerin abgelehnt.",
    ),
    leaves=(
        "Die Hausbank lehnt ab.",
        "Der Inhaber der Forderung lehnt ab.",
        "Der Gläubigerausschuss lehnt ab.",
        "Von den Gläubigern wird er abgelehnt.",
    ),
)
"""Whoever refuses for the creditor: one of its organs, a public body that names itself, the agency's client."""

IN_SESSION = Rule(
    "in_session",
    r"\b(?:in|auf|bei) (?:seiner|ihrer|unserer|der) (?:letzten |heutigen |gestrigen )?{session}(?: (?:am|vom) #date)?",
    takes=("in seiner Sitzung vom #date",),
    leaves=("in der Sache", "Der Rat wird ihn in der Sitzung ablehnen."),
    but=r"\b(?:wird|werden|will|soll)\b",
)
"""In a refusal: when it was decided."""

DETAILS = Rule(
    "details_elsewhere",
    r"[,;(] ?{more_told} (?:\w{1,20} ){0,4}?(?:{letter}|{enclosed})(?: {letter})?\)?",
    takes=("den Plan ab, Näheres im beigefügten Schreiben.", "(Begründung siehe Anlage)"),
    leaves=(", Ihr Schreiben", ", Näheres von der Zentrale"),
)
"""In a refusal: where more is said."""

ASKS = Rule(
    "asks",
    r"\b(?:ob|whether)\b|\?|\b(?:freuen|freue)\b.{0,30}\b(?:wenn|falls)\b|"
    r"\bbitte\w{0,2}\b.{0,30}\bum (?:\w{1,12} ){0,2}zustimmung|"
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
    r"widerspricht|willigt|zustimmt|annimmt|ablehnt|accepts|agrees|consents|approves|rejects|declines|refuses)\b|"
    r"\bist\b.{0,120}\beinverstanden\b|\beinverstanden ist\b",
    takes=("Die Hausbank stimmt zu.", "Our client accepts.", "Frau Kern ist damit einverstanden."),
    leaves=("Wir stimmen zu.", "We accept.", "Die Zustimmung wird nicht erteilt."),
    but=r"\b(?:wird|werden|ist|sind|worden)\b.{0,160}\b(?:akzeptiert|erteilt|erklaert|bestaetigt|verweigert|versagt)\b|"
    r"\A(?:hiermit )?(?:zustimmung|einwilligung|annahme|einverstaendnis)\b|"
    r"\b(?:akzeptiert|erteilt|erklaert|bestaetigt|verweigert|versagt) (?:wird|werden|ist|sind)\b",
)
"""Somebody does it: it must be said that it is the writer or its client."""

INDEFINITE = Rule(
    "indefinite",
    r"\b(?:ein|eine[mnrs]?|an?|any|some|another|jede[mnrs]?) (?:\w{1,20} ){0,2}" + PLAN,
    takes=("Wir akzeptieren einen Vergleich.", "We accept a settlement."),
    leaves=("Wir akzeptieren den Vergleich.",),
)

YET_TO_COME = Rule(
    "yet_to_come",
    r"\bwerden?\b.{0,160}\b(?:zustimmen|beitreten|annehmen|akzeptieren|mittragen|anschliessen|erteilen|geben)\b|"
    r"\b(?:zustimmen|beitreten|annehmen|akzeptieren|mittragen|erteilen|geben) werden?\b",
    takes=("Wir werden dem Plan zustimmen.", "dass wir ihn annehmen werden"),
    leaves=("Der Plan wird angenommen.", "Wir stimmen dem Plan zu."),
)
"""Consent that is announced."""

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

AS_SUBMITTED = Rule(
    "as_submitted",
    r"{as_submitted}|,? ?\b(?:so,? )?wie (?:er|sie|es) {lies_there}\b,?|"
    r",? ?\b(?:so,? )?wie (?:sie|ihr) (?:(?:ihn|es|das|uns|mir|am|#date) ){0,4}"
    r"(?:{sent_by_you}|{written_by_you}) (?:haben|habt)\b,?|"
    r"\bso (?=(?:an|zu)[^\w]*(?:,? (?:so )?wie\b|\Z))|"
    rf"(\b(?:ihr|eur)e?[mn]? {PLAN}) (?:(?:vom|aus dem) "
    rf"(?:monat )?(?:letzten |vergangenen |vorigen )?(?:{_MONTH}|monat)|"
    r"(?:von|aus) (?:der )?(?:letzter?|vergangener|voriger)n? woche)\b(?! an\b.{0,40}\ban\b)",
    takes=(
        "in der vorgelegten Fassung",
        "in der Ihnen vorliegenden Fassung",
        "so wie er vor uns liegt",
        "wie Sie ihn uns geschickt haben",
        "Ihren Vorschlag vom November",
    ),
    leaves=("in einer anderen Fassung", "wie wir ihn geändert haben", "ab November", "Wir nehmen ihn so nicht an."),
)
"""Changes nothing in an acceptance; a refusal of the plan "in this form" may be none of another."""

TELLS = Rule(
    "tells",
    r"\A(?:das )?ergebnis (?:unserer|der|meiner) \w{4,12}(?: lautet)?:|"
    r"\A(?:unsere|meine|die) (?:entscheidung|antwort|stellungnahme)\b[^:,]{0,30}:|"
    r"\b(?:kenntnis|verstaendnis|bedauern),? dass\b|\bwie (?:\w{1,20} ){0,3}(?:mitgeteilt|besprochen|angekuendigt),|"
    r"\b(?:mit|mitteilen|mitzuteilen|mitteilen zu (?:koennen|muessen|duerfen)|inform you|advise you|"
    r"confirm),? (?:dass|that)\b|{writers_client} hat (?:\w{1,12} ){0,2}(?:mitgeteilt|bestaetigt|erklaert),? dass\b",
    takes=("Wir nehmen Bezug auf Ihr Schreiben und teilen mit, dass wir zustimmen.",),
    leaves=("Wir stimmen dem Plan mit Freude zu.",),
)

EXAMINATION = Rule(
    "examination",
    r"\b(?:nach|after|upon) (?:\w{3,20} )?{examined} (?:der|des|ihrer|ihres|aller|saemtlicher|the|your) [^,.;:#]{3,60}?"
    r"(?= (?:koennen|kann|lehn|stimm|muess|muss|sind|ist|wird|werden|seh|hab|komm|teil|nehm|we\b|our\b))",
    takes=("Nach eingehender Prüfung der wirtschaftlichen Verhältnisse lehnen wir ab.",),
    leaves=("Nach Vorlage der Unterlagen lehnen wir ab.",),
)
"""In a refusal: whatever was examined."""

EXAMINED = Rule(
    "examined",
    "{examined}|{we_examined}|{demand}|{tell_can}",
    takes=("nach Prüfung der Unterlagen", "können wir Ihnen"),
    leaves=("noch nicht",),
)
"""Words of doubt that mean none in front of what is told."""

REASONS = Rule(
    "reason_within",
    r",? (?:because|as (?:the|your|we|our))\b.{0,400}\Z|, {because}.{0,400}\Z|\A{because}[^,]{0,300}, |"
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
    r"(?:\b(?:angeboten\w{0,2}|vorgeschlagen\w{0,2}|ihre\w?|offered|proposed)\b.{0,40}?|\b(?:die|der) )"
    r"\b(?:quote|quotenzahlung|zahlung|quota|dividend|(?<!#)share)"
    r"(?: (?:von|in hoehe von|of)(?: (?:nur|lediglich|gerade einmal|only))? (?:#share|#money))?|"
    r"\b(?:ihr\w?|your) (?:\w{1,30} )?" + PLAN + r" (?:von|ueber|of) (?:#share|#money)|{low_terms}",
    takes=("die angebotene Quote von #share", "Ihre Quote", "die sehr geringe Befriedigungsquote"),
    leaves=("unsere Mindestquote von #share", "eine höhere Quote"),
)
"""What the plan itself offers."""

THE_PLAN = Rule(
    "the_plan",
    r"\b(?:der|den|dem|des|ihre?[mns]?|the|your) " + PLAN,
    takes=("Ihr Ratenplan", "dem Ratenplan"),
    leaves=("einem Ratenplan", "ein neuer Plan"),
)

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
    "{writers_client}|{no_objection}|{we}|" + PLAN + "|{plan_attribute}|{function_word}|{answer_word}",
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
    "{offer_word}|{ends_claim}|{single_payment}|{pays_sum}|{rest_let_go}|{counter_noun}|#money|#share|"
    + WORDS_OF_REFUSAL.pattern,
    takes=("einmalzahlung", "Schlussstrich"),
    leaves=("vielleicht", "Raten"),
)
