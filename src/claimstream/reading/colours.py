"""HTML text in the colour of what is behind it, which nobody sees."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from claimstream.reading.css import declared, names_of, simple_rules
from claimstream.reading.xml import Element, local

Colour = tuple[int, int, int]
_WHITE: Colour = (255, 255, 255)
_CLEAR = "clear"
_NAMED: dict[str, Colour] = {
    "white": _WHITE, "snow": (255, 250, 250), "ivory": (255, 255, 240), "ghostwhite": (248, 248, 255),
    "floralwhite": (255, 250, 240), "mintcream": (245, 255, 250), "azure": (240, 255, 255),
    "whitesmoke": (245, 245, 245), "black": (0, 0, 0),
}  # fmt: skip
"""Colours that text and its background have in common by mistake or to hide it."""
_HEX = re.compile(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})")
_RGB = re.compile(r"rgba?\((\d{1,3})[ ,]+(\d{1,3})[ ,]+(\d{1,3})(?:[ ,/]+(\d?\.?\d{0,9}%?))?\)")
_NEAR = 24
"""The most that two colours nobody can tell apart differ by, in 255 shades."""
_OWN_COLOURS = {"button", "select", "option", "textarea", "input", "mark"}
_NO_COLOURS = {
    "none", "transparent", "inherit", "initial", "repeat", "no-repeat", "repeat-x", "repeat-y", "scroll", "fixed",
    "center", "top", "left", "right", "bottom", "0", "0%", "50%", "100%",
}  # fmt: skip
"""Words of a background that leave what is behind it."""
_MOST_TEXTS = 50
_Shade = Colour | str | None
"""None is a colour that is not known, ``_CLEAR`` one that lets through what is behind it."""


@dataclass(frozen=True, slots=True)
class _Look:
    """The colours of an element."""

    text: _Shade = None
    behind: _Shade = _WHITE

    @property
    def is_unseen(self) -> bool:
        if self.text == _CLEAR:
            return True
        if not isinstance(self.text, tuple) or not isinstance(self.behind, tuple):
            return False
        return all(abs(one - other) <= _NEAR for one, other in zip(self.text, self.behind, strict=True))


def take_unseen(root: Element, is_hidden: Callable[[Element, str], bool]) -> list[str]:
    """Take the text out that has the colour of its background, and return it.

    Only text whose own colour is given is taken out, and none where the background is a picture or is given by
    a selector that is not understood.

    Args:
        is_hidden: True for elements that are hidden otherwise: these are left alone.
    """
    rules = _Rules(root)
    unseen: list[str] = []
    waiting = [(root, _Look())]
    while waiting:
        element, around = waiting.pop()
        name = local(element)
        if is_hidden(element, name):
            continue
        look = rules.look_of(element, name, around)
        if look.is_unseen:
            words = [element.text or "", *(child.tail or "" for child in element)]
            element.text = ""
            for child in element:
                child.tail = ""
            if len(unseen) < _MOST_TEXTS and any(map(str.strip, words)):
                unseen.append(" ".join(words))
        waiting += [(child, look) for child in element if local(child)][::-1]
    return unseen


class _Rules:
    """The colours of elements, by style sheets and by what they say themselves."""

    def __init__(self, root: Element) -> None:
        self._by_name: dict[str, dict[tuple[str, bool], _Shade]] = {}
        """Return, by selector and what it colours, the last colour that is known and the last that is not.

        They are few, however many rules there are.
        """
        for names, ends, declarations in simple_rules(root):
            shades = list(_shades(declarations))
            for name in names:
                self._add(name, shades)
            for name in ends if any(of == "behind" for of, _ in shades) else ():
                self._add(name, [("behind", None)])

    def _add(self, name: str, shades: "list[tuple[str, _Shade]]") -> None:
        known = self._by_name.setdefault(name, {})
        for of, shade in shades:
            known.pop((of, shade is None), None)
            known[of, shade is None] = shade

    def look_of(self, element: Element, name: str, around: _Look) -> _Look:
        """The colours of an element within one that looks as ``around``."""
        look = around
        if name in _OWN_COLOURS:
            look = _Look(None, None)
        elif name == "a" and "href" in element.attrib:
            look = replace(look, text=None)
        given = list(self._given(element, name)) if element.attrib or self._by_name else []
        for shade in (shade for of, shade in given if of == "text"):
            look = replace(look, text=shade)
        behind = [shade for of, shade in given if of == "behind"]
        for shade in behind:
            if shade != _CLEAR:
                look = replace(look, behind=shade)
        return replace(look, behind=None) if None in behind else look

    def _given(self, element: Element, name: str) -> "Iterator[tuple[str, _Shade]]":
        for attribute, of in (("color", "text"), ("text", "text"), ("bgcolor", "behind")):
            if value := element.get(attribute):
                value = value.strip().lower()
                yield of, _colour(value if value.startswith("#") or value in _NAMED else f"#{value}")
        if element.get("background"):
            yield "behind", None
        for known in names_of(element, name) if self._by_name else ():
            for (of, _), shade in self._by_name.get(known, {}).items():
                yield of, shade
        if style := element.get("style"):
            yield from _shades(style)


def _shades(declarations: str) -> "Iterator[tuple[str, _Shade]]":
    """The colours of text and of what is behind it, in order."""
    for name, value in declared(declarations).items():
        if name == "color" and value != "inherit":
            yield "text", _colour(value)
        elif name in {"background", "background-color", "background-image"}:
            yield "behind", _background(value)


def _background(value: str) -> "_Shade":
    if "(" in value:
        return _colour(value)
    colours = [_colour(word) for word in value.split() if word.isalpha() or word.startswith("#")]
    known = [colour for colour in colours if colour is not None and colour != _CLEAR]
    is_clear = all(word in _NO_COLOURS for word in value.split())
    return known[0] if known else _CLEAR if is_clear else None


def _colour(value: str) -> "_Shade":
    if value == "transparent":
        return _CLEAR
    if value in _NAMED:
        return _NAMED[value]
    if found := _RGB.fullmatch(value):
        if found[4] and (share := _share(found[4])) < 1:
            return _CLEAR if share <= _NEAR / 255 else None
        return int(found[1]), int(found[2]), int(found[3])
    if found := _HEX.fullmatch(value):
        digits = found[1] if len(found[1]) > 4 else "".join(digit * 2 for digit in found[1])
        if len(digits) == 8 and digits[6:] != "ff":
            return _CLEAR if int(digits[6:], 16) <= _NEAR else None
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    return None


def _share(alpha: str) -> float:
    try:
        return float(alpha[:-1]) / 100 if alpha.endswith("%") else float(alpha)
    except ValueError:
        return 1.0
