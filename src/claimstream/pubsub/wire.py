"""The one place that touches the untyped parts of gRPC and protobuf.

Messages are raw protobuf classes, not proto-plus wrappers: those cost several times the CPU of everything else
done for a message. The Protocols below name only the fields used here; `google/pubsub_v1/types/pubsub.py` has the rest.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping, Sequence
from typing import Any, Protocol, cast
from urllib.parse import quote

import google.pubsub_v1.types as pubsub_types
import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from google.protobuf import empty_pb2  # type: ignore[import-untyped]  # protobuf ships no types
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]  # no py.typed marker
from grpc import aio

__all__ = [
    "PUBLISHER",
    "SUBSCRIBER",
    "AcknowledgeRequest",
    "AioRpcError",
    "Channel",
    "DeadLetterPolicy",
    "DeleteSubscriptionRequest",
    "DeleteTopicRequest",
    "Empty",
    "GetSubscriptionRequest",
    "GetTopicRequest",
    "ListSubscriptionsRequest",
    "ListSubscriptionsResponse",
    "ListTopicsRequest",
    "ListTopicsResponse",
    "ModifyAckDeadlineRequest",
    "PublishRequest",
    "PublishResponse",
    "PubsubMessage",
    "PullRequest",
    "PullResponse",
    "RawMessage",
    "RawReceivedMessage",
    "RawStreamingPullResponse",
    "ReceivedMessage",
    "SeekRequest",
    "SeekResponse",
    "StreamCall",
    "StreamStub",
    "StreamingPullRequest",
    "StreamingPullResponse",
    "Subscription",
    "Topic",
    "UnaryStub",
    "ack_id_failures",
    "ack_id_failures_trailer",
    "aio",
    "grpc",
    "is_connected",
    "routing",
    "status_details",
    "status_name",
    "streaming_pull_stub",
    "unary_stub",
    "unavailable",
]

PUBLISHER = "google.pubsub.v1.Publisher"
SUBSCRIBER = "google.pubsub.v1.Subscriber"

_STATUS_TRAILER = "grpc-status-details-bin"

AioRpcError = cast("type[Exception]", aio.AioRpcError)
"""What every failed call raises: a final status from the service or from the transport."""

_NO_CREDENTIALS = "Getting metadata from plugin failed"
_REFUSED_CREDENTIALS = re.compile(
    r"\b(invalid_grant|invalid_client|invalid_scope|invalid_rapt"
    r"|unauthorized_client|unsupported_grant_type|access_denied|deleted_client|disabled_client|org_internal|account_disabled"
    r"|iam\.serviceAccounts\.getAccessToken|Reauthentication)\b"
)
"""gRPC calls it UNAVAILABLE when no access token can be had. That is so when Google's token endpoint is out of reach;
when it refuses the credentials (https://datatracker.ietf.org/doc/html/rfc6749#section-5.2) only a person can help."""

Metadata = Sequence[tuple[str, str]]


class Channel(Protocol):
    """The part of `grpc.aio.Channel` used here."""

    def unary_unary(
        self, method: str, request_serializer: Callable[..., bytes], response_deserializer: Callable[[bytes], Any]
    ) -> "UnaryStub": ...

    def stream_stream(
        self, method: str, request_serializer: Callable[..., bytes], response_deserializer: Callable[[bytes], Any]
    ) -> "StreamStub": ...

    def get_state(self, try_to_connect: bool = False) -> Any: ...

    async def close(self, grace: float | None = None) -> None: ...


class UnaryStub(Protocol):
    """A callable for one unary method; awaiting its result gives the response or raises `AioRpcError`."""

    def __call__(self, request: Any, *, timeout: float | None = None, metadata: Metadata | None = None) -> Any: ...


class StreamCall(Protocol):
    """One open StreamingPull call."""

    def __aiter__(self) -> AsyncIterator["RawStreamingPullResponse"]: ...
    async def write(self, request: Any) -> None: ...
    async def done_writing(self) -> None: ...
    def done(self) -> bool: ...
    def add_done_callback(self, callback: Callable[[Any], None]) -> None: ...
    def cancel(self) -> bool: ...


class StreamStub(Protocol):
    def __call__(self, *, metadata: Metadata | None = None) -> StreamCall: ...


class RawTimestamp(Protocol):
    """google.protobuf.Timestamp"""

    seconds: int
    nanos: int

    def ToJsonString(self) -> str: ...  # noqa: N802  # protobuf's name


class RawMessage(Protocol):
    """google.pubsub.v1.PubsubMessage"""

    data: bytes
    message_id: str
    ordering_key: str

    @property
    def attributes(self) -> MutableMapping[str, str]: ...
    @property
    def publish_time(self) -> RawTimestamp: ...
    def ByteSize(self) -> int: ...  # noqa: N802  # protobuf's name


class RawReceivedMessage(Protocol):
    """google.pubsub.v1.ReceivedMessage"""

    ack_id: str
    delivery_attempt: int

    @property
    def message(self) -> RawMessage: ...


class RawSubscriptionProperties(Protocol):
    exactly_once_delivery_enabled: bool
    message_ordering_enabled: bool


class RawStreamingPullResponse(Protocol):
    """google.pubsub.v1.StreamingPullResponse"""

    @property
    def received_messages(self) -> Sequence[RawReceivedMessage]: ...
    @property
    def subscription_properties(self) -> RawSubscriptionProperties: ...
    def HasField(self, name: str) -> bool: ...  # noqa: N802  # protobuf's name


class MessageClass(Protocol):
    """A protobuf class: makes, writes and reads one kind of message."""

    def __call__(self, **fields: object) -> Any: ...
    def FromString(self, data: bytes) -> Any: ...  # noqa: N802  # protobuf's name
    @property
    def SerializeToString(self) -> Callable[..., bytes]: ...  # noqa: N802  # protobuf's name


def _raw(name: str) -> MessageClass:
    return cast("MessageClass", getattr(pubsub_types, name).pb())


AcknowledgeRequest = _raw("AcknowledgeRequest")
DeadLetterPolicy = _raw("DeadLetterPolicy")
DeleteSubscriptionRequest = _raw("DeleteSubscriptionRequest")
DeleteTopicRequest = _raw("DeleteTopicRequest")
Empty = cast("MessageClass", empty_pb2.Empty)
GetSubscriptionRequest = _raw("GetSubscriptionRequest")
GetTopicRequest = _raw("GetTopicRequest")
ListSubscriptionsRequest = _raw("ListSubscriptionsRequest")
ListSubscriptionsResponse = _raw("ListSubscriptionsResponse")
ListTopicsRequest = _raw("ListTopicsRequest")
ListTopicsResponse = _raw("ListTopicsResponse")
ModifyAckDeadlineRequest = _raw("ModifyAckDeadlineRequest")
PublishRequest = _raw("PublishRequest")
PublishResponse = _raw("PublishResponse")
PubsubMessage = _raw("PubsubMessage")
PullRequest = _raw("PullRequest")
PullResponse = _raw("PullResponse")
ReceivedMessage = _raw("ReceivedMessage")
SeekRequest = _raw("SeekRequest")
SeekResponse = _raw("SeekResponse")
StreamingPullRequest = _raw("StreamingPullRequest")
StreamingPullResponse = _raw("StreamingPullResponse")
Subscription = _raw("Subscription")
Topic = _raw("Topic")


def unary_stub(channel: Channel, service: str, method: str, request: MessageClass, response: MessageClass) -> UnaryStub:
    return channel.unary_unary(
        f"/{service}/{method}",
        request_serializer=request.SerializeToString,
        response_deserializer=response.FromString,
    )


def streaming_pull_stub(channel: Channel) -> StreamStub:
    return channel.stream_stream(
        f"/{SUBSCRIBER}/StreamingPull",
        request_serializer=StreamingPullRequest.SerializeToString,
        response_deserializer=StreamingPullResponse.FromString,
    )


def is_connected(channel: Channel) -> bool:
    """Whether the other side has answered as an HTTP/2 server does; an accepted TCP connection is not enough."""
    return bool(channel.get_state() is grpc.ChannelConnectivity.READY)


def routing(field: str, resource: str) -> Metadata:
    """The header by which Google's front ends find the resource's home; every generated client sends it."""
    return (("x-goog-request-params", f"{field}={quote(resource, safe='')}"),)


def unavailable(details: str) -> Exception:
    """What a call that was not even sent raises: transient, so that whoever sent it tries again."""
    error = cast("Any", AioRpcError)
    return cast("Exception", error(grpc.StatusCode.UNAVAILABLE, aio.Metadata(), aio.Metadata(), details=details))


def status_name(error: BaseException) -> str:
    """The gRPC status of a failed call, like "UNAVAILABLE"; "UNKNOWN" for an error that is not a call's."""
    if not isinstance(error, AioRpcError):
        return "UNKNOWN"
    name = str(cast("Any", error).code().name)
    if name == "UNAVAILABLE":
        _, _, why = status_details(error).partition(_NO_CREDENTIALS)
        if _REFUSED_CREDENTIALS.search(why):
            return "UNAUTHENTICATED"
    return name


def status_details(error: BaseException) -> str:
    """The text the service sent with a failed call."""
    if isinstance(error, AioRpcError):
        return str(cast("Any", error).details() or "")
    return str(error)


def ack_id_failures(error: BaseException) -> dict[str, str]:
    """Of a failed Acknowledge or ModifyAckDeadline under exactly-once delivery: ack id -> reason, like
    `PERMANENT_FAILURE_INVALID_ACK_ID` or `TRANSIENT_FAILURE_...`. Empty if the service gave none.

    They travel as metadata of a `google.rpc.ErrorInfo` inside the `google.rpc.Status` of the trailer
    `grpc-status-details-bin` (https://cloud.google.com/pubsub/docs/exactly-once-delivery).
    """
    if not isinstance(error, AioRpcError):
        return {}
    failures: dict[str, str] = {}
    for key, value in cast("Any", error).trailing_metadata() or ():
        if key != _STATUS_TRAILER:
            continue
        status = status_pb2.Status.FromString(value)
        for detail in status.details:
            info = error_details_pb2.ErrorInfo()
            if detail.Is(info.DESCRIPTOR) and detail.Unpack(info):
                failures.update(info.metadata)
    return failures


def ack_id_failures_trailer(code: int, text: str, failures: Mapping[str, str]) -> tuple[tuple[str, bytes], ...]:
    """The trailer `ack_id_failures` reads; the local server sends it."""
    status = status_pb2.Status(code=code, message=text)
    info = error_details_pb2.ErrorInfo(
        reason="EXACTLY_ONCE_ACKID_FAILURE", domain="pubsub.googleapis.com", metadata=dict(failures)
    )
    status.details.add().Pack(info)
    return ((_STATUS_TRAILER, status.SerializeToString()),)
