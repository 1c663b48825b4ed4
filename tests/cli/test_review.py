"""``claimstream review`` as a person at a keyboard or a script runs it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.cli.process import Ended, at_terminal, claimstream
from tests.pipeline.test_replay import calm, store, stored
from tests.pipeline.test_runner import arrive, make_runner, settle

from claimstream.app import App
from claimstream.domain.records.world import World
from claimstream.local.stack import LocalStack
from claimstream.pipeline.stages.deliver import deliver_leftovers

Reply = Callable[..., bytes]
Review = Callable[..., Any]

__all__ = ["calm"]


@pytest.fixture
def review(installed: dict[str, str]) -> Review:
    async def run(*words: str, **environment: str) -> Ended:
        return await claimstream("review", *words, environment=installed | {"CLAIMSTREAM_USER": "anna"} | environment)

    return run


@pytest.fixture
async def email_id(app: App, stack: LocalStack, world: World, reply: Reply) -> str:
    """A reply that names less than what is stored waits for a person."""
    await store(app, "9000.00")
    email_id = await arrive(app, stack, world, reply())
    summary = await settle(app, make_runner(app, app.services), email_id)
    assert summary.review_reason == "amount_lower"
    return email_id


async def test_it_is_listed_shown_approved_and_written(
    app: App, review: Review, installed: dict[str, str], email_id: str
) -> None:
    narrow, wide = await review(COLUMNS="80"), await review("list", COLUMNS="160")
    for listed in (narrow, wide):
        assert "amount_lower  open" in listed.out
        assert max(map(len, listed.out.splitlines())) <= (80 if listed is narrow else 160)
    assert "claim_statement" not in narrow.out
    assert "claim_statement  9000.00 → (812.40)" in wide.out
    [item] = json.loads((await review("list", "--json")).out)
    number = str(item["review_id"])

    shown = await review("show", number)
    assert shown.status == 0, shown.err
    for words in (
        "812.40 is lower than the stored 9000.00",
        "Stadtwerke Aue GmbH, of Nele Brandt (8801/25)",
        "amount  9000.00     812.40",
        "Gesamtforderung beträgt 812,40 EUR",
        "from forderung@stadtwerke.example",
        "Sehr geehrte Damen und Herren,",
        "the reply code stands in a receiving address",
    ):
        assert words in shown.out
    assert f"review approve | correct | reject | spam | escalate {number}" in " ".join(shown.err.split())
    document = json.loads((await review("show", email_id[:8], "--json")).out)
    assert (document["item"]["email_id"], document["report"]["email_id"]) == (email_id, email_id)

    asked = await review("approve", number)
    assert asked.status == 1
    assert "amount  9000.00     812.40" in asked.err
    assert "with --yes" in asked.err
    approved = await review("approve", number, "--yes", "--note", "part payment")
    assert approved.status == 0, approved.err
    assert f"Item {number} is approved" in approved.err
    assert "approved, not written yet" in (await review("list", "--state", "approved")).out
    await deliver_leftovers(app.services, app.rules)
    assert await stored(app) == Decimal("812.40")

    after = await review("show", number)
    for words in ("approved, written", "approved by anna at", ": part payment", "What was written", "9000.00 → 812.40"):
        assert words in after.out
    for words in ("why it waited: 812.40 is lower", "Stadtwerke Aue GmbH, of Nele Brandt (8801/25)", "written 20"):
        assert words in after.out
    assert "What approving writes" not in after.out
    assert "9000.00 → 812.40" in (await review("list", "--state", "approved", COLUMNS="160")).out
    report = await claimstream("report", email_id, environment=installed)
    assert "Since then: approved by anna at" in report.out
    assert "amount 812.40, written" in report.out
    page = await claimstream("report", email_id, "--html", environment=installed)
    assert "Since then: approved by anna at" in page.out
    machine = json.loads((await claimstream("report", email_id, "--json", environment=installed)).out)
    assert (machine["review"]["status"], machine["review"]["resolved_by"]) == ("approved", "anna")
    emails = await claimstream("emails", environment=installed | {"COLUMNS": "200"})
    assert "MANUAL_REVIEW amount_lower, approved" in emails.out
    nothing = await review()
    assert (nothing.status, nothing.out) == (0, "")
    assert "Nothing waits for a person." in nothing.err


@pytest.mark.parametrize(("answer", "status"), [("y", "approved"), ("n", "open"), ("", "open")])
async def test_a_person_is_shown_what_will_be_and_asked(
    app: App, review: Review, installed: dict[str, str], email_id: str, answer: str, status: str
) -> None:
    ended, said = await at_terminal("review", "approve", email_id, environment=installed, answer=answer)
    assert ended == (0 if status == "approved" else 1)
    assert said.index("812.40") < said.index("Write this?")
    [item] = json.loads((await review("list", "--state", status, "--json")).out)
    assert item["email_id"] == email_id


async def test_a_script_names_what_it_takes_for_stored(app: App, review: Review, email_id: str) -> None:
    seen = json.loads((await review("show", email_id, "--json")).out)["stored"]["seen"]
    assert seen["current_amount"] == "9000.00"
    await store(app, "9500.00")
    for words in (("approve",), ("correct", "--amount", "5,00")):
        changed = await review(*words, email_id, "--yes", "--stored", seen["current_amount"])
        assert (changed.status, "9500.00 is stored, not 9000.00" in changed.err) == (1, True)
    assert (await review("approve", email_id, "--yes", "--stored", "9.500,00")).status == 0


async def test_a_later_reply_and_another_item_are_warned_of(
    app: App, stack: LocalStack, world: World, reply: Reply, review: Review, email_id: str
) -> None:
    other = await arrive(app, stack, world, reply())
    await settle(app, make_runner(app, app.services), other)
    assert app.clients is not None
    document = await app.clients.document("t", "c-1")
    assert document is not None
    document["creditors"][0]["response"] = {"received_at": datetime(2100, 1, 1, tzinfo=UTC)}
    await app.clients.upsert([document])
    shown = await review("show", email_id)
    assert "What is stored is from a later reply, of 2100-01-01" in shown.out
    assert "is about the same claim, received" in shown.out
    much = await review("correct", email_id, "--amount", "600000")
    assert "More than 500,000.00: is that so?" in much.err


async def test_what_is_no_text_is_refused_in_one_line(review: Review, email_id: str) -> None:
    for words in (
        ("show", "\udcff"),
        ("reject", email_id, "--note", "\udcff"),
        ("correct", email_id, "--inquiry", "\udcff"),
    ):
        ended = await review(*words)
        assert ended.status in {1, 2}
        assert "no UTF-8 text" in ended.err
        assert "Traceback" not in ended.err


async def test_somebody_else_is_told_who_has_it_in_hand(review: Review, email_id: str) -> None:
    assert "in your hands" in (await review("claim", email_id)).err
    for words in (("claim", email_id), ("approve", email_id, "--yes"), ("reject", email_id), ("release", email_id)):
        ended = await review(*words, CLAIMSTREAM_USER="ben")
        assert ended.status == 1
        assert "anna has item" in ended.err
        assert "--take-over" in ended.err
    assert email_id in (await review("list", "--mine", "--json")).out
    assert json.loads((await review("list", "--mine", "--json", CLAIMSTREAM_USER="ben")).out) == []
    assert (await review("claim", email_id, "--take-over", "--by", "ben")).status == 0
    assert "waits for whoever" in (await review("release", email_id, "--by", "ben")).err
    nobody = await review("release", email_id)
    assert (nobody.status, "nobody has item" in nobody.err) == (1, True)


async def test_what_is_ended_is_ended_and_says_by_whom(app: App, review: Review, email_id: str) -> None:
    escalated = await review("escalate", email_id, "--note", "for Ms Weber: is this a waiver?")
    assert escalated.status == 0, escalated.err
    waiting = await review()
    assert "escalated" in waiting.out
    assert (await review("claim", email_id, CLAIMSTREAM_USER="weber")).status == 0
    shown = (await review("show", email_id)).out
    for words in ("escalated by anna at", "in the hands of weber since", "for Ms Weber"):
        assert words in shown
    assert (await review("release", email_id, CLAIMSTREAM_USER="weber")).status == 0
    assert "escalated" in (await review("list", "--state", "escalated")).out
    rejected = await review("reject", email_id, CLAIMSTREAM_USER="weber")
    assert "is rejected. Nothing was written" in rejected.err
    again = await review("spam", email_id)
    assert (again.status, "was rejected by weber at" in again.err) == (1, True)
    history = (await review("show", email_id)).out
    assert history.index("escalated by anna: for Ms Weber") < history.rindex("rejected by weber")
    assert await stored(app) == Decimal("9000.00")
    assert await deliver_leftovers(app.services, app.rules) == 0


async def test_it_is_corrected_to_what_the_letter_says(app: App, review: Review, email_id: str) -> None:
    corrected = await review("correct", email_id, "--inquiry", "p3r8t5w2", "--amount", "1.234,56 €", "--yes")
    assert corrected.status == 0, corrected.err
    assert "Moebelhaus Kern AG, of Jonas Wolter (8802/25)" in corrected.err
    await deliver_leftovers(app.services, app.rules)
    document = await app.clients.document("t", "c-2") if app.clients else None
    assert document is not None
    assert document["creditors"][0]["current_amount"].to_decimal() == Decimal("1234.56")
    assert await stored(app) == Decimal("9000.00")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--amount", "2,500"), 2, "may be two different amounts"),
        (("--amount", "1", "--keep-amount"), 2, "choose one"),
        (("--counter-offer", "10"), 1, "answers no settlement plan"),
        (("--condition", "sofern", "--unconditional"), 2, "choose one"),
        (("--settlement", "accepted", "--condition", " "), 2, "in the creditor's words"),
        (("--settlement", "declined"), 1, "first letter"),
        (("--amount", "812,40"), 1, "approve it"),
        (("--inquiry", "i-99"), 1, "t has no letter 'i-99'"),
        (("--intent", "rejection", "--amount", "5,00"), 1, "changes no amount"),
        ((), 1, "approve it"),
    ],
)
async def test_a_correction_that_cannot_be_is_refused_and_changes_nothing(
    app: App, review: Review, email_id: str, words: tuple[str, ...], status: int, said: str
) -> None:
    ended = await review("correct", email_id, *words, "--yes")
    assert ended.status == status
    assert said in " ".join(ended.err.replace("│", " ").split())
    [item] = json.loads((await review("list", "--json")).out)
    assert item["status"] == "open"
    assert await deliver_leftovers(app.services, app.rules) == 0


async def test_what_names_no_item_says_where_to_look(
    app: App, stack: LocalStack, world: World, reply: Reply, review: Review
) -> None:
    written = await arrive(app, stack, world, reply())
    await settle(app, make_runner(app, app.services), written)
    for wanted, said in (
        ("999", "there is no review item 999"),
        ("nosuchid", "no email has the id 'nosuchid'"),
        (written, "nothing of email"),
    ):
        ended = await review("show", wanted)
        assert (ended.status, said in ended.err) == (1, True), ended.err


async def test_the_letter_of_a_reply_that_names_none_is_looked_for_and_what_was_read_is_written(
    app: App, stack: LocalStack, world: World, reply: Reply, review: Review
) -> None:
    text = "Unsere Gesamtforderung beträgt 812,40 EUR (Stand 12.10.2026).\n"
    raw = reply(text, code=None, sender="wer@anderswo.example", subject="Forderung")
    email_id = await arrive(app, stack, world, raw)
    assert (await settle(app, make_runner(app, app.services), email_id)).outcome == "review"
    shown = await review("show", email_id)
    assert "It cannot be approved: it is not known whose claim" in shown.out
    assert "review correct | reject" in " ".join(shown.err.split())
    found = await review("letters", email_id, "wolter", COLUMNS="120")
    assert "i-2      P3R8T5W2    first   2026-10-01  Jonas Wolter (8802/25)  Moebelhaus Kern AG" in found.out
    assert "i-1" not in found.out
    nobody = await review("letters", email_id, "niemand")
    assert (nobody.status, "no letter" in nobody.err) == (1, True)
    corrected = await review("correct", email_id, "--inquiry", "i-2", "--yes")
    assert corrected.status == 0, corrected.err
    assert "amount  430.00      812.40" in corrected.err


async def test_a_mail_is_shown_by_its_beginning_or_whole(
    app: App, stack: LocalStack, world: World, reply: Reply, review: Review
) -> None:
    lines = "".join(f"Zeile {number} \x1b[31m\n" for number in range(1, 41))
    email_id = await arrive(app, stack, world, reply(f"Gesamtforderung beträgt -5,00 EUR\n{lines}"))
    assert (await settle(app, make_runner(app, app.services), email_id)).outcome == "review"
    short, whole = await review("show", email_id), await review("show", email_id, "--text")
    assert ("Zeile 11 " in short.out, "Zeile 12 " in short.out, "more lines (--text" in short.out) == (
        True,
        False,
        True,
    )
    assert ("Zeile 40 " in whole.out, "more lines" in whole.out) == (True, False)
    assert "\x1b" not in whole.out


async def test_an_id_of_digits_is_that_of_an_email_where_it_is_of_no_item(
    app: App, review: Review, email_id: str
) -> None:
    await app.database.run(
        "UPDATE", lambda c: c.execute("UPDATE emails SET gmail_id = '12345678' WHERE email_id = $1", email_id)
    )
    number = json.loads((await review("list", "--json")).out)[0]["review_id"]
    for wanted in ("12345678", f" #{number} "):
        assert json.loads((await review("show", wanted, "--json")).out)["item"]["email_id"] == email_id


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("claim", "1", "--by", " "), "--by: a name on one line"),
        (("claim", "1", "--by", "x\x1b[31m"), "--by: a name on one line"),
        (("claim", "1", "--by", "x" * 101), "--by: a name on one line"),
        (("reject", "1", "--note", "x" * 2001), "--note: at most 2,000"),
        (("escalate", "1", "--note", " "), "--note: to whom, and why"),
        (("list", "--reason", "bogus"), "There are: low_confidence, conflict"),
        (("--json", "show", "1"), "No such option"),
        (("--by", "dora", "reject", "1"), "No such option"),
    ],
)
async def test_what_cannot_be_meant_is_refused(review: Review, words: tuple[str, ...], said: str) -> None:
    ended = await review(*words)
    assert ended.status == 2
    assert said in " ".join(ended.err.replace("│", " ").split())


async def test_what_was_rejected_by_mistake_is_opened_again(review: Review, email_id: str) -> None:
    rejected = await review("reject", email_id)
    assert "review reopen" in rejected.err
    assert (await review("reopen", email_id)).status == 0
    again = await review("reopen", email_id)
    assert (again.status, "waits for a decision already" in again.err) == (1, True)
    assert (await review("approve", email_id, "--yes")).status == 0
    written = await review("reopen", email_id)
    assert (written.status, "was approved by anna" in written.err) == (1, True)


async def test_a_tenant_that_there_is_not_is_named_with_those_there_are(review: Review, email_id: str) -> None:
    ended = await review("list", "--tenant", "nord")
    assert (ended.status, "There are: t." in ended.err) == (2, True)
    assert json.loads((await review("list", "--tenant", "t", "--json")).out)[0]["email_id"] == email_id


async def test_without_its_record_nothing_can_be_approved(
    app: App, review: Review, installed: dict[str, str], email_id: str
) -> None:
    assert app.clients is not None
    document = await app.clients.document("t", "c-1")
    assert document is not None
    await app.clients.upsert([document | {"creditors": []}])
    shown = await review("show", email_id)
    assert "It cannot be approved: client c-1 with creditor cr-1 is no longer" in " ".join(shown.out.split())
    assert "review correct | reject" in shown.err
    approved = await review("approve", email_id, "--yes")
    assert (approved.status, "no longer in the firm's records" in approved.err) == (1, True)
    without = {k: v for k, v in installed.items() if k != "MONGODB_URL"}
    unset = await claimstream("review", "approve", email_id, "--yes", environment=without)
    assert (unset.status, "MONGODB_URL" in unset.err) == (2, True)


async def test_a_letter_that_moved_to_another_claim_is_told(
    app: App, review: Review, world: World, email_id: str
) -> None:
    letter = next(i for i in world.inquiries if i.inquiry_id == "i-1")
    move = "UPDATE inquiries SET client_id = 'c-2', creditor_id = 'cr-2' WHERE inquiry_id = 'i-1'"
    await app.database.run("UPDATE inquiries", lambda c: c.execute(move))
    shown = await review("show", email_id)
    assert "its letter i-1 is about another claim by now, that of client c-2" in " ".join(shown.out.split())
    for words in (("approve",), ("correct", "--amount", "500.00")):
        refused = await review(*words[:1], email_id, *words[1:], "--yes")
        assert (refused.status, "about another claim by now" in refused.err) == (1, True), refused.err
    assert letter.reply_code is not None
    named = await review("correct", email_id, "--inquiry", letter.reply_code, "--yes")
    assert named.status == 0, named.err
