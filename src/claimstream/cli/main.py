"""Commands. What a command needs is imported when it runs, so that ``--help`` is there at once."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimstream import __version__
from claimstream.cli.audit import commands as audit_commands
from claimstream.cli.dead import commands as dead_commands
from claimstream.cli.mailboxes import commands as mailbox_commands
from claimstream.cli.moment import FORMS, moment_option
from claimstream.cli.review import commands as review_commands
from claimstream.cli.running import JsonOption, UseOption, about_demo, advice
from claimstream.cli.running import run as _run

if TYPE_CHECKING:
    from claimstream.settings import Settings

# gRPC would announce each process we start; none of them uses it.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
# Its own lines on stderr are no JSON, and tell nothing that the status of the call does not.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

app = typer.Typer(
    name="claimstream",
    help="Reads creditors' email replies as a stream and keeps each client's claims up to date.\n\n"
    "New here? `claimstream demo` shows the main job on sample mail; it needs no account and no key. "
    "Settings come from the environment or a .env file: see .env.example.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)


_WORKER_SECONDS = 20.0
"""For a worker to clean up that is told to end before it works. Kubernetes waits for 40 s."""
_SERVERS_SECONDS = 60.0
"""How long the servers of the embedded stack may take to end."""


class OutcomeChoice(StrEnum):
    """``records.work.Outcome``, which would take its time to import when only ``--help`` is wanted."""

    UPDATED = "updated"
    REVIEW = "review"
    SET_ASIDE = "set_aside"


class StatusChoice(StrEnum):
    """How far an email has come."""

    NEW = "new"
    IN_WORK = "in_work"
    SETTLED = "settled"


class StageChoice(StrEnum):
    """Where a replay may begin: ``pipeline.replay.WITH_CHECKPOINT``."""

    FETCH = "fetch"
    PARSE = "parse"
    CLASSIFY = "classify"
    EXTRACT = "extract"
    CONSOLIDATE = "consolidate"
    MATCH = "match"
    ROUTE = "route"


_LOOKING = ("emails", "report", "review", "mailboxes", "replay", "audit", "dead")
"""Commands that show or change what a worker, or a demo, has stored."""


def _case_folder(folder: Path | None) -> Path | None:
    """Told at once: what demo and eval need takes seconds to load."""
    if folder is not None and not folder.is_dir():
        raise typer.BadParameter(
            f"{folder}: no such folder. Name one that holds world.json and a folder per case (docs/evaluation.md)."
        )
    return folder


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"claimstream {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
    of_demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="Look at the demo that runs or ran last, whatever database .env and environment name."
        ),
    ] = False,
) -> None:
    del version
    if of_demo and context.invoked_subcommand not in _LOOKING:
        raise typer.BadParameter(f"it goes with {', '.join(_LOOKING)}.", param_hint="--demo")
    about_demo.set(of_demo)


def _trial_settings(use: list[str] | None) -> "Settings":
    """Called before anything else is loaded: some libraries read the environment when they are imported."""
    from claimstream.cli.trial import trial_settings
    from claimstream.settings import SettingsError

    try:
        return trial_settings(use)
    except SettingsError as error:
        from claimstream.cli.console import complain

        complain(str(error))
        raise typer.Exit(2) from None


@app.command()
def demo(
    as_json: JsonOption = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything running afterwards, until Ctrl-C: traces, own mail.")
    ] = False,
    samples: Annotated[
        Path | None,
        typer.Option(help="Another folder of cases (docs/evaluation.md) than the built-in one.", callback=_case_folder),
    ] = None,
    use: UseOption = None,
) -> None:
    """Show the main job on sample mail, on an embedded local stack.

    Starts PostgreSQL, MongoDB, GCS, Pub/Sub, Gmail, SMTP, a collector and a stand-in for Claude; puts the sample mail
    into the mailboxes; lets the real worker settle it; and prints what became of each mail. Reads neither .env nor the
    environment, except for what --use names. Status 0 only if every mail is settled and nothing was written wrongly.
    """
    settings = _trial_settings(use)
    from claimstream.cli.demo.run import run_demo
    from claimstream.local.sample_mail import SAMPLES

    work = run_demo(settings, samples=samples or SAMPLES, as_json=as_json, keep=keep)
    good = _run(work, grace_seconds=_SERVERS_SECONDS)
    raise typer.Exit(0 if good else 1)


@app.command()
def run() -> None:
    """Work: sync mailboxes, process emails, deliver what is decided. Ends in good order on SIGTERM or Ctrl-C.

    Start as many as you like; they share the work through Pub/Sub and PostgreSQL.
    """
    from contextlib import AsyncExitStack

    from claimstream.app import App
    from claimstream.health import HealthServer
    from claimstream.memory import calm_collector
    from claimstream.monitoring import start_telemetry
    from claimstream.settings import load_settings
    from claimstream.telemetry import logs, sentry

    async def work() -> None:
        logs.configure()  # until the settings say how: what is wrong with them is a log line, too
        settings = load_settings()
        telemetry = start_telemetry(settings)
        try:
            worker = App(settings)
            async with AsyncExitStack() as stack:
                if settings.health_port is not None:  # from the first moment on: to connect may take its time
                    await stack.enter_async_context(HealthServer(worker.health, port=settings.health_port))
                await stack.enter_async_context(worker)
                await worker.check()
                calm_collector()
                await worker.run()
        except (Exception, BaseExceptionGroup) as error:
            if advice(error) is None:
                sentry.capture(error)
                _fail_in_the_log(error)
            raise
        finally:
            await telemetry.aclose(5.0)

    _run(work(), complain=_complain_in_the_log, stopped=_stop_in_the_log, grace_seconds=_WORKER_SECONDS)


def _fail_in_the_log(error: BaseException) -> None:
    """A defect, for those who collect the log: one line instead of a traceback, which may hold what it was about."""
    from claimstream.telemetry import logs

    if logs.written_as() == "json":
        logs.get_logger(__name__).critical("worker_failed", exc_info=error)
        raise typer.Exit(1) from None


def _complain_in_the_log(text: str) -> None:
    """For those who collect the log; on a terminal as ever."""
    from claimstream.cli.console import complain
    from claimstream.telemetry import logs

    if logs.written_as() != "json":
        complain(text)
        return
    log = logs.get_logger(__name__)
    log.error("worker_failed", advice=text)
    logs.drain()


def _stop_in_the_log() -> None:
    """Told to end before the work had begun; later on the worker drains, and says so itself."""
    from claimstream.cli.console import err
    from claimstream.cli.ending import STOPPED
    from claimstream.telemetry import logs

    if logs.written_as() != "json":
        err.print(STOPPED)
        return
    logs.get_logger(__name__).info("worker_stopped")
    logs.drain()


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema. Safe to run at every start, and by several pods at once."""
    from claimstream.cli.access import bring_up_schema
    from claimstream.cli.console import note
    from claimstream.settings import load_settings
    from claimstream.store.schema import is_newer, newest_revision

    async def work() -> None:
        before, after = await bring_up_schema(load_settings())
        if is_newer(after):
            note(f"schema {after}, of a later release than this one (which needs {newest_revision()}): nothing to do")
        else:
            note(f"schema {after}" + (", as before" if before == after else f", was {before or 'empty'}"))

    _run(work())


