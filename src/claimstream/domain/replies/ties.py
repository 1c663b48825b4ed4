"""Words beside an acceptance that tie it to something, or take it back: a closed class, taken broadly.

What a creditor may write beside its acceptance is endless: who examined the plan, where the rates go, what becomes of
the title, when the office moves. What can change the answer is of a few kinds: a condition or a reservation, a
contrast, something denied, a demand or a counter-performance, somebody who is still to decide, another plan, and a
word about the answer itself. A sentence without any of these leaves the acceptance as it is, if it is about something
that letters speak of or tells what is past: no list of words is complete.
"""

import re

from claimstream.domain.language import Rule
from claimstream.domain.replies.answer_rules import AGREES
from claimstream.domain.replies.conditions import AFTER_FULFILMENT, BY_LAW, HEREBY_GIVEN, NOTICE_WANTED, TERMS_MET
from claimstream.domain.replies.plan import NAMES_PLAN

_VETOES = (
    Rule("tie_condition", "{condition}", takes=("Sofern alle zustimmen.",), leaves=("Wir danken.",)),
    Rule("tie_limit", "{limit}", takes=("Das gilt nur für den Kredit.",), leaves=("Wir danken.",)),
    Rule("tie_contrast", "{contrast}", takes=("Die Kosten tragen Sie jedoch.",), leaves=("Wir danken.",)),
    Rule("tie_denial", "{denial}", takes=("Die Zinsen sind nicht erfasst.",), leaves=("Wir danken.",)),
    Rule("tie_doubt", "{doubt}", takes=("Vielleicht sehen wir das morgen anders.",), leaves=("Wir danken.",)),
    Rule("tie_subjunctive", "{subjunctive}", takes=("Besser wäre eine höhere Rate.",), leaves=("Wir danken.",)),
    Rule("tie_demand", "{demand}", takes=("Die Rate muss steigen.",), leaves=("Wir danken.",)),
    Rule("tie_change", "{change}", takes=("Die Rate wird angepasst.",), leaves=("Wir danken.",)),
    Rule("tie_decision_to_come", "{delay}", takes=("Der Vorstand prüft.",), leaves=("Wir danken.",)),
    Rule("tie_term_of_agreement", "{term}", takes=("Die Laufzeit sinkt.",), leaves=("Wir danken.",)),
    Rule("tie_refusal", "{refuse}", takes=("Wir lehnen ab.",), leaves=("Wir danken.",)),
    Rule("tie_another_offer", "{offer}", takes=("Im Gegenzug zahlt er 300 EUR.",), leaves=("Wir danken.",)),
    Rule("tie_consent_by_silence", "{by_silence}", takes=("Sie hören nichts Gegenteiliges.",), leaves=("Wir danken.",)),
    Rule("tie_revival_of_claim", "{revival}", takes=("Die Forderung lebt wieder auf.",), leaves=("Wir danken.",)),
    Rule(
        "tie_interest_goes_on",
        r"\b(?:zinsen|interest)\b.{0,80}?\b(?:weiter|weiterhin|laufen|laeuft|continues?|running|runs?)\b",
        takes=("Die Zinsen laufen weiter.", "Interest keeps running."),
        leaves=("Weitere Zinsen fallen an.",),
    ),
)
"""Beside an acceptance they spoil a sentence of a known kind, too."""

