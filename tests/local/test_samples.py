"""The form of the sample mail, and that it covers the rules. Whether the cases are read rightly is the evaluation's."""

import email
import email.policy
import json
import re
from collections import Counter
from decimal import Decimal
from email.message import EmailMessage
from email.utils import getaddresses
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from claimstream.domain.records.decision import ReviewReason, Route
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.inquiry import Client, Inquiry
from claimstream.domain.records.intent import Intent, MatchedBy
from claimstream.local.claude.script import one_line, read_script
from claimstream.local.sample_mail import SAMPLES

KEYS = {
    "intent",
    "route",
    "inquiry_id",
    "matched_by",
    "fields",
    "current_amount_after",
    "review_reason",
    "needs_model",
    "tags",
}
MONEY = {"total_claim", "principal", "interest", "costs", "counter_offer_amount"}
FIELDS = {*MONEY, "as_of", "iban", "creditor_reference", "settlement_decision"}
OPEN_REASONS = {ReviewReason.BUDGET, ReviewReason.EXTRACTION_ERROR, ReviewReason.WITNESS_DISAGREES}
"""Not a property of a mail: they depend on what happens while it is read."""
MAX_BYTES = 4_000_000

CASES = sorted(path.parent for path in SAMPLES.glob("*/email.eml"))


@cache
def world() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((SAMPLES / "world.json").read_text())
    return content


