"""``claimstream demo``: the main job on the sample mail, on the embedded stack."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape

from claimstream.app import App, utc_now
from claimstream.cli.console import Trimmed, command, err, note, out, progress, write_document
from claimstream.cli.demo import last as last_demo
from claimstream.cli.tables import emails_table, seconds_of
from claimstream.cli.words import without_mail
from claimstream.domain.records.decision import ReviewReason
from claimstream.domain.records.work import EmailSummary
from claimstream.evaluation.case import Case, CaseFolder, load_cases
from claimstream.evaluation.desk import changes_since, consolidated_of, load_world, of_email
from claimstream.evaluation.observed import Change, observe
from claimstream.evaluation.own_stores import own_stores
from claimstream.evaluation.score import Score, score
from claimstream.local.claude.script import read_scripts
from claimstream.local.stack import LocalStack, as_environment
from claimstream.monitoring import start_telemetry
from claimstream.pipeline.report import ProcessingReport
from claimstream.settings import Settings
from claimstream.topics import ensure_topics

_LONGEST_SECONDS = 300.0
"""Then the demo has failed: it takes a fraction of it."""
_POLL_SECONDS = 0.2
_OF_OTHER_COMMANDS = (
    *("database_url", "mongodb_url", "mongodb_database", "storage_emulator_host", "gcs_bucket"),
    *("pubsub_emulator_host", "google_cloud_project", "jaeger_ui_url"),
)
"""Settings that other commands need to reach a running demo, whether it embeds the server or not."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    emails: list[EmailSummary]
    """In the order of the cases."""
    cases: dict[str, str]
    """Case by email id."""
    delivered: int
    """Mails put into the mailboxes."""
    score: Score
    stray: list[Change]
    """Changes that no email of this run accounts for: wrong by definition."""
    seconds: float
    stopped: dict[str, str]
    """Case → why the witness stopped its write, with its words."""

    @property
    def unsettled(self) -> int:
        return self.delivered - sum(email.delivered for email in self.emails)

    @property
    def wrong_writes(self) -> int:
        return self.score.wrong_writes + len(self.stray)

    @property
    def good(self) -> bool:
        return self.unsettled == 0 and self.wrong_writes == 0


async def run_demo(settings: Settings, *, samples: Path, as_json: bool, keep: bool) -> bool:
    """Run it and print it. True if every mail was settled and nothing was written wrongly."""
    demo = asyncio.create_task(_demo(settings, samples, as_json=as_json, keep=keep))
    try:
        return await asyncio.shield(demo)
    except asyncio.CancelledError:
        if not demo.done():  # Ctrl-C before the worker listens to it: said now, not when all is closed
            _say_that_it_ends()
            demo.cancel()
            await asyncio.gather(demo, return_exceptions=True)
        raise


async def _demo(settings: Settings, samples: Path, *, as_json: bool, keep: bool) -> bool:
    folder = load_cases(samples)
    if folder.left_out:
        note(without_mail(folder.left_out))
    if "log_level" not in settings.model_fields_set:
        # The table is the result; what the log would say stands in the reports and traces.
        settings = settings.model_copy(update={"log_level": "ERROR", "log_format": settings.log_format or "console"})
    started = time.monotonic()
    note(f"Starting the local stack and {len(folder.cases)} sample mails …")
    async with LocalStack(settings, scripts=list(read_scripts(samples))) as stack:
        telemetry = start_telemetry(stack.settings, from_file=False)
        try:
            now = folder.world.now
            async with (
                own_stores(stack.settings, "demo") as own,
                App(own, clock=(lambda: now) if now else utc_now) as app,
            ):
                _say_what_runs(stack, own)
                result = await _work(app, stack, folder, started, keep=keep, as_json=as_json)
        finally:
            await telemetry.aclose(10.0)
    return result.good


async def _work(
    app: App, stack: LocalStack, folder: CaseFolder, started: float, *, keep: bool, as_json: bool
) -> DemoResult:
    await load_world(app, folder.world)
    await ensure_topics(app.settings, await app.connect())
    running = asyncio.Event()
    worker = asyncio.create_task(app.run(started=running.set))
    told = asyncio.create_task(_say_when_told_to_stop(app))
    try:
        await _unless_over(worker, running.wait())
        cases = {await stack.gmail.deliver(case.mailbox, case.raw): case for case in folder.cases}
        await _unless_over(worker, _watch_progress(app, cases))
        result = await _collect(app, folder, cases, time.monotonic() - started)
        await _save(app, result.emails)
        _print_json(result) if as_json else _print(result, stack, keep=keep)
        if keep and not worker.done():
            await _keep(stack, app.settings, worker)
            await _save(app, await app.emails.recent(limit=1000))  # mail of one's own, too
    finally:
        told.cancel()
        app.stop()
        await worker
    return result


