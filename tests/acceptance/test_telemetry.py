"""What the demo sends is what docs/telemetry.md says, and nothing of a mail is in it."""

import ast
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.acceptance import expectation
from tests.acceptance.watched import FAILS, SECRET, SECRET_AMOUNTS, Watched, watched_run

import claimstream
from claimstream.external.claude_prices import Usage, cost_usd
from claimstream.local.otlp.traces import ReceivedSpan, ReceivedTrace, Wanted

pytestmark = pytest.mark.acceptance

STAGES = ["fetch", "parse", "classify", "extract", "consolidate", "match", "route", "commit", "deliver"]


@pytest.fixture(scope="module")
async def watched() -> AsyncIterator[Watched]:
    async with watched_run() as run:
        yield run


@pytest.fixture(scope="module")
def email_traces(watched: Watched) -> dict[str, ReceivedTrace]:
    """The trace of each email, by email id."""
    return {email.email_id: _only(watched.otlp.traces(Wanted(email_id=email.email_id))) for email in watched.emails}


def _only(traces: list[ReceivedTrace]) -> ReceivedTrace:
    assert len(traces) == 1, [trace.trace_id for trace in traces]
    return traces[0]


def _spans(watched: Watched) -> Iterator[tuple[ReceivedTrace, ReceivedSpan]]:
    for trace in watched.otlp.traces():
        for span in trace.spans:
            yield trace, span


# --- traces


def test_every_span_is_as_the_documentation_says(watched: Watched) -> None:
    expected = expectation.spans()
    for trace, span in _spans(watched):
        found = next((each for each in expected if each.name.fullmatch(span.name)), None)
        assert found, f"docs/telemetry.md does not know the span {span.name!r}"
        parent = trace.by_id[span.parent_id].name if span.parent_id else "root"
        assert parent in found.under or "any" in found.under, f"{span.name} under {parent}"
        assert span.kind == found.kind, span.name
        have = set(span.attributes)
        assert have <= found.allowed, f"{span.name} has {have - found.allowed}"
        assert have >= found.required, f"{span.name} lacks {found.required - have}"
        for event in span.events:
            assert event.name in expectation.events(), f"{span.name} has the event {event.name}"
            extra = set(event.attributes) - expectation.events()[event.name]
            assert not extra, f"the event {event.name} has {extra}"


def test_the_tables_name_nothing_that_is_not_sent(watched: Watched) -> None:
    """But for what needs other circumstances, such as the recovery of a mailbox."""
    sent = {span.name for _, span in _spans(watched)}
    elsewhere = {"messages\\.list\\ gmail", "profile\\ gmail", "process\\ outbox", "poll\\ mailbox"}
    unsent = {e.name.pattern for e in expectation.spans() if not any(e.name.fullmatch(name) for name in sent)}
    assert unsent <= elsewhere
    seen = {event.name for _, span in _spans(watched) for event in span.events}
    assert seen >= {
        "exception",
        "waits",
        "checkpoint.hit",
        "claimstream.external.retry",
        "claimstream.external.breaker.opened",
    }


def test_an_email_has_one_trace_with_its_correlation_id(
    watched: Watched, email_traces: dict[str, ReceivedTrace]
) -> None:
    for email in watched.emails:
        trace = email_traces[email.email_id]
        assert (email.correlation_id, email.trace_id) == (trace.trace_id, trace.trace_id)
        assert trace.root.name == "send emails"
        assert {span.attributes["claimstream.correlation_id"] for span in trace.spans} == {email.correlation_id}
        assert {span.attributes["claimstream.email_id"] for span in trace.spans} == {email.email_id}


