"""Emails and scores as tables."""

from collections.abc import Sequence
from decimal import Decimal

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from claimstream.domain.records.work import EmailSummary
from claimstream.evaluation.score import FieldScore, Score

ROUTE_STYLES = {
    "AUTO_UPDATE": "green",
    "UPDATE_AND_NOTIFY": "cyan",
    "MANUAL_REVIEW": "yellow",
    "IGNORE": "dim",
}


def amounts(old: Decimal | None, new: Decimal | None, *, written: bool) -> str:
    """``430.00 → 3418.07``, ``430.00 → (300.00)`` where the new one is not written; "" where none was at stake."""
    if old is None and new is None:
        return ""
    if new is None:
        return f"{old:.2f}"
    after = f"{new:.2f}" if written else f"({new:.2f})"
    return f"{'?' if old is None else f'{old:.2f}'} → {after}"


def seconds_of(email: EmailSummary) -> float | None:
    """From Gmail's date, or from when a replay was asked for, to the final transaction."""
    begun = email.replayed_at or email.received_at or email.created_at
    return None if email.settled_at is None else max(0.0, (email.settled_at - begun).total_seconds())


_REST_WIDTH = 138
"""Columns of the screen that everything but the subject takes."""
_NARROW = 160
"""Below, the email id is left out: the trace id finds the same report."""


def emails_table(emails: Sequence[EmailSummary], *, width: int) -> Table:
    """One row per email, for a screen of ``width`` columns; an amount in parentheses is not written."""
    wide = width >= _NARROW
    subject_width = max(12, min(40, width - _REST_WIDTH - (10 if wide else 0)))
    table = Table(header_style="bold", box=None, pad_edge=False)
    if wide:
        table.add_column("email", no_wrap=True, style="dim")
    table.add_column("subject", no_wrap=True)
    table.add_column("intent", no_wrap=True)
    table.add_column("matched by", no_wrap=True)
    table.add_column("old → new amount", justify="right", no_wrap=True)
    table.add_column("route", no_wrap=True)
    table.add_column("conf.", justify="right", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("trace", no_wrap=True, style="dim")
    for email in emails:
        seconds = seconds_of(email)
        subject = Text(email.subject or ("(no subject)" if email.status == "settled" else "(not settled yet)"))
        subject.truncate(subject_width, overflow="ellipsis")
        row: list[Text | str] = [email.email_id[:8]] if wide else []
        table.add_row(
            *row,
            subject,
            email.intent or "",
            email.matched_by or "",
            amounts(email.old_amount, email.new_amount, written=email.outcome == "updated"),
            route_text(email),
            "" if email.confidence is None else f"{email.confidence:.2f}",
            "" if seconds is None else f"{seconds:.1f} s",
            (email.trace_id or "")[:8],
        )
    return table


def route_text(email: EmailSummary) -> Text:
    route = email.route or email.status
    text = Text(route, style=ROUTE_STYLES.get(route, ""))
    if email.review_reason:
        text.append(f" {email.review_reason}", style="dim")
    if email.review_status not in {None, "open"}:
        text.append(f", {email.review_status}", style="dim")
    return text


def ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def field_table(score: Score) -> RenderableType:
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in ("field", "cases", "found", "right", "wrong", "precision", "recall"):
        table.add_column(name, justify="left" if name == "field" else "right")
    for name, counts in sorted(score.fields.items()):
        table.add_row(name, *map(str, _figures(counts)), ratio(counts.precision), ratio(counts.recall))
    return table


def _figures(counts: FieldScore) -> tuple[int, int, int, int]:
    return counts.cases, counts.found, counts.right, counts.wrong