async def _say_when_told_to_stop(app: App) -> None:
    await app.told_to_stop()
    _say_that_it_ends()


def _say_that_it_ends() -> None:
    note("Ending the worker and the local stack …")


async def _save(app: App, emails: list[EmailSummary]) -> None:
    reports = {e.email_id: text for e in emails if (text := await app.emails.report(e.email_id))}
    last_demo.save_results(emails, reports)


async def _unless_over(worker: asyncio.Task[None], work: Any) -> None:
    """Wait for ``work``, but not for a worker that has failed meanwhile: then raise what it raised."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({worker, task}, return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        worker.result()
        raise asyncio.CancelledError  # it was told to stop: Ctrl-C
    task.result()


async def _watch_progress(app: App, cases: dict[str, Case]) -> None:
    """Until every mail is settled and delivered, or it has taken too long."""
    ids, total = list(cases), len(cases)
    deadline = time.monotonic() + _LONGEST_SECONDS
    said = 0
    with progress("reading mail", "{task.fields[routes]}") as bar:
        task = bar.add_task("mail", total=total, routes="")
        while time.monotonic() < deadline:
            emails = await app.emails.by_gmail_ids(ids)
            done = [email for email in emails if email.delivered]
            routes = Counter(str(email.route) for email in done)
            bar.update(task, completed=len(done), routes="  ".join(f"{r} {n}" for r, n in sorted(routes.items())))
            if not err.is_terminal and (len(done) >= said + 10 or len(done) == total) and len(done) > said:
                said = len(done)
                note(f"settled {said} of {total}")
            if len(done) == total:
                return
            await asyncio.sleep(_POLL_SECONDS)


async def _collect(app: App, folder: CaseFolder, cases: dict[str, Case], seconds: float) -> DemoResult:
    by_gmail_id = {email.gmail_id: email for email in await app.emails.by_gmail_ids(list(cases))}
    emails = [by_gmail_id[gmail_id] for gmail_id in cases if gmail_id in by_gmail_id]
    changes = await changes_since(app, folder.world)
    judged = [
        (
            cases[email.gmail_id],
            observe(email, await consolidated_of(app, email.email_id), of_email(changes, email), world=folder.world),
        )
        for email in emails
    ]
    known = {email.email_id for email in emails}
    return DemoResult(
        emails=emails,
        cases={email.email_id: cases[email.gmail_id].name for email in emails},
        delivered=len(cases),
        score=score(judged, folder.world),
        stray=[change for change in changes if not known.intersection(change.email_ids)],
        seconds=seconds,
        stopped={cases[email.gmail_id].name: await _why(app, email) for email in emails if _is_stopped(email)},
    )


def _is_stopped(email: EmailSummary) -> bool:
    return email.review_reason == ReviewReason.WITNESS_DISAGREES


async def _why(app: App, email: EmailSummary) -> str:
    text = await app.emails.report(email.email_id)
    return "" if text is None else ProcessingReport.model_validate_json(text).decision.why


def _say_what_runs(stack: LocalStack, own: Settings) -> None:
    parts = {
        "PostgreSQL": ("PostgreSQL", stack.postgres),
        "MongoDB": ("MongoDB (SecantusDB)", stack.mongo),
        "GCS": ("fake-gcs-server", stack.gcs),
        "SMTP": ("SMTP", stack.smtp),
        "Pub/Sub": ("Pub/Sub", stack.pubsub),
        "Claude": ("a scripted stand-in for Claude", stack.claude),
        "a collector": ("OTLP receiver", stack.otlp),
        "Gmail": ("Gmail", stack.gmail),
    }
    embedded = [name for name, part in parts.values() if part is not None]
    yours = [name for name, (_, part) in parts.items() if part is None]
    note(f"Embedded: {', '.join(embedded)}.")
    if yours:
        place = f" In databases: {own.mongodb_database} alone, dropped at the end."
        note(f"Yours: {', '.join(yours)}.{place if {'PostgreSQL', 'MongoDB'} & set(yours) else ''}")


def _print(result: DemoResult, stack: LocalStack, *, keep: bool) -> None:
    out.print()
    out.print(Trimmed(emails_table(result.emails, width=out.width)))
    routes = Counter(str(email.route) for email in result.emails)
    times = sorted(s for email in result.emails if (s := seconds_of(email)) is not None)
    out.print()
    out.print(
        f"{len(result.emails)} of {result.delivered} mails settled in {result.seconds:.1f} s"
        + (f", half of them within {times[len(times) // 2]:.1f} s" if times else "")
        + f": {', '.join(f'{count} {route}' for route, count in sorted(routes.items()))}."
    )
    style = "bold green" if result.wrong_writes == 0 else "bold red"
    out.print(f"[{style}]Wrong writes: {result.wrong_writes}[/] (against expected.json of each case)")
    for verdict in result.score.verdicts:
        for wrong in verdict.wrong_writes:
            out.print(f"  {verdict.case}: {wrong}", style="red", markup=False)
    for change in result.stray:
        out.print(f"  [red]{change.client_id}/{change.creditor_id} changed by no mail of this run[/]")
    if result.stopped:
        out.print(f"Stopped by the model as a witness: {len(result.stopped)}")
        for case, why in result.stopped.items():
            out.print(f"  {case}: {why}", style="dim", markup=False)
    missed = [v for v in result.score.verdicts if v.missed_write]
    if missed:
        out.print(f"Missed writes: {len(missed)} ({', '.join(v.case for v in missed)})")
    if result.unsettled:
        again = f"LOG_LEVEL=INFO {escape(command())} demo --use LOG_LEVEL"
        out.print(f"[bold red]Not settled: {result.unsettled}[/]. Look at the log: {again}")
    mistaken = [v for v in result.score.verdicts if v.mistakes]
    if mistaken:
        out.print(f"Otherwise not as expected: {len(mistaken)} of {len(result.score.verdicts)}")
        for verdict in mistaken:
            out.print(f"  {verdict.case}: {'; '.join(verdict.mistakes)}", style="dim", markup=False)
    _print_next_steps(result, stack, keep=keep)


def _print_next_steps(result: DemoResult, stack: LocalStack, *, keep: bool) -> None:
    if not result.emails:
        return
    example = next((e for e in result.emails if e.route == "UPDATE_AND_NOTIFY"), result.emails[0])
    me = escape(command())
    out.print("\n[bold]Where to look next[/]")
    out.print(f"  {me} --demo report {example.email_id[:8]}   what was read in one mail, where it stands, and why")
    if keep:
        if stack.otlp is not None:
            out.print(f"  {stack.otlp.page_url}   every mail as a waterfall, from notification to final write")
            out.print(f"  {stack.otlp.page_url}trace/{example.trace_id}   the same mail's trace")
        out.print(f"  {me} send FILE.eml   put a mail of your own into a mailbox")
        out.print(f"  {me} --demo emails   what became of it")
        out.print(f"  {me} --demo review   what waits for a person: look at it, and decide")
        out.print("Everything keeps running. End it with Ctrl-C.")
    else:
        out.print(f"  {me} demo --keep   leaves it running: traces in the browser, and mail of your own")


def _print_json(result: DemoResult) -> None:
    emails: Sequence[dict[str, Any]] = [
        {
            "email_id": email.email_id,
            "case": result.cases[email.email_id],
            "subject": email.subject,
            "intent": email.intent,
            "matched_by": email.matched_by,
            "inquiry_id": email.inquiry_id,
            "old_amount": None if email.old_amount is None else str(email.old_amount),
            "new_amount": None if email.new_amount is None else str(email.new_amount),
            "route": email.route,
            "review_reason": email.review_reason,
            "confidence": email.confidence,
            "seconds": seconds_of(email),
            "trace_id": email.trace_id,
            "correlation_id": email.correlation_id,
            "settled": email.delivered,
        }
        for email in result.emails
    ]
    document = {
        "emails": emails,
        "wrong_writes": result.wrong_writes,
        "missed_writes": result.score.missed_writes,
        "stopped_by_the_witness": result.stopped,
        "unsettled": result.unsettled,
        "seconds": round(result.seconds, 3),
    }
    write_document(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


async def _keep(stack: LocalStack, own: Settings, worker: asyncio.Task[None]) -> None:
    last_demo.announce(as_environment(own, {*stack.embedded, *_OF_OTHER_COMMANDS}))
    try:
        await asyncio.wait({worker})
    finally:
        last_demo.withdraw()