def test_the_tree_of_every_email(watched: Watched, email_traces: dict[str, ReceivedTrace]) -> None:
    for email in watched.emails:
        trace = email_traces[email.email_id]
        attempts = [span for span in trace.spans if span.name == "subscribe emails"]
        # A message that is acknowledged too late for Pub/Sub comes again, and is acknowledged again.
        acks = [span for span in trace.spans if span.name == "ack emails"]
        assert {ack.parent_id for ack in acks} <= {attempt.span_id for attempt in attempts}
        assert acks[-1].parent_id == attempts[-1].span_id, "acknowledged by the last attempt"
        assert acks[-1].attributes["claimstream.settlement"] == "confirmed"
        stages = [span.name for span in trace.spans if span.name in STAGES and span.status != "error"]
        failed = email.gmail_id == watched.planted[FAILS]
        assert stages == ([s for s in STAGES if s not in {"match", "route", "deliver"}] if failed else STAGES)
        for earlier, later in zip(trace.spans, trace.spans[1:], strict=False):
            assert earlier.start_ns <= later.start_ns
        commit = next(span for span in trace.spans if span.name == "commit")
        assert commit.attributes["claimstream.outcome"] == email.outcome
        assert commit.attributes["claimstream.route"] == email.route
        assert commit.attributes.get("claimstream.intent") == email.intent


def test_each_email_leads_back_to_the_synchronisation_that_found_it(
    watched: Watched, email_traces: dict[str, ReceivedTrace]
) -> None:
    by_span = {span.span_id: (trace, span) for trace, span in _spans(watched)}
    found: Counter[str] = Counter()
    for trace in email_traces.values():
        [link] = trace.root.links
        sync_trace, sync = by_span[link.span_id]
        assert sync.name == "sync mailbox"
        assert link.trace_id == sync_trace.trace_id != trace.trace_id
        assert sync.attributes["claimstream.tenant_id"] == trace.root.attributes["claimstream.tenant_id"]
        found[sync.span_id] += 1
    # One that met an outage after it had published does not know how many: it ends with the error, and is done again.
    ended = {span_id: by_span[span_id][1] for span_id in found if by_span[span_id][1].status != "error"}
    assert ended
    for span_id, span in ended.items():
        assert span.attributes["claimstream.sync.published"] == found[span_id]


def test_an_outage_shows_why_the_email_waited(watched: Watched, email_traces: dict[str, ReceivedTrace]) -> None:
    waited = [trace for trace in email_traces.values() if any(e.name == "waits" for s in trace.spans for e in s.events)]
    assert waited
    for trace in waited:
        acked = {span.parent_id for span in trace.spans if span.name == "ack emails"}
        attempts = [span for span in trace.spans if span.name == "subscribe emails"]
        last = next(number for number, attempt in enumerate(attempts) if attempt.span_id in acked)
        attempts = attempts[: last + 1]
        assert len(attempts) > 1
        for attempt in attempts[:-1]:
            [event] = [event for event in attempt.events if event.name == "waits"]
            assert re.fullmatch("(gmail|anthropic) is not available", str(event.attributes["reason"]))
        failed = [span for span in trace.spans if span.kind == "client" and span.status == "error"]
        assert {span.attributes["error.type"] for span in failed} <= {"503", "529", "SMTPDataError"}
        done: set[str] = set()
        for attempt in attempts:
            hits = {e.attributes["claimstream.checkpoint"] for e in attempt.events if e.name == "checkpoint.hit"}
            assert hits == done, "what an earlier attempt had finished is not done again"
            stages = [span for span in trace.spans if span.parent_id == attempt.span_id and span.name in STAGES]
            done |= {stage.name for stage in stages if stage.status != "error"}


