"""`python -m claimstream.local.pubsub_server --port 0 --port-file PATH`"""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from claimstream.local.pubsub_server.commands import obey
from claimstream.local.pubsub_server.process import end_with_parent, stop_requested
from claimstream.local.pubsub_server.server import PubSubServer


async def serve(
    port: int, port_file: Path | None, pace: float, response_messages: int, parent: int, *, commands: bool
) -> None:
    async with PubSubServer(port, pace=pace, response_messages=response_messages) as server:
        if port_file is not None:
            part = port_file.with_name(f"{port_file.name}.part")
            part.write_text(f"{server.port}\n")
            part.replace(port_file)  # whoever waits for the file never reads half of it
        print(server.port, flush=True)  # noqa: T201  # for the parent
        obeying = asyncio.create_task(obey(server)) if commands else None
        await stop_requested(parent)
        if obeying is not None:
            obeying.cancel()
            await asyncio.wait({obeying})


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="claimstream.local.pubsub_server", description="An in-memory Pub/Sub; prints its port."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port once the server listens")
    parser.add_argument("--pace", type=float, default=1.0, help="real seconds for one second of the protocol")
    parser.add_argument("--response-messages", type=int, default=100, help="most messages in one streaming response")
    parser.add_argument(
        "--commands", action="store_true", help="take fault commands from standard input, as JSON lines"
    )
    options = parser.parse_args(arguments)
    parent = os.getppid()
    end_with_parent()
    try:
        asyncio.run(
            serve(
                options.port,
                options.port_file,
                options.pace,
                options.response_messages,
                parent,
                commands=options.commands,
            )
        )
    except RuntimeError as error:
        if "bind" not in str(error):
            raise
        sys.stderr.write(
            f"pubsub_server: port {options.port} is in use; give another with --port, or 0 for a free one\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
