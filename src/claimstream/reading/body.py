"""The body's text out of its plain and HTML forms."""

import html
import re
from collections.abc import Iterable
from typing import NamedTuple

from claimstream.reading.html import html_to_text
from claimstream.reading.mime import BEGINNING, TextPart
from claimstream.reading.text import clean

# Each alternative ends at the next "<" or at the end of the text, so that unclosed tags take linear time.
_TAGS = re.compile(
    r"<(style|script|head)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]{1,2000}>", re.IGNORECASE | re.DOTALL
)
_MONEY = re.compile(r"\d[\d.]{0,20},\d{2}\b")
"""No blanks: in one form a tab parts a date from its amount, in the other a blank."""
_LOOKS = re.compile(
    r"<(?:s|del|strike|su[bp]|rt|input)[\s>]|line-through|\brtl\b|vertical-align:\s?su[bp]|position:\s?relative",
    re.IGNORECASE,
)
"""Marks of text that is struck out, raised or shown from right to left, and of a form: the plain form does not tell."""
_WORSE_SHARE = 0.2
ANSWERED_BELOW = "An answer may stand below our own letter, which is quoted; look at the mail."
_TWO_WAYS = "Its plain form gives an amount that its HTML form, which people see, does not give."


class BodyText(NamedTuple):
    """The text of a body, clean, quotations still in it."""

    text: str
    missing: str = ""
    """The parts that cannot be read, in words; "" where all was read, and one form says what the other does."""
    struck: tuple[str, ...] = ()
    """The texts that are struck out."""


def body_text(texts: Iterable[TextPart]) -> BodyText:
    """Return all texts of the body in order."""
    pieces = [_one(text) for text in texts]
    return BodyText(
        "\n\n".join(piece.text for piece in pieces if piece.text.strip()),
        next((piece.missing for piece in pieces if piece.missing), ""),
        tuple(struck for piece in pieces for struck in piece.struck),
    )


def _one(text: TextPart) -> BodyText:
    plain = clean(text.plain).strip("\n") if text.plain is not None else ""
    if text.html is None:
        return BodyText(plain)
    rough = clean(html.unescape(_TAGS.sub(" ", text.html)))
    if not plain.strip():
        return _laid_out(text.html, plain)
    shown, alone = _amounts(rough), _amounts(plain)
    much_less, much_more = _says_much_less(plain, rough), _says_much_less(rough, plain)
    if alone - shown and not much_more:
        return BodyText(plain, _TWO_WAYS)
    looks = _LOOKS.search(text.html) and not much_more
    return _laid_out(text.html, plain) if much_less or looks or shown - alone else BodyText(plain)


def _laid_out(markup: str, plain: str) -> BodyText:
    text, cut, struck = html_to_text(markup)
    return BodyText(text or plain, BEGINNING if cut else "", struck)


def _says_much_less(text: str, other: str) -> bool:
    return len("".join(text.split())) < _WORSE_SHARE * len("".join(other.split()))


def _amounts(text: str) -> set[str]:
    return {re.sub(r"[^\d,]", "", found) for found in _MONEY.findall(text)}