def test_what_the_model_cost_is_on_the_spans_and_in_the_metrics(watched: Watched) -> None:
    calls = [span for _, span in _spans(watched) if span.name.startswith("chat ")]
    answered = [span for span in calls if span.status != "error"]
    assert len(calls) > len(answered) > 20
    for span in answered:
        usage: dict[str, int] = {
            k.rpartition("usage.")[2]: int(str(v)) for k, v in span.attributes.items() if k.startswith("gen_ai.usage.")
        }
        assert usage["input_tokens"] >= usage["cache_read.input_tokens"] + usage["cache_creation.input_tokens"]
        assert span.attributes["gen_ai.provider.name"] == "anthropic"
        spent = Usage(
            input_tokens=usage["input_tokens"]
            - usage["cache_read.input_tokens"]
            - usage["cache_creation.input_tokens"],
            cache_read_tokens=usage["cache_read.input_tokens"],
            cache_creation_tokens=usage["cache_creation.input_tokens"],
            output_tokens=usage["output_tokens"],
        )
        price = float(cost_usd(str(span.attributes["gen_ai.response.model"]), spent))
        assert span.attributes["claimstream.gen_ai.cost"] == pytest.approx(price)
    on_spans = sum(float(str(span.attributes["claimstream.gen_ai.cost"])) for span in answered)
    assert on_spans > 0
    assert sum(p.value for p in watched.otlp.metrics("claimstream.gen_ai.cost")) == pytest.approx(on_spans)
    tokens: Counter[str] = Counter()
    for point in watched.otlp.metrics("claimstream.gen_ai.tokens"):
        tokens[str(point.attributes["claimstream.gen_ai.token.kind"])] += int(point.value)
    inputs = sum(int(str(span.attributes["gen_ai.usage.input_tokens"])) for span in answered)
    assert tokens["input"] + tokens["cache_read"] + tokens["cache_creation"] == inputs
    by_error = {p.attributes.get("error.type") for p in watched.otlp.metrics("gen_ai.client.operation.duration")}
    assert len(by_error) == 2, "those that failed are timed, too"


# --- metrics


def test_every_metric_is_as_the_documentation_says(watched: Watched) -> None:
    expected = expectation.metrics()
    for point in watched.otlp.metrics():
        assert point.name in expected, f"docs/telemetry.md does not know the metric {point.name}"
        _, unit, attributes = expected[point.name]
        assert point.unit == unit, point.name
        assert set(point.attributes) <= attributes, f"{point.name} has {set(point.attributes) - attributes}"
    unsent = set(expected) - {point.name for point in watched.otlp.metrics()}
    assert unsent <= {"claimstream.telemetry.failures", "claimstream.external.rejections"}


def test_the_labels_of_metrics_are_few(watched: Watched) -> None:
    ids = {email.email_id for email in watched.emails} | {email.correlation_id for email in watched.emails}
    series: Counter[str] = Counter(point.name for point in watched.otlp.metrics())
    assert max(series.values()) < 150, series.most_common(3)
    assert not ids & {str(value) for point in watched.otlp.metrics() for value in point.attributes.values()}


def test_the_counts_add_up(watched: Watched) -> None:
    emails = len(watched.emails)
    assert sum(p.value for p in watched.otlp.metrics("claimstream.emails")) == emails
    latencies = watched.otlp.metrics("claimstream.email.latency")
    took = [(e.settled_at - e.received_at).total_seconds() for e in watched.emails if e.settled_at and e.received_at]
    assert (
        sum(p.count or 0 for p in latencies) == len(took) > emails - 2
    )  # one was not read far enough to know its date
    assert sum(p.value for p in latencies) == pytest.approx(sum(took), rel=0.2)
    stages = {p.attributes["claimstream.stage"]: 0 for p in watched.otlp.metrics("claimstream.stage.duration")}
    for point in watched.otlp.metrics("claimstream.stage.duration"):
        if "error.type" not in point.attributes:
            stages[point.attributes["claimstream.stage"]] += point.count or 0
    assert stages["fetch"] == stages["commit"] == emails
    assert stages["match"] == emails - 1
    keys = ("claimstream.stage", "claimstream.error.class", "error.type")
    errors = {tuple(p.attributes[key] for key in keys) for p in watched.otlp.metrics("claimstream.errors")}
    assert ("match", "mail", "ValueError") in errors
    assert {"outage"} == {error_class for stage, error_class, _ in errors if stage in {"fetch", "classify"}}
    acked = [p for p in watched.otlp.metrics("claimstream.subscriber.events") if p.attributes[_EVENT] == "acked"]
    assert {p.attributes["claimstream.subscription"] for p in acked} == {"emails", "notifications"}


_EVENT = "claimstream.subscriber.event"


# --- log lines


def test_every_log_line_is_as_the_documentation_says(watched: Watched) -> None:
    expected = expectation.actions()
    for line in watched.log_lines:
        if line["action"] != "log":
            assert line["action"] in expected, line
            assert line["level"] in expected[line["action"]], line


