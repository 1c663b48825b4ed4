"""``claimstream mailboxes``: how far each one is, and which are left alone."""

from typing import Annotated

import typer

from claimstream.cli.running import JsonOption, run

app = typer.Typer(help="The mailboxes: how far each one is, and which are left alone.")

AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS")]


@app.callback(invoke_without_command=True)
def list_all(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the mailboxes: state, last look, end of the watch, cursor, emails not settled yet."""
    if context.invoked_subcommand is None:
        list_by_name(as_json)


@app.command("list")
def list_by_name(as_json: JsonOption = False) -> None:
    """List the mailboxes, as without a command."""
    from claimstream.cli.mailboxes.overview import list_mailboxes

    run(list_mailboxes(as_json=as_json))


@app.command()
def enable(address: AddressArgument) -> None:
    """Look after a disabled mailbox again, from where it stopped."""
    from claimstream.cli.mailboxes.overview import enable_mailbox

    run(enable_mailbox(address))


@app.command()
def disable(
    address: AddressArgument,
    reason: Annotated[str, typer.Option(help="Why, for whoever looks.")] = "disabled by hand",
) -> None:
    """Leave a mailbox alone until it is enabled by hand."""
    from claimstream.cli.mailboxes.overview import disable_mailbox

    run(disable_mailbox(address, reason))
