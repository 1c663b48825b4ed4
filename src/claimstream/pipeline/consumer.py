"""Emails off the subscription: one message is one email, and its lease is kept while the email waits for a service."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from claimstream.domain.records.work import LANE
from claimstream.pipeline.runner import Postponed, Runner, Settled, Shelved, Unknown
from claimstream.pubsub import Ack, DeadLetter, Message, Outcome, Retry
from claimstream.telemetry.logs import get_logger
from claimstream.telemetry.tracing import ack_span, consumer_span

log = get_logger(__name__)


class _EmailMessage(BaseModel):
    model_config = ConfigDict(extra="ignore")

    email_id: str = Field(pattern=r"^\P{Cc}+$", max_length=200)


def lane_of(message: Message) -> str:
    """Whose email it is; "" where the message does not say."""
    return message.attributes.get(LANE, "")


class EmailConsumer:
    def __init__(self, runner: Runner, *, destination: str) -> None:
        self._runner = runner
        self._destination = destination

    async def handle(self, message: Message) -> Outcome:
        """Acknowledged once the email is settled, or waits in the database; waiting costs no delivery attempt."""
        with consumer_span(
            "subscribe",
            self._destination,
            message.attributes,
            subscription=message.subscription,
            message_id=message.id,
            delivery_attempt=message.delivery_attempt,
            body_size=len(message.data),
        ) as span:
            try:
                email_id = _EmailMessage.model_validate_json(message.data).email_id
            except ValidationError:
                # Nothing of ours writes such a message, and no row can be found for it.
                log.error("email_message_malformed", message_id=message.id)
                return DeadLetter("malformed message: no email_id")
            processed = await self._runner.process(email_id)
            if isinstance(processed, Unknown):
                return DeadLetter("unknown email: no row has this email_id")
            if not isinstance(processed, Settled | Shelved):
                span.add_event("waits", {"seconds": processed.seconds, "reason": processed.reason})
            if isinstance(processed, Settled | Shelved | Postponed):
                settled = ack_span(self._destination, subscription=message.subscription, message_id=message.id)
                return Ack(on_result=settled)
            return Retry(processed.seconds, rerun=True)
