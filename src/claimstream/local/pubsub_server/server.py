"""The server as an async context manager."""

from types import TracebackType
from typing import Any, Self

from claimstream.local.pubsub_server.broker import SubscriptionSnapshot
from claimstream.local.pubsub_server.faults import Faults
from claimstream.local.pubsub_server.service import Service
from claimstream.pubsub.wire import aio, grpc

_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
)


class PubSubServer:
    """An in-memory Pub/Sub on 127.0.0.1.

    `port=0` takes a free one. `pace` is the length of a protocol second in real ones: 0.01 makes a 10 s deadline
    run out after 0.1 s. `response_messages` is the most a streaming response carries. `stream_seconds` ends each
    stream after that long with UNAVAILABLE, as the real service does every half hour or so. `max_concurrent_streams` is
    the most calls at once on a connection (100 at Google). `ack_id_bytes` is the least length of an ack id (Google's
    have about 200 bytes). With `takes_credentials` calls may carry credentials, which gRPC sends on secure channels
    only (`grpc.local_channel_credentials()`); nobody checks them.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        pace: float = 1.0,
        response_messages: int = 100,
        stream_seconds: float | None = None,
        max_concurrent_streams: int | None = None,
        ack_id_bytes: int = 0,
        takes_credentials: bool = False,
    ) -> None:
        self._wanted_port = port
        self._takes_credentials = takes_credentials
        self._options = _OPTIONS
        if max_concurrent_streams is not None:
            self._options += (("grpc.max_concurrent_streams", max_concurrent_streams),)
        self._service = Service(pace, response_messages, stream_seconds, ack_id_bytes)
        self._server: Any = None
        self._port = 0

    @property
    def port(self) -> int:
        return self._port

    @property
    def target(self) -> str:
        """For `connect(emulator_host=...)` and PUBSUB_EMULATOR_HOST."""
        return f"127.0.0.1:{self._port}"

    @property
    def faults(self) -> Faults:
        return self._service.faults

    async def start(self) -> None:
        self._server = aio.server(options=self._options)
        self._server.add_generic_rpc_handlers(tuple(self._service.handlers()))
        address = f"127.0.0.1:{self._port or self._wanted_port}"
        if self._takes_credentials:
            self._port = self._server.add_secure_port(address, grpc.local_server_credentials())
        else:
            self._port = self._server.add_insecure_port(address)
        await self._server.start()

    async def stop(self) -> None:
        """Ends the open calls; what is in memory stays for a later `snapshot`."""
        if self._server is not None:
            await self._server.stop(grace=0)
            self._server = None

    async def restart(self) -> None:
        """Ends every call and every connection, and listens again on the same port. Topics, messages and leases are
        still there, as after a restart of the service's front ends."""
        await self.stop()
        await self.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def snapshot(self, subscription: str) -> SubscriptionSnapshot:
        """Numbers of one subscription, by its full name; KeyError if there is none."""
        return self._service.states[subscription].snapshot()

    def streams(self, subscription: str) -> list[tuple[str, float]]:
        """Of each open stream: its client id, and the lease in seconds it gives."""
        return [
            (stream.consumer.client, stream.consumer.lease_seconds)
            for stream in self._service.streams
            if stream.state.config.name == subscription
        ]

    def set_exactly_once(self, subscription: str, enabled: bool) -> None:
        """What an administrator can do while subscribers are connected."""
        self._service.states[subscription].config.enable_exactly_once_delivery = enabled
        self._service.wake()
