"""Keys of patterns, and what a text must hold for each."""

import pytest

from claimstream.domain.language import Rule
from claimstream.domain.language.needed import Needs, Sieve, keys_of, needs_of

SECTIONS = {"paid": frozenset({" bezahlt ", " beglich"}), "gap": None}


@pytest.mark.parametrize(
    ("pattern", "keys"),
    [
        (r"\bnicht\b", {" nicht "}),
        (r"\bausbuch\w{0,30}", {" ausbuch"}),
        (r"\w{0,30}kosten(?!\w)", {"kosten "}),
        (r"zu,? zahlen", {" zahlen"}),
        (r"\b(?:keine|ohne) (?:neue )?quitte", {"quitte"}),
        (r"\b(?:quitten|pflaumen)", {" quitten", " pflaumen"}),
        (r"raten?\b", {"rate"}),
        (r"raten+s", {"raten"}),
        (r"(?:mahn)?kosten", {"kosten"}),
        (r"(?:\w+ ){1,3}offen(?! bleibt)", {"offen"}),
        (r"die (?=quitte)", {"quitte"}),
        (r"(?<=quitte)n", {"quitte"}),
        (r"quitte|{paid}", {"quitte", " bezahlt ", " beglich"}),
        (r"{paid}{gap}\bder\b", {" bezahlt ", " beglich"}),
        (r"{gap}", None),
        (r"zinsen|\d+", None),
        (r"(?:zinsen)?", None),
        (r"(?:zinsen){0,2}", None),
        (r"(?!zinsen)", None),
        (r"[xyz]{4}", None),
        (r"zu", None),
        (r"(?i:zinsen)", None),
        (r"(zinsen)(?P<more>kosten)(?P=more)", None),
    ],
)
def test_every_match_holds_one_of_the_keys(pattern: str, keys: set[str] | None) -> None:
    assert keys_of(pattern, SECTIONS.__getitem__) == keys


def test_an_alternative_needs_all_that_stands_side_by_side() -> None:
    assert set(needs_of("pflaume|quitte|birne (?:{paid}) apfel", SECTIONS.__getitem__)) == {
        frozenset({frozenset({"pflaume", "quitte"})}),
        frozenset({frozenset({"birne "}), SECTIONS["paid"], frozenset({" apfel"})}),
    }


@pytest.mark.parametrize(
    ("pattern", "holds", "lacks"),
    [
        (r"\bniemals\b", "das gilt niemals.", "das gilt niemalsnie."),
        (r"\bquitten\w*", "(quittenbrot)", "einquitten"),
        (r"quitten\b", "mehlquitten,", "quittenlos"),
        (r"quitten", "einquittenlos", "quitt en"),
        (r"\bniemals\b.*\bquitten\b", "quitten niemals", "niemals"),
        (r"\bniemals\b|\bquitten\b", "niemals", "nie"),
    ],
)
def test_words_are_compared_at_their_edges(pattern: str, holds: str, lacks: str) -> None:
    needs = Needs(pattern)
    assert needs.are_in(holds)
    assert not needs.are_in(lacks)


def test_sieve_gives_those_that_may_find_something_in_order() -> None:
    sieve = Sieve((Needs(pattern), pattern) for pattern in (r"\d", "quitten|birnen", "pflaumen", "birnen|apfel"))
    assert list(sieve.that_may_find("apfel und birnen")) == [r"\d", "quitten|birnen", "birnen|apfel"]


def test_very_long_words_and_texts_are_searched() -> None:
    needs = Needs(r"\bniemals\b")
    assert needs.are_in("x" * 41)
    assert needs.are_in("ja " * 2_000)


def test_new_rule_is_found_in_a_known_text() -> None:
    text = "das quittenmus ist bezahlt"
    Needs(r"\bzuvor\b").are_in(text)
    assert Rule("quince", r"\bquittenm\w+", takes=(), leaves=()).find(text)
