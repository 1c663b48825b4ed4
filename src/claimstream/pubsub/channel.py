"""Opening a connection to Pub/Sub."""

import asyncio
import os
import re
import warnings
from typing import cast

import google.auth
from google.api_core import grpc_helpers_async
from google.auth.credentials import Credentials
from google.auth.exceptions import DefaultCredentialsError

from claimstream.pubsub.errors import PubSubError
from claimstream.pubsub.pool import Pool
from claimstream.pubsub.wire import Channel, aio

ENDPOINT = "pubsub.googleapis.com:443"
_PORT = re.compile(r":\d+$")
_ADDRESS = re.compile(r"([^\s:/\[\]]+|\[[0-9a-fA-F:.%]+\]):\d{1,5}")  # a name, an IPv4 address, or [IPv6]
SCOPES = ("https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/pubsub")

_OPTIONS = (
    # Otherwise gRPC gives channels to the same address one connection, and with it one limit of concurrent calls.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    # The reasons of a thousand ids that failed come as trailing metadata.
    ("grpc.max_metadata_size", 4 * 1024 * 1024),
    # An idle stream behind a firewall is dropped silently; a ping every 30 s notices. The generated clients do the
    # same.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 15_000),
    # What really ends a connection whose pings nobody answers; the default is a minute (seen with grpc 1.85).
    ("grpc.http2.ping_timeout_ms", 15_000),
)


async def connect(
    *, emulator_host: str | None = None, endpoint: str | None = None, credentials_file: str | None = None
) -> Channel:
    """A channel for subscribers, publishers and `Admin`; close it with `await channel.close()`.

    With `emulator_host` ("127.0.0.1:8085"), or PUBSUB_EMULATOR_HOST when neither it nor `endpoint` is given: without
    encryption or credentials.
    Otherwise TLS to `endpoint` (a regional one keeps ordering keys and data in its region), by default the global one,
    with the credentials in `credentials_file` (a service account's key, say), or application default credentials when
    it is None. No packet is sent yet. Raises PubSubError if there are no credentials, ValueError if an address is not
    of the form HOST:PORT.
    """
    if emulator_host is None and endpoint is None:
        emulator_host = os.environ.get("PUBSUB_EMULATOR_HOST") or None
    if emulator_host is not None:
        _check_address("emulator_host, or PUBSUB_EMULATOR_HOST,", emulator_host)
        address = emulator_host
        return Pool(lambda: cast("Channel", aio.insecure_channel(address, options=_OPTIONS)))
    target = ENDPOINT if endpoint is None else endpoint if _PORT.search(endpoint) else f"{endpoint}:443"
    _check_address("endpoint", target)
    if credentials_file is not None:
        credentials = _from_file(credentials_file, target)
    else:
        try:
            credentials, _ = await asyncio.to_thread(google.auth.default, scopes=SCOPES)
        except DefaultCredentialsError as error:
            details = f"{error} For an emulator, set PUBSUB_EMULATOR_HOST"
            raise PubSubError("connect to", target, "UNAUTHENTICATED", details) from error
    return Pool(
        lambda: cast("Channel", grpc_helpers_async.create_channel(target, credentials=credentials, options=_OPTIONS))
    )


def _check_address(name: str, address: str) -> None:
    """gRPC would take anything, and then look for it for ever."""
    if _ADDRESS.fullmatch(address) is None:
        raise ValueError(f"{name} is HOST:PORT, for example 127.0.0.1:8085, not {address!r}")


def _from_file(path: str, target: str) -> Credentials:
    """Not in a thread: it reads one small file, and `catch_warnings` is no thread's own."""
    try:
        with warnings.catch_warnings():
            # It warns of files from strangers; this one is the operator's. `google.auth.default` does the same.
            warnings.simplefilter("ignore", DeprecationWarning)
            credentials, _ = google.auth.load_credentials_from_file(path, scopes=SCOPES)  # type: ignore[no-untyped-call]  # Google's
    except (DefaultCredentialsError, OSError, ValueError, AttributeError, TypeError) as error:
        # The last three: JSON of another form is not looked for. What they say may quote the file, which may be a key.
        raise PubSubError("connect to", target, "UNAUTHENTICATED", f"{path} is no readable key file") from error
    return cast("Credentials", credentials)