_TIES = (
    Rule("tie_reservation", "{tie_reserved}", takes=("Unter Vorbehalt.",), leaves=("Wir danken.",)),
    Rule("tie_slip", "{tie_slip}", takes=("Wir haben uns vertan.",), leaves=("Wir danken.",)),
    Rule("tie_assumption", "{tie_assumed}", takes=("Wir gehen davon aus.",), leaves=("Wir danken.",)),
    Rule("tie_still_to_come", "{tie_to_come}", takes=("Meine Chefin unterschreibt.",), leaves=("Wir danken.",)),
    Rule("tie_other_terms", "{tie_terms}", takes=("Wir haben eine Klausel ergänzt.",), leaves=("Wir danken.",)),
    Rule("tie_other_money", "{tie_money}", takes=("Den Rest zahlt er dann.",), leaves=("Wir danken.",)),
    Rule("tie_security", "{tie_security}", takes=("Die Mutter bürgt.",), leaves=("Wir danken.",)),
    Rule("tie_counter_performance", "{tie_goods}", takes=("Das Auto bekommen wir.",), leaves=("Wir danken.",)),
    Rule("tie_other_person", "{tie_person}", takes=("Ihr Ehemann haftet.",), leaves=("Wir danken.",)),
    Rule("tie_pursuit", "{tie_pursuit}", takes=("Wir vollstrecken.",), leaves=("Wir danken.",)),
    Rule("tie_paper_wanted", "{tie_paper}", takes=("Wir benötigen einen Nachweis.",), leaves=("Wir danken.",)),
    Rule(
        "tie_other_matter",
        "{tie_matter}|{apart}",
        takes=("Der zweite Kredit läuft getrennt.",),
        leaves=("Wir danken.",),
    ),
    Rule(
        "tie_other_figure",
        r"\b(?:euro?|cent)\b|\b(?:\d{1,3}|zwei|drei|vier|fuenf|sechs|acht|zehn|zwoelf) "
        r"(?:\w{0,20}(?:raten?|monate?n?|jahre?n?|wochen?)|months?|years?|instalments?)\b|"
        r"\b(?:\w{0,20}raten?|laufzeit|quote|instalments?)\b.{0,20}\b\d",
        takes=("über 48 Monate", "drei Raten"),
        leaves=("Ab Januar gilt unsere neue Anschrift.",),
    ),
    Rule(
        "tie_other_date",
        r"\b(?:\w{0,20}raten?|\w{0,20}zahlung(?:en)?|laufzeit|payments?|instalments?)\b.{0,60}?"
        r"\b(?:ab|bis|zum|am|until|by|from|on)(?: (?:zum|dem|the))? #date|"
        r"\b(?:ab|bis|zum|am|until|by|from|on)(?: (?:zum|dem|the))? #date.{0,60}?"
        r"\b(?:\w{0,20}raten?|\w{0,20}zahlung(?:en)?|payments?|instalments?)\b",
        takes=("Die Rate kommt ab #date.", "Zum #date erbitten wir die Zahlung."),
        leaves=("Ab #date sind wir umgezogen.",),
    ),
    Rule(
        "tie_other_creditors",
        r"\b(?:alle[nr]?|andere[nr]?|saemtliche[nr]?|uebrigen?|jeder) (?:\w{1,20} )?glaeubiger\w*|"
        r"\b(?:all|every|other) (?:\w{1,20} )?(?:creditors?|lenders?)\b",
        takes=("Alle Gläubiger machen mit.", "All creditors take part."),
        leaves=("Als Gläubigerin danken wir.",),
    ),
)
"""In a sentence of unknown kind one of these is enough, too."""


def _any(name: str, rules: tuple[Rule, ...]) -> Rule:
    takes = tuple(example for rule in rules for example in rule.takes)
    return Rule(name, "|".join(rule.pattern for rule in rules), takes=takes, leaves=("Wir danken.",))


TAKES_BACK = _any("takes_acceptance_back", _VETOES)
_ANY_TIE = _any("ties_in_a_name", _TIES)
TIES = _any("ties_an_acceptance", _VETOES + _TIES)

_DENIED = r"\b(?:nicht|keinen?|keine[rs]?|kein|no|not)\b(?! (?:nur|ohne|vor|bis|laenger|only|before|until)\b)"
_DENIED += r"(?: (?:mehr|weiter|longer|further))?"
_BURDEN = r"(?:{apart} )?{burden}(?: (?:der|des|jede[rs]) {apart})?(?: mehr)?"
_BURDENED = r"(?:{apart} )?{burdened}"
_RELEASED = r"(?:{lets}(.{0,40}?){held}(.{0,60}?){go}|{held}(.{0,80}?){let_go}|{let_go}(.{0,60}?){held})"

