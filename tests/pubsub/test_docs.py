"""The examples of the page run as they stand."""

import asyncio
import re
import sys
from pathlib import Path

from tests.pubsub.place import patiently

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Admin, Channel

README = Path(__file__).parents[2] / "docs" / "pubsub.md"


async def test_the_examples_run(server: PubSubServer, channel: Channel) -> None:
    subscribing, publishing = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(subscribing.splitlines()) == 20
    topic, subscription = "projects/demo/topics/greetings", "projects/demo/subscriptions/greetings"
    admin = Admin(channel)
    await admin.ensure_topic(topic)
    await admin.ensure_subscription(subscription, topic=topic)
    assert await run(publishing, server.target) == "published 1\n"
    assert await run(subscribing, server.target) == "1 hello\n"
    assert server.snapshot(subscription).acked == 1


async def run(code: str, target: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", code),
        env={"PUBSUB_EMULATOR_HOST": target},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await patiently(process.communicate())
    assert (process.returncode, errors.decode()) == (0, "")
    return output.decode()