def test_the_lines_of_an_email_carry_its_ids(watched: Watched) -> None:
    settled = {line["email_id"]: line for line in watched.log_lines if line["action"] == "email_settled"}
    assert settled.keys() == {email.email_id for email in watched.emails}
    for email in watched.emails:
        line = settled[email.email_id]
        assert line["correlation_id"] == line["trace_id"] == email.correlation_id
        assert (line["tenant_id"], line["stage"]) == (email.tenant_id, "commit")


def test_the_table_of_actions_is_complete() -> None:
    """Each action that stands in the code, and none that does not."""
    package = Path(claimstream.__file__).parent
    found: set[str] = set()
    for path in package.rglob("*.py"):
        if "local" not in path.relative_to(package).parts:
            found |= set(_actions(ast.parse(path.read_text())))
    assert found == expectation.actions().keys()


def _actions(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="log"), attr=level), args=[ast.Constant(value=str(said)), *_]
            ):
                if level in {"debug", "info", "warning", "error", "exception"} and re.fullmatch(r"[a-z_]+", said):
                    yield said
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="log"), attr="log"), args=[_, ast.Constant(value=str(said)), *_]
            ) if re.fullmatch(r"[a-z_]+", said):
                yield said
            case ast.Call(func=ast.Name(id="_about"), args=[ast.Constant(value=str(said)), *_]):
                yield said
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "action":
                        yield from _alternatives(value)
            case ast.Assign(targets=[ast.Attribute(attr="action")], value=ast.Constant(value=str(said))):
                yield said


def _alternatives(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(said)):
            yield said
        case ast.JoinedStr(values=[ast.FormattedValue(), ast.Constant(value=str(end))]):
            yield from (f"{kind}{end}" for kind in ("ack", "nack"))


# --- Sentry


def test_an_error_is_in_sentry_once_with_the_ids_and_the_way_to_it(watched: Watched) -> None:
    [email] = [email for email in watched.emails if email.gmail_id == watched.planted[FAILS]]
    [event] = [event for event in watched.events if "exception" in event]
    assert event["tags"]["correlation_id"] == event["tags"]["trace_id"] == email.correlation_id
    assert event["tags"]["stage"] == "match"
    assert event["tags"]["email_id"] == event["contexts"]["email"]["email_id"] == email.email_id
    crumbs = [crumb["category"] for crumb in event["breadcrumbs"]["values"]]
    assert crumbs == ["intent", "extraction", "consolidation"]
    assert [value["type"] for value in event["exception"]["values"]] == ["LookupError", "ValueError"]


# --- what must not be there


def _told(watched: Watched) -> str:
    """Everything that left the process by telemetry."""
    spans = [
        [s.name, s.status_message, s.attributes, s.resource, [[e.name, e.attributes] for e in s.events]]
        for _, s in _spans(watched)
    ]
    points = [[p.name, p.attributes] for p in watched.otlp.metrics()]
    return "\n".join(
        [
            watched.log_text,
            json.dumps(watched.events, ensure_ascii=False),
            json.dumps([spans, points], ensure_ascii=False),
        ]
    )


def test_no_planted_secret_is_told(watched: Watched) -> None:
    assert len(watched.planted) == 7
    told = _told(watched)
    for secret in (SECRET, *SECRET_AMOUNTS):
        assert secret.lower() not in told.lower(), told[max(0, told.lower().index(secret.lower()) - 300) :][:600]


def test_no_name_amount_or_subject_of_the_sample_mail_is_told(watched: Watched) -> None:
    told = _told(watched).lower()
    world = watched.folder.world
    names = {client.last_name for client in world.clients} | {client.first_name for client in world.clients}
    creditors = {creditor.name for client in world.clients for creditor in client.creditors}
    subjects = {email.subject for email in watched.emails if email.subject and len(email.subject) > 8}
    amounts = {f"{email.new_amount}" for email in watched.emails if email.new_amount and email.new_amount >= 100}
    for private in (*names, *creditors, *subjects, *amounts, *(amount.replace(".", ",") for amount in amounts)):
        word = private.lower()  # not a part of an id
        assert word not in told or not re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", told), private
