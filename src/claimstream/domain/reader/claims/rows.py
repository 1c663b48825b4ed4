"""What the words of a figure's own row say of its part in a sum: owed, deducted, or what is left."""

import re

from claimstream.domain.language import Rule
from claimstream.domain.reader.claims.page import Page
from claimstream.domain.text.text import folded

DEDUCTED = Rule(
    "deducted",
    r"{deducted}|\./\.",
    takes=("SEPA-Überweisung vom 03.02.2026", "abzgl. Guthaben", "./. Skonto", "Haben", "payment received 3 May"),
    leaves=("Rücklastschrift vom 03.02.2026", "Restzahlung", "Zahlungserinnerung Mai", "Miete Februar"),
    but=r"{not_deducted}",
)
TAKEN_OFF = Rule(
    "taken_off",
    r"{taken_off}|{deducted}|{came}{gap}{in_or_off}",
    takes=(
        "Am 03.03.2026 gingen 270,00 EUR ein.",
        "Die Versicherung erstattete 270,00 EUR.",
        "Die Kaution von 270,00 EUR",
    ),
    leaves=("Bitte überweisen Sie 270,00 EUR.", "Es sind 270,00 EUR zu zahlen.", "nicht bezahlt: 270,00 EUR"),
    but=r"{not_deducted}|\b(?:nicht|kein\w{0,2}|bitte|not)\b",
)
TO_COME = Rule(
    "money_to_come",
    r"{to_come}|{condition}|{subjunctive}",
    takes=("vereinbarte Zahlung 200,00 EUR", "Erlass bei Zahlung bis 15.12.", "Restbetrag in 8 Raten", "dann offen"),
    leaves=("Zahlung bis zum 31.10.2026", "Rest, zahlbar bis zum 15.12.2026", "Zahlung laut Ratenvereinbarung"),
)
ASKED_FOR = Rule(
    "payment_asked_for",
    r"{asked_for}",
    takes=("Bitte leisten Sie eine Anzahlung von 200,00 EUR", "Kaution (noch nicht verrechnet)"),
    leaves=("Ihre Zahlung vom 03.03.2026",),
)
SUM_OF_PAID = Rule(
    "sum_of_paid",
    r"\b(?:summe|gesamt\w{0,8}|insgesamt|total) (?:(?:der|aller|an|of) )?(?:\w{2,14} )?{deducted}",
    takes=("Summe Haben", "Gesamtbetrag der geleisteten Zahlungen", "Summe aller Gutschriften"),
    leaves=("Summe Soll", "Gesamtbetrag nach Zahlung", "Summe abzüglich Zahlung"),
    but=r"\b(?:nach|abzueglich|abzgl)\b",
)
LEFT_OVER = Rule(
    "left_over",
    r"{left_over}",
    takes=("neuer Saldo", "Differenz", "noch offen", "Restbetrag", "balance due"),
    leaves=("Miete Februar", "Überweisung"),
)
PART_OF_CLAIM = Rule(
    "part_of_claim",
    r"{part_of_claim}",
    takes=("Restbetrag aus Rechnung 4711", "Kaltmiete Mai", "noch offene Mahngebühren", "Invoice 12"),
    leaves=("Restbetrag", "Verrechnung", "Mietrückstand", "Gesamtforderung"),
)
JOINED = Rule(
    "joined_to_the_claim",
    r"{joined}.*",
    takes=("Gesamtforderung inklusive Mahnkosten", "Saldo nebst Zinsen"),
    leaves=("Gesamtforderung aus Rechnung 4711",),
)
SUBTOTAL = Rule("subtotal", r"{subtotal}", takes=("Zwischensumme", "Übertrag"), leaves=("Summe",))
ADDED_ON = Rule(
    "added_on",
    r"{added_on}|\A(?:und|and|\+)(?!\w)",
    takes=("zuzüglich weiterer Zinsen in Höhe von", "Hinzu kommen Kosten von", "und Mahnkosten von", "plus costs of"),
    leaves=("davon Hauptforderung", "Hauptforderung und Zinsen"),
)
INCLUDED = Rule(
    "included_in_the_claim",
    r"{included}",
    takes=("(darin Mahngebühren 18,50 EUR)", "Darin sind 18,50 EUR Kosten enthalten.", "of which EUR 18.50 are costs"),
    leaves=("Hinzu kommen 18,50 EUR Kosten.", "Kosten von 18,50 EUR sind darin nicht enthalten."),
    but=r"\b(?:nicht|not)\b",
)
DESCRIBED = Rule(
    "made_of_this_and_more",
    r"\b(?:das|dies) (?:ist|sind) (?:(?!ohne\b)[^,.;:!?\d]){1,100}? {added_on}(?= |\Z)",
    takes=("offen, das sind alle Beiträge bis Oktober plus 40 Euro Gebühren",),
    leaves=("offen, das sind alle Beiträge, plus 40 Euro Gebühren", "das ist ohne Zinsen plus 40 Euro"),
)
RUNNING = Rule(
    "running_by_the_day",
    r"{running_day}",
    takes=("Zinsen von täglich", "Tageszins ab 21.11.2026", "je Tag"),
    leaves=("Zinsen bis zum heutigen Tag",),
)
BALANCE = Rule(
    "heading_of_a_balance",
    r"\A{balance_heading}(?: (?:in )?(?:€|eur|euro))?\Z",
    takes=("Saldo", "Kontosaldo EUR", "Balance"),
    leaves=("Saldo Vormonat", "Betrag"),
)
_MOST_WORDS = 9
"""Words of a row beside its figures; what has more is a sentence."""
_WORD = re.compile(r"[^\W\d_]{2,}")


