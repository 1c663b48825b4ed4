"""The vocabulary files: sections of words and phrases that a clerk can read and add to.

A file holds sections, each headed by its name in brackets, with one entry a line; lines that begin with ``#`` are
remarks::

    # Verbs by which a creditor lets go of its claim.
    [write_off]
    ausgebucht
    ausbuch*
    aus den Büchern genommen

``*`` stands for up to thirty letters, a blank for the white space between two words (and a comma in front of it),
``A|B`` for either word, and ``…`` for other words between two (*stimmen … zu*). Entries are written as letters write
them; they are compared folded (lower case, ``ä`` = ``ae``). Sections of the same name in different languages are one
section: a letter may be in either.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from claimstream.domain.reader.spelling import fold

LANGUAGES = ("de", "en", "other")
"""The folders of the vocabulary. ``other`` has what mail programs in further languages write around a quotation."""
_LETTERS = r"\w{0,30}"
"""Stands for a ``*``."""
_HEADING = re.compile(r"\[([a-z_]+)\]")


@cache
def _sections() -> Mapping[str, tuple[str, ...]]:
    """Every section of every file, in the order of languages and file names."""
    found: dict[str, list[str]] = defaultdict(list)
    for language in LANGUAGES:
        files: dict[str, str] = {}
        for file in sorted((Path(__file__).parent / language).glob("*.txt")):
            section = None
            for line in file.read_text(encoding="utf-8").splitlines():
                entry = line.strip()
                if heading := _HEADING.fullmatch(entry):
                    if files.setdefault(heading[1], file.name) != file.name:
                        raise ValueError(f"{language}/{file.name}: [{heading[1]}] is {files[heading[1]]}'s already")
                    section = found[heading[1]]
                elif entry and not entry.startswith("#"):
                    if section is None:
                        raise ValueError(f"{file.name}: {entry!r} stands above the first [section]")
                    section.append(entry)
    return {name: tuple(section) for name, section in found.items()}


def entries(section: str) -> tuple[str, ...]:
    """Return the entries of a section as written, German ones first.

    Raises:
        KeyError: no file has such a section.
    """
    return _sections()[section]


def words(section: str) -> tuple[str, ...]:
    """Return the single words of a section as written, for one that holds neither phrases nor ``*``."""
    return tuple(word for entry in entries(section) for word in entry.split("|"))


@cache
def stems() -> Counter[str]:
    """Return how often each word stands in the vocabulary, folded and without its ``*``."""
    every = (word for section in _sections().values() for entry in section for word in fold(entry).split())
    return Counter(choice.strip("*") for word in every for choice in word.split("|"))


def alternatives(section: str) -> str:
    """Return a regular expression that stands for any entry of a section as whole words, for folded text.

    Its groups are the words that stand for an ``…``.
    """
    return rf"(?<!\w)(?:{parts(section)})(?!\w)"


def composed(first: str, head: str) -> str:
    """Return the same for words composed of an entry of each of two sections: *Regulierungs-* and *-plan*."""
    return rf"(?<!\w)(?:{parts(first)})-?(?:{parts(head)})(?!\w)"


def parts(section: str) -> str:
    """Return a regular expression that stands for any entry of a section, also as a part of a word."""
    # The longest first: "in voller Höhe" before "in". In groups of the same first letter the search is several times
    # faster: most words fail at their first letter. The letters that a "*" stands for are gone over once.
    groups: dict[str, list[str]] = defaultdict(list)
    for entry in sorted(entries(section), key=len, reverse=True):
        for begun in _begun(fold(entry)):
            first = _LETTERS if begun[0] == "*" else begun[0] if begun[0].isalnum() else ""
            groups[first].append(entry_pattern(begun)[len(first) :])
    return "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in groups.items())


def as_written(section: str) -> str:
    """Return a regular expression that stands for any entry of a section in text that is not folded.

    Letters are taken as small or capital as the entry has them; ``ä`` and ``ae`` are one.
    """
    written = (entry.translate(_DIGRAPHS) for entry in sorted(entries(section), key=len, reverse=True))
    return unfolded("|".join(map(entry_pattern, written)))


_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SPELLINGS = (
    *((digraph, f"(?:{letter}|{digraph})") for letter, digraph in zip("äöüß", ("ae", "oe", "ue", "ss"), strict=True)),
    (" ?", r"\s{0,3}"),
    (" ", r"\s{1,2}"),
)


def unfolded(pattern: str) -> str:
    """Return a pattern that is written for folded text for one that is not, in small letters: places count there."""
    for folded, written in _SPELLINGS:
        pattern = pattern.replace(folded, written)
    return pattern


def _begun(entry: str) -> Iterator[str]:
    """Yield an entry with each of the words that it may begin with: *keine Sache* and *keiner Sache*."""
    first, blank, rest = entry.partition(" ")
    return (f"{choice}{blank}{rest}" for choice in sorted(first.split("|"), key=len, reverse=True))


def entry_pattern(entry: str) -> str:
    """Return a regular expression for one folded entry."""
    return ",? ".join(map(_word, entry.split())).replace(r",? \.\.\.,? ", ",? (?:(.{0,120}?),? )?")


def _word(word: str) -> str:
    choices = [
        _LETTERS.join(map(re.escape, choice.split("*"))) for choice in sorted(word.split("|"), key=len, reverse=True)
    ]
    return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"
