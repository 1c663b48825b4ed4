"""Style sheets of mails, as far as simple selectors decide."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from claimstream.reading.xml import Element

_MOST_CLASSES = 20
_BRACE = re.compile(r"([^{}]*+)([{}]|\Z)")
_COMMENT = re.compile(r"/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)|<!--|-->")
_SIMPLE = re.compile(r"[\w-]*+(?:[.#][\w-]++)?")
"""Selectors of a stylesheet that one element alone decides: ``u``, ``.preheader``, ``span.x``, ``#old``."""
_COMBINED = re.compile(r"[\s>+~]")


def simple_rules(root: Element) -> Iterator[tuple[set[str], set[str], str]]:
    """Each rule of the stylesheets outside of media queries: its simple selectors, the simple ends of the others
    (``td`` of ``.banner td``), and its declarations."""
    for sheet in root.iter("style"):
        depth, within, prelude = 0, "", ""
        for found in _BRACE.finditer(_COMMENT.sub(" ", sheet.text or "")):
            words, brace = found.groups()
            if brace == "{":
                depth += 1
                prelude = words.rpartition(";")[2].strip().lower()
                within = prelude if depth == 1 else within
                continue
            depth -= len(brace)
            if brace and depth == 0 and not within.startswith("@"):
                parts = {part.strip() for part in prelude.split(",")} - {""}
                simple = {part for part in parts if _SIMPLE.fullmatch(part)}
                ends = {end for part in parts - simple if _SIMPLE.fullmatch(end := _COMBINED.split(part)[-1])}
                yield simple, ends, words


def names_of(element: Element, name: str) -> Iterator[str]:
    """The simple selectors that an element answers to."""
    yield name
    marks = [f".{word}" for word in (element.get("class") or "").split()[:_MOST_CLASSES]]
    for mark in [*marks, f"#{element.get('id')}"] if marks or element.get("id") else []:
        yield mark.lower()
        yield f"{name}{mark}".lower()


def declared(declarations: str) -> Mapping[str, str]:
    """Values by property, in lower case."""
    return _short_declared(declarations) if len(declarations) < _SHORT else _declared(declarations)


def squeezed(declarations: str) -> str:
    """Without white space, in lower case."""
    return _short_squeezed(declarations) if len(declarations) < _SHORT else _squeezed(declarations)


def _declared(declarations: str) -> Mapping[str, str]:
    pairs = (declaration.partition(":") for declaration in _COMMENT.sub(" ", declarations.lower()).split(";"))
    return {name.strip(): value.strip().removesuffix("!important").strip() for name, _, value in pairs if value}


def _squeezed(declarations: str) -> str:
    return re.sub(r"\s", "", declarations).lower()


_SHORT = 500
"""Characters of declarations that are remembered: in a mail, many elements have the same."""
_short_declared = lru_cache(maxsize=500)(_declared)
_short_squeezed = lru_cache(maxsize=500)(_squeezed)
