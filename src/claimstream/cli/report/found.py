"""Finding the report of one email, in the database or in what the last demo left."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from claimstream.cli.access import a_door, open_database, settings_to_show
from claimstream.cli.demo import last as last_demo
from claimstream.cli.email_ids import ENOUGH, NotOneEmailError, the_one
from claimstream.cli.report import words
from claimstream.domain.records.replay import EarlierRun
from claimstream.domain.records.review import ReviewItem
from claimstream.domain.records.work import EmailSummary, Waited
from claimstream.pipeline.report import VERSION, ProcessingReport
from claimstream.store.emails import EmailStore
from claimstream.store.reviews import ReviewStore
from claimstream.store.runs import RunStore

_EARLIER_RUN = TypeAdapter(EarlierRun)
_REVIEW = TypeAdapter(ReviewItem)


class NoReportError(Exception):
    """There is nothing to show. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class FoundReport:
    email: EmailSummary
    text: str
    """JSON, as it was written."""
    jaeger_ui_url: str | None
    runs: tuple[EarlierRun, ...] = ()
    """All runs but the newest, whichever this report is of."""
    review: ReviewItem | None = None
    """What a person has decided, or is to decide, of the newest run; None where the report is of another."""

    def report(self) -> ProcessingReport:
        """Raises NoReportError when a newer claimstream wrote it."""
        version = json.loads(self.text)["version"]
        if version > VERSION:
            raise NoReportError(
                f"this report is of version {version}, and this claimstream reads up to {VERSION}. "
                "Use the claimstream that the workers run, or --json."
            )
        return ProcessingReport.model_validate_json(self.text)

    def json(self) -> str:
        """In the order of the record's fields; of a newer version, as it is."""
        try:
            report: dict[str, Any] = self.report().model_dump(mode="json")
        except NoReportError:
            report = json.loads(self.text)
        link = words.jaeger_trace(report.get("trace_id"), self.jaeger_ui_url)
        beside: dict[str, Any] = {"trace_url": link} if link else {}
        if self.runs:
            beside["earlier_runs"] = [_EARLIER_RUN.dump_python(run, mode="json") for run in self.runs]
        if self.review is not None:
            beside["review"] = _REVIEW.dump_python(self.review, mode="json")
        return json.dumps(report | beside, ensure_ascii=False, indent=2)


async def find_report(wanted: str, *, run: int | None = None) -> FoundReport:
    """By any of an email's ids; of the newest run, or of ``run``. Raises NoReportError."""
    settings = settings_to_show(also_ended=True)
    waits: tuple[Waited, ...] = ()
    written: tuple[str, datetime] | None = None
    runs: tuple[EarlierRun, ...] = ()
    review: ReviewItem | None = None
    if settings.database_url is None and last_demo.has_ended():
        email = _one(wanted, last_demo.called(wanted))
        text = last_demo.saved_report(email.email_id)
    else:
        async with a_door() as door, open_database(settings, door) as database:
            store, run_store = EmailStore(database), RunStore(database)
            email = _one(wanted, await store.called(wanted, limit=ENOUGH))
            text = await store.report(email.email_id)
            runs = await run_store.earlier(email.email_id)
            if run is None or run == email.run:
                review = await ReviewStore(database).of_email(email.email_id)
            if text is None:
                waits, written = await store.waits(email.email_id), await store.last_written(email.email_id)
            if run is not None and run < email.run:
                text = await run_store.report(email.email_id, run)
    if run is not None and run > email.run:
        raise NoReportError(f"email {email.email_id} has no run {run}: its newest is run {email.run}.")
    if run is not None:
        email = next((earlier.email for earlier in runs if earlier.run == run), email)
    if text is None:
        raise NoReportError(_why_none(email, waits, written))
    return FoundReport(email, text, settings.jaeger_ui_url, runs, review)


def _one(wanted: str, found: Sequence[EmailSummary]) -> EmailSummary:
    try:
        return the_one(wanted, found)
    except NotOneEmailError as error:
        raise NoReportError(str(error)) from None


def _why_none(email: EmailSummary, waits: tuple[Waited, ...], written: tuple[str, datetime] | None) -> str:
    if email.status == "settled":
        return f"email {email.email_id} was settled at {email.settled_at} without a report: see the log of that moment."
    if email.status == "new" and email.replayed_at is not None:
        tried = f"put back at {words.moment(email.replayed_at)}, nobody has begun with it again"
    else:
        tried = f"in work, attempt {email.attempt}" if email.attempt else "new, nobody has begun with it"
    if email.status == "in_work":
        since = f"{written[0]} at {words.moment(written[1])}" if written else "nothing yet"
        tried += f"; done with: {since}"
    if email.run > 1:
        tried += f". Before that: --run {email.run - 1}"
    waiting = "".join(f" Waited for {words.wait(wait)}." for wait in waits)
    return f"email {email.email_id} has no report yet, it is not settled: {tried}.{waiting}"
