"""Deliver: what the final transaction decided is done to MongoDB and by mail, in order, each effect once.

The same function serves an email that has just been committed and the leftovers that maintenance finds later.
"""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

from opentelemetry import trace

from claimstream.cancellation import raise_if_cancelled
from claimstream.domain.records.base import Record
from claimstream.domain.records.decision import ClientUpdate, GuardDecision, ReviewReason, Thresholds
from claimstream.domain.records.notification import Notification
from claimstream.domain.records.work import HELD_SECONDS, Delivered, NewerPayloadError, OutboxRow
from claimstream.domain.rules.guards import amount_may_replace
from claimstream.external.errors import BreakerOpen, ExternalError, Outage, Refused, Throttled, Unauthorised
from claimstream.pipeline.alone import why_it_fails_alone
from claimstream.pipeline.services import Rules, Services
from claimstream.telemetry import metrics, sentry
from claimstream.telemetry.correlation import correlated
from claimstream.telemetry.logs import get_logger
from claimstream.telemetry.tracing import consumer_span, record_error

log = get_logger(__name__)

_KINDS = ("client_update", "notification")
_UPDATES_AT_ONCE = 20
"""The number of clients whose updates are written side by side. Mails go out one by one, so that those of emails that
have just been settled find the mail server free."""
_ENDS_THE_PASS = (BreakerOpen, Throttled, Unauthorised)
"""The outages that every other row would meet too. Any other may be one row's own."""
_LONGEST_WAIT_SECONDS = 600.0
_NOTE_AGAIN_SECONDS = 1.0
_BUSY_SECONDS = 5.0
"""For which a notification is put off that would only wait for its turn at the mail server."""
_NEWER_SECONDS = 30.0
"""For which a row of a newer version is left alone, by those who know it too: so not for long."""
_MOST_DEFECTS = 3
"""Of one row, ten minutes apart: after them a person gets it."""


class Deliveries(Record):
    done: tuple[str, ...] = ()
    """``applied``, ``sent``, … in order."""
    waiting: int = 0
    """Rows that an outage, a slow mail server or a newer version held up: maintenance delivers them."""


async def deliver(services: Services, rules: Rules, *, email_id: str, rows: int | None = None) -> Deliveries:
    """Deliver what one email left in the outbox, as part of its own trace; then what waited for it.

    Args:
        rows: how many it left, where that is known: then nobody need look whether there is one more.
    """
    done: list[str] = []
    while rows is None or len(done) < rows:
        row = await services.outbox.take(email_id=email_id, seconds=HELD_SECONDS)
        if row is None:
            break
        if row.kind == "notification" and _mail_is_busy(services):
            # The email has its place in the pipeline until it ends here: a slow mail server would take them all.
            await services.outbox.failed(row, "the mail server is busy", retry_in_seconds=_BUSY_SECONDS)
            log.info("delivery_waits", outbox_id=row.outbox_id, service="smtp", seconds=_BUSY_SECONDS)
            return Deliveries(done=tuple(done), waiting=1)
        try:
            result = await _deliver_row(row, services, rules)
        except Outage:
            result = None
        if result is None:
            return Deliveries(done=tuple(done), waiting=1)
        done.append(result)
        if row.kind == "client_update":
            await _deliver_behind(row, services, rules)
    return Deliveries(done=tuple(done))


async def _deliver_behind(done: OutboxRow, services: Services, rules: Rules) -> None:
    """Later rows of the same client: their own emails found them held up by this one, and have gone. Updates first,
    since somebody else's mail may take long."""
    found = 0
    for kind in _KINDS:
        if kind == "notification" and (not found or _mail_is_busy(services)):
            return
        while (row := await services.outbox.take_behind(done, kind=kind, seconds=HELD_SECONDS)) is not None:
            found += 1
            try:
                if await _deliver_in_its_trace(row, services, rules) is None:
                    return
            except Outage:
                return


def _mail_is_busy(services: Services) -> bool:
    return services.mailer is not None and services.mailer.busy


