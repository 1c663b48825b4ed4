"""Amounts of money as German and English letters write them.

What counts as an amount, a flaw, or nothing at all is section 5 of the domain rules. Only the writing is judged here;
what an amount stands for is :mod:`claimstream.domain.reader.claims`'s to say.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from claimstream.domain.reader.dates import Spans, find_dates
from claimstream.domain.reader.iban import find_ibans
from claimstream.domain.records.extraction import AmountFlaw

_BLANK = " \t\u00a0\u202f\u2009\u2007"
_GROUP_BLANK = " \u00a0\u202f\u2009\u2007"

_CURRENCIES = {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "chf": "CHF",
    "sfr": "CHF",
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "£": "GBP",
    "gbp": "GBP",
    "¥": "JPY",
    "jpy": "JPY",
    "pln": "PLN",
    "zł": "PLN",
    "czk": "CZK",
    "dkk": "DKK",
    "sek": "SEK",
    "nok": "NOK",
    "huf": "HUF",
    "try": "TRY",
    "dm": "DEM",
    "dem": "DEM",
}
_OTHER_SIGNS = "¢¤֏؋฿៛\u20a0-\u20ab\u20ad-\u20cf﷼﹩＄￠￡￥￦"
"""Signs of other currencies, all of Unicode's block of them but the euro: ``₺``, ``₹``, the wide dollar."""
_UNKNOWN_CURRENCY = "XXX"
"""ISO 4217's code for none of its currencies."""
_CURRENCY = (
    rf"(?:[{_OTHER_SIGNS}]|"
    r"€|EUROS?|Euros?|euros?|EUR|Eur|eur|CHF|SFr|sFr|Sfr|US\$|USD|\$|£|GBP|¥|JPY|PLN|zł|CZK|DKK|SEK|NOK|"
    r"HUF|TRY|DEM|DM)"
)
_CURRENCY_AFTER = re.compile(rf"[{_BLANK}]{{0,3}}(?:\|[{_BLANK}]{{0,3}})?({_CURRENCY})(?![A-Za-z])")
_HEAD = re.compile(
    rf"(?:(?<!\w)(?P<sign>[-−–—])(?P<gap>[{_BLANK}]{{0,3}}))?"
    rf"(?:(?<![A-Za-z])(?P<currency>{_CURRENCY})[.:)]{{0,2}}[{_BLANK}]{{0,4}}(?:(?P<sign_late>[-−–—])"
    rf"(?P<gap_late>[{_BLANK}]{{0,3}}))?)?\Z"
)
_TAIL = re.compile(
    rf"(?P<sign>[-−–‑](?![\w,.-]))?(?:[{_BLANK}]{{0,3}}(?:\|[{_BLANK}]{{0,3}})?(?P<currency>{_CURRENCY})"
    rf"(?![A-Za-z])(?P<sign_late>[-−](?![\w-]))?)?"
)
_UNREAD = "\ufffc"
"""Stands for what is shown in a text and is none: a picture, a sign of a symbol font, a raised figure."""
_TIED_BEFORE = re.compile(r"(?:[\w/\\'’#]|\d[.,:]|\w[-−–])\Z")
_TIED_AFTER = re.compile(r"\w|[/:]\d|[-–]\w")
_RANGE = re.compile(r"[-–]\d+[.,]\d")
_NEXT_NUMBER = re.compile(rf"[{_BLANK}]{{0,2}}\d[\d.,'’]*")
# Thousands, millions and cents are other units than the one written here.
_OTHER_UNIT = r"(?:T€|TEUR|Tsd|Mio|Mrd|Million|Milliarde|million|bn\b)"
_OTHER_UNIT_AFTER = re.compile(rf"[{_BLANK}]{{0,2}}{_OTHER_UNIT}")
_OTHER_UNIT_BEFORE = re.compile(rf"{_OTHER_UNIT}[.:]?[{_BLANK}]{{0,2}}\Z")
_NOT_MONEY_AFTER = re.compile(
    rf"[{_BLANK}]{{0,2}}(?:%|‰|°|v\.[ ]?H\.|p\.[ ]?a\.|(?:Prozent\w*|percent\w*|per[ ]cent|Basispunkte\w*|"
    rf"Cents?|cents?|ct|kWh|MWh|"
    r"kW|km|qm|m²|m³|cbm|kg|Stück|Stk|Tagen?|Monaten?|Jahren?|Wochen?|Raten|Uhr|Std|Stunden?|Minuten|Seiten?|"
    r"Liter|GB|MB|Mitarbeiter\w*|"
    r"Einwohner\w*|Kunden|Punkten?|days|months|years|weeks|hours|pages|x)(?!\w))"
)
_CREDIT_AFTER = re.compile(
    rf"[{_BLANK}]{{0,4}}(?:\|[{_BLANK}]{{0,3}})?\(?(?:Haben|HABEN|H|CR|Cr|Guthaben|Gutschrift|credit)(?!\w)"
)
_CENTS_AFTER = re.compile(
    rf"[{_BLANK}]{{0,2}}(?:und|and|,)?[{_BLANK}]{{0,2}}\d{{1,2}}[{_BLANK}]{{0,2}}(?:Cents?|cents?|ct)(?!\w)"
)
_NUMBERED_BEFORE = re.compile(
    r"(?:\b(?:nr|no|nummer|number|az|aktenzeichen|zeichen|tel|telefon|telefax|fax|mobil|phone|plz|hrb|hra|vr|"
    r"blz|konto|kto|"
    r"ticket|vorgang|vertrag|version|rechnung|position|pos|seite|page|anzahl|ref|reference|referenz|"
    r"kundennummer|\w{2,20}nummer|\w{2,20}nr)"
    r"|§|#)[.:]?\s?\Z"
)
_RUN = re.compile(r"\d[\d.,'’]*")
_SPACE_GROUPS = re.compile(
    rf"([1-9]\d{{0,2}})([{_GROUP_BLANK}])\d{{3}}(?:\2\d{{3}})*(?:[.,]\d{{2}}(?![\d])|(?=[,.][-–—])|(?![\d.,]))"
)
_DASH_CENTS = re.compile(r"[,.](?:--?|––?|——?)(?![\w])")
_SPLIT_CENTS = re.compile(rf"[{_BLANK}]?,[{_BLANK}]?\d{{2}}(?![\d.,])")
_SPLIT_BEFORE = re.compile(rf"(?<![\d.,])\d{{1,3}}[.,][{_BLANK}]{{1,2}}\Z")
_GROUP_ABOVE = re.compile(
    rf"[^\s\d.,][{_BLANK}]{{0,2}}[1-9]\d{{0,2}}(?:[.'’]\d{{3}}){{0,2}}['’]?[{_BLANK}]{{0,2}}\n[{_BLANK}>]{{0,4}}\Z"
)
"""Thousands at the end of the line above, behind words: an editor wraps lines at the blank of ``1 234,56``."""
_GROUP_BELOW = re.compile(rf"[.'’]?[{_BLANK}]{{0,2}}\n[\n{_BLANK}>]{{0,4}}\d{{3}}[.,]\d")
_SEAM = (
    r"(?:[?`%]|[^\x00-\x7f\w\s€£¥–—−…•„“”‚‘’»«→×\u200b\ufffc]|[\u2000-\u2006\u2008\u200a\u205f\u3000]|"
    r"&(?:nbsp|thinsp|#160|#xA0);?|[=!][ ]?\n[ ]?|(?:Â|â€¯|â€‰)\s?)"
)
_SEAM_BEFORE = re.compile(rf"\d(?:{_SEAM}|=)\Z", re.IGNORECASE)
_SEAM_AFTER = re.compile(rf"{_SEAM}\d", re.IGNORECASE)
"""What programs leave between figures that they could not decode, or broke: the ``?`` of a lost no-break space, its
bytes read in another character set, the ``=`` and ``!`` at the end of a line that a server cut."""
_CENTS_OF = re.compile(rf"(?<!\d)\d{{1,3}}(?:[{_BLANK}]{{1,2}},[{_BLANK}]{{0,2}}|,[{_BLANK}]{{1,2}})\Z")

