"""A processing report for a person's eyes."""

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from claimstream.cli.tables import ROUTE_STYLES, amounts
from claimstream.pipeline.report import ProcessingReport

_LONGEST_QUOTE = 70


def print_report(console: Console, report: ProcessingReport, *, jaeger_ui_url: str | None = None) -> None:
    """What was decided first, then why, then how long it took."""
    console.print(_heading(report))
    for title, part in (
        ("What was read", _fields(report)),
        ("Which inquiry", _match(report)),
        ("What was decided", _decision(report)),
        ("What could not be read", _unread(report)),
        ("Where the time went", _stages(report)),
        ("What the model cost", _model(report)),
        ("Ids", _ids(report, jaeger_ui_url)),
    ):
        if part is not None:
            console.print(f"\n[bold]{title}[/]")
            console.print(Padding(part, (0, 0, 0, 2)))


def _plain_table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _heading(report: ProcessingReport) -> Text:
    decision = report.decision
    text = Text(f"{decision.route}", style=f"bold {ROUTE_STYLES.get(decision.route, '')}")
    if decision.review_reason:
        text.append(f" {decision.review_reason}", style="yellow")
    text.append(f"  {decision.intent or 'not read'}", style="bold")
    text.append(f"  confidence {decision.confidence:.2f}", style="default")
    if change := amounts(decision.old_amount, decision.new_amount, written=decision.write):
        text.append(f"  {change} EUR", style="bold")
    if decision.why:
        text.append(f"\n{decision.why}", style="not bold default")
    return text


def _fields(report: ProcessingReport) -> RenderableType | None:
    lines: list[RenderableType] = []
    if report.fields:
        table = _plain_table("field", "value", "conf.", "source", "the words it was read from", right=("conf.",))
        for found in report.fields:
            quote = " ".join(found.quote.split())
            shown = quote if len(quote) <= _LONGEST_QUOTE else quote[: _LONGEST_QUOTE - 1] + "…"
            table.add_row(found.field, found.value, f"{found.confidence:.2f}", found.source_id, f"„{shown}“")
        lines.append(table)
    for name, values in (
        ("references", report.references),
        ("people", report.people),
        ("sources", report.sources),
        ("not found", report.missing),
        ("dropped for want of evidence", report.dropped),
        ("defects of the mail", report.defects),
    ):
        if values:
            lines.append(Text.assemble((f"{name}: ", "dim"), ", ".join(values)))
    lines += [Text(f"conflict in {c.field}: {c.detail}", style="yellow") for c in report.conflicts]
    return Group(*lines) if lines else None


def _match(report: ProcessingReport) -> RenderableType:
    match = report.match
    found = match.inquiry_id or "none"
    lines: list[RenderableType] = [
        Text.assemble((found, "bold"), f"  by {match.matched_by}, {match.confidence:.2f}  ", (match.why, "dim"))
    ]
    others = [c for c in match.candidates if c.inquiry_id != match.inquiry_id][:5]
    if others:
        table = _plain_table("considered", "score", "why", right=("score",))
        for candidate in others:
            score = "excluded" if candidate.excluded else f"{candidate.score:.2f}"
            table.add_row(candidate.inquiry_id, score, candidate.why)
        lines.append(table)
    return Group(*lines)


def _decision(report: ProcessingReport) -> RenderableType | None:
    lines = [
        Text.assemble(
            ("passed  " if guard.passed else "stopped ", "green" if guard.passed else "yellow"),
            f"{guard.guard} guard: {guard.why}",
        )
        for guard in report.decision.guards
    ]
    if report.classification is not None:
        by = report.classification.method
        lines.insert(0, Text(f"intent by {by}, {report.classification.confidence:.2f}: {report.classification.why}"))
    if len(report.decision.reasons) > 1:
        lines.append(Text(f"all reasons: {', '.join(report.decision.reasons)}"))
    if report.error:
        lines.append(Text(f"failure: {report.error}", style="red"))
    return Group(*lines) if lines else None


def _unread(report: ProcessingReport) -> RenderableType | None:
    lines = [
        Text(f"{u.source_id} {u.name} ({u.media_type}, {u.size} bytes): {u.reason} {u.detail}".rstrip())
        for u in report.unread
    ]
    known = {u.source_id for u in report.unread}
    lines += [Text(f"{s}: holds no readable text") for s in report.sources_unread if s not in known]
    return Group(*lines) if lines else None


def _stages(report: ProcessingReport) -> RenderableType:
    table = _plain_table("stage", "ms", "", right=("ms",))
    for stage in report.stages:
        table.add_row(stage.stage, f"{stage.seconds * 1000:.0f}", "from checkpoint" if stage.from_checkpoint else "")
    table.add_row("all", f"{report.seconds * 1000:.0f}", f"attempt {report.attempt}")
    return table


def _model(report: ProcessingReport) -> RenderableType | None:
    if not report.model_calls:
        return None
    table = _plain_table("question", "model", "prompt", "tokens in", "out", "USD", right=("tokens in", "out", "USD"))
    for call in report.model_calls:
        tokens_in = call.input_tokens + call.cache_read_tokens + call.cache_creation_tokens
        table.add_row(
            call.operation, call.model, call.prompt_version, str(tokens_in), str(call.output_tokens), f"{call.cost_usd}"
        )
    return table


def _ids(report: ProcessingReport, jaeger_ui_url: str | None) -> RenderableType:
    table = _plain_table("", "")
    table.show_header = False
    for name, value in (
        ("email", report.email_id),
        ("correlation", report.correlation_id),
        ("trace", report.trace_id or ""),
        ("Gmail", f"{report.gmail_id} in {report.mailbox}"),
        ("received", "" if report.received_at is None else report.received_at.isoformat(timespec="seconds")),
        ("settled", report.settled_at.isoformat(timespec="seconds")),
    ):
        table.add_row(Text(name, style="dim"), value)
    if jaeger_ui_url and report.trace_id:
        table.add_row(Text("Jaeger", style="dim"), f"{jaeger_ui_url.rstrip('/')}/trace/{report.trace_id}")
    return table