UNTIED = (
    Rule(
        "burden_let_be",
        rf"{_BURDEN}([^,;]{{0,120}}?){_DENIED}([^,;]{{0,60}}?){_BURDENED}|"
        rf"{_BURDEN}([^,;]{{0,60}}?)\b(?:geht|gehen|fallen|faellt|fuegen|fuege|legen|lege)\b([^,;]{{0,40}}?){_DENIED}"
        r" (?:zu|an|bei)\b|"
        rf"{_BURDEN}([^,;]{{0,60}}?){_BURDENED}([^,;]{{0,40}}?){_DENIED}(?: in rechnung)?|"
        rf"{_BURDENED} {_DENIED} (?:\w{{1,20}} ){{0,3}}?{_BURDEN}|"
        rf"{_DENIED} (?:\w{{1,20}} ){{0,3}}?{_BURDEN}([^,;]{{0,60}}?){_BURDENED}",
        takes=(
            "Weitere Mahnungen werden nicht mehr versandt.",
            "Kosten stellen wir nicht in Rechnung.",
            "Das Mahnverfahren führen wir nicht weiter.",
            "Es werden keine weiteren Ansprüche erhoben.",
            "No further reminders will be sent.",
        ),
        leaves=("Die Pfändung wird nicht eingestellt.", "Der Titel wird nicht vor Mai vollstreckt."),
    ),
    Rule(
        "let_go",
        _RELEASED,
        takes=("Den Titel geben wir zurück.", "Die Pfändung ist zurückgezogen.", "We will close the file."),
        leaves=("Den Wagen geben Sie zurück.",),
        but=r"{denial}|\bbis\b|"
        r"\b(?:zahlung|erstattung|ausgleich) (?:der|von) (?:\w{1,20} )?(?:zinsen|\w{0,20}kosten)\b",
    ),
    Rule(
        "dues_to_come",
        r"{running}(?: \w{1,20}){0,2}? ?{dues}.{0,160}|{dues}(.{0,20}?){running}.{0,160}|"
        r"\bvon der meldung.{0,160}|{dues}(.{0,40}?)\b(?:auch )?kuenftig\b.{0,60}",
        takes=(
            "Laufende Beiträge sind von dieser Entscheidung nicht berührt.",
            "Künftige Rechnungen sind davon unabhängig.",
        ),
        leaves=("Die Miete ist zu zahlen.",),
        but=r"{condition}|{tie_security}",
    ),
    Rule(
        "payments_expected",
        r"\b(?:\w{0,20}raten|zahlungen|zahlung|eingaenge)(?: (?:\w{1,12})){0,1}? erwarten?\b|"
        r"\berwarten? (?:wir |ich |die |ihre |vereinbarten |monatlichen ){0,4}(?:\w{0,20}raten|zahlungen|zahlung)\b|"
        r"\bsoll(?:en)?\b(?=[^;:]{0,60}?\bkonto\b)(?![^;:]{0,80}?\b(?:ganze\w?|volle\w?|gesamte\w?|sofort)\b)([^;:]{0,80}?)\b(?:ueberweisen|ueberwiesen|einzahlen|gehen)\b",
        takes=(
            "Die Raten erwarten wir auf unserem Konto.",
            "Wir erwarten die Zahlungen zum Monatsende.",
            "Er soll es auf mein Konto überweisen.",
        ),
        leaves=("Wir erwarten höhere Raten.", "Wir erwarten mehr.", "Er soll mehr überweisen."),
    ),
    Rule(
        "letters_crossed",
        r"\bsollten?\b(.{0,80}?)\b(?:gekreuzt|ueberschnitten)\b(?: haben)?",
        takes=("Sollte sich ein Schreiben gekreuzt haben, ist es gegenstandslos.",),
        leaves=("Sollte die Rate ausbleiben, ist alles fällig.",),
    ),
    Rule(
        "nothing_more_to_get",
        r"{no_higher}(.{0,40}?){to_get}",
        takes=("dass kein höherer Ertrag zu erzielen wäre",),
        leaves=("Mehr ist zu erwarten.",),
    ),
    Rule(
        "no_doubt_meant",
        r"(?:{burden} (?:ist|sind|war|waren) (?:dafuer |hierfuer |dazu )?)?{soon}|"
        r"\b(?:waehrend|fuer|nach ende|ab beginn|nach ablauf|zum ende|bis zum ende) (?:die |der |des )?laufzeit\b"
        r"(?: des \w{0,20}plan\w{0,2})?",
        takes=("Das Konto wird noch in dieser Woche frei.", "während der Laufzeit des Plans"),
        leaves=("Wir prüfen noch.", "Die Laufzeit beträgt drei Jahre."),
    ),
    Rule(
        "due_by_plan",
        r"\b(?:erste |naechste |monatliche )?(?:\w{0,20}raten?|zahlung|zahlungen)\b(.{0,60}?)(?:#date)?(.{0,20}?)"
        r"\b(?:faellig|zahlbar|beginn\w{0,3})(?:,? (?:so )?)"
        r"(?=wie\b.{0,40}\b(?:plan|vorschlag|vorgeschlagen|vorgesehen)\b)",
        takes=("Die erste Rate ist am #date fällig, wie es in Ihrem Plan steht.",),
        leaves=("Die erste Rate ist am #date fällig.",),
    ),
    Rule(
        "payments_watched",
        r"\b(?:\w{0,20}zahlungseing\w{1,4}|eing\w{1,4}|zahlungen)\b(.{0,60}?)\b(?:geprueft|ueberprueft|pruefen|prueft)\b",
        takes=("Der Zahlungseingang wird monatlich geprüft.",),
        leaves=("Der Vorstand prüft.",),
    ),
    Rule(
        "pursuer_informed",
        r"{pursuer}(.{0,60}?){informed}|{informed}(.{0,40}?){pursuer}",
        takes=("Der Gerichtsvollzieher ist entsprechend unterrichtet.",),
        leaves=("Der Gerichtsvollzieher kommt am Montag.",),
    ),
    Rule(
        "new_address",
        r"{changed_of_ours}(.{0,60}?)\b(?:geaendert|neu|neue|umgestellt|changed)\b",
        takes=("Unsere Sprechzeiten haben sich geändert.", "Our address has changed."),
        leaves=("Die Rate hat sich geändert.",),
    ),
    Rule(
        "under_a_number",
        r"\bunter (?:dem|der|unserem|unserer|folgendem|neuem) {number_of_file}|"
        r"\A(?=\w{4,30}: )(.{0,80}?)\bvertrag(?:s\w{0,10})?(?: nr)?[.:]? (?=\d[\d./-]{4,20}[^\w]{0,2}\Z)",
        takes=("Wir führen den Vorgang unter dem Aktenzeichen 4711.", "Gläubiger: Kern KG, Vertrag 300-88-117"),
        leaves=("Das liegt unter dem Limit.", "Der Vertrag 300-88-117 bleibt."),
    ),
    NOTICE_WANTED,
    TERMS_MET,
    HEREBY_GIVEN,
    Rule(
        "no_receiver",
        r"\b(?:zum|zur) (?:geldempfang|inkasso|empfang\w{0,8}|entgegennahme)\b([^,;:]{0,40}?)\bnicht "
        r"(?:beauftragt|bevollmaechtigt|berechtigt|ermaechtigt)\b",
        takes=("Zum Geldempfang bin ich nicht bevollmächtigt.",),
        leaves=("Zum Abschluss bin ich nicht bevollmächtigt.",),
    ),
    Rule(
        "good_wishes",
        r"\b(?:noch )?(?:eine?n? )?(?:schoen|gut|froh|besinnlich|erholsam|sonnig)e[nrs]? "
        r"{day_of_wishes}(?: noch)?\b|\bbleib\w{0,3} (?:sie )?gesund\b",
        takes=("Schönen Sonntag noch!", "Ihnen noch einen schönen Abend.", "Bleiben Sie gesund!"),
        leaves=("Noch ist das offen.", "Bis Sonntag noch."),
    ),
    Rule(
        "proverb",
        r"\bhaette (?:(?:mein|meine|unser|unsere) \w{2,20} )(?:selig |immer )?gesagt\b|"
        r"\b(?:besser|lieber) (?:der |den |einen )?spatz in der hand\b|"
        r"\bbesser (?:\w{2,12} )?als (?:gar )?(?:nix|nichts)\b",
        takes=("Mit gutem Willen geht es, hätte meine Mutter gesagt.", "Besser als nichts."),
        leaves=("Das hätte ich gesagt.", "Nichts davon ist besser."),
    ),
    Rule(
        "then_still",
        r"\b(?:als|damals|frueher|seinerzeit)\b([^,;:]{0,60}?)\bnoch\b(?=[^,;:]{0,40}?\b\w{2,20}(?:te|war|ten)\b)",
        takes=("aus dem Jahr 2021, als sie den Laden noch führte",),
        leaves=("Die Belege fehlen noch.",),
    ),
    Rule(
        "for_the_reader_only",
        r"\b(?:diese|this|die) (?:e-?mail|nachricht|message|mail)\b(.{0,160}?)"
        r"\b(?:nur|only|ausschliesslich)\b"
        r"(?= (?:fuer|for|intended)\b.{0,80}\b(?:empfaenger|adressat|addressee|recipient|person)\w*)",
        takes=("Diese E-Mail ist vertraulich und nur für den Empfänger bestimmt.",),
        leaves=("Diese E-Mail gilt nur für die Hauptforderung.",),
    ),
    Rule(
        "answer_told",
        r"(?:{enclosed}|{comes_with}|\b(?:liegt|liegen)\b)(.{0,60}?){answer_noun}|"
        r"{answer_noun}(.{0,60}?)(?:{enclosed}|\b(?:liegt|liegen)\b(.{0,40}?)\bbei\b)|"
        r"\bgilt als (?:{answer_noun}|annahmeerklaerung)(?= ?[.!]?\Z)|"
        r"{answer_noun} (?:fiel|erging|erfolgte|war) einstimmig|"
        r"{answer_noun} (?:beruht auf|ergeht|erging|erfolgt|erfolgte)"
        r"(?= (?:de[rmn]|einer|aus|auf grund\w*|nach|gemaess)\b)|"
        r"{inform}(.{0,40}?)\b(?:ueber|von) (?:\w{1,12} )?{answer_noun}",
        takes=(
            "Unsere Antwort finden Sie in der Anlage.",
            "Die Entscheidung beruht auf den Unterlagen.",
            "Dieses Schreiben gilt als Annahmeerklärung.",
        ),
        leaves=("Die Zustimmung gilt bis Mai.", "Die Zustimmung erfolgt unter der Annahme gleicher Quoten."),
    ),
    Rule(
        "plan_told",
        r"\b\w{0,20}plan sieht\b(.{0,160}?)\bvor\b(?:,? die\b[\w ]{0,100}?\bverteilt werden)?|"
        r"\b(?:aus|in|im|gemaess|laut|zu|nach|mit) (?:de[mr] |diesem |ihrem )?\w{0,20}plan\b(?: (?:genannten|"
        r"vorgesehenen|enthaltenen|angegebenen))?|"
        r"\b(?:laufzeit|erfuellung|ausfuehrung|durchfuehrung|abschluss|ablauf|beginn)"
        r" (?:des|ihres) \w{0,20}plan\w{0,2}",
        takes=("Der Plan sieht monatliche Zahlungen vor.", "Die Zahlungen aus dem Plan verbuchen wir."),
        leaves=("Der Plan gilt ab Mai.",),
    ),
)
"""Stretches in which a word of doubt ties nothing."""

