"""``claimstream audit``."""

from typing import Annotated

import typer

from claimstream.cli.moment import FORMS, moment_option
from claimstream.cli.running import JsonOption, run


def audit(
    since: Annotated[str, typer.Option(help=f"From when on: {FORMS}.")],
    until: Annotated[str | None, typer.Option(help="Up to when, in the same forms; by default now.")] = None,
    mailbox: Annotated[str | None, typer.Option(help="One address; by default every mailbox in use.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's mailboxes.")] = None,
    mend: Annotated[
        bool,
        typer.Option(
            "--mend",
            help="Add what is missing, put back what only counts as deleted, publish both, and look again.",
        ),
    ] = False,
    all_archived: Annotated[
        bool, typer.Option("--all-archived", help="Read every archived mail, not only a sample of 500.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Prove completeness: hold what Gmail has against what is settled, in review, set aside, in work, dead or missing.

    Status 0 only if there is no gap; 1 with gaps, which are listed with what to do; 2 if a mailbox could not be looked
    at.
    """
    from datetime import UTC, datetime

    from claimstream.cli.audit.findings import Window
    from claimstream.cli.audit.run import audit_mailboxes

    now = datetime.now(UTC)
    times = [moment_option(option, text) or now for option, text in (("--since", since), ("--until", until))]
    if times[0] >= min(times[1], now):
        raise typer.BadParameter(f"--since: {times[0]:%Y-%m-%d %H:%M} is not before the end of the window.")
    window = Window(times[0], min(times[1], now), now)
    work = audit_mailboxes(
        window, address=mailbox, tenant_id=tenant, mend=mend, as_json=as_json, all_archived=all_archived
    )
    raise typer.Exit(run(work))
