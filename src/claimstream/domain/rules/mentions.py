"""Whether something known (a reply code, a reference, a name) stands in a text as a whole.

A short number inside a longer one is no mention, and neither is a number with one changed digit.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from claimstream.domain.reader.spelling import fold
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.rules.forms import RUNS, core_words_of, needs_no_label, words_of
from claimstream.domain.rules.reply_codes import fault_of_code

_ALNUM = r"[^\W_]"


@dataclass(frozen=True)
class Wording:
    """A text made ready for looking up many things: as written, folded, as words, and as a set of words."""

    text: str
    folded: str
    spaced: str
    """The folded words between single spaces, with one at each end."""
    vocabulary: frozenset[str]

    @classmethod
    def of(cls, *texts: str) -> "Wording":
        """Of several texts together; nothing reaches over from one to the next."""
        text = "\n;\n".join(texts)
        folded = fold(text)
        words = RUNS.findall(folded)
        return cls(text, folded, f" {' '.join(words)} ", frozenset(words))

    @classmethod
    def of_mail(cls, mail: ParsedMail) -> "Wording":
        """Everything the sender wrote: the subject and every source, never what was quoted."""
        return cls.of(mail.subject, *(source.text for source in mail.sources))

    def has_code(self, code: str) -> bool:
        """Whether the reply code stands here as a whole word, whatever its case.

        A stored code that is none by the rules (an earlier release took "A" and "2026") stands nowhere.
        """
        return (
            fault_of_code(code) is None
            and self._knows(_words(code))
            and _code_pattern(code).search(self.text) is not None
        )

    def has_reference(self, reference: str) -> bool:
        """Whether a file number stands here without needing a label.

        Only a number that cannot be taken for anything else counts: at least five characters, with letters or
        separators. A plain run of digits may be a postcode, a phone number or an amount.
        """
        runs = _words(reference)
        if not (self._knows(runs) or self._knows(["".join(runs)])):
            return False
        pattern = _reference_pattern(reference)
        return pattern is not None and pattern.search(self.text) is not None

    def has_person(self, first: str, last: str) -> bool:
        """Whether the full name stands here as *First Last* or, where a name begins, as *Last, First*."""
        if not self.has_words_of(first) or not self.has_words_of(last):
            return False
        given, family = fold(first).split(), fold(last).split()
        return _person_pattern(_spelled(given), _spelled(family)).search(self.folded) is not None

    def has_organisation(self, name: str) -> bool:
        """Whether the name stands here; legal forms carry no weight, what is left must have five letters."""
        words = _core_words(name)
        return bool(words) and self._knows(words) and f" {' '.join(words)} " in self.spaced

    def has_words_of(self, name: str) -> bool:
        """Whether every word of the name stands somewhere here."""
        words = _words(name)
        return bool(words) and self._knows(words)

    def _knows(self, words: Iterable[str]) -> bool:
        # Cheap, and rules out nearly everything that has a word in common by chance.
        return self.vocabulary.issuperset(words)


_words = lru_cache(maxsize=16_384)(words_of)
_core_words = lru_cache(maxsize=16_384)(core_words_of)


@lru_cache(maxsize=4096)
def _code_pattern(code: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!{_ALNUM})(?<!{_ALNUM}-){re.escape(code)}(?!-?{_ALNUM})", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _reference_pattern(reference: str) -> re.Pattern[str] | None:
    if not needs_no_label(reference):
        return None
    runs = list(RUNS.finditer(reference))
    pattern, spaced = "", False
    for previous, run in zip([None, *runs[:-1]], runs, strict=True):
        if previous is not None:
            between = reference[previous.end() : run.start()]
            spaced = spaced or between.isspace()
            pattern += r"\s?" if between.isspace() else r"\s?[/_.\-\u2010-\u2013]\s?"
        pattern += re.escape(run.group())
    before = rf"(?<!{_ALNUM})(?<!{_ALNUM}[/_\-])(?<!\d[.,])" + (r"(?<!\d\s)" if spaced else "")
    after = rf"(?!{_ALNUM})(?![/_\-]{_ALNUM})(?![.,]\d)" + (r"(?!\s\d)" if spaced else "")
    return re.compile(before + pattern + after, re.IGNORECASE)


def _spelled(words: Iterable[str]) -> str:
    return r"\s+".join(map(re.escape, words))


@lru_cache(maxsize=4096)
def _person_pattern(given: str, family: str) -> re.Pattern[str]:
    # Turned round, a name only counts where one begins: "Uwe Falk, Petra Schmidt" does not name Petra Falk.
    return re.compile(
        rf"(?<![\w-]){given}\s+{family}(?![\w-])"
        rf"|(?:^|[:;|\t]|\b(?:herrn?|frau|mandant(?:in)?|schuldner(?:in)?|kunden?|kundin|name|gegen|fuer|sachen?))"
        rf"[^\S\n]{{0,40}}(?<!\w){family}\s?,?\s+{given}(?![\w-])",
        re.MULTILINE,
    )
