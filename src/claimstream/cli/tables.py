"""Emails and scores as tables."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from rich.console import JustifyMethod, RenderableType
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


_NOT_WRITTEN = "(…): an amount that is not written"
_SUBJECT = 40
_LEAST_SUBJECT = 12


def fitted(
    columns: dict[str, list[Text]],
    *,
    width: int,
    less: Sequence[str],
    elastic: str = "subject",
    least: int = _LEAST_SUBJECT,
    right: Collection[str] = (),
    dim: Collection[str] = (),
) -> Table:
    """Rows for a screen of ``width`` columns, with a legend where :func:`amounts` put one in parentheses.

    Args:
        columns: the cells by column, all of the same length; a name may be of several lines.
        less: columns that are left out where the screen is narrow, the first one first.
        elastic: the column that takes what the others leave.
        least: the width of that column below which others are left out.
        right: columns whose cells stand at their right.
    """

    def room() -> int:
        """Return the characters left for the elastic column."""
        taken = sum(
            max([*map(len, name.splitlines()), *(cell.cell_len for cell in cells)])
            for name, cells in columns.items()
            if name != elastic
        )
        return width - taken - 2 * (len(columns) - 1)

    for name in less:
        if room() < least:
            del columns[name]
    for cell in columns[elastic]:
        cell.truncate(max(_LEAST_SUBJECT, min(max(least, _SUBJECT), room())), overflow="ellipsis")
    table = Table(header_style="bold", box=None, pad_edge=False, caption_justify="left")
    if any("→ (" in cell.plain for name, cells in columns.items() if "→" in name for cell in cells):
        table.caption = Text(_NOT_WRITTEN, style="dim")
    for name in columns:
        style = "dim" if name in dim else ""
        justify: JustifyMethod = "right" if name in right else "left"
        table.add_column(name, justify=justify, vertical="bottom", no_wrap=True, style=style)
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    return table


def emails_table(emails: Sequence[EmailSummary], *, width: int) -> Table:
    """One row per email, for a screen of ``width`` columns; an amount in parentheses is not written."""
    return fitted(
        {
            "email": [Text(email.email_id[:8]) for email in emails],
            "subject": [
                Text(email.subject or ("(no subject)" if email.status == "settled" else "(not settled yet)"))
                for email in emails
            ],
            "intent": [Text(email.intent or "") for email in emails],
            "matched by": [Text(email.matched_by or "") for email in emails],
            "old → new amount": [
                Text(amounts(email.old_amount, email.new_amount, written=email.outcome == "updated"))
                for email in emails
            ],
            "route": [route_text(email) for email in emails],
            "conf.": [Text("" if email.confidence is None else f"{email.confidence:.2f}") for email in emails],
            "time": [Text(_time(email)) for email in emails],
            "trace": [Text((email.trace_id or "")[:8]) for email in emails],
        },
        width=width,
        less=("conf.", "time", "matched by", "trace", "intent", "old → new amount"),
        right=("old → new amount", "conf.", "time"),
        dim=("email", "trace"),
    )


def _time(email: EmailSummary) -> str:
    seconds = seconds_of(email)
    return "" if seconds is None else f"{seconds:.1f} s"


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


def model_use_table(score: Score) -> RenderableType:
    """Return what the model took by kind of question: tokens and cost for each mail of the folder, asked or not."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in ("question", "mails", "asked", "tokens in a mail", "tokens out a mail", "USD a mail"):
        table.add_column(name, justify="left" if name == "question" else "right")
    for kind, use in score.model_use.items():
        a_mail = [f"{use.tokens_in / score.cases:.0f}", f"{use.tokens_out / score.cases:.0f}"]
        table.add_row(kind, str(use.mails), str(use.questions), *a_mail, f"{use.cost_usd / score.cases:.5f}")
    return table


def _figures(counts: FieldScore) -> tuple[int, int, int, int]:
    return counts.cases, counts.found, counts.right, counts.wrong
