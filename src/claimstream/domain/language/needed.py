"""The words without which a pattern finds nothing, so that most sentences need no search.

A letter is asked some hundred rules, most of them about words that it does not hold. From each pattern *keys* are
derived: sets of pieces of words, of each of which everything that the pattern finds holds one. A blank in a key is the
edge of a word: " ausbuch" is a key of ``ausbuch*``, "kosten " one of ``*kosten``. Every set is a bit. The words of a
sentence are looked up once for all rules, however many there are; whether a rule may find something is then a
comparison of bits.
"""

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache, lru_cache, reduce
from operator import or_
from typing import Generic, TypeVar

from claimstream.domain.language.vocabulary import entries, entry_pattern, stems
from claimstream.domain.reader.spelling import fold

_TOKEN = re.compile(
    r"(?P<place>\{[a-z_+]+\})"
    r"|(?P<repeat>(?:[*+?]|\{\d*(?:,\d*)?\})[?+]?)"
    r"|(?P<edge>\(\?<!\\w\)|\(\?!\\w\)|\\b|\\x20)"
    r"|(?P<look>\(\?<?[=!])"
    r"|(?P<open>\(\?[:>]|\(\?P<\w+>|\((?!\?))"
    r"|(?P<close>\))"
    r"|(?P<either>\|)"
    r"|(?P<any>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[AZBdDsSwWnrt]|[.^$])"
    r"|(?P<character>\\[^\w]|[^\\(])",
    re.DOTALL,
)
_SHORTEST = 3
"""Characters, blanks included, of a key. Shorter ones stand in every sentence."""
_LONGEST_WORD = 40
_LONGEST_TEXT = 4_000
"""Characters of a text whose words are looked up. A longer one holds most words, and is rarely asked twice."""
_WORD = re.compile(r"\w+")
_ANY = -1
"""Every bit: anything may be found."""

Keys = frozenset[str]
T = TypeVar("T")

_bit_of: dict[Keys, int] = {}
_bits: dict[str, int] = {}
"""The bits of every key, together."""


class _UnknownConstructError(Exception):
    """A construct whose meaning is not known here."""


def needs_of(pattern: str, of_place: Callable[[str], Keys | None] | None = None) -> tuple[frozenset[Keys], ...]:
    """Return for each alternative of ``pattern`` sets of keys, of each of which every match of it holds one.

    Args:
        pattern: a regular expression for text in small letters; in it ``{name}`` stands for another one.
        of_place: the keys of such a ``{name}``: by default, those of the vocabulary.
    """
    try:
        found = _Reading(pattern, of_place or keys_of_place).alternatives()
    except _UnknownConstructError:
        return (frozenset(),)
    # Alternatives with one set each are as good as one alternative.
    alone = either(next(iter(sets)) for sets in found if len(sets) == 1)
    return (*({frozenset({alone})} if alone else ()), *{frozenset(sets) for sets in found if len(sets) != 1})


def keys_of(pattern: str, of_place: Callable[[str], Keys | None] | None = None) -> Keys | None:
    """Return keys of which every match of ``pattern`` holds one; None where there are none."""
    return either(map(_rarest, needs_of(pattern, of_place)))


def keys_of_place(place: str) -> Keys | None:
    """Return the keys of ``{section}`` or ``{first+head}`` in the pattern of a rule."""
    return None if place == "gap" else _keys_of_section(place)


@cache
def _keys_of_section(place: str) -> Keys | None:
    _, plus, head = place.partition("+")
    edge = "" if plus else r"\b"
    return either(keys_of(rf"{edge}{entry_pattern(fold(entry))}\b") for entry in entries(head or place))


def top_alternatives(pattern: str) -> tuple[str, ...]:
    """Return the alternatives of a pattern, of which each may be run by itself; only the whole where it is unknown."""
    pieces, depth = [""], 0
    for match in _TOKEN.finditer(pattern):
        kind, token = str(match.lastgroup), match.group()
        depth += (kind in {"open", "look"}) - (kind == "close")
        if kind == "either" and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += token
    return tuple(pieces) if "|".join(pieces) == pattern else (pattern,)


