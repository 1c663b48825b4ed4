"""The words without which a pattern finds nothing, so that most sentences need no search.

A letter is asked some hundred rules, most of them about words that it does not hold. From each pattern a few *keys* are
derived: pieces of words, of which everything that the pattern finds holds one. A blank in a key is the edge of a word:
" ausbuch" is a key of ``ausbuch*``, "kosten " one of ``*kosten``. The words of a sentence are looked up once for all
rules, however many there are.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

_TOKEN = re.compile(
    r"(?P<place>\{[a-z_+]+\})"
    r"|(?P<repeat>(?:[*+?]|\{\d*(?:,\d*)?\})[?+]?)"
    r"|(?P<edge>\(\?<!\\w\)|\(\?!\\w\)|\\b)"
    r"|(?P<look>\(\?<?[=!])"
    r"|(?P<open>\(\?[:>]|\(\?P<\w+>|\((?!\?))"
    r"|(?P<close>\))"
    r"|(?P<either>\|)"
    r"|(?P<any>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[AZBdDsSwW]|[.^$])"
    r"|(?P<character>\\[^\w]|[^\\(])",
    re.DOTALL,
)
_SHORTEST = 3
"""Characters, blanks included, of a key. Shorter ones stand in every sentence."""
_LONGEST_WORD = 40
_LONGEST_TEXT = 2_000
"""Characters of a text whose words are looked up. A longer one is rarely asked twice."""
_WORD = re.compile(r"\w+")
_ALWAYS = 1
_ANY = -1
"""Every bit: anything may be found."""

Keys = frozenset[str]

_bit_of: dict[Keys, int] = {}
_bits: dict[str, int] = {}
"""The bits of every key, together."""


class _UnknownConstructError(Exception):
    """A construct whose meaning is not known here."""


def keys_of(pattern: str, of_place: Callable[[str], Keys | None]) -> Keys | None:
    """Return keys of which every match of ``pattern`` holds one; None where there are none.

    Args:
        pattern: a regular expression; in it ``{name}`` stands for another one.
        of_place: the keys of such a ``{name}``.
    """
    try:
        return _Reading(pattern, of_place).alternatives()
    except _UnknownConstructError:
        return None


class _Reading:
    """One pattern, read from left to right."""

    def __init__(self, pattern: str, of_place: Callable[[str], Keys | None]) -> None:
        self._tokens = [(str(match.lastgroup), match.group()) for match in _TOKEN.finditer(pattern)]
        if sum(len(token) for _, token in self._tokens) != len(pattern):
            raise _UnknownConstructError
        self._position = 0
        self._of_place = of_place

    def alternatives(self, edge: str = "") -> Keys | None:
        """The keys of everything up to the end of the group: those of every alternative together."""
        found = [self._sequence(edge)]
        while self._next("either"):
            found.append(self._sequence(edge))
        return either(found)

    def _next(self, kind: str) -> str | None:
        """The next token, taken if it is of this kind."""
        if self._position < len(self._tokens) and self._tokens[self._position][0] == kind:
            self._position += 1
            return self._tokens[self._position - 1][1]
        return None

    def _sequence(self, piece: str) -> Keys | None:
        """The rarest keys of what stands side by side, behind the beginning of a word, or its edge."""
        found: list[Keys | None] = []

        def end(edge: str = "") -> None:
            nonlocal piece
            if piece.strip():
                found.append(frozenset([piece + edge]))
            piece = edge

        while self._position < len(self._tokens):
            kind, token = self._tokens[self._position]
            if kind in {"either", "close"}:
                break
            self._position += 1
            if kind == "edge":
                end(" ")
            elif kind == "character":
                repeat = self._next("repeat")
                in_word = token[-1].isalnum() or token[-1] == "_"
                if in_word and not _may_be_missing(repeat):
                    piece += token[-1]
                if repeat:
                    end()
                elif not in_word:
                    end(" ")
            else:
                edge = piece if piece == " " else ""
                end()
                keys = self._of(kind, token, edge)
                if not _may_be_missing(self._next("repeat")):
                    found.append(keys)
        end()
        return min((keys for keys in found if keys), key=_weight, default=None)

    def _of(self, kind: str, token: str, edge: str) -> Keys | None:
        if kind == "place":
            return self._of_place(token[1:-1])
        if kind in {"open", "look"}:
            keys = self.alternatives(edge if kind == "open" else "")
            if not self._next("close"):
                raise _UnknownConstructError
            return keys if kind == "open" else None
        if kind == "any":
            return None
        raise _UnknownConstructError


def _may_be_missing(repeat: str | None) -> bool:
    return repeat is not None and (repeat[0] in "*?" or repeat.startswith(("{0", "{,")))


def either(found: Iterable[Keys | None]) -> Keys | None:
    """Return the keys of alternatives; None where one of them has none."""
    every = list(found)
    return frozenset(key for keys in every if keys for key in keys) if all(every) else None


def _weight(keys: Keys) -> float:
    """How often a text holds one of the keys, about."""
    return sum(4.0 ** -len(key) for key in keys)


def bit_of(keys: Keys | None) -> int:
    """Return a bit that ``possible`` sets for every text with one of the keys; for None, one that it always sets."""
    if not keys or min(map(len, keys)) < _SHORTEST:
        return _ALWAYS
    if keys not in _bit_of:
        _bit_of[keys] = bit = _ALWAYS << len(_bit_of) + 1
        for key in keys:
            _bits[key] = _bits.get(key, 0) | bit
        _of_word.cache_clear()
        _of_text.cache_clear()
    return _bit_of[keys]


def possible(text: str) -> int:
    """Return the bits of all keys of which a text holds one."""
    return _of_text(text) if len(text) <= _LONGEST_TEXT else _ANY


@lru_cache(maxsize=256)
def _of_text(text: str) -> int:
    found = _ALWAYS
    for word in _WORD.findall(text):
        found |= _of_word(word)
    return found


@lru_cache(maxsize=16_384)
def _of_word(word: str) -> int:
    if len(word) > _LONGEST_WORD:
        return _ANY
    word = f" {word} "
    found = _ALWAYS
    for start in range(len(word) - _SHORTEST + 1):
        for end in range(start + _SHORTEST, len(word) + 1):
            found |= _bits.get(word[start:end], 0)
    return found
