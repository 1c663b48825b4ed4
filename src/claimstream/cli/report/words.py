"""What a report says in words, the same on a screen and on a page."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from claimstream.cli.console import command
from claimstream.cli.tables import amounts
from claimstream.domain.records.decision import Candidate
from claimstream.domain.records.mail import SourceKind
from claimstream.domain.records.replay import EarlierRun
from claimstream.domain.records.review import WAITING, ReviewItem
from claimstream.domain.records.work import EmailSummary, Waited
from claimstream.pipeline.report import EarlierAttempts, FieldReport, ProcessingReport

_WITH_PARTS = frozenset({"installment", "settlement"})


def duration(seconds: float) -> str:
    """``12 ms``, ``1.3 s``, ``4 min 12 s``, ``3 h 5 min``, ``2 d 3 h``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for larger, smaller, size, unit in (("d", "h", 86_400, 3_600), ("h", "min", 3_600, 60)):
        if whole >= size:
            return f"{whole // size} {larger} {whole % size // unit} {smaller}"
    return f"{whole // 60} min {whole % 60} s"


def size(count: int) -> str:
    """Of ``count`` bytes."""
    if count < 1_000:
        return f"{count} bytes"
    return f"{count / 1_000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def value(field: FieldReport) -> str:
    """What has parts (terms, an answer to a plan) is JSON in the report; here it is ``rate 50.00, count 12``."""
    if field.value is None:
        return "?"
    if field.field not in _WITH_PARTS or not field.value.startswith("{"):
        return field.value
    said = {
        name.replace("_", " "): "; ".join(part) if isinstance(part, list) else str(part)
        for name, part in json.loads(field.value).items()
    }
    return ", ".join(f"{name} {part}" for name, part in said.items() if part)


def quote(field: FieldReport) -> str:
    """The words themselves, on one line."""
    return " ".join(field.quote.split())


def place(field: FieldReport) -> str:
    """Where the words stand: ``attachment-1 326–356``, as offsets into that source's text."""
    return f"{field.source_id} {field.start}–{field.end}" if field.quote else field.source_id


