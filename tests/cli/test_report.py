"""A report on a screen and as a page, whatever stands in the mail."""

import base64
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console
from tests.helpers import NOW

from claimstream.cli.report import words
from claimstream.cli.report.found import FoundReport, NoReportError
from claimstream.cli.report.page import report_page
from claimstream.cli.report.page.html import el
from claimstream.cli.report.view import print_report
from claimstream.domain.records.base import Record
from claimstream.domain.records.decision import Candidate, Decision, GuardDecision, Match, ReviewReason, Route
from claimstream.domain.records.extraction import Conflict, InstallmentTerms, Method, Settlement, SettlementDecision
from claimstream.domain.records.inquiry import Letter
from claimstream.domain.records.intent import Classification, Intent, MatchedBy
from claimstream.domain.records.mail import Unread
from claimstream.domain.records.replay import EarlierRun
from claimstream.domain.records.work import EmailSummary, Outcome, Waited
from claimstream.pipeline.model_desk import ModelCall
from claimstream.pipeline.report import (
    EarlierAttempts,
    FieldReport,
    ProcessingReport,
    SourceReport,
    StageReport,
)

HOSTILE = """</td><script>alert("1")</script><img src=x onerror='alert(2)'> [bold]x[/] [/nothing] \x1b[2J &amp; """
JAEGER = "http://jaeger.example:16686"
VERSION_1 = Path(__file__).parents[1] / "pipeline" / "report_version_1.json"


def report(text: str = "Gesamtforderung 812,40 EUR") -> ProcessingReport:
    """Everything a report can say, with ``text`` wherever a mail, a model or a service could have put it."""
    reasons = (ReviewReason.CONFLICT, ReviewReason.LOW_CONFIDENCE)
    return ProcessingReport(
        email_id="e-1",
        tenant_id="t",
        mailbox="post@kanzlei.example",
        gmail_id="g-1",
        message_id=text,
        correlation_id="c0ffee",
        trace_id="7ace",
        subject=text,
        sender=text,
        received_at=NOW,
        settled_at=NOW + timedelta(hours=2),
        outcome=Outcome.REVIEW,
        decision=Decision(
            route=Route.MANUAL_REVIEW,
            intent=Intent.CLAIM_STATEMENT,
            confidence=0.61,
            reasons=reasons,
            guards=(GuardDecision(guard="amount", passed=False, confidence=0.6, why=text),),
            old_amount=Decimal("430.00"),
            new_amount=Decimal("1812.40"),
            why=text,
        ),
        classification=Classification(intent=Intent.CLAIM_STATEMENT, confidence=0.9, method=Method.MODEL, why=text),
        fields=tuple(
            FieldReport(
                field=name, value=value, confidence=0.8, source_id=text, quote=text, start=7, end=33, note="computed"
            )
            for name, value in (("total_claim", text), ("principal", None))
        ),
        missing=("iban", "bic"),
        dropped=("costs",),
        conflicts=(Conflict(field="total_claim", detail=text),),
        match=Match(
            inquiry_id="i-1",
            client_id="c-1",
            creditor_id="cr-1",
            letter=Letter.FIRST,
            matched_by=MatchedBy.SCORED,
            confidence=0.9,
            candidates=tuple(
                Candidate(
                    inquiry_id=f"i-{n}",
                    client_id="c-1",
                    creditor_id="cr-1",
                    score=1 - n / 10,
                    signals={"amount": 0.25},
                    why=f"candidate {n}: {text}",
                )
                for n in range(1, 8)
            ),
            why=text,
        ),
        sources=(
            SourceReport(source_id="attachment-1", kind="text_pdf", name=text, size=23_456),
            SourceReport(source_id="attachment-3", kind="image", name=text, size=23_456),
        ),
        unread=(Unread(source_id="attachment-2", name=text, media_type=text, size=9, reason="encrypted", detail=text),),
        sources_unread=("attachment-3",),
        defects=(text,),
        attempt=14,
        crashes=1,
        earlier=(EarlierAttempts(first=1, last=13, stopped_in="extract"),),
        waits=(
            Waited(
                service="anthropic",
                kind="breaker_open",
                count=12,
                first_at=NOW,
                last_at=NOW + timedelta(hours=1),
                seconds=3725,
            ),
        ),
        stages=(
            StageReport(stage="fetch", seconds=0.2, attempt=1),
            StageReport(stage="parse", seconds=1.5, attempt=14),
        ),
        model_calls=(
            ModelCall(
                operation="transcribe/attachment-1",
                model=text,
                prompt_version="2026-10-20",
                input_tokens=1000,
                cache_read_tokens=200,
                cache_creation_tokens=34,
                output_tokens=55,
                cost_usd=Decimal("0.0039255"),
            ),
        ),
        error="ValueError",
        failed_in="parse",
    )


