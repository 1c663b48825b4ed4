"""A world's text that is malformed in any way is answered by faults, never by anything else."""

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import make_world

from claimstream.domain.records.world import Entries
from claimstream.domain.rules.faults import WorldFaultsError
from claimstream.domain.rules.review import amount_said
from claimstream.domain.rules.world_text import read_world_text

GOOD = make_world("post@kanzlei.example").model_dump(mode="json")


def faults(data: bytes) -> list[str]:
    try:
        read_world_text(data)
    except WorldFaultsError as error:
        return error.faults
    return []


def test_a_world_is_read_as_it_was_written() -> None:
    assert read_world_text(json.dumps(GOOD).encode()) == make_world("post@kanzlei.example")
    assert read_world_text(b"\xef\xbb\xbf" + json.dumps(GOOD).encode()) == make_world("post@kanzlei.example")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b'{"tenants": [],}', "is no JSON: "),
        (b'{"tenants": [{', "is no whole JSON: it ends at line 1, column 15, in the middle. Is the file cut off?"),
        (
            b'{"tenants": [{"name": "Kan',
            "is no JSON: the text that begins at line 1, column 23 has no end. Is the file",
        ),
        (b'{"tenants": ["\xff"]}', "is no text in UTF-8 (byte 14)"),
        ('{"tenants": []}'.encode("utf-16")[:-1], "is no text in UTF-16 (byte"),
        (b"[" * 200_000, "is nested deeper than 32"),
        (b'{"tenants": ' + b"[" * 50 + b"]" * 50 + b"}", "tenants[0][0][0]: nested deeper than 32"),
        (b'{"tenants": [' + b"9" * 5000 + b"]}", "has a number of thousands of digits"),
        (b'{"tenants": [18446744073709551616]}', "tenants[0]: a number that is too large"),
        (b'{"tenants": [NaN, -Infinity, 1e999]}', "tenants[0]: no finite number"),
        (b'{"tenants": [], "tenants": []}', "tenants: stands there twice"),
        (b'{"tenants": [{"name": "a", "name": "b"}]}', "tenants[0].name: stands there twice"),
        (b'{"tenants": ["\\u0000"]}', "tenants[0]: a NUL character"),
        (b'{"tenants": ["\\ud83d"]}', "tenants[0]: half of a surrogate pair"),
        (b'{"\\ud83d": 1}', r"'\ud83d'…: half of a surrogate pair in the name"),
        (b'{"tenants": [], "clients": [{"$set": 1}]}', "clients[0].$set: no name of a field"),
        (b'{"tenants": [], "clients": [{"a.b": 1}]}', "clients[0].a.b: no name of a field"),
        (b"[]", "expected an object: { … }"),
        (b"{}", "tenants: is missing"),
        (b'{"tenants": {}}', "tenants: expected a list: [ … ]"),
        (b'{"tenants": [5]}', "tenants[0]: expected an object: { … }"),
        (b'{"tenants": [], "clsoed": 1}', "clsoed: is no field of the format"),
        (b'{"tenants": [], "now": 1760000000}', "now: expected a time with its zone as text"),
    ],
)
def test_a_malformed_text_is_named_with_its_place(data: bytes, said: str) -> None:
    assert faults(data)[0].startswith(said)


def with_amount(value: object) -> bytes:
    world = json.loads(json.dumps(GOOD))
    world["clients"][1]["creditors"][0]["claim_amount"] = value
    return json.dumps(world).encode()


@pytest.mark.parametrize(
    "value",
    [
        *(
            "-5",
            "-5.00",
            "+5",
            "1e9",
            "  12.00 ",
            "12.00\n",
            "",
            "viel",
            "NaN",
            "Infinity",
            "1_000",
            "007.00",
            "5.",
            ".5",
        ),
        *("-0.00", "-0"),
        *("1.200", "0.001", "3.418,07", "3,418.07", "1'234.56", "430.00 EUR", "\u0663", "9999999999999.00"),
        *(430, 430.5, -5, True, [], {}),
    ],
)
def test_an_amount_that_is_none_is_refused_at_its_place(value: object) -> None:
    (fault,) = faults(with_amount(value))
    assert fault.startswith("clients[1].creditors[0].claim_amount: ")
    assert "EUR" in fault or "credit" in fault


