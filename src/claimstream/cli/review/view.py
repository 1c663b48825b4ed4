"""Review items on a screen."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from claimstream.cli.console import Trimmed
from claimstream.cli.report import words
from claimstream.cli.report.view import fields_part, match_part
from claimstream.cli.review.desk import Letter
from claimstream.cli.review.work import Shown
from claimstream.cli.tables import amounts, fitted
from claimstream.domain.records.decision import ClientUpdate, Thresholds
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.review import WAITING, CreditorEntry, PastDecision, ReviewItem, ReviewStatus

_WIDE = 110
"""Columns from which the words a value was read from stand beside it."""
_LINES = 12
"""Of a mail, where it is not wanted whole."""
_VERY_MUCH = Thresholds().amount_maximum
_STYLES = {
    ReviewStatus.OPEN: "yellow",
    ReviewStatus.CLAIMED: "cyan",
    ReviewStatus.ESCALATED: "magenta",
    ReviewStatus.APPROVED: "green",
    ReviewStatus.CORRECTED: "green",
}


def items_table(items: Sequence[ReviewItem], *, now: datetime, width: int) -> Table:
    """One row per item, for a screen of ``width`` columns: where it is narrow, what `show` says is left out."""
    return fitted(
        {
            "item": [Text(str(item.review_id)) for item in items],
            "waits": [Text(_waits(item, now)) for item in items],
            "tenant": [Text(item.tenant_id) for item in items],
            "subject": [Text(item.subject or "(no subject)") for item in items],
            "intent": [Text(item.intent or "") for item in items],
            "stored → read": [Text(_stored_and_read(item)) for item in items],
            "why a person": [Text(item.reason) for item in items],
            "state": [_state(item) for item in items],
        },
        width=width,
        less=("intent", "tenant", "waits", "stored → read"),
        right=("item", "waits", "stored → read"),
    )


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
    if item.decision is not None and item.decision.amount is not None:
        written = item.delivered is not None and item.status not in WAITING
        return amounts(_seen_amount(item.decision), item.decision.amount, written=written)
    return "" if item.read_amount is None else amounts(item.old_amount, item.read_amount, written=False)


def letters_table(letters: Sequence[Letter]) -> Table:
    """What `--inquiry` may name."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in ("inquiry", "reply code", "letter", "sent", "client", "creditor"):
        table.add_column(name, no_wrap=name not in {"client", "creditor"}, overflow="fold")
    for letter in letters:
        inquiry = letter.inquiry
        table.add_row(
            Text(inquiry.inquiry_id),
            Text(inquiry.reply_code or ""),
            inquiry.letter,
            f"{inquiry.sent_at:%Y-%m-%d}",
            Text(letter.client),
            Text(letter.creditor),
        )
    return table


def print_shown(console: Console, shown: Shown, *, whole_text: bool) -> None:
    """Why it is here first, then what would be written, then what that rests on.

    Args:
        whole_text: all that they wrote, attachments too; else the beginning of the mail.
    """
    item = shown.item
    parts: list[tuple[str, RenderableType | None]] = [
        ("What was written" if item.delivered else "What is to be written", _decision_part(shown))
        if item.status not in WAITING and item.decision is not None
        else ("What approving writes", _proposal_part(shown)),
        ("What they wrote", _text_part(shown.mail, whole=whole_text)),
    ]
    if shown.report is not None:
        parts.append(("What was read", fields_part(shown.report, wide=console.width >= _WIDE)))
        parts.append(("Which inquiry", match_part(shown.report)))
    if item.inquiry_id is None and shown.considered:
        parts.append(("Letters it may answer", letters_table(shown.considered)))
    if len(shown.history) > (item.resolved_by is not None):  # the last is in the heading
        parts.append(("What persons have said", _history_part(shown.history)))
    console.print(Trimmed(_heading(shown)))
    for title, part in parts:
        if part is not None:
            console.print(f"\n[bold]{title}[/]")
            console.print(Trimmed(Padding(part, (0, 0, 0, 2))))


def _proposal_part(shown: Shown) -> RenderableType | None:
    item = shown.item
    if item.status not in WAITING:
        return None
    lines: list[RenderableType] = []
    if shown.entry is not None and item.proposal is not None:
        lines.append(change_part(item.proposal, shown.entry, shown.beside))
    if shown.hindrance:
        lines.append(Text(f"It cannot be approved: {shown.hindrance}.", style="yellow"))
    return Group(*lines)


def _text_part(mail: ParsedMail | None, *, whole: bool) -> RenderableType | None:
    if mail is None:
        return None
    texts = []
    for source in mail.sources if whole else mail.sources[:1]:
        lines = source.text.strip().splitlines()
        shown = lines if whole else lines[:_LINES]
        if source is not mail.body:
            texts.append(Text(f"{source.name}:", style="dim"))
        texts += [Text(line) for line in shown]
        if more := len(lines) - len(shown):
            texts.append(Text(f"… and {more} more lines (--text shows all)", style="dim"))
    if not whole and len(mail.sources) > 1:
        names = ", ".join(source.name for source in mail.sources[1:])
        texts.append(Text(f"and {names} (--text shows what they say)", style="dim"))
    return Group(*texts) if texts else None