@app.command()
def setup() -> None:
    """Create the Pub/Sub topics and subscriptions that are missing. What exists is left as it is."""
    from claimstream.cli.console import note
    from claimstream.settings import load_settings
    from claimstream.topics import connect_pubsub, ensure_topics

    async def work() -> None:
        settings = load_settings()
        channel = await connect_pubsub(settings)
        try:
            created = await ensure_topics(settings, channel)
        finally:
            await channel.close()
        for path in created:
            note(f"created {path}")
        note("Everything is there." if not created else f"{len(created)} created.")
        topic = settings.topic(settings.notifications_topic)
        note(
            f"Gmail publishes as gmail-api-push@system.gserviceaccount.com: give it roles/pubsub.publisher on {topic}."
        )

    _run(work())


@app.command()
def load(
    world: Annotated[
        Path, typer.Argument(help="world.json: tenants, clients, inquiries (docs/evaluation.md); - for standard input.")
    ],
    clients: Annotated[
        bool,
        typer.Option(
            "--clients",
            help="Also put the clients into MongoDB. Names and addresses are brought up to date; amounts, replies and "
            "whatever else is stored stay.",
        ),
    ] = False,
) -> None:
    """Tell claimstream of tenants, their mailboxes and the letters sent (inquiries). Existing ones are updated.

    All of the file is loaded, or nothing: every fault is named with its place. Nothing of another tenant is touched.
    """
    from claimstream.cli.load import load_file
    from claimstream.settings import load_settings

    async def work() -> None:
        await load_file(world, load_settings(), clients=clients)

    _run(work())


