"""The server under test, in a process of its own."""

import asyncio
import json
import sys
from typing import Any


class RemoteServer:
    """The embedded server in its own process, and its fault commands."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self.target = ""

    async def __aenter__(self) -> "RemoteServer":
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "claimstream.local.pubsub_server", "--commands"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C is for us alone
        )
        self.target = f"127.0.0.1:{int(await self._line())}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()

    async def do(self, name: str, **arguments: object) -> Any:
        assert self._process is not None
        assert self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write(json.dumps({"do": name, "with": arguments}).encode() + b"\n")
            answer = json.loads(await self._line())
        if "error" in answer:
            raise RuntimeError(f"the server did not {name}: {answer['error']}")
        return answer["done"]

    async def _line(self) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the server's process ended")
        return line
