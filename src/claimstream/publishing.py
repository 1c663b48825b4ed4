"""Publishing through the door, like every other call to another service."""

from collections.abc import Mapping

from claimstream.external import grpc_errors
from claimstream.external.door import Service
from claimstream.pubsub import Publisher, PublisherOptions, PubSubError
from claimstream.pubsub.wire import Channel

_ATTRIBUTES = {"rpc.system.name": "grpc", "rpc.method": "google.pubsub.v1.Publisher/Publish"}
_OPTIONS = PublisherOptions(timeout_seconds=5.0, retry_seconds=3.0)
"""What passes within seconds is the publisher's to repeat: a batch is one call to the service, and each of its messages
would count as a failure of its own to the circuit. What lasts is the door's: the circuit counts it, and trace and
metrics tell of it. One call ends before the door's time for it is over (``policy.py``), so that none goes on unseen."""


class GuardedPublisher:
    """Publishes to one topic. Close it at the end."""

    def __init__(self, channel: Channel, topic: str, service: Service) -> None:
        self._publisher = Publisher(channel, topic, options=_OPTIONS)
        self._service = service

    async def publish(self, data: bytes, attributes: Mapping[str, str]) -> str:
        """Returns the message id. Raises ExternalError."""

        async def once() -> str:
            try:
                return await self._publisher.publish(data, attributes)
            except PubSubError as error:
                raise grpc_errors.of_topic(error.code, self._publisher.topic) from error

        return await self._service.call("publish", once, attributes=_ATTRIBUTES)

    async def close(self, grace_seconds: float) -> None:
        await self._publisher.close(grace_seconds)
