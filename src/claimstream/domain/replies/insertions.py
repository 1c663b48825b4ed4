"""Stretches that change nothing in an answer to a plan: which letter, after which examination, to which end."""

import re

from claimstream.domain.language import Rule, Rules
from claimstream.domain.replies.plan import NAMES_PLAN, PLAN

UNTIED_AHEAD = (
    r"(?![^.:;!?]{0,100}(?:{condition}|{limit}|{denial}|{doubt}|{contrast}|{subjunctive}|{change}|{tie_paper}|"
    r"{nearly}))"
)
"""No word of doubt in the stretch that follows."""

INSERTIONS = (
    Rule(
        "plan_in_figures",
        r"\((?:\d{1,3} ?x ?|[\w ]{0,20}?raten? (?:zu|von|a|á) (?:je )?)#money[^()]{0,40}\)|"
        r"\(\d{1,3} \w{0,10}raten[^()]{0,60}\)",
        takes=("(72 Monatsraten zu #money)", "(24 x #money)"),
        leaves=("(#money sofort)",),
    ),
    Rule(
        "as_set_out",
        r"\bas (?:set out|described|contained|proposed) in your (?:letter|email|e-mail|proposal)\b|"
        r"\b(?:after|having) (?:discussing|discussed) it internally\b",
        takes=("as set out in your letter",),
        leaves=("as set out in our letter",),
    ),
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
        "offered_rates",
        r"\b(?:angeboten|vorgeschlagen)\w{1,2} (?:raten\w{0,10}|monatsraten|teilzahlungen) "
        r"(?:von|in hoehe von|zu|zu je|ueber) "
        r"(?:je |monatlich )?#money(?: (?:ueber|fuer|auf) \d{1,3} (?:monate?n?|raten|jahre?n?))?",
        takes=("mit der angebotenen Ratenzahlung von #money über 36 Monate",),
        leaves=("mit einer Ratenzahlung von #money",),
    ),
    Rule(
        "agreed_sum",
        r"(?<!\beine )(?<!\beine[mnr] )(?<!\ba )(?<!\ban )" + PLAN + r" (?:in hoehe von|ueber|von|von insgesamt|of|"
        r"for|in the amount of) #money",
        takes=("Ihr Vergleichsangebot über #money", "your offer of #money"),
        leaves=("Wir zahlen #money.", "mit einer Einmalzahlung von #money"),
    ),
    Rule(
        "offered_sum",
        r"\b(?:gegen|von|durch) (?:die |eine |der |einer )?(?:angebotene\w? |vorgeschlagene\w? )(?:einmal)?zahlung "
        r"(?:von|in hoehe von|ueber) #money",
        takes=("gegen die angebotene Einmalzahlung in Höhe von #money",),
        leaves=("gegen Zahlung von #money",),
    ),
    Rule(
        "one_or_several",
        r"\b(?:ich|wir) (?:\w{2,15} )?/ ?(?=(?:wir|ich) )",
        takes=("Ich stimme / wir stimmen dem Plan zu.", "Ich / wir stimmen zu."),
        leaves=("Wir stimmen zu.",),
    ),
    Rule(
        "by_plan",
        r"\b(?:gemaess|laut|entsprechend|wie im|aus) (?:de[mr] |ihre[mr] )?" + PLAN,
        takes=("der Regelung gemäß Schuldenbereinigungsplan",),
        leaves=("gemäß Gesetz",),
    ),
    Rule(
        "interjection",
        r"\A(?:(?:das )?(?:ist|geht) (?:okay|ok|in ordnung|gut|klar)(?: so| fuer (?:mich|uns))?)[,.:] |"
        r"\A(?:na )?{yes_word}(?:,? dann|,) (?=(?:ich|wir|{accepting})\b)",
        takes=(
            "Ist okay so, wir nehmen an.",
            "Na gut, dann bin ich einverstanden.",
            "Das geht in Ordnung, wir stimmen zu.",
        ),
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
        "account_within",
        r"\((?![^()]{0,40}(?:{condition}|{limit}|{denial}|{contrast}))(?:[a-z][a-z./-]{0,24}:? ){0,2}"
        r"(?=[^()]{0,40}(?:\d[ ./-]{0,2}){5})(?:[\w./-]{0,20}\d[\w./-]{0,20} ?){1,6}\)|"
        r",? {account_label}\.?:? (?=[^,;!?]{0,30}(?:\d[ ./-]{0,2}){4})(?:[\w./-]{0,20}\d[\w./-]{0,20} ?){1,6}"
        r"(?:,(?! #)|(?=[.]?\Z))",
        takes=("(BG 07102//0033914)", "(Vertragskonto 880 1174)", ", account KC440188"),
        leaves=("(nur Vertrag 4711223)", "(Ziffer 3)", "(24 Raten)"),
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
        "result_announced",
        r"\A" + UNTIED_AHEAD + r"[^.:!?#]{0,80}\b(?:(?:ergebnis|entscheidung|beschluss|antwort|bescheid)(?: lautet)?|"
        r"{examined}(?: [^.:!?#]{0,40})?|gruenes licht|gute (?:nachrichten?|neuigkeit|neuigkeiten)\b[^.:!?#]{0,40}"
        r"): |"
        r"\A"
        + UNTIED_AHEAD
        + r"(?:{we}|also|kurzum)(?: (?!sie\b|ihre?[mnrs]?\b)[a-z]{2,20}){0,6}(?: {decided}|(?<=also)|(?<=kurzum)): ",
        takes=(
            "Ergebnis: Plan angenommen.",
            "Nach Abwägung ergeht folgende Entscheidung: Wir stimmen zu.",
            "Wir sind uns einig: Ich stimme zu.",
            "Also: Ja.",
        ),
        leaves=("Noch keine Entscheidung: Wir prüfen.", "Ihr seid euch einig: Ja.", "Sie haben entschieden: Ja."),
    ),
    Rule(
        "after_thinking",
        r"\A(?:nach|after|in) " + UNTIED_AHEAD + r"(?:\w{2,20}(?:er|em|en) ){0,2}{examined}[^,.:;!?#()]{0,80}?"
        r"(?= (?:{accepting})\b)",
        takes=(
            "Nach längerem Überlegen nehme ich an.",
            "Nach Prüfung der Verhältnisse erklären wir uns einverstanden.",
        ),
        leaves=("Nach Prüfung der noch fehlenden Belege stimmen wir zu.", "Nach Eingang der Rate stimmen wir zu."),
    ),
    Rule(
        "after_examination",
        r"\b(?:nach|after|upon) (?:{examined_how} |careful )?{examined}(?: {examined_what}|(?: und |"
        r" and )?{examined}){0,2}(?: (?:mit|im|in|durch|der) (?:(?:der|dem|den|unsere[rmn]?|meine[rmn]?) )?"
        r"(?:\w{3,20}(?:en|er)? )?(?:{consulted}|{organ})| mit {at_home})?|"
        r"\bim einvernehmen mit (?:der|dem|den|unsere[rmn]?) (?:\w{3,20}(?:en|er) )?(?:{consulted}|{organ})|"
        r"(?:(?<=\bwurde )|(?<=\bist )|(?<=#date ))(?:von|durch|seitens) "
        r"(?:unsere[rmn]?|meine[rmn]?) (?:\w{3,20}(?:en|er) )?(?:{consulted}|{organ})|"
        r"(?:having (?:carefully )?(?:considered|reviewed))",
        takes=("Nach Prüfung der Unterlagen", "Nach interner Beratung", "after careful consideration"),
        leaves=("Nach Vorlage der Unterlagen", "vor Prüfung der Unterlagen"),
    ),
    Rule(
        "to_what_end",
        r"\A(?:damit|um) "
        + UNTIED_AHEAD
        + r"(?![^,]{0,80}\b(?:{tie_money}|\w{0,12}zahl\w{0,8}|voll\w{0,6}|ganz\w{0,3}|\w{0,12}geld\w{0,3}|"
        r"\w{0,12}raten?)\b)"
        r"[^,.:;!?#()]{3,80}, (?=(?:{accepting})\b)",
        takes=("Damit die Sache ein Ende hat, nehme ich an.",),
        leaves=("Damit er mehr zahlt, nehme ich an.", "Um das ganze Geld zu sehen, nehmen wir an."),
    ),
    Rule(
        "organ_decided",
        r"\b(?:der|die|das|unsere?r?) (?:\w{2,20} ){0,2}?{organ} hat\b"
        + UNTIED_AHEAD
        + r"[^,.:;!?]{0,60}?\b(?:entschieden|beschlossen)(?:,? dass\b|:)",
        takes=(
            "Der Vorstand hat am #date beschlossen, dass dem Plan zugestimmt wird.",
            "Unsere Geschäftsleitung hat entschieden: Wir nehmen an.",
        ),
        leaves=("Die Hausbank hat beschlossen, dass dem Plan zugestimmt wird.",),
    ),
    Rule(
        "concerning_the_claim",
        r"\b(?:hinsichtlich|bezueglich|betreffend|wegen|in bezug auf|zu) (?:der|unserer|die|unsere) "
        r"(?:hier |hiesigen |oben |genannten |bestehenden |offenen |o\. ?g\. ){0,3}"
        r"(?:forderung|angelegenheit|sache)\b",
        takes=("hinsichtlich der hier bestehenden Forderung", "zu der oben genannten Angelegenheit"),
        leaves=("hinsichtlich der Hauptforderung", "wegen der Zinsen"),
    ),
    Rule(
        "plan_you_sent",
        r", (?:den|die|das) (?:sie|you) (?:(?:uns|mir|fuer|am|vom|mit|per|in|ihrem|ihrer|ihres|schreiben|brief|"
        r"e-mail|mail|#date|im (?:namen|auftrag)|von|dritten|{debtor}) ){0,8}"
        r"(?:,? )?{sent_by_you} haben,?",
        takes=("der Plan, den Sie uns am #date übersandt haben,",),
        leaves=("der Plan, den Sie damals übersandt haben,",),
    ),
    Rule(
        "we_examined",
        r"\b(?:haben|habe|hab|hat|wurden?|ist)\b[^.!?;]{0,90}?{we_examined}(?: und(?: (?:wir|ich))?\b|,)|"
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

_INSERTIONS = Rules(*INSERTIONS)
_SUBJECT = re.compile(r"\b(?:wir|ich)\b(?= .{0,60}\bund\b)")


def bare(low: str) -> str:
    """Return a marked sentence without what changes nothing in it."""
    return " ".join(_INSERTIONS.sub(_kept, low).split())


def _kept(insertion: re.Match[str]) -> str:
    """What must stay of an insertion: the plan, and the subject of *we examined and …*."""
    kept = (_SUBJECT.search(insertion.group()), NAMES_PLAN.find(insertion.group()))
    return f" {' '.join(found.group() for found in kept if found)} "
