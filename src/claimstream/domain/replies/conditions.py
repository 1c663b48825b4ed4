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

BY_LAW = Rule(
    "by_law",
    r"\A(?=.*(?:#law|§)).*?\b(?:darf|duerfen|kann|koennen)\b.{0,80}?\b(?:einem|einen|einer|eine|ansprueche\w*|forderungen)\b"
    r".{0,80}?\b(?:vergleich\w*|erlassen|niedergeschlagen|gestundet|zustimmen|zugestimmt|verzicht\w*)\b"
    r".{0,160}?{condition}",
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
    if BY_LAW.find(sentence.folded):
        return ()
    words = sentence.written.split()
    courtesies = [match.span() for rule in (COURTESY, AFTER_FULFILMENT) for match in rule.finditer(sentence.folded)]
    for rule in (CONDITION, SILENCE, REVIVAL):
        for match in rule.finditer(sentence.folded):
            if not any(start <= match.start() < end for start, end in courtesies):
                clause = words[sentence.folded.count(" ", 0, match.start()) :]
                return (" ".join(clause).rstrip(" .")[:300],)
    return ()