async def deliver_leftovers(services: Services, rules: Rules, *, kind: str | None = None) -> int:
    """Deliver what others left, each row in the trace of its own email, until none may go out any more, or the service
    that they need is down. Returns how many went out.

    Args:
        kind: only ``client_update`` or ``notification``: two services, of which neither is to wait for the other.
    """
    delivered = 0
    for each in _KINDS if kind is None else (kind,):
        at_once = 1  # a service that is down gets no more
        while rows := await services.outbox.take_waiting(kind=each, limit=at_once, seconds=HELD_SECONDS):
            # One row's error ends the pass once the others have ended, too: nobody else would take them for a while.
            work = (_deliver_in_its_trace(row, services, rules) for row in rows)
            results = await asyncio.gather(*work, return_exceptions=True)
            raise_if_cancelled()
            for result in results:
                if isinstance(result, BaseException) and not isinstance(result, Outage):
                    raise result
            went_out = sum(isinstance(result, str) for result in results)
            delivered += went_out
            if any(isinstance(result, _ENDS_THE_PASS) for result in results):
                break
            at_once = _UPDATES_AT_ONCE if went_out and each == "client_update" else 1
    return delivered


async def _deliver_in_its_trace(row: OutboxRow, services: Services, rules: Rules) -> str | None:
    """A row of another email than the one that is worked on here, if any."""
    carrier: dict[str, str] = json.loads(row.trace_context)
    with (
        correlated(row.correlation_id, email_id=row.email_id, tenant_id=row.tenant_id),
        consumer_span("process", "outbox", carrier),
        sentry.email_scope(),
    ):
        return await _deliver_row(row, services, rules)


async def _deliver_row(row: OutboxRow, services: Services, rules: Rules) -> str | None:
    """None after giving back a row that only a newer version of us can deliver. Raises Outage after giving it back."""
    try:
        payload = row.payload()
        async with _kept(row, services):
            if isinstance(payload, ClientUpdate):
                result = await _apply(row, payload, services, rules.thresholds)
            else:
                result = await _send(row, payload, services)
    except Outage as outage:
        if (why := await why_it_fails_alone(services, row.email_id, outage)) is not None:
            metrics.error_occurred(outage, stage="deliver", error_class="mail")
            sentry.capture(outage, stage="deliver")
            return await _set_aside(row, services, why)
        wait = min(_LONGEST_WAIT_SECONDS, 5.0 * 2 ** min(row.tries, 7)) * random.uniform(0.5, 1.0)  # noqa: S311
        await services.outbox.failed(row, type(outage).__name__, retry_in_seconds=wait, by_outage=True)
        log.warning("delivery_waits", outbox_id=row.outbox_id, service=outage.service, seconds=round(wait, 1))
        metrics.error_occurred(outage, stage="deliver", error_class="outage")
        waits = {"seconds": wait, "reason": f"{outage.service} is not available"}
        trace.get_current_span().add_event("waits", waits)
        raise
    except NewerPayloadError as newer:
        # No defect: in a rolling update there are workers who know it, and a person would get a good update.
        await services.outbox.failed(row, str(newer), retry_in_seconds=_NEWER_SECONDS)
        log.warning(
            "outbox_row_newer", outbox_id=row.outbox_id, kind=row.kind, version=newer.version, known=newer.known
        )
        waits = {"seconds": _NEWER_SECONDS, "reason": str(newer)}
        trace.get_current_span().add_event("waits", waits)
        return None
    except Exception as error:
        # A defect of ours: the email is settled, so nothing may bring it round again for this. The row waits, loudly.
        kind = type(error).__name__
        defects = await services.outbox.failed_by_defect(row, kind, retry_in_seconds=_LONGEST_WAIT_SECONDS)
        log.error(
            "delivery_failed", outbox_id=row.outbox_id, tries=row.tries, error=type(error).__name__, exc_info=error
        )
        record_error(trace.get_current_span(), error)
        metrics.error_occurred(error, stage="deliver")
        sentry.capture(error, stage="deliver")
        if defects >= _MOST_DEFECTS:
            why = f"It failed {defects} times ({kind}). See the trace and the log."
            return await _set_aside(row, services, why, defects=defects)
        return "failed"
    log.info("delivered", outbox_id=row.outbox_id, result=result, tries=row.tries)
    return result


@asynccontextmanager
async def _kept(row: OutboxRow, services: Services) -> AsyncIterator[None]:
    """Nobody else takes the row meanwhile, however long it takes: a slow mail server would get the mail twice."""

    async def keep() -> None:
        while True:
            raise_if_cancelled()
            await asyncio.sleep(HELD_SECONDS / 3)
            try:
                if not await services.outbox.hold(row, seconds=HELD_SECONDS):
                    return
            except ExternalError:
                continue  # without PostgreSQL nobody else can take it either

    keeper = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def _set_aside(row: OutboxRow, services: Services, why: str, *, defects: int | None = None) -> Delivered:
    """What fails again and again must not hold up the client's later updates for ever."""
    log.error("delivery_set_aside", outbox_id=row.outbox_id, kind=row.kind, tries=row.tries, defects=defects)
    sentry.tell("an outbox row was set aside", level="error", kind=row.kind)
    if row.kind == "client_update":
        reason = ReviewReason.EXTRACTION_ERROR
        said = f"The update could not be written. {why}"
        guard = GuardDecision(guard="delivery", passed=False, reason=reason, confidence=0.0, why=said)
        await services.outbox.to_review(row, Delivered.SET_ASIDE, guard)
    else:
        await services.outbox.done(row, Delivered.SET_ASIDE)
    return Delivered.SET_ASIDE


