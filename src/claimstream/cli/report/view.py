"""A processing report on a screen."""

from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from claimstream.cli.console import Trimmed
from claimstream.cli.report import words
from claimstream.cli.tables import ROUTE_STYLES, amounts
from claimstream.domain.records.replay import EarlierRun
from claimstream.domain.records.review import ReviewItem
from claimstream.domain.records.work import EmailSummary
from claimstream.pipeline.report import FieldReport, ProcessingReport

_LONGEST_QUOTE = 70
_WIDE = 110
"""Columns from which the words a value was read from stand beside it; else below it."""
_CANDIDATES = 5


def print_report(
    console: Console,
    report: ProcessingReport,
    email: EmailSummary,
    *,
    runs: Sequence[EarlierRun] = (),
    review: ReviewItem | None = None,
    jaeger_ui_url: str | None = None,
) -> None:
    """What was decided first, then why, then how long it took.

    Args:
        runs: the earlier runs of the email, where it was replayed.
        review: what a person has decided of it, or is to decide.
    """
    console.print(Trimmed(_heading(report, email, review)))
    for title, part in (
        ("What was read", fields_part(report, wide=console.width >= _WIDE)),
        ("Which inquiry", match_part(report)),
        ("What was decided", _decision(report)),
        ("What could not be read", _lines(words.unread(report))),
        ("Where the time went", _times(report)),
        ("What the model was asked", _model(report)),
        ("Earlier runs", _lines(words.earlier_runs(report, runs))),
        ("Ids", _ids(report, jaeger_ui_url)),
    ):
        if part is not None:
            console.print(f"\n[bold]{title}[/]")
            console.print(Trimmed(Padding(part, (0, 0, 0, 2))))


def _plain_table(*columns: str, right: tuple[str, ...] = (), header: bool = True) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", show_header=header)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _add(table: Table, *cells: str | Text, style: str = "") -> None:
    """A row. Brackets in it are no markup: most of it comes out of mails."""
    table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells), style=style)


def _lines(texts: Iterable[str]) -> RenderableType | None:
    lines = [Text(text) for text in texts]
    return Group(*lines) if lines else None


def _heading(report: ProcessingReport, email: EmailSummary, review: ReviewItem | None) -> Text:
    decision = report.decision
    text = Text.assemble((str(decision.route), f"bold {ROUTE_STYLES.get(decision.route, '')}"))
    if decision.review_reason:
        text.append(f" {decision.review_reason}", style="yellow")
    text.append(f"  {decision.intent or 'not read'}\n", style="bold")
    if change := amounts(decision.old_amount, decision.new_amount, written=decision.write):
        text.append(f"{change} EUR  ", style="bold")
    text.append(f"confidence {decision.confidence:.2f}")
    if decision.why:
        text.append(f"\n{decision.why}")
    if news := words.since(report, email, review):
        text.append(f"\n{news}", style="bold yellow")
    if report.subject is not None or report.sender:
        text.append(f"\n{report.subject or '(no subject)'}", style="italic")
        text.append(f"  from {report.sender or 'nobody'}", style="dim")
    return text


def fields_part(report: ProcessingReport, *, wide: bool) -> RenderableType | None:
    lines: list[RenderableType] = []
    if report.fields:
        columns = ("field", "conf.", "value", "the words it was read from", "where")
        table = _plain_table(*(columns if wide else columns[:3]), right=("conf.",))
        for found in report.fields:
            value = Text(words.value(found), style="bold")
            if found.note:
                value.append(f" {found.note}", style="not bold yellow")
            row = (found.field, words.confidence(found.confidence), value)
            if wide:
                _add(table, *row, _quoted(found), words.place(found))
            else:
                _add(table, *row)
                if found.quote:
                    _add(table, "", "", Text.assemble(_quoted(found), f"  {words.place(found)}", style="dim"))
        lines.append(table)
    for name, said in (
        ("sources", words.sources(report)),
        ("not found", ", ".join(report.missing)),
        ("dropped for want of evidence", ", ".join(report.dropped)),
        ("defects of the mail", ", ".join(report.defects)),
    ):
        if said:
            lines.append(Text.assemble((f"{name}: ", "dim"), said))
    lines += [Text(f"conflict in {c.field}: {c.detail}", style="yellow") for c in report.conflicts]
    return Group(*lines) if lines else None


def _quoted(found: FieldReport) -> str:
    quote = words.quote(found)
    if not quote:
        return ""
    return f"„{quote if len(quote) <= _LONGEST_QUOTE else quote[: _LONGEST_QUOTE - 1] + '…'}“"


def match_part(report: ProcessingReport) -> RenderableType:
    match = report.match
    text = Text(match.inquiry_id or "none", style="bold")
    if match.inquiry_id is not None:
        text.append(
            f"  by {match.matched_by}, {match.confidence:.2f}  client {match.client_id}, creditor {match.creditor_id}, "
            f"{match.letter} letter",
            style="not bold",
        )
    if match.reason is not None:
        text.append(f"  {match.reason}", style="not bold yellow")
    lines: list[RenderableType] = [text]
    if match.why:
        lines.append(Text(match.why, style="dim"))
    candidates = words.considered(report)
    if candidates:
        table = _plain_table("considered", "score", "why", right=("score",))
        for candidate in candidates[:_CANDIDATES]:
            score = "excluded" if candidate.excluded else f"{candidate.score:.2f}"
            chosen = candidate.inquiry_id == match.inquiry_id
            _add(table, candidate.inquiry_id, score, Text(candidate.why), style="bold" if chosen else "")
        lines.append(table)
    if (more := len(candidates) - _CANDIDATES) > 0:
        lines.append(Text(f"and {more} more (--json has them all)", style="dim"))
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
        where = f" in {report.failed_in}" if report.failed_in else ""
        lines.append(Text(f"failure: {report.error}{where}", style="red"))
    return Group(*lines) if lines else None


def _times(report: ProcessingReport) -> RenderableType:
    table = _plain_table("stage", "time", "", right=("time",))
    for stage in report.stages:
        told = "" if stage.attempt == report.attempt else f"attempt {stage.attempt}" if stage.attempt else "earlier"
        _add(table, stage.stage, words.duration(stage.seconds), Text(told, style="dim"))
    _add(table, "all", words.duration(report.seconds), "", style="bold")
    return Group(table, *(Text(line, style="yellow") for line in words.history(report)))


def _model(report: ProcessingReport) -> RenderableType:
    shown = Text(words.left_the_house(report))
    if not report.model_calls:
        return shown
    table = _plain_table("question", "model", "prompt", "in", "out", "USD", right=("in", "out", "USD"))
    for call in report.model_calls:
        _add(
            table,
            call.operation,
            call.model,
            call.prompt_version,
            f"{call.tokens_in:,}",
            f"{call.output_tokens:,}",
            words.dollars(call.cost_usd),
        )
    return Group(table, Text(words.tokens(report), style="bold"), shown)


def _ids(report: ProcessingReport, jaeger_ui_url: str | None) -> RenderableType:
    table = _plain_table("", "", header=False)
    for name, value in words.ids(report):
        _add(table, Text(name, style="dim"), Text(value))
    if link := words.jaeger_trace(report.trace_id, jaeger_ui_url):
        _add(table, Text("Jaeger", style="dim"), Text(link))
    return table
