"""Emails and scores as tables."""

from collections.abc import Sequence
from decimal import Decimal

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from claimstream.domain.work import EmailSummary
from claimstream.evaluation.score import FieldScore, Score

ROUTE_STYLES = {
    "AUTO_UPDATE": "green",
    "UPDATE_AND_NOTIFY": "cyan",
    "MANUAL_REVIEW": "yellow",
    "IGNORE": "dim",
}


def amounts(old: Decimal | None, new: Decimal | None) -> str:
    """``430.00 → 3418.07``; "" where no amount was at stake."""
    if old is None and new is None:
        return ""
    if new is None:
        return f"{old:.2f}"
    return f"{'?' if old is None else f'{old:.2f}'} → {new:.2f}"


def seconds_of(email: EmailSummary) -> float | None:
    """From Gmail's date to the final transaction."""
    begun = email.received_at or email.created_at
    return None if email.settled_at is None else max(0.0, (email.settled_at - begun).total_seconds())


def emails_table(emails: Sequence[EmailSummary], *, title: str | None = None) -> Table:
    """One row per email."""
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    table.add_column("id", no_wrap=True, style="dim")
    table.add_column("subject", max_width=34, no_wrap=True, overflow="ellipsis")
    table.add_column("intent", no_wrap=True)
    table.add_column("matched by", no_wrap=True)
    table.add_column("old → new amount", justify="right", no_wrap=True)
    table.add_column("route", no_wrap=True)
    table.add_column("conf.", justify="right")
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("trace", no_wrap=True, style="dim")
    for email in emails:
        seconds = seconds_of(email)
        table.add_row(
            email.email_id[:8],
            Text(email.subject or "(no subject)"),
            email.intent or "",
            email.matched_by or "",
            amounts(email.old_amount, email.new_amount),
            route_text(email),
            "" if email.confidence is None else f"{email.confidence:.2f}",
            "" if seconds is None else f"{seconds:.1f} s",
            (email.trace_id or "")[:12],
        )
    return table


def route_text(email: EmailSummary) -> Text:
    route = email.route or email.status
    text = Text(route, style=ROUTE_STYLES.get(route, ""))
    if email.review_reason:
        text.append(f" {email.review_reason}", style="dim")
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
