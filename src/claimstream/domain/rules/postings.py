"""Many words to many numbers, in as few bytes as is reasonable."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

_PER_SHARD = 16
"""Entries that are expected for each letter are about ten: adding one moves a kilobyte or two."""


class Postings:
    """Which numbers stand behind a word. Twelve bytes each, where a dict of words takes ten times that.

    Words are kept as their hash alone, which Python salts anew for each process: two words that share one give a number
    too many, once in 2**64, and never one too few. Nothing is ever taken out.
    """

    def __init__(self, expected: int) -> None:
        """
        Args:
            expected: how many letters will be entered, about.
        """
        shards = 1 << max(0, (expected // _PER_SHARD).bit_length())
        self._mask = shards - 1
        self._words = [array("q") for _ in range(shards)]
        self._numbers = [array("i") for _ in range(shards)]

    def add(self, word: int, number: int) -> None:
        """Once, however often it is added.

        Args:
            word: its hash.
            number: of 32 bits, with sign.
        """
        words, numbers = self._words[word & self._mask], self._numbers[word & self._mask]
        first = bisect_left(words, word)
        last = bisect_right(words, word, first)
        at = bisect_left(numbers, number, first, last)
        if at < last and numbers[at] == number:
            return
        words.insert(at, word)
        numbers.insert(at, number)

    def count(self, word: int) -> int:
        words = self._words[word & self._mask]
        first = bisect_left(words, word)
        return bisect_right(words, word, first) - first

    def numbers(self, word: int) -> Iterable[int]:
        words = self._words[word & self._mask]
        first = bisect_left(words, word)
        if first == len(words) or words[first] != word:
            return ()
        return self._numbers[word & self._mask][first : bisect_right(words, word, first)]

    def find(self, words: Iterable[int]) -> set[int]:
        """Every number behind any of them."""
        found: set[int] = set()
        mask, shards, numbers = self._mask, self._words, self._numbers
        for word in words:
            shard = shards[word & mask]
            first = bisect_left(shard, word)
            if first < len(shard) and shard[first] == word:
                found.update(numbers[word & mask][first : bisect_right(shard, word, first)])
        return found


class Texts:
    """A list of texts without an object for each."""

    def __init__(self) -> None:
        self._full: list[str] = []
        self._last: list[str] = []

    def __len__(self) -> int:
        return len(self._full) * _TOGETHER + len(self._last)

    def __getitem__(self, number: int) -> str:
        block, place = divmod(number, _TOGETHER)
        return self._last[place] if block == len(self._full) else self._full[block].split("\0")[place]

    def append(self, text: str) -> None:
        """
        Args:
            text: without NUL, which PostgreSQL's texts cannot hold.
        """
        self._last.append(text)
        if len(self._last) == _TOGETHER:
            self._full.append("\0".join(self._last))
            self._last = []


_TOGETHER = 64
