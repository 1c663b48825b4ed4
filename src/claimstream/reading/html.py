"""HTML to text, with its quotations in the forms that ``domain.quoting`` knows."""

import re
from collections.abc import Mapping
from itertools import islice

import lxml.etree  # type: ignore[import-untyped]  # it ships no types
from inscriptis import Inscriptis  # type: ignore[import-untyped]  # it ships no types
from inscriptis.css_profiles import STRICT_CSS_PROFILE  # type: ignore[import-untyped]  # it ships no types
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]  # it ships no types

from claimstream.domain.language import alternatives
from claimstream.domain.reader.spelling import fold
from claimstream.reading.colours import take_unseen
from claimstream.reading.css import declared, names_of, simple_rules, squeezed
from claimstream.reading.text import POP, RIGHT_TO_LEFT, UNREAD, clean, without_loose_marks
from claimstream.reading.xml import Element, local, parse_html

_CONFIG = ParserConfig(css=STRICT_CSS_PROFILE.copy())
_MAX_DEPTH = 150
_MAX_ELEMENTS = 50_000
_MAX_QUOTE_DEPTH = 8
_MAX_HTML_CHARS = 4_000_000
_MAX_ATTRIBUTES = 1_000
"""Attributes of one tag. The parser walks the list of them for each new one: 300,000 take minutes."""
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_TAG = re.compile(rf"<[a-zA-Z][^\s/>]*+(?:{_ATTRIBUTE}){{0,{_MAX_ATTRIBUTES}}}+(?P<more>{_ATTRIBUTE})?+")
_GONE = "gone"
"""The tag of elements that are taken out, until all are removed at once."""
_ORIGINAL = "-----Original Message-----"
_RAISED = {"sup", "sub"}
_RAISED_TEXTS = 20
"""The number of texts of which raised figures and those beside them are made."""
_ASIDE = {"top", "bottom", "text-top", "text-bottom"}
_LENGTH = re.compile(r"[-+]?[0.]*+[1-9]")
"""A length or a share that is not zero."""
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl", "dt",
    "fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "img", "input",
    "legend", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
}  # fmt: skip
_SHOWS_NO_TEXT = {"password", "image", "range", "color"}
"""Fields of a form that show dots, a picture or a colour."""
_COLOURED = re.compile("color|text=", re.IGNORECASE)
_BLOCK_STYLE = re.compile(r"(?:inline-)?(?:block|table|flex|grid|list)")
_MOST_STEPS = 20
"""The number of elements among which the text beside raised figures is looked for."""
_STRUCK = {"s", "strike", "del", "rt", "rtc"}
"""Struck out by the writer: void, as deleted text is; or small text above the line, which is no part of it."""
_MOST_STRUCK = 50
_STRUCK_TEXTS = 200
"""The most texts struck out that are noted, and the most pieces of one."""
_STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?:[^;]{0,40}line-through")
_UNSEEN_STYLE = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|"
    r"(?:^|(?<=;))(?:opacity|max-height):0(?:px|pt|em|%)?(?:!important)?(?:;|$)"
)
_INVISIBLE = {"script", "style", "title", "template", "noscript", "rp", "datalist"}
_HEADER_IDS = {"divrplyfwdmsg", "x_divrplyfwdmsg"}
_HEADER_TEXTS = 1_000
"""The number of texts in which a header block is looked for: elements with a border may stand in one another."""
_AUTHOR = re.compile(rf"{alternatives('header_author')} ?:")
_SUBJECT = re.compile(rf"{alternatives('header_subject')} ?:")
_BORDER_TOP = re.compile(r"border(?:-top)?\s*:\s*(?:none\s*;\s*border-top\s*:\s*)?solid\s+#?\w+", re.IGNORECASE)
_KEPT_SPACES = {0x00A0: 0xE002, 0x2007: 0xE003, 0x2009: 0xE004, 0x202F: 0xE005}
"""No-break and thin spaces, which the layout engine would turn into plain ones, and what stands for them meanwhile."""
_OWN = range(0xE000, 0xE010)
_UNWRITABLE = [*_OWN, *(set(range(0x20)) - {0x09, 0x0A, 0x0D}), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
"""What the parser may read (as ``&#1;``, or in bytes of no known charset) and takes back from nobody: no XML 1.0."""
_STORED = _KEPT_SPACES | dict.fromkeys(_UNWRITABLE)
_SPACES_BACK = {placeholder: space for space, placeholder in _KEPT_SPACES.items()}
_PLACE = "\ue000{}\ue001"
_PLACED = re.compile("(?:(?<![ \t])[ \t]+)?\ue000(\\d+)\ue001[ \t]*")


def html_to_text(html: str) -> tuple[str, bool, tuple[str, ...]]:
    """Text with line breaks, whether its end was left out because a limit was reached, and the texts struck out.

    The cells of a table's row stand on one line, two spaces and more apart.

    What mail programs mark as quoted becomes ``> `` lines (Gmail's ``gmail_quote``, ``blockquote type=cite``) or gets a
    separator line (Outlook's ``divRplyFwdMsg`` and its header block under a top border).
    """
    html = re.sub("[\ue000-\ue00f\x00]", "", html).strip()
    cut = len(html) > _MAX_HTML_CHARS
    html = re.sub(r"^<\?xml[^>]{0,200}\?>", "", html[:_MAX_HTML_CHARS])
    overloaded = next((tag.start() for tag in _TAG.finditer(html) if tag["more"]), None)
    if overloaded is not None:
        html, cut = html[:overloaded], True
    root, gave_up = parse_html(html) if html else (None, False)
    cut = cut or gave_up
    if root is None:
        return "", cut, ()
    void = _Void(root)
    if _COLOURED.search(html):
        void.struck += take_unseen(root, void.hides)
    for element in root.iter():
        if local(element):
            element.text = (element.text or "").translate(_STORED)
        element.tail = (element.tail or "").translate(_STORED)
    if "rtl" in html.lower():
        _turn(root)
    quotations: list[str] = []
    _mark(root, quotations, void)
    text = _render(root, quotations).translate(_SPACES_BACK)
    text = without_loose_marks(text, "")
    return clean("\n".join(line.rstrip() for line in text.split("\n"))).strip("\n"), cut, tuple(void.struck)


def html_charset(data: bytes) -> str | None:
    """The charset a page declares in its head."""
    found = re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,40})", data[:4096], re.IGNORECASE)
    return found[1].decode("ascii") if found else None