async def _apply(row: OutboxRow, update: ClientUpdate, services: Services, thresholds: Thresholds) -> Delivered:
    if services.clients is None:
        raise Unauthorised("mongodb", "apply", "MONGODB_URL is not set; the update waits in the outbox")
    refused: list[GuardDecision] = []

    def may_replace(stored: Decimal | None) -> bool:
        assert update.amount is not None
        guard = amount_may_replace(update.amount, stored, confidence=update.amount_confidence, thresholds=thresholds)
        refused[:] = [] if guard.passed else [guard]
        return guard.passed

    try:
        applied = await services.clients.apply(
            update, amount_may_replace=may_replace, correlation_id=row.correlation_id
        )
        result = Delivered(applied.outcome)
    except Refused as refusal:
        # The service does not take it, or (without a status) what is stored cannot be compared with: an amount that is
        # no number. A person has to look.
        log.error("update_refused", outbox_id=row.outbox_id, error=_kind(refusal))
        reason = ReviewReason.CONFLICT if refusal.status is None else ReviewReason.EXTRACTION_ERROR
        refused[:] = [_refusal(update, reason, f"Nothing was written. {refusal}")]
        result = Delivered.REFUSED
    if result is Delivered.OVERTAKEN:
        later = "A reply of this creditor that came later has been written already; this one would undo it."
        refused[:] = [_refusal(update, ReviewReason.CONFLICT, later, guard="order", old=applied.old_amount)]
    if result is Delivered.CHANGED:
        since = "The client's record has changed since it was decided, so nothing was written."
        refused[:] = [_refusal(update, ReviewReason.CONFLICT, since, guard="person", old=applied.old_amount)]
    if result in {Delivered.OVERTAKEN, Delivered.CHANGED, Delivered.REFUSED, Delivered.MISSING}:
        gone = "The client or the creditor is no longer in the firm's records."
        guard = refused[0] if refused else _refusal(update, ReviewReason.NO_MATCH, gone)
        log.info("guard_decided", guard=guard.guard, passed=False, reason=guard.reason, confidence=guard.confidence)
        await services.outbox.to_review(row, result, guard)
    else:
        if update.decided is not None:
            log.info("guard_decided", guard="person", passed=True, reason=None, confidence=update.confidence)
        await services.outbox.done(row, result)
    return result


def _refusal(
    update: ClientUpdate, reason: ReviewReason, why: str, *, guard: str = "amount", old: Decimal | None = None
) -> GuardDecision:
    return GuardDecision(
        guard=guard, passed=False, reason=reason, old=old, new=update.amount, confidence=update.confidence, why=why
    )


async def _send(row: OutboxRow, mail: Notification, services: Services) -> Delivered:
    if services.mailer is None:
        await services.outbox.done(row, Delivered.SKIPPED)
        return Delivered.SKIPPED
    headers = {"X-Correlation-ID": row.correlation_id}
    try:
        await services.mailer.send(mail.to, mail.subject, mail.text, message_id=mail.message_id, headers=headers)
    except Refused as refusal:
        # The update stands: a mail that nobody takes must not undo it, nor be tried for ever.
        log.error("notification_refused", outbox_id=row.outbox_id, error=_kind(refusal))
        await services.outbox.done(row, Delivered.SKIPPED)
        return Delivered.SKIPPED
    await _note_sent(row, services)
    return Delivered.SENT


async def _note_sent(row: OutboxRow, services: Services) -> None:
    """The mail is out. While PostgreSQL is away that is kept in mind, so that nobody sends it again; only when this
    worker no longer holds the row is it given up. Raises Outage then."""
    give_up = time.monotonic() + HELD_SECONDS * 0.6  # it was kept no longer than a third of that ago
    while True:
        try:
            await services.outbox.done(row, Delivered.SENT)
            return
        except Outage:
            if time.monotonic() > give_up:
                raise
        await asyncio.sleep(_NOTE_AGAIN_SECONDS)


def _kind(error: ExternalError) -> str:
    return f"{type(error).__name__} {getattr(error, 'status', '')}".strip()