PAST = Rule(
    "told_as_past",
    r"\b(?:hat|haben|habe|hatten?|wurden?|worden|war|waren|lag|lagen|beruht|have|has|had|was|were)\b|"
    r"\b(?:ist|sind)\b.{0,80}\b\w{0,6}(?:ge\w{2,20}(?:t|en)|iert|sandt)\b|\bhab (?:ich|das|es)\b",
    takes=("Wir haben das geprüft.", "Die Sache wurde beraten.", "Die Entscheidung ist gefallen."),
    leaves=("Wir prüfen das.", "Sie haben Belege vorzulegen.", "You have to sign."),
    but=r"\b(?:zu [a-z]{2,20}en|\w{1,12}zu[a-z]{3,20}en)\b|\b(?:has|have) to\b",
)
EXAMINED_PAST = Rule(
    "examined_past",
    "{examined_past}",
    takes=("geprüft", "nach Prüfung"),
    leaves=("prüfen wir",),
)
NOT_PAST = Rule(
    "not_past_yet",
    r"\b(?:noch|erst|wird|werden|steht|stehen|folgt|liegt bei|bevor|will|trifft|faellt|obliegt)\b",
    takes=("Die Entscheidung steht aus.",),
    leaves=("Die Entscheidung ist gefallen.",),
)

