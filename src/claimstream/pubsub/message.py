"""A received message."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from claimstream.pubsub.wire import RawReceivedMessage

_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


class Message:
    """A message as Pub/Sub delivered it; read only.

    Fields are read from the protobuf when asked for: most handlers need two of them.
    """

    __slots__ = ("_attributes", "_message", "delivery_attempt", "size", "subscription")

    delivery_attempt: int | None
    """1 on the first delivery; None where the subscription has no dead-letter topic, and so the service no count."""
    size: int
    """Bytes of the message on the wire, attributes included: what flow control counts."""
    subscription: str
    """projects/PROJECT/subscriptions/NAME"""

    def __init__(self, raw: RawReceivedMessage, subscription: str) -> None:
        self._message = message = raw.message
        self._attributes: Mapping[str, str] | None = None
        self.subscription = subscription
        self.delivery_attempt = raw.delivery_attempt or None
        self.size = message.ByteSize()

    @property
    def id(self) -> str:
        """The service's id, unique within the topic; the same on every delivery."""
        return self._message.message_id

    @property
    def data(self) -> bytes:
        return self._message.data

    @property
    def attributes(self) -> Mapping[str, str]:
        if self._attributes is None:
            attributes = self._message.attributes
            self._attributes = MappingProxyType(dict(attributes)) if attributes else _NO_ATTRIBUTES
        return self._attributes

    @property
    def publish_time(self) -> datetime:
        """UTC, to the microsecond."""
        stamp = self._message.publish_time
        return datetime.fromtimestamp(stamp.seconds, UTC).replace(microsecond=stamp.nanos // 1000)

    @property
    def ordering_key(self) -> str:
        """Empty if the publisher gave none."""
        return self._message.ordering_key

    def __repr__(self) -> str:
        return f"<Message {self.id} of {self.subscription}, {self.size} bytes>"
