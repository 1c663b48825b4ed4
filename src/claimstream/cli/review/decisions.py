"""``claimstream review``: what waits for a person is looked at, taken in hand, and decided."""

import sys
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import typer
from pydantic import TypeAdapter

from claimstream.cli.console import Trimmed, command, complain, err, out
from claimstream.cli.console import note as say
from claimstream.cli.person import who
from claimstream.cli.review import desk as review_desk
from claimstream.cli.review.desk import Prepared, ReviewError, Shown
from claimstream.cli.review.view import change_part, items_table, print_shown
from claimstream.cli.running import run
from claimstream.domain.records.decision import ClientUpdate, SettlementUpdate
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.inquiry import Inquiry
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.review import WAITING, Correction, Resolution, ReviewItem
from claimstream.domain.rules.review import UndecidableError, amount_said, approved, corrected

_ITEMS = TypeAdapter(list[ReviewItem])


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says instead of the proposal, in their words."""

    inquiry: str | None
    intent: str | None
    amount: str | None
    keep_amount: bool
    settlement: str | None
    counter_offer: str | None
    conditions: tuple[str, ...]


def list_items(
    *,
    states: Collection[str] | None,
    mine: bool,
    reason: str | None,
    tenant_id: str | None,
    limit: int,
    by: str | None,
    as_json: bool,
) -> None:
    found, waiting = _run(
        review_desk.find_items(
            statuses=states or WAITING,
            tenant_id=tenant_id,
            reason=reason,
            claimed_by=_name(by) if mine else None,
            limit=limit,
        )
    )
    if as_json:
        sys.stdout.write(_ITEMS.dump_json(found, indent=2).decode() + "\n")
    elif found:
        out.print(Trimmed(items_table(found, now=datetime.now(UTC), width=out.width)))
        more = f"{waiting} wait in all. " if waiting > len(found) and not states else ""
        say(f"{more}`{command()} review show ITEM` shows what was read, and what approving would write.")
    else:
        say("No item fits." if waiting or states else "Nothing waits for a person.")


def show_item(wanted: str, *, as_json: bool) -> None:
    shown: Shown = _run(review_desk.find_shown(wanted))
    if as_json:
        sys.stdout.write(shown.json() + "\n")
        return
    print_shown(out, shown)
    if shown.item.status in WAITING:
        ways = ("approve", "correct", "reject", "spam", "escalate")
        say(f"\n{command()} review {' | '.join(ways[shown.entry is None :])} {shown.item.review_id}")
    say(f"{command()} report {shown.item.email_id[:8]} says all there is to say of the email.")


def claim_item(wanted: str, *, take_over: bool, by: str | None) -> None:
    item: ReviewItem = _run(review_desk.claim(wanted, by=_name(by), take_over=take_over))
    say(f"Item {item.review_id} is in your hands.")


def release_item(wanted: str, *, take_over: bool, by: str | None) -> None:
    item: ReviewItem = _run(review_desk.release(wanted, by=_name(by), take_over=take_over))
    say(f"Item {item.review_id} waits for whoever takes it.")


def approve_item(wanted: str, *, note: str, yes: bool, by: str | None) -> None:
    _write(wanted, lambda item, _: approved(item), Resolution.APPROVED, inquiry=None, note=note, yes=yes, by=by)


def correct_item(wanted: str, said: Said, *, note: str, yes: bool, by: str | None) -> None:
    """Raises typer.BadParameter where an amount is none."""
    amount, counter_offer = _amount("--amount", said.amount), _amount("--counter-offer", said.counter_offer)
    settlement = None
    if said.settlement is not None:
        decision = SettlementDecision(said.settlement)
        settlement = SettlementUpdate(decision=decision, conditions=said.conditions, counter_offer_amount=counter_offer)

    def update_of(item: ReviewItem, letter: Inquiry | None) -> ClientUpdate:
        correction = Correction(
            client_id=None if letter is None else letter.client_id,
            creditor_id=None if letter is None else letter.creditor_id,
            intent=None if said.intent is None else Intent(said.intent),
            amount=amount,
            keep_amount=said.keep_amount,
            settlement=settlement,
        )
        return corrected(item, correction)

    _write(wanted, update_of, Resolution.CORRECTED, inquiry=said.inquiry, note=note, yes=yes, by=by)


def end_item(wanted: str, resolution: str, *, note: str, by: str | None) -> None:
    """Nothing is written to the client's record."""
    item: ReviewItem = _run(review_desk.write_nothing(wanted, Resolution(resolution), by=_name(by), note=note))
    ended = "marked as spam" if resolution == Resolution.SPAM else resolution
    say(f"Item {item.review_id} is {ended}. Nothing was written to the client's record.")


def _write(
    wanted: str,
    update_of: Callable[[ReviewItem, Inquiry | None], ClientUpdate],
    resolution: Resolution,
    *,
    inquiry: str | None,
    note: str,
    yes: bool,
    by: str | None,
) -> None:
    name = _name(by)
    prepared: Prepared = _run(review_desk.prepare(wanted, by=name, inquiry=inquiry, update_of=update_of))
    err.print(Trimmed(change_part(prepared.update, prepared.entry)))
    if not yes:
        _confirm()
    _run(review_desk.write(prepared, resolution, by=name, note=note))
    number = prepared.item.review_id
    shown = f"`{command()} review show {number}` says when."
    say(f"Item {number} is {resolution}. A running worker writes it, within half a minute: {shown}")


def _confirm() -> None:
    """After what would be written is on the screen. Ends the command without a yes."""
    if not (sys.stdin.isatty() and err.is_terminal):
        complain("Nothing was changed. Above is what would be written; with --yes it is.")
        raise typer.Exit(1)
    if not typer.confirm("Write this?", err=True):
        complain("Nothing was changed.")
        raise typer.Exit(1)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return run(work)
    except ReviewError as error:
        complain(str(error))
        raise typer.Exit(1) from None


def _name(by: str | None) -> str:
    return by.strip() if by and by.strip() else who()


def _amount(option: str, text: str | None) -> Decimal | None:
    try:
        return None if text is None else amount_said(text)
    except UndecidableError as error:
        raise typer.BadParameter(f"{option}: {error}.") from None
