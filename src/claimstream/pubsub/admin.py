"""Making and checking topics and subscriptions."""

from typing import Any

from claimstream.pubsub.calls import patient_call
from claimstream.pubsub.errors import PubSubError
from claimstream.pubsub.wire import (
    PUBLISHER,
    SUBSCRIBER,
    Channel,
    DeleteSubscriptionRequest,
    DeleteTopicRequest,
    Empty,
    GetSubscriptionRequest,
    GetTopicRequest,
    Subscription,
    Topic,
    UnaryStub,
    routing,
    unary_stub,
)

_RETRY_SECONDS = 20.0
_TIMEOUT_SECONDS = 20.0


class Admin:
    """Administration calls over an open channel. Names are full: projects/P/topics/T, projects/P/subscriptions/S."""

    def __init__(self, channel: Channel, *, retry_seconds: float = _RETRY_SECONDS) -> None:
        self._retry_seconds = retry_seconds
        self._create_topic = unary_stub(channel, PUBLISHER, "CreateTopic", Topic, Topic)
        self._get_topic = unary_stub(channel, PUBLISHER, "GetTopic", GetTopicRequest, Topic)
        self._delete_topic = unary_stub(channel, PUBLISHER, "DeleteTopic", DeleteTopicRequest, Empty)
        self._create_subscription = unary_stub(channel, SUBSCRIBER, "CreateSubscription", Subscription, Subscription)
        self._get_subscription = unary_stub(
            channel, SUBSCRIBER, "GetSubscription", GetSubscriptionRequest, Subscription
        )
        self._delete_subscription = unary_stub(
            channel, SUBSCRIBER, "DeleteSubscription", DeleteSubscriptionRequest, Empty
        )

    async def ensure_topic(self, path: str) -> bool:
        """Creates the topic if it is missing; True if it did. Raises PubSubError."""
        try:
            await self._call(self._create_topic, Topic(name=path), "name", "create topic", path)
        except PubSubError as error:
            if error.code == "ALREADY_EXISTS":
                return False
            raise
        return True

    async def ensure_subscription(
        self,
        path: str,
        *,
        topic: str,
        ack_deadline_seconds: int = 60,
        dead_letter_topic: str | None = None,
        max_delivery_attempts: int = 5,
        minimum_backoff_seconds: float | None = None,
        maximum_backoff_seconds: float | None = None,
        enable_exactly_once: bool = False,
        enable_ordering: bool = False,
    ) -> bool:
        """Creates the subscription if it is missing; True if it did.

        An existing one is left as it is, but one of another topic, or with ordering differently set (neither can be
        changed), raises PubSubError. `ack_deadline_seconds` 10 to 600, `max_delivery_attempts` 5 to 100, back-off
        0 to 600.
        """
        wanted = Subscription(
            name=path,
            topic=topic,
            ack_deadline_seconds=ack_deadline_seconds,
            enable_exactly_once_delivery=enable_exactly_once,
            enable_message_ordering=enable_ordering,
        )
        # without an expiration policy the service deletes a subscription that nobody used for 31 days
        wanted.expiration_policy.SetInParent()
        if dead_letter_topic is not None:
            wanted.dead_letter_policy.dead_letter_topic = dead_letter_topic
            wanted.dead_letter_policy.max_delivery_attempts = max_delivery_attempts
        if minimum_backoff_seconds is not None:
            wanted.retry_policy.minimum_backoff.FromMilliseconds(round(minimum_backoff_seconds * 1000))
        if maximum_backoff_seconds is not None:
            wanted.retry_policy.maximum_backoff.FromMilliseconds(round(maximum_backoff_seconds * 1000))
        try:
            await self._call(self._create_subscription, wanted, "name", "create subscription", path)
        except PubSubError as error:
            if error.code != "ALREADY_EXISTS":
                raise
        else:
            return True
        existing = await self.check_subscription(path)
        if existing.topic != topic:
            raise PubSubError(
                "use subscription", path, "ALREADY_EXISTS", f"it belongs to {existing.topic}, not {topic}"
            )
        if existing.enable_message_ordering != enable_ordering:
            state = "on" if existing.enable_message_ordering else "off"
            raise PubSubError("use subscription", path, "ALREADY_EXISTS", f"its message ordering is {state}")
        return False

    async def check_topic(self, path: str) -> Any:
        """The topic (google.pubsub.v1.Topic), or PubSubError with what to do."""
        return await self._call(self._get_topic, GetTopicRequest(topic=path), "topic", "find topic", path)

    async def check_subscription(self, path: str) -> Any:
        """The subscription (google.pubsub.v1.Subscription), or PubSubError with what to do.

        One whose topic was deleted is an error too: nothing will ever arrive.
        """
        found = await self._call(
            self._get_subscription,
            GetSubscriptionRequest(subscription=path),
            "subscription",
            "find subscription",
            path,
        )
        if found.topic == "_deleted-topic_":
            raise PubSubError("use subscription", path, "FAILED_PRECONDITION", "its topic was deleted")
        return found

    async def delete_topic(self, path: str) -> None:
        """Deletes the topic; a missing one is fine."""
        await self._delete(self._delete_topic, DeleteTopicRequest(topic=path), "topic", "delete topic", path)

    async def delete_subscription(self, path: str) -> None:
        """Deletes the subscription with its backlog; a missing one is fine."""
        request = DeleteSubscriptionRequest(subscription=path)
        await self._delete(self._delete_subscription, request, "subscription", "delete subscription", path)

    async def _delete(self, stub: UnaryStub, request: object, field: str, action: str, path: str) -> None:
        try:
            await self._call(stub, request, field, action, path)
        except PubSubError as error:
            if error.code != "NOT_FOUND":
                raise

    async def _call(self, stub: UnaryStub, request: object, field: str, action: str, path: str) -> Any:
        return await patient_call(
            stub,
            request,
            metadata=routing(field, path),
            action=action,
            resource=path,
            timeout_seconds=_TIMEOUT_SECONDS,
            retry_seconds=self._retry_seconds,
        )
