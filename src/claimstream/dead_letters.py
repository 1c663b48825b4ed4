"""The dead-letter topic: what is put there, what lies there, and how it comes back into work.

It holds what cannot even be recorded (the consumers' ``DeadLetter``), and what Pub/Sub itself gave up after too many
deliveries. Its subscription keeps each message until it is redriven.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from claimstream.external import grpc_errors
from claimstream.external.door import Service
from claimstream.external.errors import ExternalError, NotFound
from claimstream.pubsub import Message, PubSubError, Pulled, Puller
from claimstream.pubsub.limits import MAX_ATTRIBUTE_VALUE_BYTES, MAX_ATTRIBUTES, attribute_complaint
from claimstream.telemetry.tracing import CORRELATION_ATTRIBUTE

T = TypeVar("T")

REASON = "claimstream.reason"
_SUBSCRIPTION = "claimstream.subscription"
_ATTEMPT = "claimstream.delivery_attempt"
_GOOGLE = "CloudPubSubDeadLetterSource"
"""Begins the attributes that Pub/Sub adds (https://cloud.google.com/pubsub/docs/handling-failures)."""

_LEASE_SECONDS = 60
_EXTEND_AFTER_SECONDS = 20.0
_AT_ONCE = 100
_PULL_SECONDS = 2.0
_ATTRIBUTES = {"rpc.system.name": "grpc"}


def buried(message: Message, reason: str) -> dict[str, str]:
    """The attributes under which a message goes to the dead-letter topic: its own, why, and where it comes from.

    What does not fit is left out: a message that could not be published would come again for ever.
    """
    fitting = reason.encode(errors="replace")[:MAX_ATTRIBUTE_VALUE_BYTES].decode(errors="ignore")
    said = {REASON: fitting, _SUBSCRIPTION: message.subscription.rpartition("/")[2]}
    if message.delivery_attempt is not None:
        said[_ATTEMPT] = str(message.delivery_attempt)
    own = {
        name: value
        for name, value in message.attributes.items()
        if name not in said and attribute_complaint(name, value) is None
    }
    return said | dict(list(own.items())[: MAX_ATTRIBUTES - len(said)])


class _EmailMessage(BaseModel):
    model_config = ConfigDict(extra="ignore")

    email_id: str = Field(min_length=1, max_length=200)


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """A message of the dead-letter topic."""

    message_id: str
    """On the dead-letter topic; the service gives a new one with each publishing."""
    published_at: datetime
    """On the dead-letter topic."""
    reason: str
    email_id: str | None
    """None: the message names none."""
    correlation_id: str | None
    delivery_attempts: int | None
    source_subscription: str | None
    """Short name; None where nobody wrote it down."""
    size: int
    """Bytes, attributes included."""
    attributes: Mapping[str, str]
    data: bytes

    @classmethod
    def of(cls, message: Message) -> Self:
        attributes = message.attributes
        count = attributes.get(f"{_GOOGLE}DeliveryCount", attributes.get(_ATTEMPT, ""))
        attempts = int(count) if count.isdecimal() else None
        given_up = f"Pub/Sub gave up after {attempts} deliveries" if f"{_GOOGLE}DeliveryCount" in attributes else ""
        try:
            email_id = _EmailMessage.model_validate_json(message.data).email_id
        except ValidationError:
            email_id = None
        return cls(
            message_id=message.id,
            published_at=message.publish_time,
            reason=attributes.get(REASON) or given_up or "unknown: somebody else published it here",
            email_id=email_id,
            correlation_id=attributes.get(CORRELATION_ATTRIBUTE),
            delivery_attempts=attempts,
            source_subscription=attributes.get(f"{_GOOGLE}Subscription") or attributes.get(_SUBSCRIPTION),
            size=message.size,
            attributes=attributes,
            data=message.data,
        )

    @property
    def own_attributes(self) -> dict[str, str]:
        """What it had before it died, its trace context and correlation id among them."""
        ours = {REASON, _SUBSCRIPTION, _ATTEMPT}
        return {k: v for k, v in self.attributes.items() if k not in ours and not k.startswith(_GOOGLE)}

    def is_called(self, wanted: Collection[str]) -> bool:
        """Whether one of these is its message, email or correlation id."""
        return not {self.message_id, self.email_id, self.correlation_id}.isdisjoint(wanted)


class DeadLetters:
    """A look into the dead-letter subscription. ``async with``: what was looked at is released at the end.

    Every method raises ExternalError.
    """

    def __init__(self, puller: Puller, service: Service) -> None:
        """
        Args:
            puller: of the dead-letter subscription, without retries of its own.
            service: Pub/Sub's door, which tries again.
        """
        self._puller = puller
        self._service = service
        self._held: dict[str, str] = {}
        """Ack id by message id: they stay ours, so that no second pull brings them again."""
        self._extended_at = time.monotonic()
        self.more = False
        """Whether :meth:`each` has ended before the last one."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        held, self._held = list(self._held.values()), {}
        if held:
            with suppress(ExternalError):  # their leases end by themselves
                await self._call("release", lambda: self._puller.release(held))

    async def look(self, most: int) -> list[DeadMessage]:
        """Up to so many that were not seen before, and at most 100; empty when there are no more.

        What somebody else looks at does not show, for up to a minute.
        """
        while True:
            await self._keep()
            pulled = await self._call(
                "pull", lambda: self._puller.pull(min(most, _AT_ONCE), wait_seconds=_PULL_SECONDS)
            )
            if not pulled:
                return []
            fresh = self._hold(pulled)
            await self._extend([one.ack_id for one in pulled])
            if fresh:
                return fresh

    def _hold(self, pulled: Sequence[Pulled]) -> list[DeadMessage]:
        known = set(self._held)
        self._held |= {one.message.id: one.ack_id for one in pulled}
        return [DeadMessage.of(one.message) for one in pulled if one.message.id not in known]

    async def _keep(self) -> None:
        if self._held and time.monotonic() - self._extended_at > _EXTEND_AFTER_SECONDS:
            await self._extend(list(self._held.values()))
            self._extended_at = time.monotonic()

    async def _extend(self, ack_ids: Sequence[str]) -> None:
        await self._call("extend", lambda: self._puller.extend(ack_ids, _LEASE_SECONDS))

    async def each(self, most: int) -> AsyncIterator[list[DeadMessage]]:
        """Portions of all there are, up to ``most``; :attr:`more` then says whether that is all."""
        seen, self.more = 0, False
        while seen < most and (found := await self.look(most - seen)):
            seen += len(found)
            yield found
        self.more = seen >= most and bool(await self.look(1))

    async def remove(self, messages: Sequence[DeadMessage]) -> None:
        """Acknowledge what was looked at here: it is gone for good."""
        ids = [self._held[message.message_id] for message in messages]
        if ids:
            await self._call("acknowledge", lambda: self._puller.acknowledge(ids))
        for message in messages:
            del self._held[message.message_id]

    async def _call(self, operation: str, call: Callable[[], Awaitable[T]]) -> T:
        async def once() -> T:
            try:
                return await call()
            except PubSubError as error:
                if error.code == "NOT_FOUND":
                    advice = f"{error.resource} is not there. Create it: claimstream setup"
                    raise NotFound(grpc_errors.SERVICE, operation, advice, status=error.code) from error
                raise grpc_errors.by_status(error.code) from error

        return await self._service.call(operation, once, attributes=_ATTRIBUTES)