def email_of(shown: ProcessingReport) -> EmailSummary:
    return EmailSummary(
        email_id=shown.email_id,
        tenant_id=shown.tenant_id,
        mailbox=shown.mailbox,
        gmail_id=shown.gmail_id,
        correlation_id=shown.correlation_id,
        trace_id=shown.trace_id,
        status="settled",
        outcome=shown.outcome,
        attempt=shown.attempt,
        created_at=NOW,
        received_at=NOW,
        settled_at=NOW,
        message_id=None,
        subject=None,
        intent=None,
        route=shown.decision.route,
        review_reason=shown.decision.review_reason,
        inquiry_id=None,
        matched_by=None,
        confidence=None,
        old_amount=None,
        new_amount=None,
        delivered=True,
    )


def on_screen(shown: ProcessingReport, *, width: int = 120, email: EmailSummary | None = None) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_report(console, shown, email or email_of(shown), jaeger_ui_url=JAEGER)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def as_page(shown: ProcessingReport, *, email: EmailSummary | None = None) -> str:
    return report_page(shown, email or email_of(shown), jaeger_ui_url=JAEGER)


class Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("text", ["Gesamtforderung 812,40 EUR", "wort " * 60, "x" * 300])
def test_lines_end_where_their_text_ends_and_fit_the_screen(width: int, text: str) -> None:
    lines = on_screen(report(text), width=width).splitlines()
    assert all(line == line.rstrip() for line in lines)
    assert max(map(len, lines)) <= width


def test_the_screen_says_everything() -> None:
    shown = on_screen(report())
    for said in (
        "MANUAL_REVIEW conflict  claim_statement\n430.00 → (1812.40) EUR  confidence 0.61\n",
        "„Gesamtforderung 812,40 EUR“",
        "7–33",
        "computed",
        "not found: iban, bic",
        "dropped for want of evidence: costs",
        "conflict in total_claim",
        "stopped amount guard",
        "all reasons: conflict, low_confidence",
        "failure: ValueError in parse",
        "attachment-2",
        "attachment-3: a picture or scan, shown to no model",
        "settled by attempt 14, 1 ended by a crash; attempts 1–13 stopped in extract",
        "waited for anthropic: breaker open, 12 times, 1 h 2 min in all, from 2026-10-20 08:00:00 UTC to",
        "1,234 tokens in, 55 out, 0.003926 USD",
        "c0ffee",
        f"{JAEGER}/trace/7ace",
    ):
        assert said in shown
    assert "attempt 1\n" in shown, "of the stage that an earlier attempt finished"


def test_the_screen_shows_the_first_five_candidates_and_says_that_there_are_more() -> None:
    shown = on_screen(report())
    assert "candidate 5" in shown
    assert "candidate 6" not in shown
    assert "2 more" in shown


def test_what_stands_in_a_mail_is_neither_markup_nor_a_command_to_the_terminal() -> None:
    shown = on_screen(report(HOSTILE), width=1000)
    assert "[bold]x[/] [/nothing]" in shown
    assert "\x1b" not in shown


def test_the_page_says_everything() -> None:
    text = Page(as_page(report())).text
    for said in (
        "MANUAL REVIEW",
        "1,812.40 €",
        "Gesamtforderung 812,40 EUR",
        "7–33",
        "candidate 7",
        "amount 0.25",
        "stopped",
        "a picture or scan, shown to no model",
        "attempts 1–13 stopped in extract",
        "breaker open, 12 times",
        "1,234 tokens in, 55 out",
        "c0ffee",
    ):
        assert said in text


def test_what_stands_in_a_mail_is_text_on_the_page() -> None:
    """The same elements as with harmless words, and the words as they were."""
    harmless, hostile = Page(as_page(report())), Page(as_page(report(HOSTILE)))
    assert hostile.elements == harmless.elements
    assert hostile.open == []
    assert "</td><script>alert(\"1\")</script><img src=x onerror='alert(2)'>" in hostile.text
    assert "&amp;" in hostile.text


def test_attributes_are_escaped_too() -> None:
    assert el("a", "<", href='"><script>') == '<a href="&quot;&gt;&lt;script&gt;">&lt;</a>'


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    text = as_page(report())
    page = Page(text)
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"url\(|@import", style)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.elements}
    assert {key for _, a in page.elements for key in a} & {"style", "src", "onload"} == set()
    assert {a["href"] for tag, a in page.elements if tag == "a"} == {f"{JAEGER}/trace/7ace"}


