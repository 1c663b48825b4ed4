"""``claimstream review``: what waits for a person, and what the person decides."""

from enum import StrEnum
from typing import Annotated

import typer

from claimstream.cli.running import JsonOption

app = typer.Typer()


class StateChoice(StrEnum):
    """``records.review.ReviewStatus``, which would take its time to import when only ``--help`` is wanted."""

    OPEN = "open"
    CLAIMED = "claimed"
    ESCALATED = "escalated"
    APPROVED = "approved"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    SPAM = "spam"
    SUPERSEDED = "superseded"


class IntentChoice(StrEnum):
    """``records.intent.Intent``, without those that change nothing."""

    CLAIM_STATEMENT = "claim_statement"
    SETTLEMENT_RESPONSE = "settlement_response"
    INSTALLMENT_OFFER = "installment_offer"
    REJECTION = "rejection"
    CLARIFICATION_REQUEST = "clarification_request"
    GENERAL_INQUIRY = "general_inquiry"


class SettlementChoice(StrEnum):
    """``records.extraction.SettlementDecision``, without ``unclear``."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    COUNTER_OFFER = "counter_offer"


ItemArgument = Annotated[
    str, typer.Argument(metavar="ITEM", help="Number of the item, or any id of its email (6 characters are enough).")
]
ByOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", envvar="CLAIMSTREAM_USER", help="Who decides; by default the user of this machine."),
]
NoteOption = Annotated[str, typer.Option(help="For whoever looks at it later: why.")]
StoredOption = Annotated[
    str | None,
    typer.Option(metavar="EUR", help="Only if this amount is stored now: for scripts, which do not look on."),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
TakeOverOption = Annotated[bool, typer.Option("--take-over", help="Also from somebody else's hands.")]


@app.callback(invoke_without_command=True)
def list_waiting(context: typer.Context) -> None:
    """What waits for a person's decision: look at it, take it in hand, decide.

    Without a command: the list of what waits.
    """
    if context.invoked_subcommand is None:
        from claimstream.cli.review.decisions import list_items

        list_items()


@app.command("list")
def list_all(
    as_json: JsonOption = False,
    state: Annotated[
        list[StateChoice] | None, typer.Option("--state", help="Only those that stand so; by default all that wait.")
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that I have in hand.")] = False,
    reason: Annotated[str | None, typer.Option(help="Only those for this reason, such as amount_lower.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.")] = None,
    limit: Annotated[int, typer.Option(help="How many of the oldest.", min=1, max=10_000)] = 50,
    by: ByOption = None,
) -> None:
    """List what waits for a decision, the oldest first; then `show` one, and `approve`, `correct` or `reject` it."""
    from claimstream.cli.review.decisions import list_items

    list_items(states=state, mine=mine, reason=reason, tenant_id=tenant, limit=limit, by=by, as_json=as_json)


@app.command()
def show(
    item: ItemArgument,
    text: Annotated[bool, typer.Option("--text", help="All that they wrote, attachments too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show why it is here, what approving would write over what, and the words that rests on."""
    from claimstream.cli.review.decisions import show_item

    show_item(item, whole_text=text, as_json=as_json)


@app.command()
def letters(
    item: ItemArgument,
    called: Annotated[
        list[str],
        typer.Argument(metavar="NAME...", help="Of a client or a creditor, or a file number; or parts of it."),
    ],
) -> None:
    """Look for the letter that an item answers, where none was found: `correct --inquiry` names it."""
    from claimstream.cli.review.decisions import list_letters

    list_letters(item, called)


@app.command()
def claim(item: ItemArgument, take_over: TakeOverOption = False, by: ByOption = None) -> None:
    """Take an item in hand, so that nobody else decides it meanwhile. (Deciding takes it by itself.)"""
    from claimstream.cli.review.decisions import claim_item

    claim_item(item, take_over=take_over, by=by)


@app.command()
def release(item: ItemArgument, take_over: TakeOverOption = False, by: ByOption = None) -> None:
    """Give an item back undecided."""
    from claimstream.cli.review.decisions import release_item

    release_item(item, take_over=take_over, by=by)


@app.command()
def approve(
    item: ItemArgument,
    stored: StoredOption = None,
    note: NoteOption = "",
    yes: YesOption = False,
    by: ByOption = None,
) -> None:
    """Write what is proposed to the client's record, whatever held it up.

    It goes out through the outbox, and only onto what you have seen: should the record change before it is written,
    the item comes back.
    """
    from claimstream.cli.review.decisions import approve_item

    approve_item(item, stored=stored, note=note, yes=yes, by=by)


@app.command()
def correct(
    item: ItemArgument,
    inquiry: Annotated[
        str | None, typer.Option(metavar="ID", help="The letter it answers: an inquiry's id or its reply code.")
    ] = None,
    intent: Annotated[IntentChoice | None, typer.Option(help="What the reply wants.")] = None,
    amount: Annotated[
        str | None, typer.Option(metavar="EUR", help="The whole claim: 3418.07, 3.418,07 or 3418,07.")
    ] = None,
    keep_amount: Annotated[bool, typer.Option("--keep-amount", help="Leave the stored amount as it is.")] = False,
    settlement: Annotated[SettlementChoice | None, typer.Option(help="The answer to the settlement plan.")] = None,
    counter_offer: Annotated[str | None, typer.Option(metavar="EUR", help="What the creditor wants instead.")] = None,
    condition: Annotated[
        list[str] | None, typer.Option(help="Under which condition, in the creditor's words; may be repeated.")
    ] = None,
    unconditional: Annotated[bool, typer.Option("--unconditional", help="There is no condition.")] = False,
    stored: StoredOption = None,
    note: NoteOption = "",
    yes: YesOption = False,
    by: ByOption = None,
) -> None:
    """Write something else than what is proposed: what you do not name stays as it was read."""
    from claimstream.cli.review.decisions import Said, correct_item

    if amount is not None and keep_amount:
        raise typer.BadParameter("--amount and --keep-amount: choose one.")
    if condition and unconditional:
        raise typer.BadParameter("--condition and --unconditional: choose one.")
    conditions = () if unconditional else tuple(condition) if condition else None
    said = Said(inquiry, intent, amount, keep_amount, settlement, counter_offer, stored, conditions)
    correct_item(item, said, note=note, yes=yes, by=by)


@app.command()
def reject(item: ItemArgument, note: NoteOption = "", by: ByOption = None) -> None:
    """The reply changes nothing in the client's record."""
    from claimstream.cli.review.decisions import end_item

    end_item(item, "rejected", note=note, by=by)


@app.command()
def spam(item: ItemArgument, note: NoteOption = "", by: ByOption = None) -> None:
    """It is no creditor's reply at all."""
    from claimstream.cli.review.decisions import end_item

    end_item(item, "spam", note=note, by=by)


@app.command()
def escalate(
    item: ItemArgument,
    note: Annotated[str, typer.Option(help="To whom, and why.", prompt="To whom, and why")],
    by: ByOption = None,
) -> None:
    """Pass it on to somebody who knows more. It goes on waiting, and anybody may take it in hand."""
    from claimstream.cli.review.decisions import end_item

    end_item(item, "escalated", note=note, by=by)


@app.command()
def reopen(item: ItemArgument) -> None:
    """Have an item decided again that was rejected or marked as spam by mistake. What was written stays written."""
    from claimstream.cli.review.decisions import reopen_item

    reopen_item(item)