# What a scan makes of digits. Applied only to words that have the shape of money and hold a digit already.
_SCAN_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8"})
_SCAN_RUN = re.compile(
    rf"(?<![\w.,/-])(?=[OolISB]{{0,3}}\d|[\dOolISB.]{{1,12}},\d|"
    rf"[\dOolISB.]{{1,9}}\d)[\dOolISB]{{1,3}}(?:\.?[\dOolISB]{{3}}){{0,3}}"
    rf"(?:[.,][\dOolISB]{{2}}(?![\w])|(?=[{_BLANK}]?(?:€|EUR|Euro)))"
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

    head = _HEAD.search(work, max(floor, start - 16), start)
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
    named = suffix or head["currency"]
    currency = _CURRENCIES.get(named.lower(), _UNKNOWN_CURRENCY) if named else None
    begin, negative = _begin(head)
    negative = negative or bool(tail["sign"] or (suffix and tail["sign_late"]))

    if _TIED_AFTER.match(work, stop):
        if "," in bare and _RANGE.match(work, stop):  # "50,00-70,00": nobody is served by a guess
            return AmountToken(None, begin, stop, text[begin:stop], AmountFlaw.AMBIGUOUS, currency=currency)
        return None
    if _NOT_MONEY_AFTER.match(work, stop) or _OTHER_UNIT_AFTER.match(work, number_end):
        return None
    if _OTHER_UNIT_BEFORE.search(work[max(0, begin - 12) : begin]):
        return None

    plain = re.sub(rf"[{_GROUP_BLANK}]", "." if "," in bare or "." not in bare else ",", bare) if spaced else bare
    if spaced and not (currency or dashed or re.search(r"[.,]\d{2}\Z", bare)):
        return None  # "77 310 552" is any number
    parsed = _number(plain, has_currency=bool(currency or dashed), cells=cells)
    if parsed is None:
        return None
    numbered = _NUMBERED_BEFORE.search(work[max(0, begin - 24) : begin].lower())
    if numbered and not currency and not dashed and "," not in bare:
        return None

    value, flaw = parsed.value, None
    credit = _CREDIT_AFTER.match(work, stop)
    boxed = currency is None and work[begin - 1 : begin] == "(" and work[stop : stop + 1] == ")"
    if value is None or (spaced and numbered) or _is_split(work, begin, number_end, stop, bare):
        value, flaw = None, AmountFlaw.AMBIGUOUS
    elif (negative or credit or boxed) and value:
        value, flaw = -value, AmountFlaw.CREDIT
        stop = credit.end() if credit else stop
    return AmountToken(value, begin, stop, text[begin:stop], flaw, currency=currency)


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


def _is_split(work: str, begin: int, number_end: int, stop: int, bare: str) -> bool:
    """Return True when the amount may be more, or less, than it seems.

    It goes on across a blank or the end of a line (``3. 418,07``, ``3.418, 07``, ``3.418 Euro 7 Cent``), is the cents
    of the number before it (the ``34 EUR`` of ``512, 34 EUR``), or touches a picture.
    """
    if _UNREAD in (work[begin - 1 : begin], work[number_end : number_end + 1], work[stop : stop + 1]):
        return True
    if _SEAM_BEFORE.search(work, max(0, begin - 8), begin) or _SEAM_AFTER.match(work, number_end):
        return True
    if _CENTS_AFTER.match(work, stop):
        return True
    if "," not in bare and _SPLIT_CENTS.match(work, number_end):
        return True
    before = work[max(0, begin - 24) : begin]
    if re.match(r"\d{3}(?:[.,]|$)", bare) and _GROUP_ABOVE.search(before):
        return True
    if re.fullmatch(r"\d{1,3}(?:[.'’]\d{3}){0,2}", bare) and _GROUP_BELOW.match(work, number_end):
        return True
    before = before[-12:]
    item = _SPLIT_BEFORE.search(before)
    if item and re.match(r"\d{3}(?:[.,]|$)", bare):
        # at the start of a line "3. 418,07" is an item's number and its amount
        return before[: item.start()].strip(_BLANK)[-1:] not in {"", "\n"}
    if len(bare) == 2 and bare.isdigit() and _CENTS_OF.search(before):
        return True
    whole = bare.isdigit() or " " in bare
    return whole and bool(re.search(rf"\d[{_GROUP_BLANK}]\Z", before)) and not re.search(r"\.\d{2,4}.\Z", before)
