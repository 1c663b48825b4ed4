"""Entries of the vocabulary as regular expressions."""

import re

import pytest

from claimstream.domain.language import as_written, unfolded


@pytest.mark.parametrize("written", ["Universität", "Universitaet", "Rechtsanwälte"])
def test_umlauts_may_be_written_as_two_letters(written: str) -> None:
    assert re.fullmatch(as_written("office_name"), written, re.IGNORECASE)


def test_an_entry_keeps_its_capital_letters() -> None:
    assert re.fullmatch(as_written("behind_a_name"), "Wir")
    assert not re.fullmatch(as_written("behind_a_name"), "wir")


def test_blanks_of_a_pattern_stand_for_white_space() -> None:
    pattern = unfolded("gesamter rueckstand ?:")
    assert re.fullmatch(pattern, "gesamter\n rückstand:")
    assert re.fullmatch(pattern, "gesamter rueckstand  :")
    assert not re.fullmatch(pattern, "gesamterrückstand:")
