"""Texts on which a regular expression backtracks most, made from its own parse tree."""

import importlib
import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# The parser of `re` has no public name since Python 3.11.
_parser: Any = importlib.import_module("re._parser")
_c: Any = importlib.import_module("re._constants")

_REPEATS = (_c.MAX_REPEAT, _c.MIN_REPEAT, _c.POSSESSIVE_REPEAT)
_OF_CATEGORY = {
    _c.CATEGORY_DIGIT: "1",
    _c.CATEGORY_NOT_DIGIT: "a",
    _c.CATEGORY_SPACE: " ",
    _c.CATEGORY_NOT_SPACE: "a",
    _c.CATEGORY_WORD: "a",
    _c.CATEGORY_NOT_WORD: " ",
}
_CLASSES = {
    _c.CATEGORY_DIGIT: r"\d",
    _c.CATEGORY_NOT_DIGIT: r"\D",
    _c.CATEGORY_SPACE: r"\s",
    _c.CATEGORY_NOT_SPACE: r"\S",
    _c.CATEGORY_WORD: r"\w",
    _c.CATEGORY_NOT_WORD: r"\W",
}
LONG_REPEAT = 20
"""A repeat of at most so many times is no danger by itself."""
MISFIT = "\0"
"""Ends each text, so that no match reaches its end."""


@dataclass(frozen=True, slots=True)
class Attack:
    """``prefix``, then ``token`` over and over, then :data:`MISFIT`."""

    prefix: str
    token: str

    def text(self, length: int) -> str:
        """About ``length`` characters of it."""
        return self.prefix + self.token * max(1, length // len(self.token)) + MISFIT


def attacks(pattern: re.Pattern[Any], *, most: int) -> list[Attack]:
    """Texts for one pattern, the same each time; a sample of ``most`` where there are more."""
    source, flags = _source(pattern)
    chance = random.Random(7)
    tree = list(_parser.parse(source, flags))
    found = dict.fromkeys(_attacks(tree, chance))
    tokens = list(dict.fromkeys(attack.token for attack in found if len(attack.token) == 1))
    for one, other in itertools.permutations([*tokens, " ", "\n", "a", "1"], 2):
        found.setdefault(Attack("", one + other))
    return list(found) if len(found) <= most else chance.sample(list(found), most)


def reach(pattern: re.Pattern[Any]) -> int | None:
    """The most characters that a try at one place looks at; None where a repeat has no limit.

    A longer text has more places, but none of them takes longer: growth shows in texts up to this length or never.
    """
    source, flags = _source(pattern)
    tree = _parser.parse(source, flags)
    parts = [part for sequence in _sequences(list(tree)) for part in sequence]
    if any(operation in _REPEATS and argument[1] == _c.MAXREPEAT for operation, argument in parts):
        return None
    beside = sum(argument[1].getwidth()[1] for operation, argument in parts if operation in (_c.ASSERT, _c.ASSERT_NOT))
    return int(tree.getwidth()[1] + beside)


def tokens_of(pattern: re.Pattern[str]) -> list[str]:
    """Texts that the pattern's parts match: the vocabulary that its matches are made of."""
    chance = random.Random(7)
    sequences = _sequences(list(_parser.parse(pattern.pattern, pattern.flags)))
    return [text for text in dict.fromkeys(_sample(sequence, chance) for sequence in sequences) if text]


def _source(pattern: re.Pattern[Any]) -> tuple[str, int]:
    """The pattern as the parser takes it, and its flags."""
    if isinstance(pattern.pattern, bytes):
        return pattern.pattern.decode("latin-1"), pattern.flags | re.ASCII
    return pattern.pattern, pattern.flags


def _attacks(tree: list[Any], chance: random.Random) -> Iterator[Attack]:
    for sequence in _sequences(tree):
        for place, (operation, argument) in enumerate(sequence):
            if operation not in _REPEATS or argument[1] <= LONG_REPEAT:
                continue
            before = _sample(sequence[:place], chance)
            behind = _sample(sequence[place + 1 : place + 2], chance)
            for token in dict.fromkeys(_sample(list(argument[2]), chance) for _ in range(4)):
                for prefix, run in (
                    ("", token),
                    (before, token),
                    ("", before + token),
                    ("", before + token * LONG_REPEAT),
                    ("", before + token + " "),
                    (before, token + behind),
                    ("", token + " "),
                    ("", token + "\n"),
                    ("", before),
                    ("", before + " "),
                ):
                    if run:
                        yield Attack(prefix, run)
        if any(operation in _REPEATS for operation, _ in sequence):
            whole = _sample(sequence, chance)
            for run in (whole, whole[:-1], whole + " "):
                if run:
                    yield Attack("", run)


def _sequences(sequence: list[Any]) -> Iterator[list[Any]]:
    """The sequence and all those inside it."""
    yield sequence
    for operation, argument in sequence:
        match operation:
            case _c.BRANCH:
                inner = argument[1]
            case _c.SUBPATTERN:
                inner = [argument[3]]
            case _c.ATOMIC_GROUP:
                inner = [argument]
            case _c.ASSERT | _c.ASSERT_NOT:
                inner = [argument[1]]
            case _ if operation in _REPEATS:
                inner = [argument[2]]
            case _:
                continue
        for child in inner:
            yield from _sequences(list(child))


def _sample(sequence: list[Any], chance: random.Random) -> str:
    """A text that the sequence matches, as far as its assertions allow."""
    text = ""
    for operation, argument in sequence:
        match operation:
            case _c.LITERAL:
                text += chr(argument)
            case _c.NOT_LITERAL:
                text += "a" if argument != ord("a") else "b"
            case _c.ANY:
                text += "a"
            case _c.IN:
                text += chance.choice(_members(argument))
            case _c.BRANCH:
                text += _sample(list(chance.choice(argument[1])), chance)
            case _c.SUBPATTERN:
                text += _sample(list(argument[3]), chance)
            case _c.ATOMIC_GROUP:
                text += _sample(list(argument), chance)
            case _ if operation in _REPEATS:
                text += "".join(_sample(list(argument[2]), chance) for _ in range(max(argument[0], 1)))
    return text


def _members(items: list[Any]) -> list[str]:
    """Characters of a set."""
    if items[0][0] is _c.NEGATE:
        return [char for char in "a1 .\n<" if not any(_is_in(char, item) for item in items[1:])] or ["\u00a7"]
    return [chr(a) if op is _c.LITERAL else chr(a[0]) if op is _c.RANGE else _OF_CATEGORY[a] for op, a in items]


def _is_in(char: str, item: Any) -> bool:
    operation, argument = item
    if operation is _c.LITERAL:
        return bool(ord(char) == argument)
    if operation is _c.RANGE:
        return bool(argument[0] <= ord(char) <= argument[1])
    return re.match(_CLASSES[argument], char) is not None
