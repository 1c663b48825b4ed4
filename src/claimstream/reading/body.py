"""The body's text out of its plain and HTML forms."""

import html
import re
from collections.abc import Iterable

from claimstream.reading.html import html_to_text
from claimstream.reading.mime import TextPart
from claimstream.reading.text import clean

# Each alternative ends at the next "<" or at the end of the text, so that unclosed tags take linear time.
_TAGS = re.compile(
    r"<(style|script|head)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]{1,2000}>", re.IGNORECASE | re.DOTALL
)
_MONEY = re.compile(r"\d[\d.]{0,20},\d{2}\b")
"""No blanks: in one form a tab parts a date from its amount, in the other a blank."""
_WORSE_SHARE = 0.2
BEGINNING = "Only the beginning of the mail was read."
_TWO_WAYS = "Its plain form gives an amount that its HTML form, which people see, does not give."


def body_text(texts: Iterable[TextPart]) -> tuple[str, str]:
    """Return all texts of the body in order, clean, quotations still in it; and what cannot be read of them, in words.

    The words are "" where all was read, and one form of each text says what the other does.
    """
    pieces = [_one(text) for text in texts]
    text = "\n\n".join(piece for piece, _ in pieces if piece.strip())
    return text, next((missing for _, missing in pieces if missing), "")


def _one(text: TextPart) -> tuple[str, str]:
    plain = clean(text.plain).strip("\n") if text.plain is not None else ""
    if text.html is None:
        return plain, ""
    rough = clean(html.unescape(_TAGS.sub(" ", text.html)))
    if not plain.strip():
        return _laid_out(text.html, plain)
    shown, alone = _amounts(rough), _amounts(plain)
    much_less, much_more = _says_much_less(plain, rough), _says_much_less(rough, plain)
    if alone - shown and not much_more:
        return plain, _TWO_WAYS
    return _laid_out(text.html, plain) if much_less or shown - alone else (plain, "")


def _laid_out(markup: str, plain: str) -> tuple[str, str]:
    text, cut = html_to_text(markup)
    return text or plain, BEGINNING if cut else ""


def _says_much_less(text: str, other: str) -> bool:
    return len("".join(text.split())) < _WORSE_SHARE * len("".join(other.split()))


def _amounts(text: str) -> set[str]:
    return {re.sub(r"[^\d,]", "", found) for found in _MONEY.findall(text)}
