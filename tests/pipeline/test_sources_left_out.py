"""Nothing is written while a source that the model was wanted for is left out: it might say something else."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

import pytest
from tests.helpers import add_email, summary_of
from tests.pipeline.test_runner import report_of
from tests.reading import samples

from claimstream.app import App
from claimstream.domain.records.work import EmailSummary
from claimstream.domain.records.world import World
from claimstream.local.claude.script import ScriptedAnswer, When
from claimstream.local.claude.server import ClaudeServer
from claimstream.local.stack import LocalStack
from claimstream.pipeline.runner import Runner, Settled

BODY = "Guten Tag,\n\nGesamtforderung Nele Brandt: 812,40 EUR\n"
"""A figure that the rules doubt, since they do not know the name beside it."""
SETTLED_BODY = "Guten Tag,\n\ndie Gesamtforderung beträgt 812,40 EUR (Stand 12.10.2026).\n"
LETTER = ("beleg.txt", ("Wir bitten um Verständnis für unsere Lage.\n" * 1500).encode())
PAGES = b"application/pdf"


def reads(contains: str, value: str, quote: str) -> ScriptedAnswer:
    total = {"value": value, "label": "stehen", "rank": "total", "quote": quote}
    return ScriptedAnswer(when=When(contains=contains), schema_has="total_claim", answer={"total_claim": total})


@pytest.fixture(autouse=True)
def claude(stack: LocalStack) -> Iterator[ClaudeServer]:
    assert stack.claude is not None
    stack.claude.requests.clear()
    stack.claude.faults.clear()
    stack.claude.script(reads("Gesamtforderung Nele Brandt: 812,40", "812.40", "812,40 EUR"))
    yield stack.claude
    stack.claude.faults.clear()


async def ends(
    app: App, stack: LocalStack, world: World, body: str, *files: tuple[str, bytes], **rules: Any
) -> EmailSummary:
    """Take a mail with these attachments to its end."""
    address = world.tenants[0].mailboxes[0]
    local, _, domain = address.partition("@")
    message = EmailMessage()
    message["From"] = "Stadtwerke Aue GmbH <forderung@stadtwerke.example>"
    message["To"] = f"{local}+K7Q2X9M4@{domain}"
    message["Subject"] = "Forderungsaufstellung Nele Brandt"
    message.set_content(body)
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype=name.rpartition(".")[2], filename=name)
    email_id = await add_email(app, world, await stack.gmail.deliver(address, message.as_bytes(), notify=False))
    runner = Runner(app.services, replace(app.rules, **rules), worker="one", claim_seconds=60, outage_wait_seconds=0.1)
    assert await runner.process(email_id) == Settled()
    return await summary_of(app, email_id)


@pytest.mark.parametrize(
    "rules",
    [{"daily_budget_usd": Decimal("0.45")}, {"email_budget_usd": Decimal("0.45")}, {"questions_per_email": 1}],
    ids=["the day's budget", "its share of money", "its share of questions"],
)
async def test_nothing_is_written_when_money_lasts_for_the_body_only(
    app: App, stack: LocalStack, world: World, claude: ClaudeServer, rules: dict[str, Any]
) -> None:
    summary = await ends(app, stack, world, BODY, LETTER, **rules)
    assert any("Nele Brandt: 812,40" in asked.text and asked.model != "claude-haiku-5-5" for asked in claude.requests)
    assert not any("Verständnis" in asked.text for asked in claude.requests)
    assert (summary.outcome, summary.route, summary.review_reason) == ("review", "MANUAL_REVIEW", "budget")


async def test_a_mail_is_written_when_money_lasts_for_all_of_it(app: App, stack: LocalStack, world: World) -> None:
    summary = await ends(app, stack, world, BODY, LETTER, daily_budget_usd=Decimal(5))
    assert (summary.outcome, summary.new_amount) == ("updated", Decimal("812.40"))


async def test_without_a_witness_what_the_reader_settles_costs_nothing(
    app: App, stack: LocalStack, world: World, claude: ClaudeServer
) -> None:
    rules = {"daily_budget_usd": Decimal("0.0001"), "witness": False}
    summary = await ends(app, stack, world, SETTLED_BODY, LETTER, **rules)
    assert (summary.outcome, summary.new_amount) == ("updated", Decimal("812.40"))
    assert not claude.requests


async def test_nothing_is_written_when_the_model_refuses_a_scan(
    app: App, stack: LocalStack, world: World, claude: ClaudeServer
) -> None:
    claude.faults.fail(400, operation="messages", containing=PAGES)
    summary = await ends(app, stack, world, BODY, ("scan.pdf", samples.scanned_pdf()))
    assert (summary.outcome, summary.review_reason) == ("review", "extraction_error")


@pytest.mark.parametrize("containing", [PAGES, b"unsere Lage"], ids=["scan", "text"])
async def test_nothing_is_written_when_answers_are_unusable_twice(
    app: App, stack: LocalStack, world: World, claude: ClaudeServer, containing: bytes
) -> None:
    fault = claude.faults.add(operation="messages")
    fault.answer, fault.containing = "refusal", containing
    files = [("scan.pdf", samples.scanned_pdf()), LETTER]
    summary = await ends(app, stack, world, BODY, *files)
    assert (summary.outcome, summary.review_reason) == ("review", "extraction_error")


async def test_an_unreadable_logo_holds_up_nothing(
    app: App, stack: LocalStack, world: World, claude: ClaudeServer
) -> None:
    fault = claude.faults.add(operation="messages")
    fault.answer, fault.containing = "refusal", b"image/png"
    summary = await ends(app, stack, world, BODY, ("logo.png", samples.image(60, 60)))
    assert (summary.outcome, summary.new_amount) == ("updated", Decimal("812.40"))


FAX_BODY = "Guten Tag,\n\nnach unseren Unterlagen fehlt noch etwas, siehe das Fax.\n"


def says(claude: ClaudeServer, text: str) -> None:
    intent = {"intent": "claim_statement", "confidence": 0.9, "why": "says what is owed"}
    claude.script(
        ScriptedAnswer(when=When(contains="siehe das Fax"), schema_has="confidence", answer=intent),
        ScriptedAnswer(when=When(contains="Transcribe"), schema_has="text", answer={"text": text}),
    )


@pytest.mark.parametrize("pages", [1, 3])
async def test_a_fax_is_read_page_by_page(
    app: App, stack: LocalStack, world: World, claude: ClaudeServer, pages: int
) -> None:
    says(claude, "Die Gesamtforderung beträgt 933,10 EUR.")
    summary = await ends(app, stack, world, FAX_BODY, ("fax.tif", samples.fax(pages)))
    assert summary.new_amount == Decimal("933.10")
    asked = [one.body["messages"][0]["content"] for one in claude.requests]
    (shown,) = [blocks for blocks in asked if not isinstance(blocks, str) and blocks[0]["type"] == "image"]
    assert [block["source"]["media_type"] for block in shown[:-1]] == ["image/png"] * pages


async def test_nothing_is_written_of_a_fax_of_too_many_pages(
    app: App, stack: LocalStack, world: World, claude: ClaudeServer
) -> None:
    says(claude, "Die Gesamtforderung beträgt 933,10 EUR.")
    summary = await ends(app, stack, world, FAX_BODY, ("fax.tif", samples.fax(21)))
    assert summary.outcome == "review"
    assert (await unread_of(app, summary)) == [("attachment-1/rest", "too_large", "Read the first 20 pages.")]


async def test_a_photo_of_too_many_bytes_is_shown_scaled_down(
    app: App, stack: LocalStack, world: World, claude: ClaudeServer
) -> None:
    says(claude, "Die Gesamtforderung beträgt 933,10 EUR.")
    photo = samples.image(2600, 2600)
    summary = await ends(app, stack, world, FAX_BODY, ("photo.png", photo))
    assert summary.new_amount == Decimal("933.10")
    blocks = [b for one in claude.requests for b in one.body["messages"][0]["content"] if isinstance(b, dict)]
    (data,) = [block["source"]["data"] for block in blocks if block["type"] == "image"]
    assert len(data) <= 5 * 1024**2 < 4 / 3 * len(photo)


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"\0\0\0\x18ftypheic" + b"\0" * 30_000, "unknown_type"), (samples.fax(1)[:300], "broken")],
    ids=["of a kind that nobody opens", "damaged"],
)
async def test_a_picture_that_no_model_is_shown_is_told(
    app: App, stack: LocalStack, world: World, claude: ClaudeServer, data: bytes, reason: str
) -> None:
    says(claude, "")
    summary = await ends(app, stack, world, FAX_BODY, ("picture.bin", data))
    assert summary.outcome == "review"
    assert [(source_id, why) for source_id, why, _ in await unread_of(app, summary)] == [("attachment-1", reason)]


async def test_a_picture_that_the_model_refuses_is_told(
    app: App, stack: LocalStack, world: World, claude: ClaudeServer
) -> None:
    says(claude, "")
    photo = samples.image()
    claude.faults.fail(400, operation="messages", containing=base64.b64encode(photo)[3000:3040])
    summary = await ends(app, stack, world, FAX_BODY, ("photo.png", photo))
    assert await unread_of(app, summary) == [("attachment-1", "not_shown", "The model refused it (400).")]


async def unread_of(app: App, summary: EmailSummary) -> list[tuple[str, str, str]]:
    report = await report_of(app, summary.email_id)
    return [(unread.source_id, unread.reason, unread.detail) for unread in report.unread]
