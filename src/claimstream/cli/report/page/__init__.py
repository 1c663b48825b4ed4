"""A processing report as one page: it fetches nothing, runs nothing, and can be printed, filed and mailed."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from importlib import resources

from claimstream.cli.report import words
from claimstream.cli.report.page.html import Content, Html, document, el, join
from claimstream.domain.records.replay import EarlierRun
from claimstream.domain.records.review import ReviewItem
from claimstream.domain.records.work import EmailSummary
from claimstream.pipeline.report import FieldReport, ProcessingReport

_THINNEST = 0.6
"""Of a bar that is to be seen, in hundredths of the whole."""

_ROUTES = {"AUTO_UPDATE": "good", "UPDATE_AND_NOTIFY": "good", "MANUAL_REVIEW": "person", "IGNORE": "aside"}


def report_page(
    report: ProcessingReport,
    email: EmailSummary,
    *,
    runs: Sequence[EarlierRun] = (),
    review: ReviewItem | None = None,
    jaeger_ui_url: str | None = None,
) -> str:
    """The document. Everything in it that comes out of a mail is escaped; the style's hash is all the policy allows.

    Args:
        runs: the earlier runs of the email, where it was replayed.
        review: what a person has decided of it, or is to decide.
    """
    main = el(
        "main",
        _heading(report, email, review),
        _section("What was read", _read(report)),
        _section("Which inquiry", _match(report)),
        _section("What was decided", _decision(report)),
        _section("What could not be read", _list(words.unread(report))),
        _section("Where the time went", _times(report)),
        _section("What the model was asked", _model(report)),
        _section("Earlier runs", _list(words.earlier_runs(report, runs))),
        _section("Ids", _ids(report, jaeger_ui_url)),
    )
    style = (resources.files(__name__) / "report.css").read_text(encoding="utf-8")
    return document(_subject(report), style, main)


def _subject(report: ProcessingReport) -> str:
    return report.subject or f"Email {report.email_id[:8]}"


def _section(title: str, *contents: Content) -> Html | None:
    inside = join(*contents)
    return el("section", el("h2", title), inside) if inside else None


def _list(texts: Iterator[str], class_: str | None = None) -> Html | None:
    items = [el("li", text) for text in texts]
    return el("ul", items, class_=class_) if items else None


def _table(heads: tuple[str, ...], rows: list[Html], class_: str | None = None) -> Html:
    """A head that begins with ``>`` stands over figures."""
    cells = [el("th", head.lstrip(">"), class_="figure" if head.startswith(">") else None) for head in heads]
    table = el("table", el("thead", el("tr", cells)), el("tbody", rows), class_=class_)
    return el("div", table, class_="wide")


def _heading(report: ProcessingReport, email: EmailSummary, review: ReviewItem | None) -> Html:
    decision = report.decision
    arrival = [f"to {report.mailbox}"]
    if report.received_at is not None:
        arrival.append(f"received {words.moment(report.received_at)}")
    news = words.since(report, email, review)
    return el(
        "header",
        el(
            "p",
            el("span", str(decision.route).replace("_", " "), class_=f"route {_ROUTES.get(decision.route, 'aside')}"),
            el("span", str(decision.review_reason).replace("_", " "), class_="reason")
            if decision.review_reason
            else None,
        ),
        el("h1", _subject(report)),
        el(
            "p",
            join("from ", el("b", report.sender), " · ") if report.sender else None,
            (join(" · " if n else None, el("span", part, class_="whole")) for n, part in enumerate(arrival)),
            class_="quiet",
        ),
        el(
            "dl",
            _fact("intent", str(decision.intent or "not read").replace("_", " ")),
            _amount(report, done=news is None),
            _fact("confidence", f"{decision.confidence:.2f}"),
            class_="facts",
        ),
        el("p", decision.why) if decision.why else None,
        el("p", news, class_="news") if news else None,
    )


def _fact(name: str, *contents: Content) -> Html:
    return el("div", el("dt", name), el("dd", *contents))


def _amount(report: ProcessingReport, *, done: bool) -> Html | None:
    old, new = report.decision.old_amount, report.decision.new_amount
    if new is None:
        return None if old is None else _fact("amount, as before", _euros(old))
    before = "?" if old is None else _euros(old)
    if report.decision.write:
        return _fact(
            "amount written" if done else "amount to be written", el("s", before), " ", el("strong", _euros(new))
        )
    return _fact("amount, not written", before, " ", el("span", f"({_euros(new)})", class_="quiet"))


def _euros(amount: Decimal) -> str:
    return f"{amount:,.2f} €"


def _read(report: ProcessingReport) -> Iterator[Content]:
    if report.fields:
        heads = ("field", "value", ">confidence", "the words it was read from")
        yield _table(heads, [_field(found) for found in report.fields], "fields")
    for conflict in report.conflicts:
        yield el("p", f"Conflict in {conflict.field}: {conflict.detail}", class_="warning")
    facts = [
        _fact(name, said)
        for name, said in (
            ("not found", ", ".join(report.missing)),
            ("dropped for want of evidence", ", ".join(report.dropped)),
            ("sources", words.sources(report)),
            ("defects of the mail", ", ".join(report.defects)),
        )
        if said
    ]
    if facts:
        yield el("dl", facts, class_="notes")


def _field(found: FieldReport) -> Html:
    quote = words.quote(found)
    return el(
        "tr",
        el("th", found.field.replace("_", " "), scope="row"),
        el(
            "td",
            words.value(found),
            el("small", found.note, class_="warning") if found.note else None,
            class_="value",
        ),
        el(
            "td",
            _bar(0.0, found.confidence) if found.confidence is not None else None,
            words.confidence(found.confidence),
            class_="figure",
        ),
        el("td", el("q", quote), " ", el("small", words.place(found), class_="quiet")) if quote else el("td"),
    )


def _bar(begin: float, width: float, class_: str = "bar") -> Html:
    """Shares of the whole, 0 to 1. SVG, because the page's policy allows no style of an element's own."""
    shown = max(width * 100, _THINNEST)
    rect = el("rect", x=f"{min(begin * 100, 100 - shown):.2f}", width=f"{shown:.2f}", height="8")
    return el("svg", rect, class_=class_, viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true")


def _match(report: ProcessingReport) -> Iterator[Content]:
    match = report.match
    if match.inquiry_id is None:
        yield el("p", el("b", "None"), f" · {str(match.reason).replace('_', ' ')}" if match.reason else None)
    else:
        yield el(
            "p",
            el("b", match.inquiry_id),
            f" by {match.matched_by}, {match.confidence:.2f} · client {match.client_id}, creditor {match.creditor_id}, "
            f"{match.letter} letter",
        )
    if match.why:
        yield el("p", match.why, class_="quiet")
    if candidates := words.considered(report):
        rows = [
            el(
                "tr",
                el("th", candidate.inquiry_id, scope="row"),
                el("td", "excluded" if candidate.excluded else f"{candidate.score:.2f}", class_="figure"),
                el("td", candidate.why),
                el("td", ", ".join(f"{name} {score:.2f}" for name, score in candidate.signals.items()), class_="quiet"),
                class_="chosen" if candidate.inquiry_id == match.inquiry_id else None,
            )
            for candidate in candidates
        ]
        yield _table(("considered", ">score", "why", "signals"), rows)


def _decision(report: ProcessingReport) -> Iterator[Content]:
    if (intent := report.classification) is not None:
        yield el("p", f"Intent by {intent.method}, {intent.confidence:.2f}: {intent.why}")
    for guard in report.decision.guards:
        verdict = el("span", "passed" if guard.passed else "stopped", class_="good" if guard.passed else "person")
        yield el("p", verdict, f" {guard.guard} guard: {guard.why}", class_="guard")
    if len(report.decision.reasons) > 1:
        yield el("p", f"All reasons: {', '.join(report.decision.reasons)}")
    if report.error:
        where = f" in {report.failed_in}" if report.failed_in else ""
        yield el("p", f"Failure: {report.error}{where}", class_="warning")


def _times(report: ProcessingReport) -> Iterator[Content]:
    whole = report.seconds or 1.0
    rows, begin = [], 0.0
    for stage in report.stages:
        earlier = "" if stage.attempt == report.attempt else f"attempt {stage.attempt}" if stage.attempt else "earlier"
        rows.append(
            el(
                "tr",
                el("th", stage.stage, scope="row"),
                el("td", words.duration(stage.seconds), class_="figure"),
                el("td", _bar(begin / whole, stage.seconds / whole, "bar stage"), class_="lane"),
                el("td", earlier, class_="quiet"),
            )
        )
        begin += stage.seconds
    rows.append(
        el("tr", el("th", "all", scope="row"), el("td", words.duration(report.seconds), class_="figure"), class_="sum")
    )
    yield _table(("stage", ">time", "", ""), rows, "stages")
    yield _list(words.history(report), "warning")


def _model(report: ProcessingReport) -> Html:
    shown = el("p", words.left_the_house(report))
    if not report.model_calls:
        return shown
    rows = [
        el(
            "tr",
            el("th", call.operation, scope="row"),
            el("td", call.model),
            el("td", call.prompt_version),
            el("td", f"{call.tokens_in:,}", class_="figure"),
            el("td", f"{call.output_tokens:,}", class_="figure"),
            el("td", words.dollars(call.cost_usd), class_="figure"),
        )
        for call in report.model_calls
    ]
    table = _table(("question", "model", "prompt", ">tokens in", ">out", ">USD"), rows)
    return join(table, el("p", words.tokens(report), class_="sum"), shown)


def _ids(report: ProcessingReport, jaeger_ui_url: str | None) -> Html:
    link = words.jaeger_trace(report.trace_id, jaeger_ui_url)
    facts = [
        _fact(name, el("a", value, href=link) if name == "trace" and link else value)
        for name, value in words.ids(report)
    ]
    if link:
        facts.append(_fact("Jaeger", el("a", link, href=link)))
    return el("dl", facts, class_="notes ids")
