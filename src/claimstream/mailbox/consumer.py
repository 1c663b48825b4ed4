"""Notifications off the subscription: every one ends, none for ever."""

import hashlib

from claimstream.domain.records.work import Mailbox
from claimstream.external.errors import Outage, Refused, Throttled
from claimstream.mailbox.notification import MalformedNotificationError, read_notification
from claimstream.mailbox.ports import Rejects
from claimstream.mailbox.sync import MailboxSync
from claimstream.pubsub import Ack, Message, Outcome, Retry
from claimstream.telemetry import metrics
from claimstream.telemetry.correlation import correlated
from claimstream.telemetry.logs import get_logger
from claimstream.telemetry.tracing import CORRELATION_ATTRIBUTE, ack_span, consumer_span

log = get_logger(__name__)

_HELD_SECONDS = 60.0
"""The longest that a notification waits for Gmail to take calls for its mailbox again."""
_LAG_SECONDS = 1.5
_MOST_LOOKS = 3
"""History lags a push by 1 to 3 s at most, as seen by users of the API; after that the next poll finds it."""


def lane_of(message: Message) -> str:
    """The mailbox that a notification is about. Raises :class:`MalformedNotificationError`."""
    return read_notification(message.data).email_address


class NotificationConsumer:
    def __init__(
        self, sync: MailboxSync, mailboxes: Rejects, *, destination: str, outage_wait_seconds: float = 5.0
    ) -> None:
        self._sync = sync
        self._mailboxes = mailboxes
        self._destination = destination
        self._outage_wait_seconds = outage_wait_seconds
        self._looks: dict[str, tuple[int, int]] = {}
        """By message: how often it was looked for, and up to which history id."""

    async def handle(self, message: Message) -> Outcome:
        """Acknowledged once the rows are durable and their messages confirmed, or what was wrong is recorded."""
        correlation_id = message.attributes.get(CORRELATION_ATTRIBUTE) or _correlation_id(message)
        with (
            correlated(correlation_id),
            consumer_span(
                "subscribe",
                self._destination,
                message.attributes,
                subscription=message.subscription,
                message_id=message.id,
                delivery_attempt=message.delivery_attempt,
                body_size=len(message.data),
            ) as span,
        ):
            try:
                outcome = await self._handle(message)
            except Outage as outage:
                metrics.error_occurred(outage, stage="sync", error_class="outage")
                log.log(outage.log_level, "notification_waits", service=outage.service, operation=outage.operation)
                seconds = max(outage.retry_after_seconds or 0.0, self._outage_wait_seconds)
                span.add_event("waits", {"seconds": seconds, "reason": f"{outage.service} is not available"})
                return Retry(seconds, rerun=True)
            if isinstance(outcome, Ack):
                settled = ack_span(self._destination, subscription=message.subscription, message_id=message.id)
                return Ack(on_result=settled)
            return outcome

    async def _handle(self, message: Message) -> Outcome:
        try:
            notification = read_notification(message.data)
        except MalformedNotificationError as error:
            return await self._reject(message, f"malformed: {error}")
        mailbox = await self._mailboxes.named(notification.email_address)
        if mailbox is None:
            return await self._reject(message, "unknown mailbox: it belongs to no tenant")
        if mailbox.disabled_reason is not None:
            log.warning("notification_of_disabled_mailbox", reason=mailbox.disabled_reason)
            return Ack()
        try:
            return await self._look(message.id, mailbox, notification.history_id)
        except Throttled as throttled:
            if (seconds := throttled.retry_after_seconds or 0.0) <= _HELD_SECONDS:
                raise
            # Held for longer, one mailbox's notifications would take the places of all others': a poll looks then.
            log.warning("notification_waits", service=throttled.service, operation=throttled.operation)
            await self._mailboxes.poll_again(mailbox.address, in_seconds=seconds)
            return Ack()
        except Refused as refusal:
            # Asking again brings the same answer, and the poll looks again anyway: do not go round in circles.
            metrics.error_occurred(refusal, stage="sync", error_class="refused")
            log.error("mailbox_refused", operation=refusal.operation, status=refusal.status)
            return await self._reject(message, f"{refusal.service} refused {refusal.operation}: {refusal.status}")

    async def _look(self, message_id: str, mailbox: Mailbox, promised: int) -> Outcome:
        looks, promised = self._looks.pop(message_id, (0, promised))
        synced = await self._sync.sync(mailbox, promised=promised)
        looks += 1
        if synced.lagging is not None and looks < _MOST_LOOKS:
            self._looks[message_id] = looks, synced.lagging
            return Retry(_LAG_SECONDS, rerun=True)
        return Ack()

    async def _reject(self, message: Message, reason: str) -> Outcome:
        log.error("notification_rejected", reason=reason, message_id=message.id)
        await self._mailboxes.reject_notification(
            subscription=message.subscription, pubsub_id=message.id, reason=reason, data=message.data
        )
        return Ack()


def _correlation_id(message: Message) -> str:
    """The same each time the message is handled, so that all of it is one trace."""
    return hashlib.sha256(f"{message.subscription}/{message.id}".encode()).hexdigest()[:32]
