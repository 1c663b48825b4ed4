"""When a figure is owed: one that holds only from a day on, or that counts what is not due yet, is not owed today."""

from collections.abc import Sequence

from claimstream.domain.language import Rule, Rules
from claimstream.domain.reader.dates import MONTHS
from claimstream.domain.replies.remarks import MONEY
from claimstream.domain.text import Sentence

_MONTH = "|".join(f"{{{name}}}" for name in MONTHS)
_DUES = r"(?:{rates}|{dues_of_a_contract})"
_WITH = r"(?:{is_in_it}|{together_with})"
_DENIED = r"{denial}(?! (?:yet )?(?:faellig|due))"
_FEW = r"(?: [^\s,;:.]{1,20}){0,3}?"

HOLDS_FROM = Rule(
    "holds_from_a_day",
    rf"\A(?:{{and_or_but}} )?(?:{{from_then}}|{{from_word}} (?:{{day_article}} )?(?:\d{{1,2}}\b|{_MONTH}|{{next_time}})"
    rf"[^,;:]{{0,20}}?){_FEW} {{figure_verb}}",
    takes=(
        "Ab dem 01.02.2027 beträgt die Forderung 50,00 EUR.",
        "Ab Februar fordern wir 50,00 EUR.",
        "Nach Fristablauf sind 50,00 EUR zu zahlen.",
        "From 1 February our claim is EUR 50.00.",
    ),
    leaves=(
        "Ab Mai 2026 sind die Mieten offen, zusammen 50,00 EUR.",
        "Nach Abzug aller Zahlungen sind 50,00 EUR offen.",
        "Die Forderung beträgt seit Mai 50,00 EUR.",
    ),
    but=rf"{_DUES}|{{denial}}|\w{{0,20}}zins\w{{0,6}}\b|\binterest\b",
)
THEN = Rule(
    "holds_afterwards",
    rf"\A(?:{{and_or_but}} )?{{afterwards}}{_FEW} {{figure_verb}}",
    takes=("Danach fordern wir 80,00 EUR.", "Thereafter we claim EUR 80.00."),
    leaves=("Die Forderung beträgt danach 80,00 EUR.",),
)
"""*Danach* may say *by this account*, too: it counts behind a sentence that gives a figure until a day."""
UNTIL = Rule(
    "holds_until_a_day",
    r"{until}",
    takes=("Bei Zahlung bis zum 15.12. sind es 50,00 EUR.",),
    leaves=("Die Forderung beträgt 50,00 EUR.",),
)
NOT_DUE_YET = Rule(
    "not_due_yet",
    rf"{{to_fall_due}}(?: [^\s,;:.]{{1,20}})?? {_DUES}{{gap}}{{is_in_it}}|"
    rf"{_WITH}{{gap}}{{to_fall_due}}(?: [^\s,;:.]{{1,20}})?? {_DUES}|"
    rf"{{rates}}{_FEW} {{up_to}}\b{{gap}}{{is_in_it}}|{_WITH}{{gap}}{{rates}}{_FEW} {{up_to}}|"
    rf"{_DUES} (?:fuer|for) (?:(?:den|the) )?(?:{_MONTH}|{{next_time}}){{gap}}"
    r"\b(?:schon|bereits|already)\b{gap}{is_in_it}|"
    r"{would_be_due}|{really}{gap}{is_less}|{is_less}{gap}{really}|"
    rf"{_WITH}{{gap}}{{rates}} {{of_next_months}}",
    takes=(
        "Darin sind die Raten bis zum regulären Vertragsende enthalten.",
        "Künftige Beiträge sind eingerechnet.",
        "Fällig wäre also weniger.",
        "Der tatsächliche Betrag ist niedriger.",
        "It includes future instalments.",
    ),
    leaves=(
        "Künftige Mieten sind nicht enthalten.",
        "Die rückständigen Raten bis Oktober sind enthalten.",
        "Weniger können wir derzeit nicht annehmen.",
        "Der Betrag ist sofort fällig.",
    ),
    but=rf"{_DENIED}|{{in_arrears}}|{{paid}}",
)
ROW_NOT_DUE = Rule(
    "row_not_due_yet",
    rf"\A\W{{0,4}}{{to_fall_due}}(?: [^\s,;:.]{{1,20}})?? {_DUES}",
    takes=("Künftige Raten 12/2026 bis 08/2028 5.760,00 EUR", "Noch nicht fällige Raten 50,00 EUR"),
    leaves=("Rückständige Raten 5.760,00 EUR",),
    but=_DENIED,
)

_RULES = Rules(HOLDS_FROM, THEN, UNTIL, NOT_DUE_YET, ROW_NOT_DUE)


def not_owed_today(sentences: Sequence[Sentence]) -> str | None:
    """Return the sentence by which a letter's figure holds later, or counts what is due later, in words."""
    until = False
    for sentence in sentences:
        found = set(_RULES.that_find(sentence.folded))
        if not found:
            continue
        figure = MONEY.find(sentence.folded) is not None
        shown = " ".join(sentence.written.split())[:120]
        if figure and (HOLDS_FROM in found or (until and THEN in found)):
            return f"the figure holds from a day on: {shown}"
        if NOT_DUE_YET in found or ROW_NOT_DUE in found:
            return f"it counts what is not due yet: {shown}"
        until = until or (figure and UNTIL in found)
    return None