@app.command()
def doctor(
    all_mailboxes: Annotated[
        bool, typer.Option("--all-mailboxes", help="Open every mailbox, not only a sample of a hundred.")
    ] = False,
) -> None:
    """Check each configured service with a real call, and say what is wrong and how to mend it."""
    from claimstream.cli.doctor.diagnosis import examine, print_findings

    findings = _run(examine(all_mailboxes=all_mailboxes))
    print_findings(findings)
    raise typer.Exit(1 if any(finding.state == "failed" for finding in findings) else 0)


@app.command()
def emails(
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(help="How many of the newest.", min=1, max=10_000)] = 50,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.")] = None,
    outcome: Annotated[OutcomeChoice | None, typer.Option(help="Only those that ended so.")] = None,
    status: Annotated[StatusChoice | None, typer.Option(help="Only those that stand there.")] = None,
) -> None:
    """List the newest emails and what became of them.

    Without a database configured, those of the demo that runs or ran last.
    """
    from pydantic import TypeAdapter

    from claimstream.cli.access import a_door, open_database, settings_or_demo
    from claimstream.cli.console import Trimmed, note, out, write_document
    from claimstream.cli.demo import last as last_demo
    from claimstream.cli.tables import emails_table
    from claimstream.cli.tenants import check_among, check_tenant
    from claimstream.domain.records.work import EmailSummary
    from claimstream.store.emails import EmailStore

    async def work() -> list[EmailSummary]:
        settings = settings_or_demo()
        if settings.database_url is None and (saved := last_demo.saved_emails()):
            note("These are the emails of the last demo.")
            check_among({email.tenant_id for email in saved}, tenant)
            wanted = {"tenant_id": tenant, "outcome": outcome, "status": status}
            chosen = [e for e in saved if all(v is None or getattr(e, name) == v for name, v in wanted.items())]
            return chosen[:limit]
        async with a_door() as door, open_database(settings, door) as database:
            await check_tenant(database, tenant)
            return await EmailStore(database).recent(tenant_id=tenant, outcome=outcome, status=status, limit=limit)

    found: list[EmailSummary] = _run(work())
    if as_json:
        write_document(TypeAdapter(list[EmailSummary]).dump_json(found, indent=2).decode() + "\n")
    elif found:
        out.print(Trimmed(emails_table(found, width=out.width)))
    else:
        note("No email fits." if outcome or status or tenant else "No emails yet.")