def test_without_a_jaeger_nothing_is_linked() -> None:
    shown = report()
    assert "<a " not in report_page(shown, email_of(shown))
    assert "trace_url" not in FoundReport(email_of(shown), shown.model_dump_json(), None).json()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"delivered": False}, "Not delivered yet"),
        ({"route": "IGNORE", "review_reason": None}, "Since then: IGNORE"),
        ({}, None),
    ],
)
def test_what_became_of_it_later_is_said(changed: dict[str, object], said: str | None) -> None:
    shown = report()
    email = replace(email_of(shown), **changed)  # type: ignore[arg-type]  # by name
    for text in (on_screen(shown, email=email), as_page(shown, email=email)):
        assert ("Not delivered" in text or "Since then" in text) == (said is not None)
        assert (said or "") in text


def test_earlier_runs_are_told_as_text_whatever_the_reason_given_for_them() -> None:
    shown = report().model_copy(update={"run": 3})
    runs = [
        EarlierRun(n, NOW, f"me {HOSTILE}", HOSTILE, "match", replace(email_of(shown), new_amount=Decimal("9.5")))
        for n in (1, 2)
    ]
    console = Console(file=io.StringIO(), width=1000, highlight=False)
    print_report(console, shown, email_of(shown), runs=runs)
    assert isinstance(console.file, io.StringIO)
    page = Page(report_page(shown, email_of(shown), runs=runs))
    assert not {"script", "img"} & {tag for tag, _ in page.elements}
    for text in (console.file.getvalue(), page.text):
        assert "run 1: MANUAL_REVIEW conflict ? → (9.50), settled 2026-10-20 08:00:00 UTC" in text
        assert "from match on" in text
        assert "run 3 (this one)" in text
        assert "[bold]x[/]" in text
    assert "\x1b" not in console.file.getvalue()


class TestJson:
    def test_it_is_the_whole_report_in_the_order_of_its_fields(self) -> None:
        shown = report()
        document = json.loads(FoundReport(email_of(shown), shown.model_dump_json(), JAEGER).json())
        assert list(document) == [*ProcessingReport.model_fields, "trace_url"]
        assert document.pop("trace_url") == f"{JAEGER}/trace/7ace"
        assert ProcessingReport.model_validate(document) == shown
        assert len(document["match"]["candidates"]) == 7

    def test_a_report_of_version_1_is_shown_in_every_form(self) -> None:
        text = VERSION_1.read_text(encoding="utf-8")
        shown = ProcessingReport.model_validate_json(text)
        found = FoundReport(email_of(shown), text, None)
        assert json.loads(found.json())["fields"][0]["end"] == 217
        assert "Malte Grotjahn" in on_screen(found.report())
        assert "Malte Grotjahn" in as_page(found.report())

    def test_a_report_of_a_newer_version_is_printed_as_it_is_and_otherwise_says_what_to_do(self) -> None:
        found = FoundReport(email_of(report()), '{"version": 99, "new": [1]}', None)
        assert json.loads(found.json()) == {"version": 99, "new": [1]}
        with pytest.raises(NoReportError, match=r"version 99.*--json"):
            found.report()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 ms"),
        (0.0124, "12 ms"),
        (0.9999, "1.0 s"),
        (1.26, "1.3 s"),
        (59.96, "1 min 0 s"),
        (252, "4 min 12 s"),
        (3725, "1 h 2 min"),
        (86_399.9, "1 d 0 h"),
        (183_600, "2 d 3 h"),
    ],
)
def test_durations_are_told_as_people_tell_them(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("settlement", Settlement(decision=SettlementDecision.DECLINED), "decision declined"),
        (
            "settlement",
            Settlement(decision=SettlementDecision.ACCEPTED, conditions=("sofern", "nur wenn")),
            "decision accepted, conditions sofern; nur wenn",
        ),
        ("installment", InstallmentTerms(rate=Decimal("50.00"), count=12), "rate 50.00, count 12"),
    ],
)
def test_a_value_of_several_parts_is_said_in_words(field: str, value: Record, said: str) -> None:
    text = value.model_dump_json(exclude_none=True)
    found = FieldReport(field=field, value=text, confidence=0.8, source_id="body", quote="", start=0, end=0)
    assert words.value(found) == said
    assert words.value(found.model_copy(update={"field": "creditor"})) == text
