"""Spelling for comparison only: what is stored keeps its umlauts."""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import OSA

_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "oe",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
    }
)

_SEPARATORS = re.compile(r"[\s/_.\\|:\-\u2010-\u2015\u2212]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]{1,32}")
"""Short stretches: each is kept for comparing the next, and one character may become 18 (U+FDFA)."""


def fold(text: str) -> str:
    """Lower case, umlauts as digraphs (ä=ae, ß=ss), accents dropped. Digraphs stay: *Goethe*, *Neue*, *Israel*."""
    if text.isascii():
        return text.lower()
    return _NOT_ASCII.sub(lambda found: _in_ascii(found[0]), unicodedata.normalize("NFC", text).lower())


@lru_cache(maxsize=1024)
def _in_ascii(letters: str) -> str:
    apart = unicodedata.normalize("NFKD", letters.translate(_LETTERS))
    return "".join(char for char in apart if not unicodedata.combining(char))


def word_score(a: str, b: str, *, ending: bool) -> float:
    """1 for equal folded words, 0.8 for one slip of the pen in five letters and more, else 0.

    With ``ending`` false a differing end is no slip: *Daniel* and *Daniela*, *Maria* and *Marie* are two people.
    """
    if a == b:
        return 1.0
    if min(len(a), len(b)) < 5 or OSA.distance(a, b, score_cutoff=1) > 1:
        return 0.0
    if not ending and a[-1] != b[-1]:
        return 0.0
    return 0.8


def normalise(value: str) -> str:
    """The form for comparison: upper case, every separator one ``-``; digits grouped by blanks are one number.

    Leading zeros stay: ``004411`` is another number than ``4411``.
    """
    upper = unicodedata.normalize("NFKC", value).upper().strip()
    if re.fullmatch(r"[0-9 ]+", upper):
        return upper.replace(" ", "")
    return _SEPARATORS.sub("-", upper).strip("-")


def same_reference(a: str, b: str) -> bool:
    """Return True when two references are the same file: equal after normalising, and with a digit in it."""
    left = normalise(a)
    return left == normalise(b) and any(char.isdigit() for char in left)
