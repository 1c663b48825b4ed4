"""What the words of a figure's own row say of its part in a sum: owed, deducted, or what is left."""

import re

from claimstream.domain.reader.claims.page import Page
from claimstream.domain.reader.layout import Span, is_filler

_DEDUCTED = re.compile(
    r"(?<!\w)(?:(?:[\w-]{0,20}(?:überweisung|lastschrift|zahlung|gutschrift|(?:ver|auf|an)rechnung|pfändung|tilgung|eingang|"
    r"abschläge|abschlag|erlös|erlass|teilverzicht|vorschuss|einbehalt|minderung|kürzung)"
    r"(?:en|er|s|es|e)?)|(?:zahlungs|geld)?eing[aä]nge?n?|eingegangen\w*|dauerauftr[aä]ge?|schecks?|quote|raten|kaution|haben|"
    r"einzug|einzüge|abz[uü]ge?|abzüglich|abzgl|abzügl|bezahlt|gezahlt|erhalten|verrechnet|gutgeschrieben|minus|"
    r"payments?|paid|received|credits?|less|deducted|deductions?|transfers?)(?!\w)"
)
"""Also the names of ways to pay."""
_BOUNCED = re.compile(r"(?<!\w)(?:rück(?:lastschrift|buchung|belastung)|storno|stornierung|auszahlung|rückzahlung|refund|"
                      r"mahn|kosten|gebühr)\w{0,12}|zahlungs(?:erinnerung|verzug|rückstand|aufforderung|ziel)\w{0,3}")
"""Words that hold one of those and take nothing off."""
_LEFT = re.compile(
    r"(?<!\w)(?:[\w-]{0,20}rest(?:betrag|betrags|forderung|schuld|summe|saldo|zahlung|posten)?|restliche\w?|differenz|"
    r"[\w-]{0,20}saldo|kontostand|endstand|gesamtstand|forderungsstand|offen\w{0,3}|verbleib\w{0,5}|bleibt|noch|neue?[rsn]?|aktuell\w{0,3}|"
    r"nunmehr|jetzt|somit|mithin|ergibt|ergebnis|unterdeckung|fehlbetrag|nachzahlung|zu zahlen|zahlbetrag|"
    r"remaining|remainder|balance|due|outstanding|open|left|unpaid|now)(?!\w)"
)
_THING = re.compile(
    r"(?<!\w)(?:[\w-]{0,24}(?:(?<!auf)(?<!ver)(?<!an)rechnung(?:en)?|verträge?|vertrage?s?|mieten?|darlehens?|kredite?s?|beiträgen?|beitrags?|"
    r"lieferung(?:en)?|bestellung(?:en)?|reparatur(?:en)?|abrechnung(?:en)?|kaufpreis|werklohn|honorar|police|"
    r"versicherung|kosten|gebühren|zinsen|auslagen|strom|gas|wasser|wärme|heizung|garage|stellplatz|abschnitt|"
    r"teilforderung|position)|re\.|rg\.|pos\.|invoices?|contracts?|rent|loans?|order|item)(?!\w)"
)
"""What a part of the claim is for."""
_SUBTOTAL = re.compile(r"(?<!\w)(?:zwischen(?:summe|saldo|stand|betrag|ergebnis)|subtotal|übertrag|sub-total)(?!\w)")
_MORE = re.compile(
    r"(?<!\w)(?:zuzüglich|zzgl|zuzgl|hinzu(?:kommen|kommt|zurechnen|zusetzen|treten|tritt)?|kommen|zusätzlich|darüber|"
    r"ferner|außerdem|ausserdem|weitere[rns]?|addieren|plus|nebst|sowie|further|additional|addition|moreover|also)(?!\w)"
)
_LONGEST = 9
"""Words of a row beside its figures; what has more is a sentence."""
_WORD = re.compile(r"[^\W\d_]{2,}")


_BALANCE = re.compile(r"(?:[\w-]{0,20}\s)?(?:[\w-]{0,20}saldo|kontostand|rest|restbetrag|balance|stand)(?:\s?(?:in\s)?(?:€|eur|euro))?")
_SUM_OF_PAID = re.compile(
    r"(?<!\w)(?:summe|gesamt|gesamtsumme|gesamtbetrag|total|insgesamt)\s(?:der\s|aller\s|of\s)?(?:\w{2,14}\s)?"
    r"(?:haben|[\w-]{0,20}zahlungen|eingänge|zahlungseingänge|gutschriften|abzüge|payments|credits)(?!\w)"
)
_RUNNING = re.compile(r"täglich|tageszins|(?:pro|je|per)\s(?:tag|day)|daily|kalendertag")


def is_balance(heading: str) -> bool:
    """Whether a column's heading, in lower case, is that of a running balance."""
    return bool(_BALANCE.fullmatch(heading.strip()))


class Rows:
    """The rows of a page's figures: a row is a short line that ends in no full stop."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def words(self, number: int) -> str:
        """The words that go with the figure ``number``, in lower case."""
        page = self._page
        token, line = page.tokens[number], page.index.lines[page.token_lines[number]]
        if not self.is_row(number):
            start = max(page.sentence(token).start, page.tokens[number - 1].end if number else 0)
            return page.low[start : token.start]
        on_line = page.by_line[page.token_lines[number]]
        place = on_line.index(number)
        start = page.tokens[on_line[place - 1]].end if place else line.start
        before = page.low[start : token.start]
        if _WORD.search(before):
            return before
        if place == 0 and len(on_line) == 1:
            behind = page.low[token.end : line.end]
            if _WORD.search(behind):
                return behind
            above = page.filled_line(page.token_lines[number], -1, skip=1)
            if above is not None and above not in page.by_line:
                return page.index.lines[above].of(page.low)
            return ""
        # a cell among several: its row's name
        return page.low[line.start : page.tokens[on_line[0]].start]

    def is_row(self, number: int) -> bool:
        page = self._page
        line = page.index.lines[page.token_lines[number]]
        words = line.of(page.low).strip()
        return not words.endswith((".", "!", "?", ",", ";")) and len(_WORD.findall(words)) <= _LONGEST

    def is_deducted(self, number: int) -> bool:
        words = self.words(number)
        return bool(_DEDUCTED.search(words) or "./." in words) and not _BOUNCED.search(words)

    def is_sum_of_paid(self, number: int) -> bool:
        return bool(_SUM_OF_PAID.search(self.words(number)))

    def is_running(self, number: int) -> bool:
        """Whether so much is added day by day."""
        token = self._page.tokens[number]
        behind = self._page.low[token.end : token.end + 40].partition("\n")[0]
        return bool(_RUNNING.search(self.words(number)) or _RUNNING.search(behind))

    def is_left(self, number: int) -> bool:
        return bool(_LEFT.search(self.words(number)))

    def is_thing(self, number: int) -> bool:
        return bool(_THING.search(self.words(number)))

    def is_subtotal(self, number: int) -> bool:
        return bool(_SUBTOTAL.search(self.words(number)))

    def is_more(self, number: int) -> bool:
        words = self.words(number)
        return bool(_MORE.search(words)) or words.lstrip().startswith(("und ", "and ", "+"))
