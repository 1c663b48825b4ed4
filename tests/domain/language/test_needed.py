"""Keys of patterns, and that no rule overlooks anything because of its keys."""

import pytest

from claimstream.domain.language import Rule
from claimstream.domain.language.needed import bit_of, keys_of, possible

SECTIONS = {"paid": frozenset({" bezahlt ", " beglich"}), "gap": None}


@pytest.mark.parametrize(
    ("pattern", "keys"),
    [
        (r"\bnicht\b", {" nicht "}),
        (r"\bausbuch\w{0,30}", {" ausbuch"}),
        (r"\w{0,30}kosten(?!\w)", {"kosten "}),
        (r"zu,? zahlen", {" zahlen"}),
        (r"\b(?:keine|ohne) (?:neue )?forderung", {"forderung"}),
        (r"\b(?:kosten|zinsen)", {" kosten", " zinsen"}),
        (r"raten?\b", {"rate"}),
        (r"raten+s", {"raten"}),
        (r"(?:mahn)?kosten", {"kosten"}),
        (r"(?:\w+ ){1,3}offen(?! bleibt)", {"offen"}),
        (r"zins|{paid}", {"zins", " bezahlt ", " beglich"}),
        (r"{paid}{gap}\bder\b", {" bezahlt ", " beglich"}),
        (r"{gap}", None),
        (r"zinsen|\d+", None),
        (r"(?:zinsen)?", None),
        (r"(?:zinsen){0,2}", None),
        (r"(?=zinsen)", None),
        (r"[xyz]{4}", None),
        (r"(?i:zinsen)", None),
        (r"(zinsen)(?P<more>kosten)(?P=more)", None),
    ],
)
def test_every_match_holds_one_of_the_keys(pattern: str, keys: set[str] | None) -> None:
    assert keys_of(pattern, SECTIONS.__getitem__) == keys


@pytest.mark.parametrize(
    ("key", "holds", "lacks"),
    [
        (" nicht ", "das gilt nicht.", "das gilt nichts."),
        (" ausbuch", "(ausbuchung)", "einausbuchen"),
        ("kosten ", "mahnkosten,", "kostenlos"),
        ("kosten", "unkostenlos", "kost en"),
    ],
)
def test_words_are_compared_at_their_edges(key: str, holds: str, lacks: str) -> None:
    bit = bit_of(frozenset({key}))
    assert possible(holds) & bit
    assert not possible(lacks) & bit


def test_very_long_words_and_texts_are_searched() -> None:
    bit = bit_of(frozenset({" niemals "}))
    assert possible("x" * 41) & bit
    assert possible("ja " * 1_000) & bit


def test_short_keys_are_no_filter() -> None:
    assert possible("") & bit_of(frozenset({"zinsen", "zu"}))
    assert possible("") & bit_of(None)


def test_new_rule_is_found_in_a_known_text() -> None:
    text = "das quittenbrot ist bezahlt"
    possible(text)
    assert Rule("quince", r"\bquitten\w+", takes=(), leaves=()).find(text)
