"""A world's text that is malformed in any way is answered by faults, never by anything else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import make_world

from claimstream.domain.rules.world_text import WorldFaultsError, read_world_text

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
        (b"", "Invalid JSON: Expecting value at line 1 column 1"),
        (b'{"tenants": [],}', "Invalid JSON: "),
        ('{"tenants": "ä"}'.encode("utf-16"), "is not UTF-8 text (byte 0)"),
        (b'{"tenants": ["\xff"]}', "is not UTF-8 text (byte 14)"),
        (b"[" * 200_000, "Invalid JSON: nested deeper than 32"),
        (b'{"tenants": ' + b"[" * 50 + b"]" * 50 + b"}", "tenants[0][0][0]: nested deeper than 32"),
        (b'{"tenants": [' + b"9" * 5000 + b"]}", "Invalid JSON: a number of thousands of digits"),
        (b'{"tenants": [18446744073709551616]}', "tenants[0]: a number that is too large"),
        (b'{"tenants": [NaN, -Infinity, 1e999]}', "tenants[0]: no finite number"),
        (b'{"tenants": [], "tenants": []}', "tenants: stands there twice"),
        (b'{"tenants": [{"name": "a", "name": "b"}]}', "tenants[0].name: stands there twice"),
        (b'{"tenants": ["\\u0000"]}', "tenants[0]: a NUL character"),
        (b'{"tenants": ["\\ud83d"]}', "tenants[0]: half of a surrogate pair"),
        (b'{"\\ud83d": 1}', r"'\ud83d'…: half of a surrogate pair in the name"),
        (b'{"tenants": [], "clients": [{"$set": 1}]}', "clients[0].$set: no name of a field"),
        (b"[]", "Input should be a valid dictionary or instance of World"),
        (b"{}", "tenants: Field required"),
        (b'{"tenants": [5]}', "tenants[0]: Input should be a valid dictionary"),
        (b'{"tenants": [], "clsoed": 1}', "clsoed: Extra inputs are not permitted"),
    ],
)
def test_a_malformed_text_is_named_with_its_place(data: bytes, said: str) -> None:
    assert faults(data)[0].startswith(said)


def test_all_faults_are_named_at_once() -> None:
    broken = json.loads(json.dumps(GOOD))
    broken["tenants"][0]["name"] = 5
    broken["clients"][1]["creditors"][0]["claim_amount"] = "viel"
    broken["inquiries"][0]["letter"] = "third"
    broken["inquiries"][1]["sent_at"] = "gestern"
    places = [fault.partition(":")[0] for fault in faults(json.dumps(broken).encode())]
    assert places == [
        *("tenants[0].name", "clients[1].creditors[0].claim_amount", "inquiries[0].letter", "inquiries[1].sent_at"),
    ]


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
    faults(json.dumps(world).encode())  # raises nothing else


@given(st.binary(max_size=40))
def test_any_bytes_are_answered(data: bytes) -> None:
    assert faults(data)
