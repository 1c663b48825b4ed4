"""``claimstream emails``."""

from typing import Annotated

import typer

from claimstream.cli.choices import OutcomeChoice, StatusChoice
from claimstream.cli.running import JsonOption, run


def emails(
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(help="How many of the newest.", min=1, max=10_000)] = 50,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.")] = None,
    outcome: Annotated[OutcomeChoice | None, typer.Option(help="Only those that ended so.")] = None,
    status: Annotated[StatusChoice | None, typer.Option(help="Only those that stand there.")] = None,
) -> None:
    """List the newest emails and what became of them.

    Where DATABASE_URL is not set, those of the demo that runs or ran last.
    """
    from pydantic import TypeAdapter

    from claimstream.cli.access import a_door, open_database, settings_to_show
    from claimstream.cli.console import Trimmed, note, out, write_document
    from claimstream.cli.demo import last as last_demo
    from claimstream.cli.tables import emails_table
    from claimstream.cli.tenants import check_among, check_tenant
    from claimstream.domain.records.work import EmailSummary
    from claimstream.store.emails import EmailStore

    async def work() -> list[EmailSummary]:
        settings = settings_to_show(also_ended=True)
        if settings.database_url is None and last_demo.has_ended():
            saved = last_demo.saved_emails()
            check_among({email.tenant_id for email in saved}, tenant)
            wanted = {"tenant_id": tenant, "outcome": outcome, "status": status}
            chosen = [e for e in saved if all(v is None or getattr(e, name) == v for name, v in wanted.items())]
            return chosen[:limit]
        async with a_door() as door, open_database(settings, door) as database:
            await check_tenant(database, tenant)
            return await EmailStore(database).recent(tenant_id=tenant, outcome=outcome, status=status, limit=limit)

    found: list[EmailSummary] = run(work())
    if as_json:
        write_document(TypeAdapter(list[EmailSummary]).dump_json(found, indent=2).decode() + "\n")
    elif found:
        out.print(Trimmed(emails_table(found, width=out.width)))
    else:
        note("No email fits." if outcome or status or tenant else "No emails yet.")
