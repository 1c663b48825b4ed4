"""Amounts of money as German and English letters write them.

What counts as an amount, a flaw, or nothing at all is section 5 of the domain rules. Only the writing is judged here;
what an amount stands for is :mod:`claimstream.domain.reader.claims`'s to say.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from claimstream.domain.language import Rule
from claimstream.domain.language.currencies import CURRENCY, UNKNOWN, currency_code
from claimstream.domain.reader.dates import Spans, find_dates
from claimstream.domain.reader.iban import find_ibans
from claimstream.domain.reader.splits import BLANK, GROUP_BLANK, NAMES_A_NUMBER, NUMBERED, split_from, touches_unread
from claimstream.domain.records.extraction import AmountFlaw
from claimstream.domain.text.text import folded

_CURRENCY_AFTER = re.compile(rf"[{BLANK}]{{0,3}}(?:\|[{BLANK}]{{0,3}})?({CURRENCY})(?![A-Za-z])")
_CODE_AFTER = re.compile(r"(?<=[.,]\d\d)[ \u00a0]?([A-Z]{3})(?![\w&/-]|\.\w)")
_LONGEST_LINE = 80
NO_CURRENCY = Rule(
    "no_currency",
    r"\A{no_currency}\Z",
    takes=("RVG", "VAT", "UND"),
    leaves=("XYZ", "QQQ"),
)
"""Three capitals behind an amount that stand for no currency."""
_LAW_AFTER = re.compile(r"[a-z]?[ \u00a0]?(?:(?:Abs|Satz|S|Nr|ff?)\b|[A-ZÄÖÜ][A-Za-z]{0,12}[A-Z]\b)")
_BEFORE = 40
"""The number of characters before its figures in which the currency of an amount is looked for."""
_HEAD = re.compile(
    rf"(?:(?<!\w)(?P<sign>[-−–—])(?P<gap>[{BLANK}]{{0,3}}))?"
    rf"(?:(?<![A-Za-z])(?P<currency>{CURRENCY})[.:)]{{0,2}}[{BLANK}]{{0,4}}(?:(?P<sign_late>[-−–—])"
    rf"(?P<gap_late>[{BLANK}]{{0,3}}))?)?\Z"
)
_TAIL = re.compile(
    rf"(?P<sign>[-−–‑](?![\w,.-]))?(?:[{BLANK}]{{0,3}}(?:\|[{BLANK}]{{0,3}})?(?P<currency>{CURRENCY})"
    rf"(?![A-Za-z])(?P<sign_late>[-−](?![\w-]))?)?"
)
_TIED_BEFORE = re.compile(r"(?:[\w/\\'’#]|\d[.,:]|\w[-−–])\Z")
_TIED_AFTER = re.compile(r"\w|[/:]\d|[-–]\w")
_RANGE = re.compile(r"[-–]\d+[.,]\d")
_NEXT_NUMBER = re.compile(rf"[{BLANK}]{{0,2}}\d[\d.,'’]*")
# Thousands, millions and cents are other units than the one written here.
_OTHER_UNIT = r"(?:T€|TEUR|Tsd|Mio|Mrd|Million|Milliarde|million|bn\b)"
_OTHER_UNIT_AFTER = re.compile(rf"[{BLANK}]{{0,2}}{_OTHER_UNIT}")
_OTHER_UNIT_BEFORE = re.compile(rf"{_OTHER_UNIT}[.:]?[{BLANK}]{{0,2}}\Z")
_NOT_MONEY_AFTER = re.compile(
    rf"[{BLANK}]{{0,2}}(?:%|‰|°|v\.[ ]?H\.|p\.[ ]?a\.|(?:Prozent\w*|percent\w*|per[ ]cent|Basispunkte\w*|"
    rf"Cents?|cents?|ct|kWh|MWh|"
    r"kW|km|qm|m²|m³|cbm|kg|Stück|Stk|Tagen?|Monaten?|Jahren?|Wochen?|Raten|Uhr|Std|Stunden?|Minuten|Seiten?|"
    r"Liter|GB|MB|Mitarbeiter\w*|"
    r"Einwohner\w*|Kunden|Punkten?|days|months|years|weeks|hours|pages|x)(?!\w))"
)
_CREDIT_AFTER = re.compile(
    rf"[{BLANK}]{{0,4}}(?:\|[{BLANK}]{{0,3}})?\(?(?:Haben|HABEN|H|CR|Cr|Guthaben|Gutschrift|credit)(?!\w)"
)
_RUN = re.compile(r"\d[\d.,'’]*")
_SPACE_GROUPS = re.compile(
    rf"([1-9]\d{{0,2}})([{GROUP_BLANK}])\d{{3}}(?:\2\d{{3}})*(?:[.,]\d{{2}}(?![\d])|(?=[,.][-–—])|(?![\d.,]))"
)
_DASH_CENTS = re.compile(r"[,.](?:--?|––?|——?)(?![\w])")

# What a scan makes of digits. Applied only to words that have the shape of money and hold a digit already.
_SCAN_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8"})
_SCAN_RUN = re.compile(
    rf"(?<![\w.,/-])(?=[OolISB]{{0,3}}\d|[\dOolISB.]{{1,12}},\d|"
    rf"[\dOolISB.]{{1,9}}\d)[\dOolISB]{{1,3}}(?:\.?[\dOolISB]{{3}}){{0,3}}"
    rf"(?:[.,][\dOolISB]{{2}}(?![\w])|(?=[{BLANK}]?(?:€|EUR|Euro)))"
)


@dataclass(frozen=True, slots=True)
class AmountToken:
    """One amount as written at ``text[start:end] == quote``, with its sign and currency.

    ``value`` has the sign of the writing (a credit is negative) and is None when ``flaw`` is ``ambiguous``.
    """

    value: Decimal | None
    start: int
    end: int
    quote: str
    flaw: AmountFlaw | None = None
    repaired: bool = False
    currency: str | None = None
    """ISO 4217; None where none is written."""

    @property
    def has_currency(self) -> bool:
        return self.currency is not None


@dataclass(frozen=True, slots=True)
class _Number:
    """What a run of digits and separators says: a value, or (None) an ambiguous one."""

    value: Decimal | None
    decimals: bool
    """Written with cents, or grouped in thousands: money even without a currency."""


_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:0|[1-9]\d{0,8})"), "integer"),
    (re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){1,3}"), "grouped"),
    (re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){1,3},\d{2}"), "german"),
    (re.compile(r"(?:0|[1-9]\d{0,8}),\d{2}"), "german"),
    (re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){1,3},\d"), "ambiguous"),
    (re.compile(r"(?:0|[1-9]\d{0,2}),\d{3}"), "ambiguous"),
    (re.compile(r"[1-9]\d{0,2}(?:,\d{3}){2,3}"), "english"),
    (re.compile(r"[1-9]\d{0,2}(?:,\d{3}){1,3}\.\d{2}"), "english"),
    (re.compile(r"(?:0|[1-9]\d{0,8})\.\d{2}"), "point"),
    (re.compile(r"[1-9]\d{0,2}(?:['’]\d{3}){1,3}(?:,\d{2})?"), "german"),
    (re.compile(r"[1-9]\d{0,2}(?:['’]\d{3}){1,3}\.\d{2}"), "english"),
    (re.compile(r"(?:0|[1-9]\d{0,8})[.,]\d"), "short"),
)


def _number(run: str, *, has_currency: bool, cells: bool) -> _Number | None:
    shape = next((name for pattern, name in _SHAPES if pattern.fullmatch(run)), None)
    if shape is None:
        return None
    plain = run.replace("'", "").replace("’", "")
    if shape == "ambiguous":
        return _Number(None, decimals=True)
    if shape == "grouped":
        # A spreadsheet's own number 318.075 looks like three hundred thousand.
        if cells and not has_currency and plain.count(".") == 1:
            return _Number(None, decimals=True)
        return _Number(Decimal(plain.replace(".", "")), decimals=True)
    if shape == "german":
        return _Number(Decimal(plain.replace(".", "").replace(",", ".")), decimals=True)
    if shape == "english":
        return _Number(Decimal(plain.replace(",", "")), decimals=True)
    if shape == "point":
        # 12.10 is a day or a time of day as well.
        if not has_currency and not cells and int(plain.partition(".")[0]) <= 31:
            return None
        return _Number(Decimal(plain), decimals=True)
    if not has_currency and not cells:
        return None
    return _Number(Decimal(plain.replace(",", ".")), decimals=shape == "short")


def _repair(text: str) -> tuple[str, Spans]:
    """``text`` with the digits of scanned amounts corrected (same length), and where that was done."""
    spans: list[tuple[int, int]] = []
    parts: list[str] = []
    last = 0
    for match in _SCAN_RUN.finditer(text):
        run = match.group()
        if not any(char.isdigit() for char in run) or run.translate(_SCAN_DIGITS) == run:
            continue
        parts += text[last : match.start()], run.translate(_SCAN_DIGITS)
        last = match.end()
        spans.append(match.span())
    return "".join(parts) + text[last:], Spans(spans)


def find_amounts(text: str, *, scanned: bool = False, cells: bool = False) -> tuple[AmountToken, ...]:
    """Every amount of ``text`` in order of appearance.

    ``scanned`` lets digits be corrected (``5OO,0O``; the token is ``repaired``). ``cells`` is for the text of a
    spreadsheet, whose numbers stand without currency and cents. Dates, percentages, IBANs, phone, file and other
    numbers are no amounts; a whole number is one only beside a currency.
    """
    work, repaired = _repair(text) if scanned else (text, Spans([]))
    taken = Spans([(t.start, t.end) for t in find_dates(work)] + [(t.start, t.end) for t in find_ibans(work)])
    found: list[AmountToken] = []
    position = 0
    while match := _RUN.search(work, position):
        position = match.end()
        if taken.overlap(match.start(), match.start() + 1):
            continue
        spaced = _SPACE_GROUPS.match(work, match.start())
        token = None
        floor = found[-1].end if found else 0
        if spaced and not taken.overlap(spaced.start(), spaced.end()):
            token = _token(text, work, spaced.start(), spaced.end(), floor=floor, spaced=True, cells=cells)
            if token:
                position = max(token.end, spaced.end())
        if token is None:
            token = _token(text, work, match.start(), match.end(), floor=floor, spaced=False, cells=cells)
        if token is None:
            continue
        while found and found[-1].end > token.start:
            found.pop()  # the 1.234 of "1.234 * 567,00"
        if repaired.overlap(token.start, token.end):
            token = AmountToken(token.value, token.start, token.end, token.quote, token.flaw, True, token.currency)
        found.append(token)
        position = max(position, token.end)
    return tuple(found)


def parse_amount(text: str, *, scanned: bool = False) -> AmountToken | None:
    """The one amount of a short string; None when there is none, or more than one."""
    tokens = find_amounts(text, scanned=scanned)
    return tokens[0] if len(tokens) == 1 else None


def _token(text: str, work: str, start: int, end: int, *, floor: int, spaced: bool, cells: bool) -> AmountToken | None:
    """The amount whose digits begin at ``start``; ``end`` is the end of its run of digits and separators."""
    bare = work[start:end].rstrip(".,'’")
    end = start + len(bare)
    dashed = _DASH_CENTS.match(work, end)
    number_end = dashed.end() if dashed else end

    head = _HEAD.search(work, max(floor, start - _BEFORE), start)
    assert head  # every part of the pattern is optional
    if _TIED_BEFORE.search(work[max(0, head.start() - 2) : head.start()]):
        return None  # "K-004411", "09:12", "8817/25": part of something longer
    tail = _TAIL.match(work, number_end)
    assert tail
    suffix = tail["currency"]
    stop = tail.end()
    if suffix and (head["currency"] or ("," not in bare and not dashed)) and _owns_next(work, stop):
        # "Rechnung 4711 EUR 430,00", "EUR 1,00 EUR 2,00": the currency is the next number's
        suffix, stop = None, tail.end("sign") if tail["sign"] else number_end
    currency, coded = _currency(work, head["currency"], suffix, number_end)
    stop = coded or stop
    begin, negative = _begin(head)
    negative = negative or bool(tail["sign"] or (suffix and tail["sign_late"]))

    if _TIED_AFTER.match(work, stop):
        if "," in bare and _RANGE.match(work, stop):  # "50,00-70,00": nobody is served by a guess
            return AmountToken(None, begin, stop, text[begin:stop], AmountFlaw.AMBIGUOUS, currency=currency)
        return None
    if head["currency"] == "$" and bare.isdigit() and _LAW_AFTER.match(work, end):
        return None  # "$4 UStG": the sign of a paragraph on another keyboard
    if _NOT_MONEY_AFTER.match(work, stop) or _OTHER_UNIT_AFTER.match(work, number_end):
        return None
    if _OTHER_UNIT_BEFORE.search(work[max(0, begin - 12) : begin]):
        return None

    plain = re.sub(rf"[{GROUP_BLANK}]", "." if "," in bare or "." not in bare else ",", bare) if spaced else bare
    if spaced and not (currency or dashed or re.search(r"[.,]\d{2}\Z", bare)):
        return None  # "77 310 552" is any number
    parsed = _number(plain, has_currency=bool(currency or dashed), cells=cells)
    # Figures of another script look like points, and figures may be shown in another order.
    odd = not re.sub(r"[’\s]", "", bare).isascii()
    if "," in bare and (odd or (parsed is None and touches_unread(work, begin, number_end, stop))):
        return AmountToken(None, begin, stop, text[begin:stop], AmountFlaw.AMBIGUOUS, currency=currency)
    if parsed is None or odd:
        return None
    before = folded(work[max(0, begin - 24) : begin])
    if NAMES_A_NUMBER.find(before) and not currency and not dashed and "," not in bare:
        return None

    value, flaw = parsed.value, None
    credit = _CREDIT_AFTER.match(work, stop)
    boxed = currency is None and work[begin - 1 : begin] == "(" and work[stop : stop + 1] == ")"
    whole_from = split_from(work, begin, start, number_end, stop)
    if value is None or whole_from is not None or (spaced and NUMBERED.find(before)):
        value, flaw = None, AmountFlaw.AMBIGUOUS
        begin = begin if whole_from is None else whole_from
    elif (negative or credit or boxed) and value:
        value, flaw = -value, AmountFlaw.CREDIT
        stop = credit.end() if credit else stop
    return AmountToken(value, begin, stop, text[begin:stop], flaw, currency=currency)


def _currency(work: str, before: str | None, behind: str | None, end: int) -> tuple[str | None, int | None]:
    """The currency of figures that end at ``end``, and the end of a code behind them that nobody lists."""
    codes = {currency_code(written) for written in (before, behind) if written}
    if codes:
        return (codes.pop() if len(codes) == 1 else UNKNOWN), None
    unknown = _CODE_AFTER.match(work, end)
    if unknown is None or currency_code(unknown[1]) != UNKNOWN or NO_CURRENCY.find(folded(unknown[1])):
        return None, None
    # A line in capitals may go on with any word.
    if work[max(0, end - _LONGEST_LINE) : end].rpartition("\n")[2].isupper() or _owns_next(work, unknown.end()):
        return None, None
    return UNKNOWN, unknown.end()


def _begin(head: re.Match[str]) -> tuple[int, bool]:
    """Where the amount begins with its currency and sign, and whether that sign is a minus.

    A dash with a blank behind it parts words from numbers (``Saldo – 430,00``); a hyphen may be either, so it counts.
    """
    signs = [
        name
        for name, gap in (("sign", "gap"), ("sign_late", "gap_late"))
        if head[name] and not (head[gap] and head[name] in "–—")
    ]
    parts = [*signs, *(["currency"] if head["currency"] else [])]
    return min((head.start(name) for name in parts), default=head.end()), bool(signs)


def _owns_next(work: str, position: int) -> bool:
    """Whether the currency that ends at ``position`` stands before a number that has none behind it."""
    following = _NEXT_NUMBER.match(work, position)
    return bool(following and not _CURRENCY_AFTER.match(work, following.end()))
