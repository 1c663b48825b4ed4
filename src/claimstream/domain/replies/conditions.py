"""Conditions that an acceptance is tied to."""

from claimstream.domain.language import Rule
from claimstream.domain.text import Sentence

CONDITION = Rule(
    "condition",
    r"{condition}|\b(?:nur|only) (?=dann\b|then\b)",
    takes=(
        "Wir stimmen zu, sofern alle zustimmen.",
        "vorbehaltlich der Genehmigung",
        "only if paid by May",
        "Voraussetzung ist die Rückgabe.",
    ),
    leaves=("Wir haben uns beraten.", "separate Raten", "insofern richtig", "Sofortkauf"),
)

REFERS_BACK = Rule(
    "condition_named_before",
    r"\b(?:unter|bei) diese[rn] (?:voraussetzung|bedingung)|\bon (?:this|that) condition\b",
    takes=("Unter dieser Voraussetzung stimmen wir zu.",),
    leaves=("Unter der Voraussetzung, dass alle zustimmen",),
)

SILENCE = Rule(
    "consent_by_silence",
    "{by_silence}",
    takes=("Hören Sie nichts Gegenteiliges, gilt die Zustimmung als erteilt.", "Unless you hear from us, agreed."),
    leaves=("Die Zustimmung ist erteilt.",),
)

REVIVAL = Rule(
    "revival_of_claim",
    "{revival}",
    takes=("Bei Verzug lebt die Forderung in voller Höhe wieder auf.", "In default the claim shall revive."),
    leaves=("Wir leben auf dem Land.",),
)

COURTESY = Rule(
    "courtesy",
    "{courtesy}|{share_of_plan}",
    takes=("Sollten Sie noch Fragen haben", "ohne Unterschrift gültig", "if you have any questions"),
    leaves=("Sollten Sie nicht zahlen",),
)
"""Words of doubt that mean none."""

AFTER_FULFILMENT = Rule(
    "after_fulfilment",
    r"\b(?:sobald|wenn|nachdem|sofern|once|when|after|as soon as)\b.{0,60}?{fulfilled}"
    r"(?: (?:\w{1,20} ){0,2}(?:ist|sind|wurden?|worden|hat|haben|have|has|been))?",
    takes=("Sobald alle Raten eingegangen sind, schließen wir die Akte.", "once the funds have cleared"),
    leaves=("Sobald die erste Rate eingegangen ist", "wenn alle zustimmen"),
)
"""No condition: it says when the plan is fulfilled."""

NOTICE_WANTED = Rule(
    "notice_wanted",
    r"(?:\b(?:um|fuer) (?:\w{1,20} ){0,2}?{news_wanted}|\b(?:geben|gib) (?:\w{1,20} ){0,3}?bescheid|"
    r"\b{inform} (?:sie )?(?:uns|mich)|"
    r"\bteilen sie (?:uns|mir)\b[^,;:]{0,30}\bmit),? (?:\w{1,12} )?"
    r"\b(?:sobald|wenn|ob|wann|falls|nachdem|dass)\b (?=[^,;:.]{0,100}?{comes_about})[^,;:.]{0,100}?{comes_about}"
    r"(?: (?:\w{1,20} )?(?:ist|sind|wurden?|haben|hat|werden|wird))?(?=,| ?[.!]|,? (?:waeren?|bitte\w?)\b|\Z)"
    r"(?:,? waeren? (?:wir|ich)(?: ihnen)? (?:sehr )?dankbar)?|"
    r"\bueber (?:das|die|den) (?:zustandekommen|{comes_about_noun})(?: (?:des|der|ihres|ihrer) \w{3,40})?"
    r"(?= (?:bitten|bitte|bittet|erbitten|wuenschen)\b.{0,40}\b(?:unterrichten|informieren|{news_wanted})\b)",
    takes=(
        "Ich bitte um Nachricht, sobald alle Gläubiger sich geäußert haben.",
        "Bitte geben Sie uns Bescheid, ob der Plan zustande gekommen ist.",
        "Über das Zustandekommen des Plans bitten wir uns zu unterrichten.",
    ),
    leaves=(
        "Wir bitten um Nachricht, ob er mehr zahlen kann.",
        "Wir stimmen zu, sobald alle zugestimmt haben.",
        "Bitte um Nachricht, ob die höhere Rate angenommen ist.",
    ),
    but=r"#money|#share|{tie_security}|{tie_person}|{change}|{organ}|\b(?:hoeher|mehr|zusaetzlich|anderer?s?|erst|dann|davon|vorher|nur)\w{0,3}\b|"
    r"\b(?:kann|koennte|koennen|will|wollen)\b|{tie_paper}.{0,40}\bvorleg\w{1,2}\b",
)
"""A wish to hear how the matter goes on, and no condition."""

