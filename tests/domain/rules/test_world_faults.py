"""A world that is to be loaded into a real installation, by itself and against what is stored there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import make_world
from tests.helpers import NOW

from claimstream.domain.records.world import Entries, World
from claimstream.domain.rules.world_faults import (
    Stored,
    StoredClients,
    faults_against_clients,
    faults_against_stored,
    faults_by_itself,
)
from claimstream.domain.rules.world_text import read_world_text
from claimstream.evaluation.case import read_world
from claimstream.local.sample_mail import SAMPLES

Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> Entries:
    world = make_world("post@kanzlei.example").model_dump(mode="json")
    world["now"] = None
    change(world)
    return Entries.of(World.model_validate(json.loads(json.dumps(world))))


def letter(**values: object) -> Change:
    return lambda world: world["inquiries"][1].update(values)


def client(**values: object) -> Change:
    return lambda world: world["clients"][1].update(values)


def creditor(**values: object) -> Change:
    return lambda world: world["clients"][1]["creditors"][0].update(values)


def tenant(**values: object) -> Change:
    return lambda world: world["tenants"][0].update(values)


def both(one: Change, other: Change) -> Change:
    return lambda world: (one(world), other(world))


def mailboxes(*addresses: str) -> Change:
    return lambda world: world["tenants"][0].update(mailboxes=list(addresses))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (letter(reply_code="A"), "inquiries[1].reply_code: 'A' is no reply code"),
        (letter(reply_code="2026"), "inquiries[1].reply_code: '2026' is no reply code"),
        (letter(reply_code="k7q2x9m4"), "inquiries[1].reply_code: the same as inquiries[0].reply_code"),
        (letter(reply_code="K7Q2-X9M4"), "inquiries[1].reply_code: the same as inquiries[0].reply_code (case and hyph"),
        (letter(message_id="i-1@kanzlei.example"), "inquiries[1].message_id: the same as inquiries[0].message_id"),
        (letter(message_id="<>"), "inquiries[1].message_id: expected a Message-ID"),
        (letter(message_id="<@>"), "inquiries[1].message_id: expected a Message-ID"),
        (both(client(case_reference="ab12-cd"), letter(reply_code="AB12CD")), "inquiries[1].reply_code: is a file num"),
        (letter(reply_code="AB12CD", creditor_reference="AB-12-CD"), "inquiries[1].reply_code: is a file number too"),
        (letter(inquiry_id="i-1"), "inquiries[1].inquiry_id: the same as inquiries[0].inquiry_id"),
        (letter(inquiry_id=" "), "inquiries[1].inquiry_id: expected an id"),
        (letter(inquiry_id="ü" * 128), "inquiries[1].inquiry_id: longer than 255 bytes"),
        (letter(status="clsoed"), "inquiries[1].status: 'clsoed' is no status: open or closed"),
        (letter(sent_at="2099-10-01T09:00:00Z"), "inquiries[1].sent_at: 2099-10-01T09:00:00+00:00 lies in the future"),
        (letter(sent_at="2026-10-20T08:06:00Z"), "inquiries[1].sent_at: 2026-10-20T08:06:00+00:00 lies in the future"),
        (letter(sent_at="0026-10-01T09:00:00Z"), "inquiries[1].sent_at: 0026-10-01T09:00:00+00:00 lies before 1990"),
        (letter(sent_at="0001-01-01T00:00:00+23:00"), "inquiries[1].sent_at: "),
        (letter(sent_at="2026-10-01T09:00:00"), "inquiries[1].sent_at: says no time zone"),
        (letter(creditor_id="cr-1"), "inquiries[1].creditor_id: client c-2 has no creditor cr-1"),
        (client(tenant_id="u"), "inquiries[1].client_id: c-2 is a client of u, not of t"),
        (client(client_id="c-1"), "clients[1].client_id: the same as clients[0].client_id"),
        (client(_id="c-9"), "clients[1]._id: the document's id is client_id"),
        (creditor(creditor_id=""), "clients[1].creditors[0].creditor_id: expected an id"),
        (creditor(email="nichts"), "clients[1].creditors[0].email: expected an email address"),
        (creditor(email=""), "clients[1].creditors[0].email: expected an email address"),
        (creditor(email="Kern <post@kern.example>"), "clients[1].creditors[0].email: expected an email address"),
        (creditor(representative_email="a@b@c.example"), "clients[1].creditors[0].representative_email: expected an"),
        (creditor(name="Kern\nAG"), "clients[1].creditors[0].name: expected one line"),
        (
            creditor(representative_name="Inkasso\u2028Nord"),
            "clients[1].creditors[0].representative_name: expected one",
        ),
        (client(case_reference="8802/25\r\n"), "clients[1].case_reference: expected one line"),
        (client(last_name="Wolter\x1b[2J"), "clients[1].last_name: expected one line"),
        (letter(to_address="kein mailbox"), "inquiries[1].to_address: expected an email address"),
        (letter(to_address=""), "inquiries[1].to_address: expected an email address"),
        (letter(creditor_reference="26-K\n-004411"), "inquiries[1].creditor_reference: expected one line"),
        (tenant(name="Kanzlei\tNord"), "tenants[0].name: expected one line"),
        (tenant(notification_address="team"), "tenants[0].notification_address: expected an email address"),
        (mailboxes("nobody"), "tenants[0].mailboxes[0]: expected an email address"),
        (mailboxes("a@b.example", "A@B.example"), "tenants[0].mailboxes[1]: the same as tenants[0].mailboxes[0]"),
        (lambda w: w["tenants"].append(w["tenants"][0] | {"mailboxes": []}), "tenants[1].tenant_id: the same as"),
        (lambda w: w.update(now="2026-10-20T08:00:00"), "now: says no time zone"),
    ],
)
def test_a_fault_is_named_with_its_place(change: Change, fault: str) -> None:
    found = faults_by_itself(changed(change), now=NOW)
    assert any(one.startswith(fault) for one in found), found


@pytest.mark.parametrize(
    "change",
    [
        *(letter(reply_code=None, message_id=None), letter(status="closed"), letter(sent_at=NOW.isoformat())),
        *(letter(client_id="c-9"), client(portal={"tags": [1, None]}), creditor(current_amount=None), mailboxes()),
        *(creditor(email="o'neil+x@kern_ag.example"), letter(to_address="a@b.example")),
        *(letter(reply_code="h4kt-9wq5"), creditor(name="Moebel\u00a0Kern"), letter(creditor_reference="26-K-004411")),
    ],
)
def test_what_is_in_order_has_no_fault(change: Change) -> None:
    assert faults_by_itself(changed(change), now=NOW) == []


def test_a_file_may_go_by_a_clock_of_its_own() -> None:
    world = Entries.of(read_world(SAMPLES / "world.json"))
    assert faults_by_itself(world, now=NOW.replace(year=2025)) == []
    assert faults_by_itself(world, now=NOW.replace(year=2030)) == []


@pytest.mark.parametrize("folder", [SAMPLES, Path(__file__).parents[2] / "unseen" / "cases"], ids=["samples", "unseen"])
def test_worlds_of_cases_have_no_faults(folder: Path) -> None:
    assert faults_by_itself(Entries.of(read_world(folder / "world.json")), now=NOW) == []


def test_the_example_of_the_documentation_has_no_faults() -> None:
    page = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text()
    example = page.partition("```json\n")[2].partition("```")[0]
    assert faults_by_itself(Entries.of(read_world_text(example.encode())), now=NOW) == []


@pytest.mark.parametrize(
    ("stored", "fault"),
    [
        (Stored(mailboxes={"post@kanzlei.example": "u"}), "tenants[0].mailboxes[0]: post@kanzlei.example is a mailbox"),
        (Stored(inquiries={"i-2": "u"}), "inquiries[1].inquiry_id: is another tenant's inquiry"),
        (Stored(codes={("t", "P3R8T5W2"): ["i-2", "i-9"]}), "inquiries[1].reply_code: is the code of inquiry i-9"),
        (
            Stored(message_ids={("t", "i-2@kanzlei.example"): ["i-2", "i-9"]}),
            "inquiries[1].message_id: is the message id of inquiry i-9",
        ),
    ],
)
def test_what_belongs_to_others_is_not_taken(stored: Stored, fault: str) -> None:
    (found,) = faults_against_stored(changed(lambda world: None), stored)
    assert found.startswith(fault)


def test_what_is_stored_by_the_same_file_is_no_fault() -> None:
    stored = Stored(
        tenants=["t"],
        mailboxes={"post@kanzlei.example": "t"},
        inquiries={"i-1": "t", "i-2": "t"},
        codes={("t", "K7Q2X9M4"): ["i-1"], ("t", "P3R8T5W2"): ["i-2"]},
        message_ids={("t", "i-1@kanzlei.example"): ["i-1"]},
    )
    assert faults_against_stored(changed(lambda world: None), stored) == []


def test_a_tenant_must_be_in_the_file_or_stored() -> None:
    world = changed(lambda w: w["clients"][1].update(tenant_id="u") or w["inquiries"][1].update(tenant_id="u"))
    assert [fault.partition(":")[0] for fault in faults_against_stored(world, Stored())] == [
        *("clients[1].tenant_id", "inquiries[1].tenant_id"),
    ]
    assert faults_against_stored(world, Stored(tenants=["u"])) == []


def test_a_clock_without_a_zone_hides_no_other_fault() -> None:
    world = changed(lambda w: w["inquiries"][0].update(reply_code="A") or w.update(now="2026-10-20T08:00:00"))
    assert [fault.partition(":")[0] for fault in faults_by_itself(world, now=NOW)] == ["now", "inquiries[0].reply_code"]


def test_a_letter_that_is_there_twice_is_named_once() -> None:
    assert faults_by_itself(changed(lambda w: w["inquiries"].append(w["inquiries"][0])), now=NOW) == [
        "inquiries[2].inquiry_id: the same as inquiries[0].inquiry_id"
    ]


def test_a_letter_is_about_a_client_that_is_known() -> None:
    world = changed(lambda w: w["clients"].pop(1))
    known = make_world("post@kanzlei.example").clients[1]
    assert faults_against_clients(world, StoredClients({}), loaded=True) == [
        "inquiries: 1 client of letters is not in MongoDB: c-2 of t (inquiries[1])"
    ]
    assert faults_against_clients(world, StoredClients({("t", "c-2"): known}), loaded=True) == []
    numbered = known.model_copy(update={"case_reference": world.inquiries[1].reply_code})
    (fault,) = faults_against_clients(world, StoredClients({("t", "c-2"): numbered}), loaded=True)
    assert fault.startswith("inquiries[1].reply_code: is a file number too")
    other = known.model_copy(update={"creditors": ()})
    assert faults_against_clients(world, StoredClients({("t", "c-2"): other}), loaded=True) == [
        "inquiries[1].creditor_id: client c-2 has no creditor cr-2 in MongoDB"
    ]


def test_clients_that_are_not_loaded_must_be_stored() -> None:
    assert faults_against_clients(changed(lambda world: None), StoredClients({}), loaded=False) == [
        "inquiries: 2 clients of letters are not in MongoDB: c-1 of t (inquiries[0]), c-2 of t (inquiries[1]). "
        "--clients puts those of this file there"
    ]


def test_at_most_20_unknown_clients_are_named() -> None:
    def many(world: dict[str, Any]) -> None:
        one = world["inquiries"][0]
        world["inquiries"] = [one | {"inquiry_id": f"i-{n}", "client_id": f"x-{n // 2}"} for n in range(2_468)]

    (fault,) = faults_against_clients(changed(many), StoredClients({}), loaded=True)
    assert fault.startswith("inquiries: 1,234 clients of letters are not in MongoDB: x-0 of t (inquiries[0]), x-1 of t")
    assert fault.endswith("x-19 of t (inquiries[38]), and 1,214 more")


def test_a_client_takes_no_other_ones_place() -> None:
    world = changed(lambda world: None)
    stored = StoredClients({}, foreign=["c-2"], under_object_ids=["c-1"])
    assert faults_against_clients(world, stored, loaded=True) == [
        "clients[0].client_id: MongoDB has c-1 as an ObjectId, which the portal alone writes",
        "clients[1].client_id: c-2 is another tenant's client in MongoDB",
    ]


def test_a_client_whose_creditors_are_no_list_is_not_loaded() -> None:
    (fault,) = faults_against_clients(changed(lambda w: None), StoredClients({}, without_list=["c-1"]), loaded=True)
    assert fault.startswith("clients[0].client_id: the creditors of c-1 in MongoDB are no list")


def test_a_client_with_two_creditors_of_one_id_is_not_loaded() -> None:
    (fault,) = faults_against_clients(changed(lambda w: None), StoredClients({}, doubled=["c-1"]), loaded=True)
    assert fault == ("clients[0].client_id: two creditors of c-1 in MongoDB have the same id. Mend the document first")
