"""``claimstream replay``."""

from typing import Annotated

import typer

from claimstream.cli.choices import OutcomeChoice, StageChoice
from claimstream.cli.moment import FORMS, moment_option
from claimstream.cli.running import JsonOption, run


def replay(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID…", help="Email, correlation, trace or Gmail ids, or Message-IDs.")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="T", help=f"Those settled since: {FORMS}.")] = None,
    until: Annotated[str | None, typer.Option(metavar="T", help="And before that, in the same forms.")] = None,
    outcome: Annotated[OutcomeChoice | None, typer.Option(help="Only those that ended so.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.")] = None,
    from_stage: Annotated[StageChoice, typer.Option(help="The first stage to do again.")] = StageChoice.CLASSIFY,
    ask_again: Annotated[
        bool,
        typer.Option(
            "--ask-again",
            help="Ask the model again instead of taking its kept answers. This costs tokens. "
            "(What it answered unusably is asked again in any case.)",
        ),
    ] = False,
    why: Annotated[str, typer.Option(help="For the audit trail: why they are replayed.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many would be put back, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, however many they are.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Put settled emails to work again, from a stage on. What came of them is kept: `claimstream report ID --run 1`.

    What was written to a client's record is never written again: a replay that comes to something else goes to a
    person. Emails that are in work, undelivered, or in the hands of a person are skipped. Status 1 when an email named
    by its id was skipped, or nothing was done.
    """
    from claimstream.cli.console import complain
    from claimstream.cli.replay.run import ReplayError, Wanted, confirm, find_emails, print_replayed, replay_emails

    if bool(ids) == (since is not None):
        both = ", not both" if ids else ""
        raise typer.BadParameter(f"Name the emails by their ids, or say --since when they were settled{both}.")
    if ids and (until or outcome or tenant):
        raise typer.BadParameter("--until, --outcome and --tenant go with --since, not with ids.")
    wanted = Wanted(
        ids=ids or (),
        since=moment_option("--since", since),
        until=moment_option("--until", until),
        outcome=outcome,
        tenant_id=tenant,
        from_stage=from_stage,
        ask_again=ask_again,
        why=why,
        dry_run=dry_run,
        yes=yes,
    )
    try:
        found = run(find_emails(wanted))
        confirm(wanted, found)
    except ReplayError as error:
        complain(str(error))
        raise typer.Exit(1) from None
    replayed = run(replay_emails(wanted, found))
    print_replayed(replayed, wanted, as_json=as_json)
    raise typer.Exit(1 if ids and replayed.skipped else 0)
