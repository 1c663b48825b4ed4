"""The page of an evaluation's misses: whole, escaped, and of use without a script."""

import re
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from tests.conftest import make_world
from tests.domain.records import mail, pdf
from tests.evaluation.test_score import GOOD, change

from claimstream.cli.misses import misses_page
from claimstream.domain.records.decision import Decision, GuardDecision, ReviewReason, Route
from claimstream.domain.records.extraction import Amount, AmountRank, Consolidated, Evidence, Found, PersonName
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.mail import Unread
from claimstream.evaluation.case import Case, Expected
from claimstream.evaluation.observed import Change, Observed, Trail
from claimstream.evaluation.score import score

WORLD = make_world("post@kanzlei.example")
HOSTILE = """</pre></section><script>alert("1")</script><img src=x onerror='alert(2)'> &amp; "quoted" """
BODY = f"Die Gesamtforderung beträgt 812,40 EUR. {HOSTILE}"
QUOTE = "Gesamtforderung beträgt 812,40 EUR"


class _Page(HTMLParser):
    """Tags, texts within a tag, and marks with their fields."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.pre: list[str] = [""]
        self.marks: list[tuple[str, str | None]] = []
        self.outside: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in {"meta", "img"}:
            self.open.append(tag)
        if tag == "pre":
            self.pre.append("")
        if tag == "mark":
            self.marks.append(("", dict(attrs).get("data-field")))
        self.outside += [(name, value or "") for name, value in attrs if name in {"src", "href"} or name[:2] == "on"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "pre" in self.open:
            self.pre[-1] += data
        if "mark" in self.open:
            text, field = self.marks[-1]
            self.marks[-1] = (text + data, field)


def case(name: str, **changed: Any) -> Case:
    expected = Expected.model_validate(GOOD | changed)
    return Case(name=name, raw=b"", mailbox="post@kanzlei.example", expected=expected, script=None)


def trail(body: str = BODY, *, why: str = "812.40 was read at 0.60, under 0.75") -> Trail:
    start = body.index(QUOTE)
    evidence = Evidence(source_id="body", quote=QUOTE, start=start)
    amount = Amount(
        value=Decimal("812.40"), rank=AmountRank.TOTAL, label="Gesamtforderung", confidence=0.6, evidence=evidence
    )
    currency = Evidence(source_id="body", quote="812,40 EUR", start=start + len("Gesamtforderung beträgt "))
    person = Evidence(source_id="attachment-1", quote="Nele Brandt", start=5)
    found = Consolidated(
        total_claim=amount,
        currency=Found[str](value="EUR", confidence=0.6, evidence=currency),
        people=(Found[PersonName](value=PersonName(first="Nele", last="Brandt"), confidence=0.6, evidence=person),),
    )
    guard = GuardDecision(guard="amount", passed=False, reason=ReviewReason.LOW_CONFIDENCE, confidence=0.6, why=why)
    decision = Decision(
        route=Route.MANUAL_REVIEW,
        intent=Intent.CLAIM_STATEMENT,
        confidence=0.6,
        reasons=(ReviewReason.LOW_CONFIDENCE,),
        guards=(guard,),
        why=why,
    )
    struck = Unread(source_id="body/struck", name="body", media_type="t", size=1, reason="struck", detail=HOSTILE)
    received = mail(body, pdf("Frau Nele Brandt"), subject=f"Ihr Schreiben {HOSTILE}", quoted="Unser Brief vom Mai")
    return Trail(received.model_copy(update={"unread": (struck,)}), found, decision)


def observed(*changes: Change, route: str = "MANUAL_REVIEW", read: Trail | None = None, **changed: Any) -> Observed:
    values: dict[str, Any] = {
        "settled": True,
        "intent": "claim_statement",
        "route": route,
        "inquiry_id": "i-1",
        "matched_by": "reply_code",
        "review_reason": "low_confidence" if route == "MANUAL_REVIEW" else None,
        "fields": {"total_claim": "812.40"},
        "changes": changes,
        "trail": read,
    }
    return Observed(**(values | changed))


def page(*results: tuple[Case, Observed]) -> str:
    return misses_page(results, score(results, WORLD), folder="faelle <b>", model="none")


MISSED = (case("to-a-person"), observed(read=trail()))
WRONG = (case("wrong"), observed(change(amount="1.00"), route="AUTO_UPDATE", read=trail()))
RIGHT = (case("right"), observed(change(), route="AUTO_UPDATE", read=trail()))


def test_a_page_shows_misses_only_and_wrong_writes_first() -> None:
    text = page(RIGHT, MISSED, WRONG)
    assert re.findall(r'<section id="case-([\w-]+)"', text) == ["wrong", "to-a-person"]
    assert "settled without a person" in text
    assert "1 of 3" in text
    assert "amount guard: … was read at …, under …" in text


def test_evidence_is_marked_where_it_stands() -> None:
    shown = _Page(page(MISSED))
    assert BODY in shown.pre
    assert shown.marks == [
        ("Gesamtforderung beträgt ", None),
        ("812,40 EUR", "total_claim, currency"),
        ("Nele Brandt", "person"),
    ]
    assert "Unser Brief vom Mai" in shown.pre


def test_expected_and_got_stand_side_by_side() -> None:
    cells = "<td>AUTO UPDATE or UPDATE AND NOTIFY</td><td>MANUAL REVIEW ✗</td>"
    assert f'<tr class="wrong"><th scope="row">route</th>{cells}</tr>' in page(MISSED)
    assert "<td>430.00 → 1.00</td>" in page(WRONG)


def test_a_page_needs_nothing_and_runs_nothing() -> None:
    text = page(MISSED, WRONG)
    shown = _Page(text)
    assert shown.open == []
    assert {"script", "img", "link", "iframe"}.isdisjoint(shown.tags)
    assert all(name == "href" and value.startswith("#case-") for name, value in shown.outside)
    assert "prefers-color-scheme: dark" in text
    assert '<meta charset="utf-8">' in text
    assert "default-src 'none'" in text
    assert "<b>" not in text.split("</h1>", 1)[0].rpartition("<h1>")[2]


def test_long_texts_are_cut_and_that_is_said() -> None:
    body = f"{QUOTE}. " + "x" * 30_000
    text = page((case("long"), observed(read=trail(body))))
    assert "more characters" in text
    assert len(text) < 60_000


@pytest.mark.parametrize("read", [None, Trail(mail("Danke."), None, None)])
def test_mail_that_was_not_read_has_its_place(read: Trail | None) -> None:
    text = page((case("unread"), observed(read=read, settled=False, intent=None)))
    assert _Page(text).open == []
    assert 'id="case-unread"' in text


def test_without_a_miss_the_page_says_so() -> None:
    assert "Every case came out as expected." in page(RIGHT)