def is_balance(heading: str) -> bool:
    """Whether a column's heading is that of a running balance."""
    return BALANCE.find(folded(heading)) is not None


class Rows:
    """The rows of a page's figures. A row is a short line that ends in no full stop; elsewhere it is the sentence."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._words: dict[int, str] = {}

    def says(self, number: int, rule: Rule) -> bool:
        """Whether the words that go with the figure ``number`` say what ``rule`` finds."""
        words = self.words(number)
        if rule is PART_OF_CLAIM:
            words = JOINED.sub("", words)
        return rule.find(words) is not None

    def words(self, number: int) -> str:
        """The words that go with the figure ``number``, folded."""
        known = self._words.get(number)
        if known is None:
            known = self._words[number] = folded(self._of(number))
        return known

    def is_row(self, number: int) -> bool:
        """Whether the figure stands in a row, not in a sentence."""
        page = self._page
        words = page.index.lines[page.token_lines[number]].of(page.low).strip()
        return not words.endswith((".", "!", "?", ",", ";")) and len(_WORD.findall(words)) <= _MOST_WORDS

    def says_around(self, number: int, rule: Rule) -> bool:
        """Whether the sentence of a figure, without what belongs to others in it, says what ``rule`` finds."""
        page = self._page
        sentence, tokens = page.sentence(page.tokens[number]), page.tokens
        start = max(sentence.start, tokens[number - 1].end if number else 0)
        end = min(sentence.end, tokens[number + 1].start if number + 1 < len(tokens) else sentence.end)
        return rule.find(folded(page.low[start:end])) is not None

    def is_running(self, number: int) -> bool:
        """Whether so much is added day by day."""
        end = self._page.tokens[number].end
        behind = self._page.low[end : end + 40].partition("\n")[0]
        return self.says(number, RUNNING) or RUNNING.find(folded(behind)) is not None

    def _of(self, number: int) -> str:
        page = self._page
        token, line = page.tokens[number], page.index.lines[page.token_lines[number]]
        if not self.is_row(number):
            return page.low[max(page.sentence(token).start, page.tokens[number - 1].end if number else 0) : token.start]
        on_line = page.by_line[page.token_lines[number]]
        place = on_line.index(number)
        before = page.low[page.tokens[on_line[place - 1]].end if place else line.start : token.start]
        if _WORD.search(before):
            return before
        if len(on_line) > 1:
            return page.low[line.start : page.tokens[on_line[0]].start]
        behind = page.low[token.end : line.end]
        if _WORD.search(behind):
            return behind
        above = page.filled_line(page.token_lines[number], -1, skip=1)
        return page.index.lines[above].of(page.low) if above is not None and above not in page.by_line else ""
