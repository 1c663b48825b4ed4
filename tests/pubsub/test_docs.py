"""The example of the README runs as it stands."""

import asyncio
import re
import sys
from pathlib import Path

from tests.pubsub.place import patiently

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Admin, Channel

README = Path(__file__).parents[2] / "docs" / "pubsub.md"


async def test_the_example_runs(server: PubSubServer, channel: Channel) -> None:
    found = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert found is not None
    topic, subscription = "projects/demo/topics/greetings", "projects/demo/subscriptions/greetings"
    admin = Admin(channel)
    await admin.ensure_topic(topic)
    await admin.ensure_subscription(subscription, topic=topic)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", found.group(1)),
        env={"PUBSUB_EMULATOR_HOST": server.target},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await patiently(process.communicate())
    assert (process.returncode, errors.decode()) == (0, "")
    assert re.fullmatch(r"published 1\n1 hello\n", output.decode())
    assert server.snapshot(subscription).acked == 1
