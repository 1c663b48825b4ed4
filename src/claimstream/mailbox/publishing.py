"""One message per email to the pipeline, as the root of the email's trace."""

import asyncio
import json

from claimstream.domain.records.work import UnpublishedEmail
from claimstream.mailbox.ports import Emails, Publisher
from claimstream.telemetry.correlation import correlated
from claimstream.telemetry.tracing import inject, producer_span, trace_id_hex


class EmailPublishing:
    def __init__(self, emails: Emails, publisher: Publisher, *, destination: str) -> None:
        """
        Args:
            destination: the topic's short name, as it stands in the span ``send emails``.
        """
        self._emails = emails
        self._publisher = publisher
        self._destination = destination

    async def publish_unconfirmed(self, mailbox: str | None = None, *, older_than_seconds: float = 0.0) -> int:
        """Publish every row whose message was never confirmed. A second message of one email does no harm."""
        waiting = await self._emails.unpublished(mailbox=mailbox, older_than_seconds=older_than_seconds)
        await asyncio.gather(*(self.publish(email) for email in waiting))
        return len(waiting)

    async def publish(self, email: UnpublishedEmail) -> None:
        """Raises ExternalError; the row then stays unconfirmed."""
        data = json.dumps({"email_id": email.email_id}).encode()
        with (
            correlated(email.correlation_id, email_id=email.email_id, tenant_id=email.tenant_id),
            producer_span(self._destination, body_size=len(data), new_trace=True) as span,
        ):
            attributes: dict[str, str] = {}
            inject(attributes)
            span.set_attribute("messaging.message.id", await self._publisher.publish(data, attributes))
            await self._emails.published(
                email.email_id, trace_context=attributes, trace_id=trace_id_hex(span), run=email.run
            )