@app.command()
def report(
    email: Annotated[str, typer.Argument(metavar="ID", help="Email, correlation, trace or Gmail id, or Message-ID.")],
    as_json: JsonOption = False,
    as_html: Annotated[
        bool, typer.Option("--html", help="Print one page that needs nothing else: report ID --html > report.html")
    ] = False,
    run_number: Annotated[
        int | None, typer.Option("--run", help="Of an earlier run, before the email was replayed.", min=1)
    ] = None,
) -> None:
    """Show everything about one email: what was read and where it stands, what was decided and why.

    The beginning of an id is enough, from 6 characters. Without a database configured: the demo's. With JAEGER_UI_URL
    set, the report links to the email's trace.
    """
    from claimstream.cli.console import complain, out, write_document
    from claimstream.cli.report.found import FoundReport, NoReportError, find_report
    from claimstream.cli.report.page import report_page
    from claimstream.cli.report.view import print_report

    if as_json and as_html:
        raise typer.BadParameter("--json and --html: choose one.")
    try:
        found: FoundReport = _run(find_report(email, run=run_number))
        if as_json:
            write_document(found.json() + "\n")
        elif as_html:
            write_document(
                report_page(
                    found.report(), found.email, runs=found.runs, review=found.review, jaeger_ui_url=found.jaeger_ui_url
                )
            )
        else:
            print_report(
                out,
                found.report(),
                found.email,
                runs=found.runs,
                review=found.review,
                jaeger_ui_url=found.jaeger_ui_url,
            )
    except NoReportError as error:
        complain(str(error))
        raise typer.Exit(1) from None


@app.command()
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
    from claimstream.cli.replay import ReplayError, Wanted, confirm, find_emails, print_replayed, replay_emails
    from claimstream.pipeline.replay import asks

    if bool(ids) == (since is not None):
        both = ", not both" if ids else ""
        raise typer.BadParameter(f"Name the emails by their ids, or say --since when they were settled{both}.")
    if ids and (until or outcome or tenant):
        raise typer.BadParameter("--until, --outcome and --tenant go with --since, not with ids.")
    if ask_again and not asks(from_stage):
        raise typer.BadParameter(f"--ask-again: the model is asked nothing from {from_stage} on.")
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
        found = _run(find_emails(wanted))
        confirm(wanted, found)
    except ReplayError as error:
        complain(str(error))
        raise typer.Exit(1) from None
    replayed = _run(replay_emails(wanted, found))
    print_replayed(replayed, wanted, as_json=as_json)
    raise typer.Exit(1 if ids and replayed.skipped else 0)


app.command("audit")(audit_commands.audit)
app.add_typer(dead_commands.app, name="dead")
app.add_typer(mailbox_commands.app, name="mailboxes")
app.add_typer(review_commands.app, name="review")


@app.command("eval")
def evaluate(
    folder: Annotated[
        Path, typer.Argument(help="Folder with world.json and one folder per case.", callback=_case_folder)
    ],
    as_json: JsonOption = False,
    stand_in: Annotated[
        bool,
        typer.Option("--stand-in", help="Answer as the cases' model.json says, where no real model is used."),
    ] = False,
    use: UseOption = None,
) -> None:
    """Score a folder of cases: wrong writes first, then accuracy by field (docs/evaluation.md).

    Runs on an embedded stack, and reads neither .env nor the environment, except for what --use names: with
    --use ANTHROPIC_API_KEY the real model is asked. Status 0 when there is no wrong write.
    """
    settings = _trial_settings(use)
    from claimstream.cli.evaluate import run_evaluation

    work = run_evaluation(folder, settings, as_json=as_json, stand_in=stand_in)
    good = _run(work, grace_seconds=_SERVERS_SECONDS)
    raise typer.Exit(0 if good else 1)


@app.command()
def send(
    file: Annotated[Path, typer.Argument(help="A mail in RFC 5322 form (.eml).", exists=True, dir_okay=False)],
    mailbox: Annotated[
        str | None, typer.Option(help="Into which mailbox; by default the one it is addressed to.")
    ] = None,
) -> None:
    """Put a mail into a mailbox of the running demo (`claimstream demo --keep`), whatever .env and environment name."""
    _trial_settings(None)
    from claimstream.cli.demo.send import send_mail

    _run(send_mail(file, mailbox))


def main() -> None:
    """Entry point."""
    from claimstream.cli.console import close_streams, open_streams

    open_streams()
    try:
        app()
    finally:
        close_streams()
