"""Pulling by hand: a look into a subscription, a few messages at a time. Work that goes on belongs to `Subscriber`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from claimstream.pubsub import limits
from claimstream.pubsub.calls import patient_call
from claimstream.pubsub.errors import PubSubError
from claimstream.pubsub.message import Message
from claimstream.pubsub.wire import (
    SUBSCRIBER,
    AcknowledgeRequest,
    Channel,
    Empty,
    ModifyAckDeadlineRequest,
    PullRequest,
    PullResponse,
    UnaryStub,
    is_connected,
    routing,
    unary_stub,
)

_TIMEOUT_SECONDS = 10.0
_RETRY_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Pulled:
    """A message and the id under which it is settled."""

    message: Message
    ack_id: str


class Puller:
    """Unary calls on one subscription: projects/P/subscriptions/S. Every method raises PubSubError.

    Nothing is extended or acknowledged by itself: a message that is not settled within the subscription's ack deadline
    comes again.
    """

    def __init__(self, channel: Channel, subscription: str, *, retry_seconds: float = _RETRY_SECONDS) -> None:
        """`retry_seconds`: how long transient failures are tried again."""
        self.subscription = subscription
        self._channel = channel
        self._retry_seconds = retry_seconds
        self._metadata = routing("subscription", subscription)
        self._pull = unary_stub(channel, SUBSCRIBER, "Pull", PullRequest, PullResponse)
        self._acknowledge = unary_stub(channel, SUBSCRIBER, "Acknowledge", AcknowledgeRequest, Empty)
        self._modify = unary_stub(channel, SUBSCRIBER, "ModifyAckDeadline", ModifyAckDeadlineRequest, Empty)

    async def pull(self, max_messages: int, *, wait_seconds: float = 3.0) -> list[Pulled]:
        """Up to so many messages (1 to 1,000), perhaps fewer than there are. Empty: none came within `wait_seconds`;
        what others hold leased does not show."""
        request = PullRequest(subscription=self.subscription, max_messages=max_messages)
        try:
            response = await self._call(self._pull, request, "pull from", wait_seconds, retry_seconds=0)
        except PubSubError as error:
            # The service waits for a message longer than we do. Only one that has answered can be waiting.
            if error.code == "DEADLINE_EXCEEDED" and is_connected(self._channel):
                return []
            raise
        return [Pulled(Message(raw, self.subscription), raw.ack_id) for raw in response.received_messages]

    async def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """They never come again. One that the service refuses raises once the others are acknowledged."""
        await self._each(
            ack_ids,
            lambda some: self._call(
                self._acknowledge,
                AcknowledgeRequest(subscription=self.subscription, ack_ids=some),
                "acknowledge on",
                _TIMEOUT_SECONDS,
            ),
        )

    async def extend(self, ack_ids: Sequence[str], seconds: int) -> None:
        """They stay ours for `seconds` (1 to 600) from now."""
        await self._modify_deadline(ack_ids, seconds, "extend leases on")

    async def release(self, ack_ids: Sequence[str]) -> None:
        """They may come again at once, to anybody."""
        await self._modify_deadline(ack_ids, 0, "release on")

    async def _modify_deadline(self, ack_ids: Sequence[str], seconds: int, action: str) -> None:
        await self._each(
            ack_ids,
            lambda some: self._call(
                self._modify,
                ModifyAckDeadlineRequest(subscription=self.subscription, ack_ids=some, ack_deadline_seconds=seconds),
                action,
                _TIMEOUT_SECONDS,
            ),
        )

    async def _each(self, ack_ids: Sequence[str], send: Callable[[Sequence[str]], Awaitable[object]]) -> None:
        """Send them all, in as many calls as it takes. Raises the first error once all the others are done.

        A call that is refused is halved until the bad id is alone: the service does not say which one it is.
        """
        failure: PubSubError | None = None
        left = limits.portions(ack_ids, str)
        while left:
            some = left.pop(0)
            try:
                await send(some)
            except PubSubError as error:
                if error.code != "INVALID_ARGUMENT":
                    raise
                if len(some) > 1:
                    left[:0] = [some[: len(some) // 2], some[len(some) // 2 :]]
                else:
                    failure = failure or error
        if failure is not None:
            raise failure

    async def _call(
        self,
        stub: UnaryStub,
        request: object,
        action: str,
        timeout_seconds: float,
        *,
        retry_seconds: float | None = None,
    ) -> Any:
        return await patient_call(
            stub,
            request,
            metadata=self._metadata,
            action=action,
            resource=self.subscription,
            timeout_seconds=timeout_seconds,
            retry_seconds=self._retry_seconds if retry_seconds is None else retry_seconds,
        )
