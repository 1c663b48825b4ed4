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
_MONEY = re.compile(r"\d[\d.\u00a0 ]{0,40},\d{2}\b")
_WORSE_SHARE = 0.2


def body_text(texts: Iterable[TextPart]) -> tuple[str, bool]:
    """All texts of the body in order, clean, quotations still in it; and whether the end of one was left out."""
    pieces = [_one(text) for text in texts]
    return "\n\n".join(piece for piece, _ in pieces if piece.strip()), any(cut for _, cut in pieces)


def _one(text: TextPart) -> tuple[str, bool]:
    plain = clean(text.plain).strip("\n") if text.plain is not None else ""
    if text.html is None or (plain.strip() and not _is_worse(plain, text.html)):
        return plain, False
    laid_out, cut = html_to_text(text.html)
    return laid_out or plain, cut


def _is_worse(plain: str, markup: str) -> bool:
    """The plain form says much less than the HTML one, or lacks an amount that stands there."""
    rough = clean(html.unescape(_TAGS.sub(" ", markup)))
    if len("".join(plain.split())) < _WORSE_SHARE * len("".join(rough.split())):
        return True
    present = set(_amounts(plain))
    return any(amount not in present for amount in _amounts(rough))


def _amounts(text: str) -> list[str]:
    return [re.sub(r"[^\d,]", "", found) for found in _MONEY.findall(text)]