OF_THE_ANSWER = Rule(
    "tie_answer",
    r"{answer_noun}|\b(?:this|that|it) (?:is|will|applies|does|remains|stands)\b",
    takes=("Die Zustimmung gilt bis Mai.", "It is valid until May."),
    leaves=("Die Rate geht auf unser Konto.",),
)

OBLIGES = Rule(
    "tie_obligation",
    r"\b(?:sie|you)\b|\b(?:ihre?|der|die|your|the) (?:mandant\w*|schuldner\w*|kund(?:e|in)|client|debtor)\b|"
    r"\b(?:\w{0,12}zu(?!sammen)[a-z]{3,20}en|"
    r"zu (?!(?:ihnen|ihren|unseren|meinen|diesen|allen|haenden)\b|[a-z]{1,20}ungen\b)[a-z]{3,20}en)\b",
    takes=("Ihr Mandant legt Belege vor.", "Sie geben das Fahrrad ab.", "Belege sind vorzulegen."),
    leaves=("Die Buchhaltung ist informiert.",),
)
"""The reader or the debtor has to do something."""

MAY = Rule(
    "reader_may",
    "{reader_may}",
    takes=("Sie erreichen uns.", "Bitte überweisen Sie auf unser Konto."),
    leaves=("Sie räumen die Wohnung.",),
)

