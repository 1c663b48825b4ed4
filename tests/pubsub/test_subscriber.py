"""What only a person can mend: told, asked again rarely, and no reason for a restart."""

import asyncio
import datetime
import logging
from typing import Any

import google.auth.credentials
import google.auth.exceptions
import grpc  # type: ignore[import-untyped]  # grpcio ships no types
import pytest
from google.auth.transport.grpc import AuthMetadataPlugin
from tests.pubsub.place import Held, Inbox, Place, patiently, place_on, until

from claimstream.local.pubsub_server import PubSubServer
from claimstream.pubsub import Channel, PubSubError, Settlement, SubscriptionError, channel
from claimstream.pubsub.pool import Pool
from claimstream.pubsub.wire import aio

AT_ONCE = {"refused_retry_seconds": 0.05}
RARELY = {"refused_retry_seconds": 3600}
REFUSALS = ["NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED", "FAILED_PRECONDITION"]


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_refusal_is_told_and_waited_for(
    server: PubSubServer, place: Place, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    inbox = Inbox()
    async with place.running(inbox, **AT_ONCE) as subscriber:
        await place.publish("before")
        await inbox.has(1)
        server.faults.unavailable_for(3600, code)
        await until(lambda: subscriber.health().attention)
        health = subscriber.health()
        assert (health.state, health.alive, health.ready) == ("reconnecting", True, False)
        assert f"cannot pull from {place.subscription}: {code}" in (health.attention or "")
        assert health.error == health.attention
        server.faults.available()
        await place.publish("after")
        await inbox.has(2)
        assert (subscriber.health().attention, subscriber.health().ready) == (None, True)
    told = [record for record in caplog.records if getattr(record, "action", "") == "stream_reopen"]
    assert told[0].levelno == logging.ERROR


async def test_a_refusal_is_asked_about_rarely(server: PubSubServer, place: Place) -> None:
    async with place.running(Inbox(), max_backoff_seconds=0.1, **RARELY) as subscriber:
        await until(lambda: subscriber.health().ready)
        server.faults.unavailable_for(3600, "PERMISSION_DENIED")
        await until(lambda: subscriber.health().attention)
        assert subscriber.statistics().reconnects == 1
        server.faults.available()
        assert server.snapshot(place.subscription).streams == 0  # and the end does not wait for the next attempt


async def test_a_subscription_made_anew_is_served_again(server: PubSubServer, place: Place) -> None:
    inbox = Inbox()
    async with place.running(inbox, **AT_ONCE) as subscriber:
        await until(lambda: subscriber.health().ready)
        await place.admin.delete_subscription(place.subscription)
        await until(lambda: "NOT_FOUND" in (subscriber.health().attention or ""))
        await place.admin.ensure_subscription(place.subscription, topic=place.topic)
        await place.publish("anew")
        await inbox.has(1)
        await until(lambda: subscriber.health().ready)


async def test_handlers_finish_while_a_refusal_lasts(server: PubSubServer, place: Place) -> None:
    held = Held()
    async with place.running(held, **RARELY) as subscriber:
        await place.publish("paid for")
        await held.inbox.has(1)
        server.faults.break_streams("PERMISSION_DENIED")
        await until(lambda: subscriber.health().attention)
        held.let_go.set()
        await until(lambda: held.results == [Settlement.CONFIRMED])


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_refusal_at_the_start_ends_the_run(server: PubSubServer, place: Place, code: str) -> None:
    server.faults.fail("StreamingPull", code, times=100)
    with pytest.raises(SubscriptionError, match=code):
        await patiently(place.subscriber(Inbox()).run())


class Credentials(google.auth.credentials.Credentials):
    """A service account's, whose token lasts until it is told otherwise."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Google's
        self.failure: Exception | None = None
        self.refreshed = 0

    def refresh(self, request: Any) -> None:
        self.refreshed += 1
        if self.failure is not None:
            raise self.failure
        self.token = f"token {self.refreshed}"
        self.expiry = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(hours=1)

    def lapse(self, failure: Exception | None) -> None:
        """No token is valid any more, and a new one is to be had or not."""
        self.token = None
        self.failure = failure


def channel_with(credentials: Credentials, server: PubSubServer) -> Channel:
    plugin = AuthMetadataPlugin(credentials, None)  # type: ignore[no-untyped-call]  # Google's
    secure = grpc.composite_channel_credentials(
        grpc.local_channel_credentials(), grpc.metadata_call_credentials(plugin)
    )
    return Pool(lambda: aio.secure_channel(server.target, secure, options=channel._OPTIONS))


REVOKED = google.auth.exceptions.RefreshError(  # type: ignore[no-untyped-call]  # Google's
    "invalid_grant: Invalid JWT Signature.", {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
)
OUT_OF_REACH = google.auth.exceptions.TransportError("metadata server away")  # type: ignore[no-untyped-call]  # Google's


async def test_credentials_that_are_refused_ask_for_a_person() -> None:
    credentials = Credentials()
    async with PubSubServer(takes_credentials=True) as server:
        opened = channel_with(credentials, server)
        async with place_on(opened) as place:
            inbox = Inbox()
            async with place.running(inbox, **AT_ONCE) as subscriber:
                await until(lambda: subscriber.health().ready)
                credentials.lapse(REVOKED)
                server.faults.break_streams()
                await until(lambda: subscriber.health().attention)
                health = subscriber.health()
                assert (health.alive, health.ready) == (True, False)
                for part in ("UNAUTHENTICATED", "invalid_grant: Invalid JWT Signature", "Check the credentials"):
                    assert part in (health.attention or "")
                with pytest.raises(PubSubError, match=r"UNAUTHENTICATED.*invalid_grant"):
                    await patiently(place.publish("lost"))
                credentials.lapse(None)
                await place.publish("back")
                await inbox.has(1)
                assert (subscriber.health().attention, subscriber.health().ready) == (None, True)
        await opened.close()


async def test_a_token_server_out_of_reach_is_an_outage() -> None:
    credentials = Credentials()
    async with PubSubServer(takes_credentials=True) as server:
        opened = channel_with(credentials, server)
        async with place_on(opened) as place:
            inbox = Inbox()
            async with place.running(inbox, **RARELY) as subscriber:
                await until(lambda: subscriber.health().ready)
                credentials.lapse(OUT_OF_REACH)
                server.faults.break_streams()
                await until(lambda: subscriber.statistics().reconnects >= 3)
                assert (subscriber.health().attention, subscriber.health().alive) == (None, True)
                publishing = asyncio.create_task(place.publish("later"))
                credentials.lapse(None)
                await patiently(publishing)
                await inbox.has(1)
        await opened.close()


async def test_refused_credentials_end_the_run_at_its_start() -> None:
    credentials = Credentials()
    async with PubSubServer(takes_credentials=True) as server:
        opened = channel_with(credentials, server)
        async with place_on(opened) as place:
            credentials.lapse(REVOKED)
            with pytest.raises(SubscriptionError, match=r"UNAUTHENTICATED.*invalid_grant"):
                await patiently(place.subscriber(Inbox()).run())
        await opened.close()


async def test_a_closed_channel_is_named(server: PubSubServer) -> None:
    opened = await channel.connect(emulator_host=server.target)
    async with place_on(opened) as place:
        subscriber = place.subscriber(Inbox())
        run = asyncio.create_task(subscriber.run())
        await until(lambda: subscriber.health().ready)
        await opened.close()
        with pytest.raises(SubscriptionError, match="its channel was closed; shut the subscriber down before"):
            await patiently(run)