class _Void:
    """The elements that hide or strike out what they hold; what they struck gathers in ``struck``."""

    def __init__(self, root: Element) -> None:
        self.struck: list[str] = []
        self._hiding: set[str] = set()
        """The simple selectors by which stylesheets hide, on a screen of any width."""
        self._striking: set[str] = set()
        self._raising: set[str] = set()
        self._shifting: set[str] = set()
        for names, _, declarations in simple_rules(root):
            if _hides(declarations):
                self._hiding |= names
            elif _strikes(declarations):
                self._striking |= names
            style = declared(declarations)
            if _is_raised(style):
                self._raising |= names
            elif _is_shifted(style):
                self._shifting |= names

    def takes(self, element: Element, name: str) -> bool:
        """Return True when an element is none of the text. One that is struck out is noted."""
        if not isinstance(element.tag, str):
            return False
        if self.hides(element, name):
            return True
        style = element.get("style") or ""
        struck = name in _STRUCK or _strikes(style) or self._names(element, name, self._striking)
        if struck and len(self.struck) < _MOST_STRUCK:
            self.struck.append(" ".join(islice(element.itertext(), _STRUCK_TEXTS)))
        return struck

    def hides(self, element: Element, name: str) -> bool:
        style = element.get("style") or ""
        return name in _INVISIBLE or _hides(style) or self._names(element, name, self._hiding)

    def raises(self, element: Element, name: str) -> bool:
        """Return True when an element stands higher or lower than the text beside it."""
        style: Mapping[str, str] = declared(element.get("style") or "") if name else {}
        if name in _RAISED or _is_raised(style) or self._names(element, name, self._raising):
            return True
        shifted = _is_shifted(style) or self._names(element, name, self._shifting)
        return shifted and name not in _BLOCKS and not _BLOCK_STYLE.match(style.get("display", ""))

    def _names(self, element: Element, name: str, selectors: set[str]) -> bool:
        return bool(selectors and name) and not selectors.isdisjoint(names_of(element, name))