TERMS_MET = Rule(
    "terms_met",
    r"\b(?:diese|die|alle|saemtliche) (?:\w{5,20}e?n? )?(?:voraussetzung|bedingung)en\b"
    r"(?: (?:fuer|des|der) [^,;:.]{1,40}?)? (?:sind|liegen|waren|lagen|sehen wir)\b([^,;:.]{0,60}?)"
    r"\b(?:erfuellt|gegeben|vor)\b|"
    r"(?<=[a-z] )(?:sind|liegen) (?:diese|die|alle|saemtliche) (?:\w{5,20}e?n? )?(?:voraussetzung|bedingung)en\b"
    r"(?: (?:fuer|des|der) [^,;:.]{1,40}?)?([^,;:.]{0,40}?)\b(?:erfuellt|gegeben|vor)\b(?= ?[.!]|\Z)",
    takes=(
        "Diese Voraussetzungen sind erfüllt.",
        "Nach unserer Ansicht liegen die Voraussetzungen für einen Erlass vor.",
    ),
    leaves=("Sind die Voraussetzungen erfüllt, sehen wir weiter.", "Wenn die Voraussetzungen erfüllt sind"),
    but=r"{denial}|{limit}|{doubt}|{subjunctive}|\b(?:wenn|falls|sofern|sobald|soweit|solange|dass|ob|dann|sodann|danach|wird|werden)\b",
)
"""Conditions that are told to be fulfilled."""

HEREBY_GIVEN = Rule(
    "hereby_given",
    r"\A(?:(?:hiermit|damit|mit diesem schreiben) gilt (?:die|unsere|meine) {answer_noun}|"
    r"(?:die|unsere|meine) {answer_noun} gilt(?: hiermit| damit| mit diesem schreiben)?) als erteilt\W*\Z",
    takes=("Die Zustimmung gilt hiermit als erteilt.", "Damit gilt unsere Zustimmung als erteilt."),
    leaves=("Dann gilt die Zustimmung als erteilt.", "Die Zustimmung gilt nach zwei Wochen als erteilt."),
)
"""Not by silence: the sentence names nothing else by which it is given."""

BY_LAW = Rule(
    "by_law",
    r"\A(?=.*(?:#law|§)).*?\b(?:darf|duerfen|kann|koennen)\b.{0,80}?\b(?:einem|einen|einer|eine|ansprueche\w*|forderungen)\b"
    r".{0,80}?\b(?:vergleich\w*|erlassen|niedergeschlagen|gestundet|zustimmen|zugestimmt|verzicht\w*)\b"
    r".{0,160}?{condition}|"
    r"\b(?:darf|duerfen|kann|koennen)\b.{0,120}?\b(?:unter|bei vorliegen) (?:den|der) (?:\w{3,20}en )?voraussetzungen "
    r"(?:des|der|von|nach|gemaess) (?:#law|§)[^,;:]{0,80}?"
    r"\b(?:erlassen|niederschlagen|niedergeschlagen|stunden|gestundet|verzichten|zustimmen|zugestimmt|verzichtet)\b",
    takes=("Nach § 76 SGB IV dürfen wir einem Vergleich zustimmen, wenn dies wirtschaftlich ist.",),
    leaves=(
        "Wir dürfen einem Vergleich zustimmen, wenn alle zustimmen.",
        "Nach § 498 BGB können wir mit einer Frist alles fällig stellen, wenn die Rate ausbleibt.",
    ),
    but=r"\bihre[mnr]?\b|\bglaeubiger\w*",
)
"""A law is told, not what this answer is tied to."""


def conditions_in(sentence: Sentence) -> tuple[str, ...]:
    """Return the clauses that tie a sentence to something, as written, each from its first word on."""
    if BY_LAW.find(sentence.folded) or HEREBY_GIVEN.find(sentence.folded) or TERMS_MET.find(sentence.folded):
        return ()
    words = sentence.written.split()
    courtesies = [match.span() for rule in (COURTESY, AFTER_FULFILMENT) for match in rule.finditer(sentence.folded)]
    if NOTICE_WANTED.find(sentence.folded):
        courtesies += [match.span() for match in NOTICE_WANTED.finditer(sentence.folded)]
    for rule in (CONDITION, SILENCE, REVIVAL):
        for match in rule.finditer(sentence.folded):
            if not any(start <= match.start() < end for start, end in courtesies):
                clause = words[sentence.folded.count(" ", 0, match.start()) :]
                return (" ".join(clause).rstrip(" .")[:300],)
    return ()