ANCHORED = Rule(
    "of_a_known_matter",
    "{anchor}|{letter}|{thanks}|{wish}|{reach}|{bank_detail}|{quote_number}|{number_of_file}|{enclosed}|{footer}",
    takes=("Unsere Filiale zieht um.", "Wir wünschen Ihrer Mandantin alles Gute."),
    leaves=("Den Traktor lassen wir am Freitag kommen.", "Lottogewinne fließen uns zu."),
)
"""It is about letters, offices, bookings or good wishes."""

READ = Rule(
    "plan_read",
    "{we_examined}|{plan_read}|"
    r"\b(?:sie (?:haben|hatten)|(?:haben|hatten) sie)\b.{0,240}?\b{sent_by_you}\b",
    takes=("Ihren Plan haben wir gelesen.", "Sie haben uns einen Plan übersandt.", "We have received your plan."),
    leaves=("Ihren Plan haben wir um eine Zeile erweitert.",),
)
"""All that a creditor may have done with the plan, and that it was sent."""

ANNOUNCED = Rule(
    "answer_announced",
    r"\A(?:zu|zum|zur|betreffend|hinsichtlich|regarding) .{0,240}:\Z",
    takes=("Zum Plan Ihres Mandanten ergeht folgende Entscheidung:",),
    leaves=("Zum Plan kommt eine Rate hinzu.",),
)
"""The words that name the plan a letter is about, before its answer."""

