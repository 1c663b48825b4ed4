"""Who owes a figure beside the client, or instead of it: a couple, kin, an estate, a firm.

Who may owe is a small class: people by their relation to the client, estates, firms, communities. A letter names them
as debtors in few constructions: a role (*Schuldner ist der Nachlass*), a verb (*ihr Bruder haftet*), a direction
(*gegen die GmbH*), a row of a list (*Karte der Ehefrau: 50,00 EUR*).
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

from claimstream.domain.language import Rule, Rules
from claimstream.domain.replies.remarks import MONEY
from claimstream.domain.text import Sentence

_FEW = r"(?: [^\s,;:.]{1,30}){0,3}?"
_NO_PREPOSITION = r"(?: (?!{preposition})[^\s,;:.]{1,30}){0,4}?"
_OTHER = r"(?:{other_debtor}|{other_body})"

JOINTLY = Rule(
    "jointly_liable",
    r"{as_joint_debtors}",
    takes=("Die Eheleute haften als Gesamtschuldner.", "They are jointly and severally liable."),
    leaves=("Die Eheleute haften nicht als Gesamtschuldner.", "Der Schuldner haftet."),
    but=r"{denial}",
)
"""Each owes all of it."""
COUPLE = Rule(
    "couple_owes",
    rf"{{against_several}}|{{couple_owes}}|\b(?:gegen|against) {{person_title}}{_FEW} {{and_with}} {{person_title}}",
    takes=(
        "Gegen die Eheleute Kern bestehen Forderungen.",
        "Von beiden zusammen bekommen wir Geld.",
        "Unsere Forderung gegen Herrn Uwe Kern und Frau Ute Kern",
        "Our claim against Mr and Mrs Kern",
    ),
    leaves=(
        "Mietschulden der Eheleute Kern",
        "Wir vertreten die Eheleute Sommer.",
        "Der Vertrag mit den Eheleuten Kern",
        "Bei beiden Verträgen",
    ),
    but=r"{mandated}|{theirs_to_claim}",
)
EACH_ALONE = Rule(
    "each_alone",
    r"{couple_noun}{gap}{each_alone}|{each_alone}{gap}{couple_noun}",
    takes=("Beide haben einzeln bestellt.", "Die Eheleute haben getrennte Verträge."),
    leaves=("Beide Rechnungen sind fällig.",),
)
WITH_KIN = Rule(
    "client_and_kin",
    rf"(?:{{the_client}}|\b(?:herrn?|frau|mr|mrs|ms|er|sie|he|she)\b){_FEW} {{and_with}} {{possessive}} "
    r"(?:[^\s,;:.]{1,30} )?{kin}",
    takes=(
        "Ihre Mandantschaft und deren Ehemann schulden uns das.",
        "Mieter waren Ihr Mandant und dessen Partnerin.",
        "Your client and her husband owe us this.",
    ),
    leaves=("Ihr Mandant wohnte dort mit seiner Ehefrau.", "Ihr Mandant und sein Anwalt"),
)
SEVERAL_OWE = Rule(
    "several_owe",
    r"\A(?=.{0,300}?{owing_or_claim}).{0,300}?{several} (?:[^\s,;:.]{1,20} ){0,2}?{debtors}",
    takes=("Die Forderung richtet sich gegen mehrere Personen.", "Die Summe betrifft beide Mieter."),
    leaves=("Alle Kunden behandeln wir gleich.", "Beide Rechnungen sind fällig."),
)
OTHER_DEBTOR = Rule(
    "another_debtor",
    rf"{{debtor_role}}{_FEW} {{are_or_were}}(?: {{in_our_view}})?{_NO_PREPOSITION} {_OTHER}|"
    rf"{_OTHER}{_FEW} {{are_or_were}}{_NO_PREPOSITION} {{debtor_role}}|"
    rf"(?:\A|[,;:] |\b(?:dass|that) ){{article}} (?:[^\s,;:.]{{1,30}} )?{{other_debtor}}{_FEW} {{owes}}|"
    rf"{{turns_against}}{_FEW} {_OTHER}|\b(?:gegen|against)(?: [^\s,;:.]{{1,30}}){{1,3}}? {_OTHER}|"
    r"\A{article} {other_body} {owes}|"
    rf"{{liable}}(?: {{in_our_view}})?{_NO_PREPOSITION} {{article}} {{other_debtor}}|"
    rf"{_OTHER} {{of_whose}} {{the_client}}|{{the_client}}{{gap}}{{no_contract}}|"
    r"\b(?:nicht|not) (?:ihre?|der|die|your|the) {the_client}|"
    r"\b(?:des|der|den|dem|die|the) {deceased}|{from_estate}|{died}",
    takes=(
        "Schuldner ist aus unserer Sicht der Nachlass des Herrn Kern.",
        "Die GmbH war Vertragspartnerin.",
        "Der Bruder haftet uns.",
        "Die Forderung richtet sich gegen die Kern GmbH.",
        "Es sind Kosten der verstorbenen Frau Kern.",
        "The debtor is the company.",
        "Dafür haftet in erster Linie der Vater.",
        "Bestellt hat die Firma Ihres Mandanten.",
        "Mit Ihrem Mandanten besteht kein Vertrag.",
        "Bestellt hat nicht Ihr Mandant.",
    ),
    leaves=(
        "Schuldnerin ist Ihre Mandantin.",
        "Unsere Mandantin, die Kern GmbH, fordert das.",
        "Die Nord GmbH teilt mit, dass Ihr Mandant schuldet.",
        "Ihre Verbindlichkeiten gegenüber der Nord GmbH",
        "was Ihre Mandantin der Firma schuldet",
        "Mieterin ist seit dem Auszug der Tochter Ihre Mandantin.",
    ),
    but=r"{nobody_else}",
)
WHETHER_CLIENT = Rule(
    "whether_the_client_owes",
    r"\b(?:ob|whether|if) (?:ihre?\w?|der|die|das|er|sie|diese\w?|herrn?|frau|your|the|he|she)\b{gap}{owes_at_all}",
    takes=(
        "Ob Ihr Mandant das Erbe angenommen hat, wissen wir nicht.",
        "Es ist offen, ob er haftet.",
        "We do not know whether your client is liable.",
    ),
    leaves=("Bitte teilen Sie mit, ob Ihr Mandant zahlt.",),
)
IN_OFFICE = Rule(
    "in_an_office",
    r"\b(?:als|as) (?:[^\s,;:.]{1,20} ){0,2}?{officer}",
    takes=("Er bestellte als Geschäftsführer der GmbH.", "She signed as a director."),
    leaves=("Geschäftsführer: Jan Kern", "Er bestellte als Inhaber."),
)
"""The client acted for somebody else."""
OF_KIN = Rule(
    "item_of_kin",
    r"{close_kin}",
    takes=("Kreditkarte des Ehegatten: 50,00 EUR", "Konto Lebensgefährtin 50,00 EUR"),
    leaves=("Hortbeitrag Tochter 50,00 EUR", "Zahlung des Ehemannes 50,00 EUR"),
    but=r"{payment_noun}|{paid}|{deducted}",
)
"""Said of a row, whose figure is in the total."""

SHARE_OF_KIN = Rule(
    "share_of_kin",
    r"(?:{share}|{part_of_kin}){gap}{close_kin}|{close_kin}{gap}(?:{share}|{part_of_kin})",
    takes=("Hiervon betreffen 50,00 EUR die Ehefrau.", "Auf den Bruder entfällt die Hälfte."),
    leaves=("Die Ehefrau wohnt in Halle.", "Davon zahlte der Bruder 50,00 EUR."),
    but=r"{payment_noun}|{paid}|\bzahl\w{0,4}\b",
)

_OTHERS = Rules(OTHER_DEBTOR, WHETHER_CLIENT, IN_OFFICE)
_SEVERAL = Rules(COUPLE, EACH_ALONE, WITH_KIN, SEVERAL_OWE, SHARE_OF_KIN)
_MEN, _WOMEN = re.compile(r"\b(?:herrn?|mr)\b"), re.compile(r"\b(?:frau|mrs|ms)\b")
_LONGEST_ROW = 120


def other_debtor(sentences: Sequence[Sentence], figures: Sequence[int]) -> str | None:
    """Return the sentence by which somebody else owes a letter's total, or a part of it, in words.

    Args:
        figures: the positions of its totals, ascending.
    """
    several: Sentence | None = None
    jointly = False
    titled: set[str] = set()
    for sentence in sentences:
        low = sentence.folded
        if _OTHERS.find(low):
            return f"somebody else may owe it: {_shown(sentence)}"
        row = MONEY.find(low) is not None and len(low) <= _LONGEST_ROW and not low.endswith((".", "!", "?", ";"))
        of_total = bisect_left(figures, sentence.start) < bisect_left(figures, sentence.end)
        jointly = jointly or (JOINTLY.find(low) is not None and (of_total or not row))
        if row and not of_total:
            titled |= {name for name, title in (("men", _MEN), ("women", _WOMEN)) if title.search(low)}
        if several is None and (_SEVERAL.find(low) or (row and OF_KIN.find(low)) or len(titled) > 1):
            several = sentence
    return f"the figure is several debtors': {_shown(several)}" if several and not jointly else None


def _shown(sentence: Sentence) -> str:
    return " ".join(sentence.written.split())[:120]