def _history_part(history: Sequence[PastDecision]) -> RenderableType | None:
    lines = []
    for past in history:
        note = f": {past.note}" if past.note else ""
        lines.append(Text(f"{words.moment(past.at)}  {ReviewStatus(past.resolution).said} by {past.by}{note}"))
    return Group(*lines) if lines else None


def change_part(update: ClientUpdate, entry: CreditorEntry, beside: Sequence[ReviewItem]) -> RenderableType:
    """What is stored, and what will be; and what else a person should know of it."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", "stored now", "will be"):
        table.add_column(name)
    old = entry.seen.current_amount
    now = {"amount": _eur(old), "reply": entry.seen.response_status or "–", "settlement": entry.seen.settlement or "–"}
    for name, will in _values(update).items():
        if name != "settlement" or (will, now[name]) != ("stays", "–"):
            table.add_row(name, Text(now[name]), Text(will, style="dim" if will in {"stays", now[name]} else "bold"))
    for condition in _conditions(update):
        table.add_row("", "", condition)
    warnings = []
    later = entry.seen.response_received_at
    if later is not None and later > update.received_at:
        warnings.append(f"What is stored is from a later reply, of {words.moment(later)}.")
    if update.amount is not None and update.amount > _VERY_MUCH:
        warnings.append(f"More than {_VERY_MUCH:,}: is that so?")
    for other in beside:
        amount = "" if other.read_amount is None else f", {_eur(other.read_amount)}"
        when = "" if other.received_at is None else f", received {words.moment(other.received_at)}"
        warnings.append(f"Item {other.review_id} is about the same claim{when}{amount}.")
    return Group(
        Text(f"{entry.creditor}, of {entry.client}"), table, *(Text(warning, style="yellow") for warning in warnings)
    )


def _decision_part(shown: Shown) -> RenderableType | None:
    item, update, entry = shown.item, shown.item.decision, shown.entry
    if update is None:
        return None
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in _values(update).items():
        if value != "stays":
            told = f"{_eur(_seen_amount(update))} → {value}" if name == "amount" else value
            table.add_row(Text(name, style="dim"), Text(told, style="bold"))
    for condition in _conditions(update):
        table.add_row("", condition)
    whose = f"{update.creditor_id} of {update.client_id}"
    lines: list[RenderableType] = [Text(whose if entry is None else f"{entry.creditor}, of {entry.client}"), table]
    if item.delivered_at is not None:
        lines.append(Text(f"written {words.moment(item.delivered_at)}", style="dim"))
    return Group(*lines)


def _seen_amount(update: ClientUpdate) -> Decimal | None:
    return None if update.decided is None else update.decided.seen.current_amount


def _values(update: ClientUpdate) -> dict[str, str]:
    settlement = "stays"
    if (answer := update.settlement) is not None:
        offer = answer.counter_offer_amount
        settlement = f"{answer.decision}" if offer is None else f"{answer.decision} of {_eur(offer)}"
    amount = "stays" if update.amount is None else _eur(update.amount)
    return {"amount": amount, "reply": update.response_status, "settlement": settlement}


def _conditions(update: ClientUpdate) -> list[Text]:
    return [] if update.settlement is None else [Text(f"if: {said}") for said in update.settlement.conditions]


def _heading(shown: Shown) -> Text:
    item, report = shown.item, shown.report
    text = Text.assemble((f"{item.review_id}  ", "bold"), (item.reason, "bold yellow"), "  ", _state(item))
    text.append(f"  {item.intent or 'not read'}", style="bold")
    if item.confidence is not None:
        text.append(f"  confidence {item.confidence:.2f}")
    if len(item.reasons) > 1:
        text.append(f"\nall reasons: {', '.join(item.reasons)}")
    if item.detail:
        # What was decided since may have done away with it.
        text.append(f"\n{item.detail}" if item.status in WAITING else f"\nwhy it waited: {item.detail}")
    text.append(f"\n{item.subject or '(no subject)'}", style="italic")
    if report is not None:
        text.append(f"  from {report.sender or 'nobody'}", style="dim")
    received = "" if item.received_at is None else f"received {words.moment(item.received_at)}, "
    text.append(f"\n{received}{item.mailbox}, {item.tenant_id}, email {item.email_id}", style="dim")
    if item.resolved_by is not None and item.resolved_at is not None:
        # What still waits and was ended once was escalated, whoever has it in hand by now.
        how = ReviewStatus.ESCALATED if item.status in WAITING else item.status
        text.append(f"\n{how.said} by {item.resolved_by} at {words.moment(item.resolved_at)}")
        if item.note:
            text.append(f": {item.note}")
    if item.claimed_by is not None and item.claimed_at is not None:
        text.append(f"\nin the hands of {item.claimed_by} since {words.moment(item.claimed_at)}")
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