def _mark(root: Element, quotations: list[str], void: _Void, depth: int = 0) -> None:
    """Take hidden parts out, lift quotations out and leave a placeholder for each."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        name = local(element)
        if void.takes(element, name):
            _replace(element, "")
            continue
        if name == "img":
            _replace(element, UNREAD)
            continue
        if name == "input":
            _replace(element, _filled_in(element).translate(_STORED))
            _mark_raised(element)
            continue
        if void.raises(element, name):
            _mark_raised(element)
        if depth < _MAX_QUOTE_DEPTH and _is_quotation(element, name):
            quotations.append(_lift(element, void, depth + 1))
            _replace(element, _PLACE.format(len(quotations) - 1))
            continue
        if _is_outlook_header(element, name):
            _prepend_line(element, _ORIGINAL)
        waiting += list(element)[::-1]
    # Removing them one by one would join the texts around each, and copy all that was joined before.
    lxml.etree.strip_tags(root, _GONE)


def _filled_in(field: Element) -> str:
    """The state of a box or the value of a field, as the form shows it."""
    kind = (field.get("type") or "text").strip().lower()
    if kind in {"checkbox", "radio"}:
        return " [ ] " if field.get("checked") is None else " [x] "
    if kind in _SHOWS_NO_TEXT:
        return UNREAD
    return "" if kind == "hidden" else field.get("value") or ""


def _lift(element: Element, void: _Void, depth: int) -> str:
    """The text of a quotation, with those within it marked once more."""
    root = element.makeelement("div")
    root.text = element.text
    for child in list(element):
        root.append(child)
    nested: list[str] = []
    _mark(root, nested, void, depth)
    return _render(root, nested)


def _render(root: Element, quotations: list[str]) -> str:
    if _is_unwieldy(root):
        text = "\n".join(piece.strip() for piece in root.itertext() if piece.strip())
    else:
        text = Inscriptis(root, _CONFIG).get_text()

    def quoted(found: re.Match[str]) -> str:
        lines = quotations[int(found[1])].strip("\n").split("\n")
        return "\n" + "\n".join(f"> {line}".rstrip() for line in lines) + "\n"

    return _PLACED.sub(quoted, "\n".join(line.rstrip() for line in text.split("\n")))


def _is_unwieldy(root: Element) -> bool:
    """Too deep or too large for the layout engine, which recurses and takes a while for each element."""
    waiting, count = [(root, 1)], 0
    while waiting:
        element, depth = waiting.pop()
        count += 1
        if depth > _MAX_DEPTH or count > _MAX_ELEMENTS:
            return True
        waiting += [(child, depth + 1) for child in element]
    return False


def _hides(declarations: str) -> bool:
    style = squeezed(declarations)
    return any(
        "overflow:hidden" in style or not found[0].startswith("max-height") for found in _UNSEEN_STYLE.finditer(style)
    )


def _turn(root: Element) -> None:
    """Put the texts that are shown from right to left between the characters that say so in plain text."""
    waiting = [(root, False)]
    while waiting:
        element, turned = waiting.pop()
        if turned and element.tail:
            element.tail = f"{RIGHT_TO_LEFT}{element.tail}{POP}"
        turned = turned or _is_turned(element, local(element))
        if turned and element.text:
            element.text = f"{RIGHT_TO_LEFT}{element.text}{POP}"
        waiting += [(child, turned) for child in element]


def _is_turned(element: Element, name: str) -> bool:
    """Return True where an element shows its characters from right to left, figures too."""
    style = re.sub(r"\s", "", element.get("style") or "").lower()
    return "direction:rtl" in style or (bool(name) and (element.get("dir") or "").lower() == "rtl")


def _strikes(declarations: str) -> bool:
    return _STRUCK_STYLE.search(squeezed(declarations)) is not None


def _is_raised(style: Mapping[str, str]) -> bool:
    return style.get("vertical-align") in {"super", "sub"}


def _is_shifted(style: Mapping[str, str]) -> bool:
    """Return True for what raises or lowers text within a line. Of a block or a cell it says where that stands."""
    align = style.get("vertical-align", "")
    if align in _ASIDE or _LENGTH.match(align):
        return True
    if style.get("position") == "relative" and any(_LENGTH.match(style.get(side, "")) for side in ("top", "bottom")):
        return True
    return any(character in "123456789" for character in style.get("transform", "") + style.get("translate", ""))


def _mark_raised(element: Element) -> None:
    """Raised or lowered figures that touch others are cents, a power or a note's number: nobody knows, so the place is
    marked. ``3.418,`` with raised cents is clear."""
    text = _first_texts(element)
    if text[:1].isdigit() and _before(element)[-1:].isdigit():
        element.text = UNREAD + (element.text or "")
    if text[-1:].isdigit() and _behind(element)[:1].isdigit():
        element.tail = UNREAD + (element.tail or "")


def _before(element: Element) -> str:
    """The text that an element touches; a figure where that is not found soon."""
    for _ in range(_MOST_STEPS):
        before, parent = element.getprevious(), element.getparent()
        found = before.tail if before is not None else parent.text if parent is not None else ""
        if not found and before is not None and isinstance(before.tag, str):
            found = "\n" if local(before) in _BLOCKS else _first_texts(before)
        if found or parent is None or (before is None and local(parent) in _BLOCKS):
            return found or ""
        element = before if before is not None else parent
    return "0"


def _behind(element: Element) -> str:
    """The text that follows an element on its line; a figure where that is not found soon."""
    for _ in range(_MOST_STEPS):
        if element.tail:
            return str(element.tail)
        behind, parent = element.getnext(), element.getparent()
        if behind is None and (parent is None or local(parent) in _BLOCKS):
            return ""
        if behind is not None and isinstance(behind.tag, str):
            found = "\n" if local(behind) in _BLOCKS else _first_texts(behind)
            if found:
                return found
        element = behind if behind is not None else parent
    return "0"


def _first_texts(element: Element) -> str:
    return "".join(islice(element.itertext(), _RAISED_TEXTS))


def _is_quotation(element: Element, name: str) -> bool:
    if name != "blockquote":
        return False
    classes = (element.get("class") or "").lower()
    style = (element.get("style") or "").replace(" ", "").lower()
    return (
        (element.get("type") or "").lower() == "cite"
        or (element.get("cite") or "").startswith("mid:")
        or "gmail_quote" in classes
        or "cite" in classes
        or "border-left" in style
    )


def _is_outlook_header(element: Element, name: str) -> bool:
    if name != "div":
        return False
    if (element.get("id") or "").lower() in _HEADER_IDS:
        return True
    if not _BORDER_TOP.search(element.get("style") or ""):
        return False
    head = fold(" ".join("".join(islice(element.itertext(), _HEADER_TEXTS)).split())[:400])
    return _AUTHOR.match(head) is not None and _SUBJECT.search(head) is not None


def _replace(element: Element, text: str) -> None:
    """Leave nothing of an element but a text in its place; what follows it stays."""
    if element.getparent() is None:
        return
    element.clear(keep_tail=True)
    element.tag, element.text = _GONE, text


def _prepend_line(element: Element, line: str) -> None:
    marker = element.makeelement("div")
    marker.text = line
    marker.tail = element.text
    element.text = None
    element.insert(0, marker)
