"""Starts every server process of the local stack below a directory, says so, and waits to be killed."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import uvloop

from claimstream.local.servers.gcs import LocalGcs
from claimstream.local.servers.mongo import LocalMongo
from claimstream.local.servers.postgres import LocalPostgres


async def main(directory: Path) -> None:
    async with AsyncExitStack() as stack:
        postgres, mongo, gcs = await asyncio.gather(
            stack.enter_async_context(LocalPostgres(directory / "postgres", throw_away=True)),
            stack.enter_async_context(LocalMongo(directory / "mongo", throw_away=True)),
            stack.enter_async_context(LocalGcs(directory / "gcs", throw_away=True)),
        )
        sys.stdout.write(json.dumps({"pids": [postgres.pid, mongo.pid, gcs.pid]}) + "\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