TOLD = Rule(
    "told_of_the_past",
    r"\b(?:hat|haben|habe|hatten?|wurden?|worden)\b.{0,160}\b\w{0,12}ge\w{2,20}(?:t|en)\b|"
    r"\b(?:hat|haben|habe|hatten?|wurden?|worden)\b.{0,160}\b(?:be|er|ver|ent|zer|ueber|unter)\w{2,20}(?:t|en)\b|"
    r"\b(?:hat|haben|habe|hatten?|wurden?|worden)\b.{0,160}\b\w{2,20}iert\b|"
    r"\bwar\b|\bwaren\b|\bhab\b.{0,80}\b\w{0,12}ge\w{2,20}(?:t|en)\b|\b(?:has|have|had|was|were)\b.{0,80}\b\w{2,20}ed\b",
    takes=("Die Leute haben lange gesucht.", "We have looked and waited."),
    leaves=("Er hat das Schreiben auf dem Tisch.",),
)

ASKS_FOR_QUESTIONS = Rule(
    "asks_for_questions",
    r"\A(?:haben sie|sie haben|noch|any)\b.{0,20}?\b(?:fragen|rueckfragen|questions)\?|\Awie zufrieden\b.{0,80}\?",
    takes=("Haben Sie Fragen?", "Wie zufrieden sind Sie mit uns?"),
    leaves=("Haben Sie das Auto?",),
)

UNKNOWN = "tie_unknown"
"""The class of a sentence that holds no word of any, and speaks of nothing that letters are full of."""
_THAT_WAS = re.compile(r"\b(?:das|dies) war\b")
_SMALL = re.compile(r"(?<![\w#@.])[a-z]{4,}")
"""A line without small letters is a name or a heading."""
_PERSON = re.compile(r"\b(?:Frau|Herrn?|Familie|Eheleute) [A-Z]")
_PRONOUN = re.compile(
    r"(?<!\bauf )(?<!\bin )(?<!\ban )(?<!\bfuer )(?<!\bueber )\b(?:[Dd]as|[Dd]ies)\b"
    r"(?! (?:[a-z]+e[nrs]? ){0,3}(?!Sie\b|Ihr)[A-Z#])"
)
"""*Das*, *dies* without a noun of their own: they may stand for the answer."""


def tie_in(low: str, marked: str) -> str | None:
    """Return the class of meaning by which a sentence may tie an acceptance to something or take it back.

    Args:
        low: the sentence in small letters, without names.
        marked: the sentence with its capitals.

    Returns:
        The name of a rule; None where the sentence changes nothing.
    """
    if ASKS_FOR_QUESTIONS.find(low) or BY_LAW.find(low):
        return None
    if "?" in low:
        return "tie_question"
    rest = AFTER_FULFILMENT.without(low)
    for rule in UNTIED:
        rest = rule.without(rest)
    past = PAST.find(low) is not None and NOT_PAST.find(rest) is None
    if past or TERMS_MET.find(low):
        rest = EXAMINED_PAST.without(rest)
    if TIES.find(rest):
        return class_of(rest)
    if AGREES.find(rest):
        return OF_THE_ANSWER.name
    # A word that was taken for a name: "Schuldnerin und Bürgin".
    if rest == low and _ANY_TIE.find(marked.lower()):
        return class_of(marked.lower())
    if OF_THE_ANSWER.find(rest) or (_PRONOUN.search(marked) and not (past and not _THAT_WAS.search(low))):
        return OF_THE_ANSWER.name
    if past:
        if NAMES_PLAN.find(rest) and not READ.find(low):
            return "tie_plan"
        return None if rest != low or TOLD.find(low) or ANCHORED.find(low) else UNKNOWN
    if NAMES_PLAN.find(rest) and not ANNOUNCED.find(low):
        return "tie_plan"
    acts = OBLIGES.find(rest) or (rest == low and (_PERSON.search(marked) or OBLIGES.find(marked.lower())))
    if acts and not MAY.find(marked.lower()):
        return OBLIGES.name
    return None if rest != low or ANCHORED.find(low) or not _SMALL.search(marked) else UNKNOWN


def class_of(low: str) -> str | None:
    """Return the first class of meaning that has a word in a sentence; None if none has."""
    return next((rule.name for rule in (*_VETOES, *_TIES) if rule.find(low)), None)
