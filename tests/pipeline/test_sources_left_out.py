"""Nothing is written while a source that the model was wanted for is left out: it might say something else."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

import pytest
from tests.helpers import add_email, summary_of
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


async def test_what_the_reader_settles_is_written_without_money(
    app: App, stack: LocalStack, world: World, claude: ClaudeServer
) -> None:
    summary = await ends(app, stack, world, SETTLED_BODY, LETTER, daily_budget_usd=Decimal("0.0001"))
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
