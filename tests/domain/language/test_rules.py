"""Every rule with its examples, and the vocabulary that the rules are made of."""

import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest

from claimstream import domain
from claimstream.domain.language import Rule, Rules, alternatives, entries
from claimstream.domain.language.vocabulary import _sections
from claimstream.domain.text import Sentence


def _inside(value: Any) -> Iterator[Rule]:
    if isinstance(value, Rule):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _inside(each)
    elif isinstance(value, dict):
        yield from _inside(list(value.values()))


def _rules() -> dict[int, Rule]:
    """Every rule that a module of the domain keeps."""
    found: dict[int, Rule] = {}
    for module in pkgutil.walk_packages(domain.__path__, "claimstream.domain."):
        for value in vars(import_module(module.name)).values():
            found |= {id(rule): rule for rule in _inside(value)}
    return found


RULES = list(_rules().values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rules_take_and_leave_their_examples(rule: Rule) -> None:
    assert rule.takes
    assert rule.leaves
    assert [e for e in rule.takes if rule.find(Sentence.of(e).folded) is None] == []
    assert [e for e in rule.leaves if rule.find(Sentence.of(e).folded) is not None] == []


def test_names_of_rules_are_unique() -> None:
    assert [name for name, count in Counter(rule.name for rule in RULES).items() if count > 1] == []


def test_every_section_of_the_vocabulary_is_used() -> None:
    sources = " ".join(file.read_text(encoding="utf-8") for file in Path(domain.__path__[0]).rglob("*.py"))
    unused = [
        name
        for name in _sections()
        if not re.search(rf"[{{+]{name}[+}}]", sources) and not re.search(rf"[\"']{name}[\"']", sources)
    ]
    assert unused == []


@pytest.mark.parametrize("section", sorted(_sections()))
def test_entries_find_themselves_and_stand_once(section: str) -> None:
    pattern = re.compile(alternatives(section))
    for entry in entries(section):
        word = " ".join(word.partition("|")[0] for word in entry.replace(" … ", " ").split())
        assert pattern.fullmatch(Sentence.of(word.replace("*", "x")).folded), entry
    assert [entry for entry, count in Counter(entries(section)).items() if count > 1] == []


def test_a_section_nobody_wrote_is_refused() -> None:
    with pytest.raises(KeyError):
        Rule("misspelt", "{slautation}", takes=("",), leaves=("",))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_needs_overlook_nothing_that_the_pattern_finds(rule: Rule) -> None:
    chance = Random(rule.name)
    said = [entry for section in re.findall(r"[{+]([a-z_]{4,})", rule.pattern) for entry in entries(section)]
    written = [Sentence.of(_spelled(entry, chance)).folded for entry in said]
    examples = [Sentence.of(example).folded for example in (*rule.takes, *rule.leaves)]
    for _ in range(100):
        sentence = " ".join(chance.choices([*written, *examples, "der", "beta", "4711", "und"], k=6))
        _assert_found_as_by_the_whole(rule, sentence)
    for sentence in [*written, *examples]:
        _assert_found_as_by_the_whole(rule, sentence)


def _assert_found_as_by_the_whole(rule: Rule, sentence: str) -> None:
    """A rule runs few of its alternatives, and finds what its pattern does."""
    whole = rule.compiled.search(sentence)
    if whole and rule.exception and rule.exception.search(sentence):
        whole = None
    found = rule.find(sentence)
    assert (found and found.span()) == (whole and whole.span()), sentence


def test_rules_asked_together_say_what_each_says() -> None:
    chance = Random(7)
    together = Rules(*RULES)
    examples = [Sentence.of(example).folded for rule in RULES for example in (*rule.takes, *rule.leaves)]
    for sentence in (" ".join(chance.choices(examples, k=2)) for _ in range(100)):
        found = [rule for rule in RULES if rule.find(sentence)]
        assert list(together.that_find(sentence)) == found
        assert together.find(sentence) is (found[0] if found else None)
        few = chance.sample(RULES, k=30)
        rest = taken = sentence
        for rule in few:
            rest, taken = rule.without(rest), rule.sub("#", taken)
        assert Rules(*few).without(sentence) == rest
        assert Rules(*few).sub("#", sentence) == taken


def _spelled(entry: str, chance: Random) -> str:
    """An entry as a letter may write it."""
    words = [chance.choice(word.split("|")) for word in entry.split()]
    return " ".join(words).replace("*", chance.choice(("", "en", "s"))).replace("…", chance.choice(("wir gern", "")))
