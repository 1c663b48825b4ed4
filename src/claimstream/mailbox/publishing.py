"""One message per email to the pipeline, as the root of the email's trace."""

import asyncio
import json

from claimstream.domain.records.work import LANE, UnpublishedEmail
from claimstream.mailbox.ports import Emails, Pace, Publisher
from claimstream.telemetry.correlation import correlated
from claimstream.telemetry.tracing import inject, producer_span, trace_id_hex


class EmailPublishing:
    def __init__(self, emails: Emails, publisher: Publisher, *, destination: str, pace: Pace | None = None) -> None:
        """
        Args:
            destination: the topic's short name, as it stands in the span ``send emails``.
            pace: how many of a mailbox's emails may be given out at a time; None: all of them.
        """
        self._emails = emails
        self._publisher = publisher
        self._destination = destination
        self._pace = pace

    async def publish_unconfirmed(self, mailbox: str | None = None, *, older_than_seconds: float = 0.0) -> int:
        """Publish the rows whose message was never confirmed, as many as the pace allows: the others are left for the
        next time. A second message of one email does no harm."""
        waiting = self._paced(await self._emails.unpublished(mailbox=mailbox, older_than_seconds=older_than_seconds))
        await asyncio.gather(*(self.publish(email) for email in waiting))
        return len(waiting)

    def _paced(self, waiting: list[UnpublishedEmail]) -> list[UnpublishedEmail]:
        """A backfill given out at once would take every place in the pipeline, only to wait there for Gmail's quota."""
        if self._pace is None:
            return waiting
        by_mailbox: dict[str, list[UnpublishedEmail]] = {}
        for email in waiting:
            by_mailbox.setdefault(email.mailbox, []).append(email)
        return [
            email
            for mailbox, emails in by_mailbox.items()
            for email in emails[: self._pace.fetches(mailbox, len(emails))]
        ]

    async def publish(self, email: UnpublishedEmail) -> None:
        """Raises ExternalError; the row then stays unconfirmed."""
        data = json.dumps({"email_id": email.email_id}).encode()
        with (
            correlated(email.correlation_id, email_id=email.email_id, tenant_id=email.tenant_id),
            producer_span(self._destination, body_size=len(data), new_trace=True) as span,
        ):
            attributes: dict[str, str] = {}
            inject(attributes)
            message_id = await self._publisher.publish(data, {**attributes, LANE: email.lane})
            span.set_attribute("messaging.message.id", message_id)
            await self._emails.published(
                email.email_id, trace_context=attributes, trace_id=trace_id_hex(span), run=email.run
            )
