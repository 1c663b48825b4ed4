"""Fault commands and questions to a server in another process: a line of JSON on its standard input, one back.

`{"do": "break_streams", "with": {"code": "INTERNAL"}}` calls that method of `Faults` (or sets that field of it:
`{"do": "silent", "with": {"value": true}}`); `restart` and `snapshot` are the server's own. The answer is
`{"done": ...}` or `{"error": "..."}`.
"""

import asyncio
import dataclasses
import json
import sys
from typing import Any

from claimstream.local.pubsub_server.server import PubSubServer

_CALLS = frozenset(
    {
        "available",
        "break_streams",
        "clear",
        "delay",
        "delay_answers",
        "delay_responses",
        "duplicate",
        "expire_leases",
        "fail",
        "fail_ack_ids",
        "ignore",
        "lose_answers",
        "reorder",
        "unavailable_for",
    }
)
_FIELDS = frozenset(
    {"answers_heartbeats", "linger_seconds", "malformed_ack_ids", "outlives_callers", "refused_data", "silent"}
)


async def obey(server: PubSubServer) -> None:
    """Until standard input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        try:
            command = json.loads(line)
            answer = {"done": await _do(server, command["do"], command.get("with", {}))}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)  # noqa: T201  # the parent reads it


async def _do(server: PubSubServer, name: str, arguments: dict[str, Any]) -> object:
    if name == "restart":
        await server.restart()
        return None
    if name == "snapshot":
        return dataclasses.asdict(server.snapshot(**arguments)) | {"acked_message_ids": None}
    if name in _FIELDS:
        setattr(server.faults, name, arguments["value"])
        return None
    if name in _CALLS:
        return getattr(server.faults, name)(**arguments)
    raise ValueError(f"no such command: {name}")
