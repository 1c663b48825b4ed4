"""``claimstream dead``: what lies on the dead-letter topic, and back into work with it."""

from typing import Annotated

import typer

from claimstream.cli.dead.limit import MOST
from claimstream.cli.running import JsonOption, run

app = typer.Typer(
    help="Messages on the dead-letter topic: what could not even be recorded, and what Pub/Sub gave up.",
    no_args_is_help=True,
)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Message id, email id or correlation id.")]


@app.command("list")
def list_dead(
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(help="How many to look at.", min=1, max=MOST)] = 100,
) -> None:
    """List the dead messages, without taking them away.

    What somebody else looks at does not show, for up to a minute.
    """
    from claimstream.cli.dead.messages import list_messages

    run(list_messages(as_json=as_json, limit=limit))


@app.command()
def show(message: IdArgument, as_json: JsonOption = False) -> None:
    """Show one dead message: its attributes and its data (the first 4,000 characters)."""
    from claimstream.cli.dead.messages import show_message

    if not run(show_message(message, as_json=as_json)):
        raise typer.Exit(1)


@app.command()
def redrive(
    messages: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Message ids, email ids or correlation ids.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dead message there is now.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also those whose email is settled or unknown.")] = False,
) -> None:
    """Publish dead messages again, in the trace of their email; only then they are dead no more.

    Whatever happens in between, none is lost; one may come twice, which is harmless.
    Status 0 only if all were redriven.
    """
    from claimstream.cli.dead.messages import redrive_messages

    if everything == bool(messages):
        raise typer.BadParameter("name the messages (claimstream dead list), or --all: one of the two.")
    if not run(redrive_messages(set(messages or ()), force=force)):
        raise typer.Exit(1)