class _Reading:
    """One pattern, read from left to right."""

    def __init__(self, pattern: str, of_place: Callable[[str], Keys | None]) -> None:
        self._tokens = [(str(match.lastgroup), match.group()) for match in _TOKEN.finditer(pattern)]
        if sum(len(token) for _, token in self._tokens) != len(pattern):
            raise _UnknownConstructError
        self._position = 0
        self._of_place = of_place

    def alternatives(self, edge: str = "") -> list[list[Keys]]:
        """The keys of every alternative up to the end of the group."""
        found = [self._sequence(edge)]
        while self._next("either"):
            found.append(self._sequence(edge))
        return found

    def _next(self, kind: str) -> str | None:
        """The next token, taken if it is of this kind."""
        if self._position < len(self._tokens) and self._tokens[self._position][0] == kind:
            self._position += 1
            return self._tokens[self._position - 1][1]
        return None

    def _sequence(self, piece: str) -> list[Keys]:
        """The keys of what stands side by side, behind the beginning of a word, or its edge."""
        found: list[Keys] = []

        def end(edge: str = "") -> None:
            nonlocal piece
            if len(piece + edge) >= _SHORTEST and piece != " ":
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
                    piece += token[-1].lower()
                if repeat:
                    end()
                elif not in_word:
                    end(" ")
            else:
                edge = piece if piece == " " else ""
                end()
                sets = self._of(kind, token, edge)
                if not _may_be_missing(self._next("repeat")):
                    found += sets
        end()
        return found

    def _of(self, kind: str, token: str, edge: str) -> list[Keys]:
        if kind == "place":
            keys = self._of_place(token[1:-1])
            return [keys] if keys else []
        if kind in {"open", "look"}:
            found = self.alternatives(edge if kind == "open" else "")
            if not self._next("close"):
                raise _UnknownConstructError
            if "!" in token:
                return []
            keys = either(map(_rarest, found))
            return found[0] if len(found) == 1 else [keys] if keys else []
        if kind == "any":
            return []
        raise _UnknownConstructError


def _may_be_missing(repeat: str | None) -> bool:
    return repeat is not None and (repeat[0] in "*?" or repeat.startswith(("{0", "{,")))


def either(found: Iterable[Keys | None]) -> Keys | None:
    """Return the keys of alternatives; None where one of them has none."""
    every = list(found)
    return frozenset(key for keys in every if keys for key in keys) if all(every) else None


def _rarest(sets: Iterable[Keys]) -> Keys | None:
    """Return the set of which a text holds a key the least often, about."""
    return min(sets, key=lambda keys: sum(map(_commonness, keys)), default=None)


@cache
def _commonness(key: str) -> float:
    """Return how often a text holds a key, about: the longer the less, and the more the more entries it stands in."""
    return 3.0 ** -len(key) + stems()[key.strip()] / stems().total()


class Needs:
    """The pieces that a text, in small letters, must hold for a pattern to find anything in it."""

    def __init__(self, pattern: str) -> None:
        self.masks = tuple(reduce(or_, map(_bit, sets), 0) for sets in needs_of(pattern))
        """For each alternative of the pattern, the bits of what it needs."""
        self.always = 0 in self.masks
        """It may find something in any text."""

    def are_in(self, text: str) -> bool:
        """Return False where the pattern can find nothing in a text."""
        held = bits_of(text)
        for mask in self.masks:  # noqa: SIM110 - a generator doubles the time, and this is asked most of all
            if held & mask == mask:
                return True
        return False


class Sieve(Generic[T]):
    """Several patterns, or what stands for them, of which a text is asked which may find anything in it."""

    def __init__(self, each: Iterable[tuple[Needs, T]]) -> None:
        self._by_mask = [(mask, n, thing) for n, (needs, thing) in enumerate(each) for mask in needs.masks]
        self._any_mask = reduce(or_, (mask for mask, _, _ in self._by_mask), 0)
        self._always = any(mask == 0 for mask, _, _ in self._by_mask)

    def that_may_find(self, text: str) -> Collection[T]:
        """Return those of which a text holds what they need, in their order."""
        held = bits_of(text)
        if not (self._always or held & self._any_mask):
            return ()
        return {n: thing for mask, n, thing in self._by_mask if held & mask == mask}.values()


def _bit(keys: Keys) -> int:
    if keys not in _bit_of:
        _bit_of[keys] = bit = 1 << len(_bit_of)
        for key in keys:
            _bits[key] = _bits.get(key, 0) | bit
        _of_word.cache_clear()
        _of_text.cache_clear()
    return _bit_of[keys]


def bits_of(text: str) -> int:
    """Return the bits of all sets of keys of which a text holds one."""
    return _of_text(text) if len(text) <= _LONGEST_TEXT else _ANY


@lru_cache(maxsize=256)
def _of_text(text: str) -> int:
    found = 0
    for word in _WORD.findall(text):
        found |= _of_word(word)
    return found


@lru_cache(maxsize=16_384)
def _of_word(word: str) -> int:
    if len(word) > _LONGEST_WORD:
        return _ANY
    word = f" {word} "
    found = 0
    for start in range(len(word) - _SHORTEST + 1):
        for end in range(start + _SHORTEST, len(word) + 1):
            found |= _bits.get(word[start:end], 0)
    return found
