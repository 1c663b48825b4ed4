"""Every regular expression takes linear time, whatever a stranger writes."""

import re
from collections.abc import Callable

import pytest
from tests.growth.attacks import Attack, attacks, reach
from tests.growth.collected import Collected, collect, modules
from tests.growth.measured import SUPERLINEAR, growth

from claimstream.domain.rules import mentions

SHORT, LONG = 1_500, 12_000
LENGTHS = (SHORT, LONG)
ATTACKS = 80
"""Of each pattern."""

MODULES = {module.__name__: collect(module) for module in modules()}

MADE_AT_RUN_TIME = {
    "claimstream.domain.language.rule.__post_init__": "our own rules, on import; each found in its module",
    "claimstream.domain.reader.organisations.significant_words": "a list in the function, for names of records",
    "claimstream.domain.rules.evidence._places": "escaped words of a quote",
    "claimstream.domain.rules.evidence.person": "words of a name",
    "claimstream.domain.rules.evidence.reference": "escaped words of a reference",
    "claimstream.domain.rules.evidence.installment": "a number",
    "claimstream.domain.rules.mentions._code_pattern": "an escaped code of ours",
    "claimstream.domain.rules.mentions._reference_pattern": "escaped words of a reference of ours",
    "claimstream.domain.rules.mentions._person_pattern": "escaped names of ours",
    "claimstream.domain.rules.own_letter.represents": "an escaped name of ours",
    "claimstream.domain.rules.ownership._as_debtor": "an escaped name of ours",
    "claimstream.domain.text.ourselves._named": "escaped words of our firm's names",
    "claimstream.reading.docx.read_docx": "a list in the function, for names of members",
    "claimstream.reading.mimetree._between_boundaries": "the escaped boundary of a multipart",
}
"""Functions that make patterns, and of what. A new one needs a line here and, if it holds more, a test below."""


def _work(found: Collected, attack: Attack) -> Callable[[int], Callable[[], object]]:
    def ready(length: int) -> Callable[[], object]:
        text = attack.text(length)
        pattern, subject = found.pattern, text.encode() if isinstance(found.pattern.pattern, bytes) else text
        if found.anchored:
            return lambda: (pattern.match(subject), pattern.fullmatch(subject))
        return lambda: sum(1 for _ in pattern.finditer(subject))

    return ready


@pytest.mark.parametrize("name", [name for name, (found, _) in MODULES.items() if found])
def test_every_pattern_is_linear(name: str) -> None:
    slow = {}
    for found in MODULES[name][0]:
        reached = reach(found.pattern)
        lengths = LENGTHS if reached is None or reached > SHORT else (SHORT,)
        for attack in attacks(found.pattern, most=ATTACKS):
            factor = growth(_work(found, attack), lengths, longest=found.longest)
            if factor > SUPERLINEAR:
                slow[found.where, found.pattern.pattern[:60]] = (attack, round(factor, 1))
                break
    assert not slow


def test_no_pattern_is_made_out_of_sight() -> None:
    made = {made.where for _, found in MODULES.values() for made in found}
    assert made == set(MADE_AT_RUN_TIME)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"^\s*(?:<!--.*?-->\s*)*<html",  # 0.7 KB of comments once froze the worker
        r"\w*forderung",
        r"[ \t]*\n",
        r"\d[\d.]*,\d\d",
        r"(?:bitte\s+)?(?:(?:bitte\s+)?(?:bitte|rufen)\b\s*)*x",
    ],
)
def test_a_pattern_that_backtracks_is_found_out(pattern: str) -> None:
    found = Collected(re.compile(pattern, re.DOTALL), "here", anchored=False)
    assert any(growth(_work(found, attack), LENGTHS) > SUPERLINEAR for attack in attacks(found.pattern, most=ATTACKS))


@pytest.mark.parametrize("pattern", [r"a[^ab]{0,40}b", r"(?<!\w)\w+forderung", r"<[^<>]*>", r"(?:(?<!\s)\s+)?\d+"])
def test_a_linear_pattern_is_not_suspected(pattern: str) -> None:
    found = Collected(re.compile(pattern), "here", anchored=False)
    assert all(growth(_work(found, attack), LENGTHS) <= SUPERLINEAR for attack in attacks(found.pattern, most=ATTACKS))


@pytest.mark.parametrize(
    "pattern",
    [
        mentions._code_pattern("AB12CD34"),
        mentions._reference_pattern("26-K-004411"),
        mentions._reference_pattern("12 IN 345/24"),
        mentions._person_pattern("uwe", "falk"),
        mentions._person_pattern(r"uwe\s+maria", r"von\s+der\s+heide"),
    ],
    ids=["code", "reference", "court file", "person", "long name"],
)
def test_patterns_of_our_records_are_linear(pattern: re.Pattern[str]) -> None:
    found = Collected(pattern, "mentions", anchored=False)
    for attack in attacks(pattern, most=ATTACKS):
        assert growth(_work(found, attack), LENGTHS) <= SUPERLINEAR, attack


@pytest.mark.parametrize(
    ("pattern", "reached"),
    [
        (r"a{0,40}b", 41),
        (r"(?:a{1,9}\s?){0,20}x", 201),
        (r"(?<!\w)ab(?=c{0,30}d)", 34),
        (r"[a-z]+", None),
        (r"a(?!\s*b)", None),
        (r"(?:ab{2,})?", None),
    ],
)
def test_how_far_a_pattern_looks_is_known(pattern: str, reached: int | None) -> None:
    assert reach(re.compile(pattern)) == reached