@cache
def expected(case: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((case / "expected.json").read_text())
    return content


def parsed(case: Path) -> EmailMessage:
    return email.message_from_bytes((case / "email.eml").read_bytes(), policy=email.policy.default)


def routes(case: Path) -> set[str]:
    route = expected(case)["route"]
    return {route} if isinstance(route, str) else set(route)


def needs_model(case: Path) -> bool:
    return bool(expected(case)["needs_model"])


def mailboxes() -> dict[str, str]:
    return {address: tenant["tenant_id"] for tenant in world()["tenants"] for address in tenant["mailboxes"]}


def receiving_mailbox(mail: EmailMessage) -> str:
    if mail["Delivered-To"]:
        return str(mail["Delivered-To"])
    addresses = getaddresses([*map(str, mail.get_all("To", [])), *map(str, mail.get_all("Cc", []))])
    return next(address for _, address in addresses if address in mailboxes())


by_name = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def test_there_are_enough_and_they_stay_small() -> None:
    assert len(CASES) >= 44
    assert 8 <= sum(map(needs_model, CASES)) <= 14
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < MAX_BYTES


def test_the_world_holds_together() -> None:
    clients = {client["client_id"]: client for client in world()["clients"]}
    inquiries = world()["inquiries"]
    tenants = {tenant["tenant_id"] for tenant in world()["tenants"]}
    assert len(tenants) >= 2
    for client in clients.values():
        assert Client.model_validate(client).tenant_id in tenants
    for inquiry in inquiries:
        client = clients[Inquiry.model_validate(inquiry).client_id]
        assert client["tenant_id"] == inquiry["tenant_id"]
        assert inquiry["creditor_id"] in {creditor["creditor_id"] for creditor in client["creditors"]}
    for key in ("inquiry_id", "reply_code", "message_id"):
        assert len({inquiry[key] for inquiry in inquiries}) == len(inquiries)
    assert len({(client["tenant_id"], client["case_reference"]) for client in clients.values()}) == len(clients)


def test_the_readme_names_a_mailbox_and_a_creditor_that_the_demo_knows() -> None:
    root = Path(__file__).parents[2]
    [paragraph] = re.findall(
        r"^A mail of your own is .*?\n\n", (root / "README.md").read_text(), re.DOTALL | re.MULTILINE
    )
    sender, mailbox = re.findall(r"`(\S+@\S+)`", paragraph)
    [client] = [client for client in world()["clients"] if client["case_reference"] in paragraph]
    assert f"{client['first_name']} {client['last_name']}" in paragraph
    assert [creditor["email"] for creditor in client["creditors"]] == [sender]
    assert mailboxes()[mailbox] == client["tenant_id"]
    paths = re.findall(r"`(src/\S+)`", paragraph)
    assert len(paths) == 2
    assert all(list(root.glob(path)) for path in paths)


def test_no_two_cases_change_the_same_creditor() -> None:
    """So that all cases can run together in one world."""
    used = Counter(expected(case)["inquiry_id"] for case in CASES if expected(case)["inquiry_id"])
    assert used
    assert set(used.values()) == {1}


@by_name
def test_only_known_keys_and_words(case: Path) -> None:
    content = expected(case)
    assert set(content) <= KEYS
    assert {"route", "inquiry_id", "matched_by", "needs_model"} <= set(content)
    assert routes(case) <= set(Route)
    assert content["matched_by"] in set(MatchedBy)
    assert content.get("intent", Intent.SPAM) in set(Intent)
    assert content.get("review_reason") in {None, *ReviewReason}
    fields = content.get("fields", {})
    assert set(fields) <= FIELDS
    assert fields.get("settlement_decision") in {None, *SettlementDecision}
    for name in MONEY & fields.keys():
        assert fields[name] is None or Decimal(fields[name]).as_tuple().exponent == -2


@by_name
def test_the_answer_agrees_with_itself_and_the_world(case: Path) -> None:
    content = expected(case)
    inquiries = {inquiry["inquiry_id"]: inquiry for inquiry in world()["inquiries"]}
    inquiry_id = content["inquiry_id"]
    assert (inquiry_id is None) == (content["matched_by"] == "none")
    if content.get("review_reason") is not None:
        assert routes(case) == {"MANUAL_REVIEW"}
    if needs_model(case):
        assert "MANUAL_REVIEW" in routes(case)
    if inquiry_id is None:
        assert "current_amount_after" not in content
        return
    inquiry = inquiries[inquiry_id]
    assert inquiry["tenant_id"] == mailboxes()[receiving_mailbox(parsed(case))]
    after = content.get("current_amount_after")
    if after is not None:
        client = next(client for client in world()["clients"] if client["client_id"] == inquiry["client_id"])
        creditor = next(each for each in client["creditors"] if each["creditor_id"] == inquiry["creditor_id"])
        total = content.get("fields", {}).get("total_claim")
        unchanged = after == creditor["current_amount"]
        assert unchanged or (after == total and routes(case) <= {"AUTO_UPDATE", "UPDATE_AND_NOTIFY"})


def test_the_parts_make_up_the_total() -> None:
    checked = 0
    for case in CASES:
        fields = expected(case).get("fields", {})
        parts = [fields.get(name) for name in ("principal", "interest", "costs")]
        if None in parts or "total-below-parts" in expected(case)["tags"]:
            continue
        assert sum(map(Decimal, parts)) == Decimal(fields["total_claim"]), case.name
        checked += 1
    assert checked >= 15


@by_name
def test_the_mail_has_what_a_mail_has(case: Path) -> None:
    raw = (case / "email.eml").read_bytes()
    mail = parsed(case)
    for name in ("From", "To", "Date", "Message-ID"):
        assert mail[name], name
    assert b"\r\n\r\n" in raw
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert not mail.defects
    assert receiving_mailbox(mail) in mailboxes()
    for address in ("From", "To"):
        assert all(parts.endswith(".example") for _, parts in getaddresses([str(mail[address])]))


def test_every_way_to_match_every_route_and_every_reason_of_a_mail_is_there() -> None:
    assert {expected(case)["matched_by"] for case in CASES} == set(MatchedBy)
    assert set().union(*map(routes, CASES)) == set(Route)
    reasons = {expected(case).get("review_reason") for case in CASES} - {None}
    assert reasons == set(ReviewReason) - OPEN_REASONS
    assert {expected(case).get("intent") for case in CASES} - {None} == set(Intent)
    decisions = {expected(case).get("fields", {}).get("settlement_decision") for case in CASES}
    assert decisions - {None} == set(SettlementDecision)


def test_every_case_that_needs_the_model_has_its_script() -> None:
    for case in CASES:
        if needs_model(case):
            fields = {rule.schema_has for rule in read_script(case / "model.json")}
            assert "intent" in fields, case.name


def test_a_scripted_phrase_stands_in_its_own_mail_and_in_no_other() -> None:
    """So that the scripts of all cases can be loaded at once."""
    texts = {case: one_line(_text(parsed(case))) for case in CASES}
    for case in CASES:
        if not (case / "model.json").exists():
            continue
        for rule in read_script(case / "model.json"):
            if rule.schema_has != "intent":
                continue
            assert isinstance(rule.when.contains, str)
            homes = [other.name for other, text in texts.items() if one_line(rule.when.contains) in text]
            assert homes == [case.name]


def _text(mail: EmailMessage) -> str:
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    texts = []
    for part in parts:
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        declared = part.get_content_charset("windows-1252")
        texts.append(data.decode(declared, errors="replace"))
    return "\n".join(texts)
