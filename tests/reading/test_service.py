"""The modules that look at mail, as far as the service loads them."""

import subprocess
import sys

import pytest

LOADED = "import sys, claimstream.app; print(*sys.modules)"
LIBRARIES = {"inscriptis", "kreuzberg", "lxml", "openpyxl", "puremagic", "pypdfium2"}
SERVICE = {"limits", "places", "process", "protocol", "reader"}
READERS = {"confidence", "dates", "spelling"}
"""Modules of the domain's reader: constants, forms for comparison, and the names of months."""
RULES = {
    *("alone", "forms", "freemail", "guards", "model_need", "postings", "replay", "reply_codes", "shortlist"),
    "witness",
}
"""Rules that go by records, keys and single values, or cut a text at a limit."""
OF_A_LOAD = {"faults", "world_faults"}
"""Rules of `claimstream load`."""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=True, text=True)
    return set(found.stdout.split())


def of_room(room: str, modules: set[str]) -> set[str]:
    return {name.removeprefix(room) for name in modules if name.startswith(room)}


def test_the_service_loads_nothing_that_opens_mail(loaded: set[str]) -> None:
    assert of_room("claimstream.reading.", loaded) == SERVICE
    assert not loaded & LIBRARIES


def test_the_service_loads_no_rule_that_goes_over_a_text(loaded: set[str]) -> None:
    assert of_room("claimstream.domain.reader.", loaded) <= READERS
    assert of_room("claimstream.domain.rules.", loaded) <= RULES | OF_A_LOAD
