"""Messages that name no email."""

import json

import pytest
from tests.helpers import received
from tests.pipeline.test_runner import runner

from claimstream.pipeline.consumer import EmailConsumer
from claimstream.pipeline.runner import Runner
from claimstream.pubsub import DeadLetter

__all__ = ["runner"]


@pytest.mark.parametrize("email_id", ["", "a\x00b", "\x00", 5, None])
async def test_a_message_without_a_possible_id_is_dead(runner: Runner, email_id: object) -> None:
    consumer = EmailConsumer(runner, destination="emails")
    malformed = received(json.dumps({"email_id": email_id}).encode(), "projects/p/subscriptions/emails")
    assert await consumer.handle(malformed) == DeadLetter("malformed message: no email_id")
    unknown = received(b'{"email_id": "nobody"}', "projects/p/subscriptions/emails")
    assert await consumer.handle(unknown) == DeadLetter("unknown email: no row has this email_id")