def confidence(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def sources(report: ProcessingReport) -> str:
    parts = []
    for source in report.sources:
        named = f", {source.name}" if source.name not in {"", source.source_id} else ""
        sized = f", {size(source.size)}" if source.size is not None else ""
        kind = f"{source.kind}".replace("_", " ")
        parts.append(f"{source.source_id} ({kind}{named}{sized})")
    return ", ".join(parts)


def unread(report: ProcessingReport) -> Iterator[str]:
    for part in report.unread:
        what = f"{part.source_id} {part.name} ({part.media_type}, {size(part.size)}): {part.reason} {part.detail}"
        yield what.rstrip()
    known = {part.source_id for part in report.unread}
    for source_id in report.sources_unread:
        if source_id not in known:
            yield f"{source_id}: {_why_unread(source_id, report)}"


def _why_unread(source_id: str, report: ProcessingReport) -> str:
    if any(call.operation == f"transcribe/{source_id}" for call in report.model_calls):
        return "the model found no text in it"
    kind = next((source.kind for source in report.sources if source.source_id == source_id), "")
    scan = kind in {SourceKind.IMAGE, SourceKind.SCANNED_PDF}
    return "a picture or scan, shown to no model" if scan else "not read to its end"


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def wait(waited: Waited) -> str:
    """``gmail: breaker open, 12 times, 4 min 12 s in all, from … to …``."""
    when = f"at {moment(waited.first_at)}"
    if waited.count > 1:
        when = f"from {moment(waited.first_at)} to {moment(waited.last_at)}"
    kind = waited.kind.replace("_", " ")
    return f"{waited.service}: {kind}, {times(waited.count)}, {duration(waited.seconds)} in all, {when}"


def earlier(attempts: EarlierAttempts) -> str:
    if attempts.first == attempts.last:
        return f"attempt {attempts.first} stopped in {attempts.stopped_in}"
    return f"attempts {attempts.first}–{attempts.last} stopped in {attempts.stopped_in}"


def history(report: ProcessingReport) -> Iterator[str]:
    """Attempts and waits; nothing when the first attempt went through."""
    if report.attempt > 1 or report.crashes or report.run > 1:
        crashes = f", {report.crashes} ended by a crash" if report.crashes else ""
        stops = "".join(f"; {earlier(attempts)}" for attempts in report.earlier)
        run = f"run {report.run}, " if report.run > 1 else ""
        yield f"{run}settled by attempt {report.attempt}{crashes}{stops}"
    for waited in report.waits:
        yield f"waited for {wait(waited)}"


def earlier_runs(report: ProcessingReport, runs: Sequence[EarlierRun]) -> Iterator[str]:
    """What the email came to before it was replayed; nothing where it never was."""
    for run in runs:
        email = run.email
        change = amounts(email.old_amount, email.new_amount, written=email.outcome == "updated")
        ended = " ".join(filter(None, (email.route, email.review_reason, change)))
        settled = f", settled {moment(email.settled_at)}" if email.settled_at else ""
        shown = " (this one)" if run.run == report.run else ""
        yield f"run {run.run}{shown}: {ended}{settled}"
        yield f"replayed {moment(run.replayed_at)} from {run.from_stage} on, by {run.replayed_by}: {run.why}"
    if runs:
        newest = runs[-1].run + 1
        yield f"run {newest} (this one)" if report.run == newest else f"run {newest}: the newest"
        yield f"{command()} report {report.email_id} --run N shows another"


def since(report: ProcessingReport, email: EmailSummary, review: ReviewItem | None = None) -> str | None:
    """What became of it after the report was written, where that is news."""
    if email.route is not None and email.route != report.decision.route:
        return f"Since then: {email.route} {email.review_reason or ''}".rstrip() + ", decided when it was to be written"
    if review is not None and review.status not in WAITING and review.resolved_at is not None:
        text = f"Since then: {review.status.said} by {review.resolved_by} at {moment(review.resolved_at)}"
        if review.decision is not None:
            amount = review.decision.amount
            text += ", the amount stays" if amount is None else f", amount {amount:.2f}"
            text += ", written" if review.delivered else ", not written yet"
        return text
    if not email.delivered:
        return "Not delivered yet: the update waits in the outbox"
    return None


def considered(report: ProcessingReport) -> tuple[Candidate, ...]:
    """The candidates, unless there was nothing to choose."""
    only_choice = [candidate.inquiry_id for candidate in report.match.candidates] == [report.match.inquiry_id]
    return () if only_choice else report.match.candidates


def dollars(cost: Decimal) -> str:
    return f"{cost:.6f}"


def tokens(report: ProcessingReport) -> str:
    """All the model's answers together."""
    out = sum(call.output_tokens for call in report.model_calls)
    return f"{report.tokens - out:,} tokens in, {out:,} out, {dollars(report.cost_usd)} USD"


def left_the_house(report: ProcessingReport) -> str:
    """Return in words what of the mail was sent to the model."""
    match report.left_the_house:
        case None:
            return "What of the mail left the house was not kept."
        case False:
            return "Nothing of the mail left the house: the model was shown none of it."
        case True:
            asked = dict.fromkeys(call.operation.partition("/")[0] for call in report.model_calls)
            for_what = f" ({', '.join(asked)})" if asked else ", and gave no answer that was kept"
            return f"The mail left the house: the model was shown its text{for_what}."


def jaeger_trace(trace_id: str | None, jaeger_ui_url: str | None) -> str | None:
    """Where Jaeger shows the email's trace."""
    return f"{jaeger_ui_url.rstrip('/')}/trace/{trace_id}" if jaeger_ui_url and trace_id else None


def ids(report: ProcessingReport) -> Iterator[tuple[str, str]]:
    yield "email", report.email_id
    yield "correlation", report.correlation_id
    if report.trace_id:
        yield "trace", report.trace_id
    yield "Gmail", f"{report.gmail_id} in {report.mailbox}"
    if report.message_id:
        yield "Message-ID", report.message_id
    yield "tenant", report.tenant_id
    if report.received_at is not None:
        yield "received", moment(report.received_at)
    yield "settled", moment(report.settled_at)
    yield "report", f"version {report.version}"
