"""Review items on a screen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from claimstream.cli.console import Trimmed
from claimstream.cli.report import words
from claimstream.cli.report.view import fields_part, match_part
from claimstream.cli.review.desk import Shown
from claimstream.cli.tables import amounts
from claimstream.domain.records.decision import ClientUpdate
from claimstream.domain.records.review import WAITING, CreditorEntry, ReviewItem, ReviewStatus

_WIDE = 110
"""Columns from which the words a value was read from stand beside it."""
_SUBJECT = 40
_LEAST_SUBJECT = 12
_RIGHT = frozenset({"item", "waits", "stored → read"})
_STYLES = {
    ReviewStatus.OPEN: "yellow",
    ReviewStatus.CLAIMED: "cyan",
    ReviewStatus.ESCALATED: "magenta",
    ReviewStatus.APPROVED: "green",
    ReviewStatus.CORRECTED: "green",
}


def items_table(items: Sequence[ReviewItem], *, now: datetime, width: int) -> Table:
    """One row per item, for a screen of ``width`` columns: where it is narrow, what `show` says is left out."""
    columns: dict[str, list[Text]] = {
        "item": [Text(str(item.review_id)) for item in items],
        "waits": [Text(_waits(item, now)) for item in items],
        "tenant": [Text(item.tenant_id) for item in items],
        "subject": [Text(item.subject or "(no subject)") for item in items],
        "intent": [Text(item.intent or "") for item in items],
        "stored → read": [Text(_stored_and_read(item)) for item in items],
        "why a person": [Text(item.reason) for item in items],
        "state": [_state(item) for item in items],
    }
    for name in ("intent", "tenant", "stored → read"):
        if _room(columns, width) < _LEAST_SUBJECT:
            del columns[name]
    for subject in columns["subject"]:
        subject.truncate(max(_LEAST_SUBJECT, min(_SUBJECT, _room(columns, width))), overflow="ellipsis")
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, justify="right" if name in _RIGHT else "left", no_wrap=True)
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    return table


def _room(columns: Mapping[str, Sequence[Text]], width: int) -> int:
    """What is left for the subject."""
    taken = sum(
        max(len(name), *(cell.cell_len for cell in cells)) for name, cells in columns.items() if name != "subject"
    )
    return width - taken - 2 * (len(columns) - 1)


def _waits(item: ReviewItem, now: datetime) -> str:
    """``12 min``, ``5 h``, ``3 d``."""
    if item.status not in WAITING:
        return ""
    seconds = max(0.0, (now - item.created_at).total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds // 60:.0f} min"


def _stored_and_read(item: ReviewItem) -> str:
    new = None if item.proposal is None else item.proposal.amount
    return "" if new is None else amounts(item.old_amount, new, written=item.status is ReviewStatus.APPROVED)


def print_shown(console: Console, shown: Shown) -> None:
    """Why it is here first, then what would be written, then what that rests on."""
    item = shown.item
    console.print(Trimmed(_heading(item)))
    parts: list[tuple[str, RenderableType]] = []
    if shown.entry is not None and item.proposal is not None and item.status in WAITING:
        parts.append(("What approving writes", change_part(item.proposal, shown.entry)))
    elif item.status in WAITING:
        parts.append(("What approving writes", Text(f"nothing can be approved: {shown.no_entry}")))
    elif item.decision is not None:
        title = "What was written" if item.delivered else "What is to be written"
        parts.append((title, _decision_part(item.decision)))
    if shown.report is not None:
        if (read := fields_part(shown.report, wide=console.width >= _WIDE)) is not None:
            parts.append(("What was read", read))
        parts.append(("Which inquiry", match_part(shown.report)))
    for title, part in parts:
        console.print(f"\n[bold]{title}[/]")
        console.print(Trimmed(Padding(part, (0, 0, 0, 2))))


def change_part(update: ClientUpdate, entry: CreditorEntry) -> RenderableType:
    """What is stored, and what will be."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", "stored now", "will be"):
        table.add_column(name)
    old = entry.seen.current_amount
    now = {"amount": _eur(old), "reply": entry.response_status or "–", "settlement": entry.settlement or "–"}
    for name, will in _values(update).items():
        if name != "settlement" or (will, now[name]) != ("stays", "–"):
            table.add_row(name, Text(now[name]), Text(will, style="dim" if will in {"stays", now[name]} else "bold"))
    for condition in _conditions(update):
        table.add_row("", "", condition)
    lines: list[RenderableType] = [Text(f"{entry.creditor}, of {entry.client}"), table]
    later = entry.seen.response_received_at
    if later is not None and later > update.received_at:
        lines.append(Text(f"What is stored is from a later reply, of {words.moment(later)}.", style="yellow"))
    return Group(*lines)


def _decision_part(update: ClientUpdate) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in _values(update).items():
        if value != "stays":
            table.add_row(Text(name, style="dim"), Text(value, style="bold"))
    for condition in _conditions(update):
        table.add_row("", condition)
    table.add_row(Text("creditor", style="dim"), Text(f"{update.creditor_id} of {update.client_id}"))
    return table


def _values(update: ClientUpdate) -> dict[str, str]:
    settlement = "stays"
    if (answer := update.settlement) is not None:
        offer = answer.counter_offer_amount
        settlement = f"{answer.decision}" if offer is None else f"{answer.decision} of {_eur(offer)}"
    amount = "stays" if update.amount is None else _eur(update.amount)
    return {"amount": amount, "reply": update.response_status, "settlement": settlement}


def _conditions(update: ClientUpdate) -> list[Text]:
    return [] if update.settlement is None else [Text(f"if: {said}") for said in update.settlement.conditions]


def _heading(item: ReviewItem) -> Text:
    text = Text.assemble((f"{item.review_id}  ", "bold"), (item.reason, "bold yellow"), "  ", _state(item))
    text.append(f"  {item.intent or 'not read'}", style="bold")
    if item.confidence is not None:
        text.append(f"  confidence {item.confidence:.2f}")
    if len(item.reasons) > 1:
        text.append(f"\nall reasons: {', '.join(item.reasons)}")
    if item.detail:
        text.append(f"\n{item.detail}")
    text.append(f"\n{item.subject or '(no subject)'}", style="italic")
    received = "" if item.received_at is None else f"received {words.moment(item.received_at)}, "
    text.append(f"\n{received}{item.mailbox}, {item.tenant_id}, email {item.email_id}", style="dim")
    if item.resolved_by is not None and item.resolved_at is not None:
        # What still waits and was ended once was escalated, whoever has it in hand by now.
        ended = ReviewStatus.ESCALATED if item.status in WAITING else item.status
        text.append(f"\n{ended} by {item.resolved_by} at {words.moment(item.resolved_at)}")
    if item.claimed_by is not None and item.claimed_at is not None:
        text.append(f"\nin the hands of {item.claimed_by} since {words.moment(item.claimed_at)}")
    if item.note:
        text.append(f"\nnote: {item.note}")
    return text


def _state(item: ReviewItem) -> Text:
    text = Text(item.status, style=_STYLES.get(item.status, "dim"))
    if item.status is ReviewStatus.CLAIMED:
        text.append(f" by {item.claimed_by}", style="not bold")
    elif item.status in {ReviewStatus.APPROVED, ReviewStatus.CORRECTED}:
        text.append(", written" if item.delivered else ", not written yet", style="not bold")
    return text


def _eur(amount: Decimal | None) -> str:
    return "–" if amount is None else f"{amount:.2f}"
