"""The grammar of the command line, and its help."""

import re
import shlex

import pytest
from tests.cli.process import claimstream

from claimstream.cli.grammar import in_order


@pytest.mark.parametrize(
    ("words", "ordered"),
    [
        ("audit --since 1d --demo", "--demo audit --since 1d"),
        ("review --demo show 1", "--demo review show 1"),
        ("--demo emails", "--demo emails"),
        ("help", "--help"),
        ("help review list", "review list --help"),
        ("help emails --demo", "--demo emails --help"),
        ("emails --limit 3", "emails --limit 3"),
        ("review letters 1 help", "review letters 1 help"),
        ("review letters 1 -- --demo", "review letters 1 -- --demo"),
        ("", ""),
    ],
)
def test_words_are_put_in_the_order_of_the_parser(words: str, ordered: str) -> None:
    assert shlex.join(in_order(shlex.split(words))) == ordered


@pytest.mark.parametrize("words", ["-h", "help", "audit -h", "help audit", "review list -h", "help mailboxes"])
async def test_help_is_found_where_it_is_looked_for(words: str, home: dict[str, str]) -> None:
    ended = await claimstream(*words.split(), environment=home)
    assert (ended.status, "Usage: " in ended.out) == (0, True), ended.err


@pytest.mark.parametrize("words", ["", "demo", "emails", "replay", "review correct", "review list", "mailboxes list"])
async def test_help_shows_no_types_of_python_and_breaks_no_word(words: str, home: dict[str, str]) -> None:
    narrow = home | {"COLUMNS": "80"}
    ended = await claimstream(*words.split(), "--help", environment=narrow)
    options = ended.out[ended.out.index("Options ─") :]
    assert not re.search(r"<\w", options), options
    assert re.search(r"--help +-h ", options), options


async def test_choices_stand_as_whole_words(home: dict[str, str]) -> None:
    ended = await claimstream("review", "correct", "--help", environment=home | {"COLUMNS": "80"})
    for choice in ("settlement_response", "installment_offer", "clarification_request", "counter_offer"):
        assert choice in ended.out
    refused = await claimstream("review", "correct", "1", "--intent", "x", environment=home)
    assert "general_inquiry" in refused.err, "what can be chosen is still said by the parser"


async def test_a_command_that_looks_at_no_demo_refuses_it_behind_its_name(home: dict[str, str]) -> None:
    ended = await claimstream("migrate", "--demo", environment=home)
    assert (ended.status, "it goes with emails" in ended.err) == (2, True), ended.err
