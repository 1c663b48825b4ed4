from collections.abc import AsyncIterator

import grpc  # type: ignore[import-untyped]  # grpcio has no types
import pytest
from google.auth.exceptions import RefreshError, TransportError
from grpc import aio

from claimstream.external.errors import ExternalError, LockedOut, NotFound, Outage, Refused, Throttled, Unauthorised
from claimstream.external.grpc_errors import classify

METHOD = "/google.pubsub.v1.Publisher/Publish"


class FailingServer(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpcio has no types
    """Answers every call with the status that its request names."""

    def service(self, handler_call_details: object) -> object:
        del handler_call_details

        async def fail(request: bytes, context: aio.ServicerContext) -> bytes:
            await context.abort(grpc.StatusCode[request.decode()], "said so")
            return b""

        return grpc.unary_unary_rpc_method_handler(fail)


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    server = aio.server()
    server.add_generic_rpc_handlers((FailingServer(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(0)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("UNAVAILABLE", Outage),
        ("DEADLINE_EXCEEDED", Outage),
        ("INTERNAL", Outage),
        ("ABORTED", Outage),
        ("UNKNOWN", Outage),
        ("RESOURCE_EXHAUSTED", Throttled),
        ("UNAUTHENTICATED", LockedOut),
        ("PERMISSION_DENIED", Unauthorised),
        ("NOT_FOUND", NotFound),
        ("INVALID_ARGUMENT", Refused),
        ("FAILED_PRECONDITION", Refused),
    ],
)
async def test_every_status_has_its_class(address: str, status: str, kind: type[ExternalError]) -> None:
    async with aio.insecure_channel(address) as channel:
        with pytest.raises(aio.AioRpcError) as caught:
            await channel.unary_unary(METHOD)(status.encode())
    error = classify(caught.value)
    assert type(error) is kind
    assert f"answered {status}" in str(error)


async def test_nobody_listening_is_an_outage(unused_tcp_port: int) -> None:
    async with aio.insecure_channel(f"127.0.0.1:{unused_tcp_port}") as channel:
        with pytest.raises(aio.AioRpcError) as caught:
            await channel.unary_unary(METHOD)(b"")
    assert type(classify(caught.value)) is Outage


def test_credentials_are_told_from_their_server() -> None:
    refused = classify(RefreshError("no"))  # type: ignore[no-untyped-call]  # google-auth is typed in part
    assert isinstance(refused, Unauthorised)
    unreachable = classify(TransportError("no"))  # type: ignore[no-untyped-call]  # as above
    assert type(unreachable) is Outage
    assert classify(KeyError("ours")) is None