@pytest.mark.parametrize("value", ["1793523600", "1793523600000", " -1 ", "46327.375", 1793523600, 1e9])
@pytest.mark.parametrize("place", ["now", "inquiries[1].sent_at"])
def test_a_count_of_seconds_is_no_time(place: str, value: object) -> None:
    world = json.loads(json.dumps(GOOD))
    (world if place == "now" else world["inquiries"][1])[place.rpartition(".")[2]] = value
    (fault,) = faults(json.dumps(world).encode())
    assert fault.startswith(f"{place}: expected a time with its zone as text")


@pytest.mark.parametrize("value", ["0", "0.00", "430", "430.5", "430.00", "12.10", "2026", "123456789.12", None])
def test_an_amount_in_plain_form_is_read(value: str | None) -> None:
    read = read_world_text(with_amount(value)).clients[1].creditors[0].claim_amount
    assert read == (None if value is None else Decimal(value))


@given(st.from_regex(r"[-+ ]?[0-9]{0,12}[.,]?[0-9]{0,4}[eE ]?[0-9]?", fullmatch=True))
def test_a_files_amount_is_what_a_person_would_mean(text: str) -> None:
    if not faults(with_amount(text)):
        assert read_world_text(with_amount(text)).clients[1].creditors[0].claim_amount == amount_said(text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_world_is_read_in_every_encoding_of_json(encoding: str) -> None:
    text = json.dumps(GOOD | {"tenants": [GOOD["tenants"][0] | {"name": "Kanzlei Süd"}]}, ensure_ascii=False)
    assert read_world_text(text.encode(encoding)).tenants[0].name == "Kanzlei Süd"


def test_all_faults_are_named_at_once() -> None:
    broken = json.loads(json.dumps(GOOD))
    broken["tenants"][0]["name"] = 5
    broken["clients"][0]["first_name"] = "Ne\0le"
    broken["clients"][1]["creditors"][0]["claim_amount"] = "viel"
    broken["inquiries"][0]["letter"] = "third"
    broken["inquiries"][1]["sent_at"] = "gestern"
    assert sorted(faults(json.dumps(broken).encode())) == [
        "clients[0].first_name: a NUL character",
        "clients[1].creditors[0].claim_amount: expected an amount in EUR as text, such as \"3418.07\", not 'viel'",
        "inquiries[0].letter: expected 'first' or 'second'",
        "inquiries[1].sent_at: expected a time with its zone as text, such as 2026-10-01T09:00:00Z",
        "tenants[0].name: expected text in quotes",
    ]


def test_records_of_the_right_form_are_kept_for_other_faults() -> None:
    broken = json.loads(json.dumps(GOOD))
    del broken["clients"][0]["creditors"][0]["name"]
    broken["inquiries"][0]["letter"] = "third"
    with pytest.raises(WorldFaultsError) as raised:
        read_world_text(json.dumps(broken).encode())
    world = make_world("post@kanzlei.example")
    assert raised.value.sound == Entries({0: world.tenants[0]}, {1: world.clients[1]}, {1: world.inquiries[1]})


def test_a_file_of_many_faults_is_not_printed_whole() -> None:
    world = GOOD | {"inquiries": [{"a": 1}] * 7_000}
    with pytest.raises(WorldFaultsError) as raised:
        read_world_text(json.dumps(world).encode())
    assert len(raised.value.faults) == 49_000
    lines = str(raised.value).splitlines()
    assert (lines[0], len(lines), lines[-1]) == ("49,000 faults", 52, "  and 48,950 more")


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PLACES = st.sampled_from(
    [
        *(("tenants",), ("tenants", 0), ("tenants", 0, "mailboxes"), ("tenants", 0, "mailboxes", 0), ("now",)),
        *(("clients", 0), ("clients", 0, "creditors"), ("clients", 0, "creditors", 0, "current_amount")),
        *(("clients", 0, "portal"), ("inquiries", 0, "sent_at"), ("inquiries", 0, "status"), ("inquiries", 0)),
    ]
)


@given(PLACES, ANY)
def test_any_value_at_any_place_is_read_or_answered(place: tuple[str | int, ...], value: object) -> None:
    world = json.loads(json.dumps(GOOD))
    inner = world
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    said = " ".join(faults(json.dumps(world).encode()))  # raises nothing else
    assert not re.search(r"Input should|Value error|instance of|Field required|Extra inputs", said)


@given(st.binary(max_size=40))
def test_any_bytes_are_answered(data: bytes) -> None:
    assert faults(data)
