"""What each command of ``claimstream review`` does: show, ask, and have it decided."""

import sys
from collections.abc import Collection, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import typer
from pydantic import TypeAdapter

from claimstream.cli.console import Trimmed, command, complain, err, out, write_document
from claimstream.cli.console import note as say
from claimstream.cli.person import who
from claimstream.cli.review import work
from claimstream.cli.review.desk import Letter, ReviewError, legible
from claimstream.cli.review.view import change_part, items_table, letters_table, print_shown
from claimstream.cli.review.work import Prepared, Shown
from claimstream.cli.running import run
from claimstream.domain.records.decision import ClientUpdate, ReviewReason
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.inquiry import Inquiry
from claimstream.domain.records.inquiry import Letter as LetterKind
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.review import WAITING, Correction, Resolution, ReviewItem, ReviewStatus
from claimstream.domain.rules.review import UndecidableError, amount_said, approved, corrected
from claimstream.store.reviews import WantedItems

_ITEMS = TypeAdapter(list[ReviewItem])
_LONGEST_NAME = 100
_LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says instead of the proposal, in their words."""

    inquiry: str | None
    intent: str | None
    amount: str | None
    keep_amount: bool
    settlement: str | None
    counter_offer: str | None
    stored: str | None
    """The amount that they take for stored."""
    conditions: tuple[str, ...] | None
    """Empty: there is none. None: nothing is said of it."""


def list_items(
    *,
    states: Collection[str] | None = None,
    mine: bool = False,
    reason: str | None = None,
    tenant_id: str | None = None,
    limit: int = 50,
    by: str | None = None,
    as_json: bool = False,
) -> None:
    """Raises typer.BadParameter for a reason that there is not."""
    if reason is not None and reason not in set(ReviewReason):
        raise typer.BadParameter(f"--reason: there is no {reason!r}. There are: {', '.join(ReviewReason)}.")
    wanted = WantedItems(
        statuses=WAITING if states is None else [ReviewStatus(state) for state in states],
        tenant_id=tenant_id,
        reason=reason,
        claimed_by=_name(by) if mine else None,
    )
    found, count = _run(work.find_items(wanted, limit=limit))
    if as_json:
        write_document(_ITEMS.dump_json(found, indent=2).decode() + "\n")
    elif found:
        out.print(Trimmed(items_table(found, now=datetime.now(UTC), width=out.width)))
        more = f"{len(found)} of {count}. " if count > len(found) else ""
        say(f"{more}`{command()} review show ITEM` shows what was read, and what approving would write.")
    else:
        say("Nothing waits for a person." if wanted == WantedItems() else "No item fits.")


def show_item(wanted: str, *, whole_text: bool, as_json: bool) -> None:
    shown: Shown = _run(work.find_shown(wanted))
    if as_json:
        write_document(shown.json() + "\n")
        return
    print_shown(out, shown, whole_text=whole_text)
    if shown.item.status in WAITING:
        ways = ("approve", "correct", "reject", "spam", "escalate")
        say(f"\n{command()} review {' | '.join(ways[bool(shown.hindrance) :])} {shown.item.review_id}")
    say(f"{command()} report {shown.item.email_id[:8]} says what else is known of the email.")


def list_letters(wanted: str, called: Sequence[str]) -> None:
    """Raises typer.Exit where there is none."""
    letters: list[Letter] = _run(work.find_letters(wanted, [_legible("NAME", name) for name in called]))
    if not letters:
        complain(f"no letter to a creditor or about a client that is called {' '.join(called)!r}.")
        raise typer.Exit(1)
    out.print(Trimmed(letters_table(letters)))
    say(f"`{command()} review correct {wanted} --inquiry ID` says that it answers one of them.")


def claim_item(wanted: str, *, take_over: bool, by: str | None) -> None:
    item: ReviewItem = _run(work.claim(wanted, by=_name(by), take_over=take_over))
    say(f"Item {item.review_id} is in your hands.")


def release_item(wanted: str, *, take_over: bool, by: str | None) -> None:
    item: ReviewItem = _run(work.release(wanted, by=_name(by), take_over=take_over))
    say(f"Item {item.review_id} waits for whoever takes it.")


def reopen_item(wanted: str) -> None:
    item: ReviewItem = _run(work.reopen(wanted))
    say(f"Item {item.review_id} waits for a decision again.")


def approve_item(wanted: str, *, stored: str | None, note: str, yes: bool, by: str | None) -> None:
    def update_of(item: ReviewItem, letter: Inquiry | None, kind: LetterKind | None) -> ClientUpdate:
        del letter
        return approved(item, kind)

    _write(wanted, update_of, Resolution.APPROVED, inquiry=None, stored=stored, note=note, yes=yes, by=by)


def correct_item(wanted: str, said: Said, *, note: str, yes: bool, by: str | None) -> None:
    """Raises typer.BadParameter where an amount or a condition is none."""
    amount, counter_offer = _amount("--amount", said.amount), _amount("--counter-offer", said.counter_offer)
    if not all(_legible("--condition", condition).strip() for condition in said.conditions or ()):
        raise typer.BadParameter("--condition: in the creditor's words; --unconditional says that there is none.")

    def update_of(item: ReviewItem, letter: Inquiry | None, kind: LetterKind | None) -> ClientUpdate:
        correction = Correction(
            client_id=None if letter is None else letter.client_id,
            creditor_id=None if letter is None else letter.creditor_id,
            intent=None if said.intent is None else Intent(said.intent),
            amount=amount,
            keep_amount=said.keep_amount,
            settlement=None if said.settlement is None else SettlementDecision(said.settlement),
            counter_offer=counter_offer,
            conditions=said.conditions,
        )
        return corrected(item, correction, kind)

    inquiry = None if said.inquiry is None else _legible("--inquiry", said.inquiry)
    _write(wanted, update_of, Resolution.CORRECTED, inquiry=inquiry, stored=said.stored, note=note, yes=yes, by=by)


def end_item(wanted: str, resolution: str, *, note: str, by: str | None) -> None:
    """Nothing is written to the client's record. Raises typer.BadParameter where a note is wanted and there is none."""
    if resolution == Resolution.ESCALATED and not note.strip():
        raise typer.BadParameter("--note: to whom, and why.")
    item: ReviewItem = _run(work.write_nothing(wanted, Resolution(resolution), by=_name(by), note=_note(note)))
    again = f" (`{command()} review reopen {item.review_id}` if it should be decided again.)"
    say(
        f"Item {item.review_id} is {ReviewStatus(resolution).said}. Nothing was written to the client's record."
        + ("" if resolution == Resolution.ESCALATED else again)
    )


