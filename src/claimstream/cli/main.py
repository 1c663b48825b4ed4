"""Commands. What a command needs is imported when it runs, so that ``--help`` is there at once."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimstream import __version__
from claimstream.cli.about import LOOKING, about_demo
from claimstream.cli.audit import commands as audit_commands
from claimstream.cli.dead import commands as dead_commands
from claimstream.cli.emails import commands as email_commands
from claimstream.cli.grammar import in_order, speak_plainly
from claimstream.cli.mailboxes import commands as mailbox_commands
from claimstream.cli.replay import commands as replay_commands
from claimstream.cli.report import commands as report_commands
from claimstream.cli.review import commands as review_commands
from claimstream.cli.running import JsonOption, UseOption, advice
from claimstream.cli.running import run as _run
from claimstream.evaluation.model_name import ModelName

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
    context_settings={"help_option_names": ["--help", "-h"]},
)


_WORKER_SECONDS = 20.0
"""The time to clean up for a worker that is told to end before it works. Kubernetes waits for 40 s."""
_SERVERS_SECONDS = 60.0
"""The time that the servers of the embedded stack may take to end."""


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
            "--demo",
            help="Before or behind a command: look at the demo that runs or ran last, whatever database .env and "
            "environment name.",
        ),
    ] = False,
) -> None:
    del version
    if of_demo and context.invoked_subcommand not in LOOKING:
        raise typer.BadParameter(f"it goes with {', '.join(LOOKING)}.", param_hint="--demo")
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
    from claimstream.telemetry import logs

    logs.configure()  # until the settings say how: what is wrong with them is a log line, too
    from contextlib import AsyncExitStack

    from claimstream.app import App
    from claimstream.cli.ending import ENDING
    from claimstream.health import HealthServer
    from claimstream.memory import calm_collector
    from claimstream.monitoring import start_telemetry
    from claimstream.settings import load_settings
    from claimstream.telemetry import sentry

    async def work() -> None:
        settings = load_settings()
        telemetry = start_telemetry(settings)
        ENDING.in_json = logs.written_as() == "json"
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
    logs.drain()
    ENDING.finish(0)


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
    from claimstream.cli.access import bring_up_schema, installed_settings
    from claimstream.cli.console import note
    from claimstream.store.schema import is_newer, newest_revision

    async def work() -> None:
        before, after = await bring_up_schema(installed_settings())
        if is_newer(after):
            note(f"schema {after}, of a later release than this one (which needs {newest_revision()}): nothing to do")
        else:
            note(f"schema {after}" + (", as before" if before == after else f", was {before or 'empty'}"))

    _run(work())


@app.command()
def setup() -> None:
    """Create the Pub/Sub topics and subscriptions that are missing. What exists is left as it is."""
    from claimstream.cli.access import installed_settings
    from claimstream.cli.console import note
    from claimstream.topics import connect_pubsub, ensure_topics

    async def work() -> None:
        settings = installed_settings()
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
    from claimstream.cli.access import installed_settings
    from claimstream.cli.load import load_file

    async def work() -> None:
        await load_file(world, installed_settings(), clients=clients)

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


app.command("emails")(email_commands.emails)
app.command("report")(report_commands.report)
app.command("replay")(replay_commands.replay)
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
    model: Annotated[
        ModelName | None,
        typer.Option("--model", help="Let a stand-in answer what the cases' model.json leaves open."),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page that shows each miss.", dir_okay=False),
    ] = None,
    use: UseOption = None,
) -> None:
    """Score a folder of cases: wrong writes first, then what a person had to do (docs/evaluation.md).

    Runs on an embedded stack, and reads neither .env nor the environment, except for what --use names: with
    --use ANTHROPIC_API_KEY the real model is asked. Status 0 when there is no wrong write.
    """
    if page is not None and not page.absolute().parent.is_dir():
        raise typer.BadParameter(f"{page.parent}: no such folder.", param_hint="--html")
    settings = _trial_settings(use)
    from claimstream.cli.evaluate import run_evaluation

    if settings.anthropic_api_key or settings.anthropic_base_url:
        if model is not None:
            raise typer.BadParameter("a stand-in is asked or Claude (--use), not both.", param_hint="--model")
    elif stand_in:
        model = model or ModelName.SILENT
    work = run_evaluation(folder, settings, as_json=as_json, model=model, page=page)
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
    speak_plainly(app)
    try:
        app(in_order(sys.argv[1:]))
    finally:
        close_streams()
