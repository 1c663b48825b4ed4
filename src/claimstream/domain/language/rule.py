"""Rules with names and examples."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from claimstream.domain.language.needed import Needs, Sieve, top_alternatives
from claimstream.domain.language.vocabulary import alternatives, composed

_PLACE = re.compile(r"\{([a-z_]+)(?:\+([a-z_]+))?\}")
_GAP = ".{0,60}?"


@dataclass(frozen=True)
class Rule:
    """One thing that a sentence may say.

    A test runs the examples of every rule: a sentence of ``takes`` must be found, one of ``leaves`` must not.
    """

    name: str
    pattern: str
    """A regular expression over a folded sentence (``Sentence.folded``). ``{section}`` stands for any entry of that
    section of the vocabulary, ``{first+head}`` for a word composed of an entry of each, ``{gap}`` for up to sixty
    characters between."""
    takes: tuple[str, ...]
    """Sentences, as written, that the rule must find."""
    leaves: tuple[str, ...]
    """Sentences, as written, that look alike and that it must leave alone."""
    but: str = ""
    """A pattern that, found in the same sentence, makes it an exception."""
    compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)
    exception: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    needs: Needs = field(init=False, repr=False, compare=False)
    """The words without which the rule finds nothing: where they are missing it is not run."""
    alternatives: tuple[tuple[Needs, re.Pattern[str]], ...] = field(init=False, repr=False, compare=False)
    """Each alternative of the pattern, to be run only where a sentence holds what it needs itself; () for one alone."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", re.compile(_filled(self.pattern)))
        object.__setattr__(self, "exception", re.compile(_filled(self.but)) if self.but else None)
        object.__setattr__(self, "needs", Needs(self.pattern))
        each = () if self.needs.always else top_alternatives(self.pattern)
        by_itself = tuple((Needs(pattern), re.compile(_filled(pattern))) for pattern in each if len(each) > 1)
        object.__setattr__(self, "alternatives", by_itself)

    def find(self, folded: str) -> re.Match[str] | None:
        """Return the place where a folded sentence says it; None where it does not, or where it is an exception."""
        if not self.needs.are_in(folded):
            return None
        if self.alternatives:
            places = (pattern.search(folded) for needs, pattern in self.alternatives if needs.are_in(folded))
            # Where two begin at the same place, the first alternative has it, as in the whole pattern.
            found = min(filter(None, places), key=re.Match.start, default=None)
        else:
            found = self.compiled.search(folded)
        return None if found is None or (self.exception and self.exception.search(folded)) else found

    def without(self, folded: str) -> str:
        """Return a folded sentence without what says it; an exception stays as it is.

        Words that stand for an ``…`` of an entry stay: without *stimmen … zu*, *wir stimmen gern zu* is *wir gern*.
        """
        if not self.needs.are_in(folded) or (self.exception and self.exception.search(folded)):
            return folded
        rest = self.compiled.sub(lambda found: f" {' '.join(filter(None, found.groups()))} ", folded)
        return " ".join(rest.split())

    def sub(self, replacement: str | Callable[[re.Match[str]], str], folded: str) -> str:
        """Return a folded sentence with a replacement for whatever says it, exceptions or not."""
        return self.compiled.sub(replacement, folded) if self.needs.are_in(folded) else folded

    def finditer(self, folded: str) -> Iterator[re.Match[str]]:
        """Every place of a folded sentence that says it, exceptions or not."""
        return self.compiled.finditer(folded) if self.needs.are_in(folded) else iter(())


class Rules(Sieve[Rule]):
    """Rules that a sentence is asked together, in their order: most of them are not even looked at."""

    def __init__(self, *rules: Rule) -> None:
        super().__init__((rule.needs, rule) for rule in rules)
        self._rules = rules

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def find(self, folded: str) -> Rule | None:
        """Return the first rule that finds something in a folded sentence."""
        return next(self.that_find(folded), None)

    def that_find(self, folded: str) -> Iterator[Rule]:
        """The rules that find something in a folded sentence."""
        return (rule for rule in self.that_may_find(folded) if rule.find(folded))

    def without(self, folded: str) -> str:
        """Return a folded sentence without what one rule after the other takes of it (:meth:`Rule.without`)."""
        for rule in self.that_may_find(folded):
            folded = rule.without(folded)
        return folded

    def sub(self, replacement: str | Callable[[re.Match[str]], str], folded: str) -> str:
        """Return a folded sentence with a replacement for what one rule after the other takes of it."""
        for rule in self.that_may_find(folded):
            folded = rule.sub(replacement, folded)
        return folded


def _filled(pattern: str) -> str:
    return _PLACE.sub(_place, pattern)


def _place(place: re.Match[str]) -> str:
    section, head = place.groups()
    if head:
        return composed(section, head)
    return _GAP if section == "gap" else alternatives(section)
