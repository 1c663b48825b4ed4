"""Amounts in words: *(in Worten: eintausendzweihundertvierzig Euro und sechzig Cent)*."""

import re
from collections.abc import Iterator
from decimal import Decimal

from claimstream.domain.language import entries
from claimstream.domain.reader.spelling import fold
from claimstream.domain.text.text import folded

IN_WORDS = re.compile(
    r"[(,]?\s?\bin\s(?:Worten|words):?\s(?P<words>[^()\d.;:]{3,160}?(?:\d\d/100)?)(?:\)|(?=[.;:]|\Z))", re.IGNORECASE
)
_WORDED = re.compile(
    r"(?P<euros>[a-z ]{3,120}?) ?(?:(?P<hundredths>\d\d)/100(?: ?euro)?|"
    r"(?:euro|eur) ?(?:(?:und )?(?P<cents>[a-z ]{3,40}?) ?cent)?)"
)
_BESIDE = re.compile(
    r"(?:\s?(?:EUR|Euro|€))?\s{0,4}(?:(?=[(,]?\s?in\sWorten)|\((?P<aside>[^()\d]{6,160})\))", re.IGNORECASE
)
_CURRENCY = re.compile(
    r"(?<=[^\W\d_])\s(?:Euro|EUR)(?:\s(?:und\s)?(?P<cents>[^\W\d_]{3,40})\sCent)?(?!\w)", re.IGNORECASE
)
_FAR = 80
"""Characters before a currency among which its amount is looked for in words."""
_WORD = re.compile(r"(?<![\w-])[^\W\d_]")
_UNITS = {fold(word): value for value, entry in enumerate(entries("numeral")) for word in entry.split("|")}
_TENS = {fold(word): 10 * value for value, word in enumerate(entries("numeral_tens"), 2)}
_LAST_PARTS = (*_UNITS, *_TENS, "hundert", "tausend")


def worded_value(words: str) -> Decimal | None:
    """Return the amount that ``words`` say, with its currency; None where they are not understood."""
    match = _WORDED.fullmatch(folded(words).strip())
    if match is None:
        return None
    euros = _number(match["euros"].replace(" ", ""))
    cents = int(match["hundredths"]) if match["hundredths"] else _number((match["cents"] or "null").replace(" ", ""))
    return None if euros is None or cents is None or cents > 99 else euros + Decimal(cents) / 100


def contradicts_words(text: str, end: int, value: Decimal) -> bool:
    """Return True where the amount in words right behind ``end`` is another one than ``value``, or not understood.

    *2.150,00 EUR (in Worten: zweitausendfünfhundertzehn Euro)*; an aside without *in Worten* must be an amount.
    """
    beside = _BESIDE.match(text, end)
    if beside is None:
        return False
    if beside["aside"]:
        worded = IN_WORDS.match(f"({beside['aside']})")
        said = worded_value(worded["words"] if worded else beside["aside"])
        return said != value and (said is not None or worded is not None)
    worded = IN_WORDS.match(text, beside.end())
    return worded is None or worded_value(worded["words"]) != value


def amounts_in_words(text: str) -> Iterator[Decimal | None]:
    """Yield the amounts that ``text`` gives in words, wherever they stand; None for *in Worten* with unknown words."""
    for match in IN_WORDS.finditer(text):
        yield worded_value(match["words"])
    for match in _CURRENCY.finditer(text):
        begin = max(0, match.start() - _FAR)
        if not fold(text[begin : match.start()]).endswith(_LAST_PARTS):
            continue
        # The longest that is an amount: "drei tausend Euro" is not "tausend Euro".
        said = (worded_value(text[word.start() : match.end()]) for word in _WORD.finditer(text, begin, match.start()))
        value = next((value for value in said if value is not None), None)
        if value is not None:
            yield value


def small_number(word: str) -> int | None:
    """Return the number below a thousand that a word says; None where it says none."""
    return _below_thousand(fold(word))


def _number(word: str) -> int | None:
    head, thousand, rest = word.rpartition("tausend")
    if thousand:
        thousands, below = _below_thousand(head or "ein"), _below_thousand(rest or "null")
        return None if thousands is None or below is None else 1000 * thousands + below
    return _below_thousand(word)


def _below_thousand(word: str) -> int | None:
    head, hundred, rest = word.rpartition("hundert")
    hundreds = _UNITS.get(head or "ein") if hundred else 0
    rest = rest.removeprefix("und") if hundred else rest
    below = _below_hundred(rest or "null")
    return None if hundreds is None or below is None else 100 * hundreds + below


def _below_hundred(word: str) -> int | None:
    if word in _UNITS:
        return _UNITS[word]
    unit, joined, tens = word.rpartition("und")
    if tens not in _TENS:
        return None
    below = _UNITS.get(unit) if joined else 0
    return None if below is None else _TENS[tens] + below