def _write(
    wanted: str,
    update_of: work.UpdateOf,
    resolution: Resolution,
    *,
    inquiry: str | None,
    stored: str | None,
    note: str,
    yes: bool,
    by: str | None,
) -> None:
    name, note = _name(by), _note(note)
    euros = _amount("--stored", stored)
    prepared: Prepared = _run(work.prepare(wanted, by=name, inquiry=inquiry, update_of=update_of, stored=euros))
    err.print(Trimmed(change_part(prepared.update, prepared.entry, prepared.beside)))
    if not yes:
        _confirm()
    _run(work.write(prepared, resolution, by=name, note=note))
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


def _run(visit: Coroutine[Any, Any, Any]) -> Any:
    try:
        return run(visit)
    except ReviewError as error:
        complain(str(error))
        raise typer.Exit(1) from None


def _name(by: str | None) -> str:
    """Raises typer.BadParameter where it is none."""
    if by is None:
        return who()
    name = by.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise typer.BadParameter(f"--by: a name on one line, of at most {_LONGEST_NAME} characters.")
    return name


def _note(note: str) -> str:
    if len(note) > _LONGEST_NOTE:
        raise typer.BadParameter(f"--note: at most {_LONGEST_NOTE:,} characters.")
    return _legible("--note", note).strip()


def _legible(option: str, text: str) -> str:
    try:
        return legible(option, text)
    except ReviewError as error:
        raise typer.BadParameter(str(error)) from None


def _amount(option: str, text: str | None) -> Decimal | None:
    try:
        return None if text is None else amount_said(text)
    except UndecidableError as error:
        raise typer.BadParameter(f"{option}: {error}.") from None
