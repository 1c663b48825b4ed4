"""Opening a connection to Pub/Sub."""

import asyncio
import os
from typing import cast

import google.auth
from google.api_core import grpc_helpers_async
from google.auth.exceptions import DefaultCredentialsError

from claimstream.pubsub.errors import PubSubError
from claimstream.pubsub.wire import Channel, aio

ENDPOINT = "pubsub.googleapis.com:443"
SCOPES = ("https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/pubsub")

_OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    # An idle stream behind a firewall is dropped silently; a ping every 30 s notices. The generated clients do the
    # same.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 15_000),
)


async def connect(*, emulator_host: str | None = None, endpoint: str | None = None) -> Channel:
    """A `grpc.aio.Channel` for subscribers, publishers and `Admin`; close it with `await channel.close()`.

    With `emulator_host` ("127.0.0.1:8085"), or PUBSUB_EMULATOR_HOST when it is None: without encryption or credentials.
    Otherwise TLS with application default credentials to `endpoint` (a regional one keeps ordering keys and data in its
    region), by default the global one. No packet is sent yet. Raises PubSubError if there are no credentials.
    """
    if emulator_host is None and endpoint is None:
        emulator_host = os.environ.get("PUBSUB_EMULATOR_HOST") or None
    if emulator_host is not None:
        return cast("Channel", aio.insecure_channel(emulator_host, options=_OPTIONS))
    target = endpoint or ENDPOINT
    try:
        credentials, _ = await asyncio.to_thread(google.auth.default, scopes=SCOPES)
    except DefaultCredentialsError as error:
        raise PubSubError("connect to", target, "UNAUTHENTICATED", str(error)) from error
    return cast(
        "Channel",
        grpc_helpers_async.create_channel(
            target if ":" in target else f"{target}:443", credentials=credentials, options=_OPTIONS
        ),
    )
