"""A service goes down and comes back while work waits for it."""

import asyncio

from tests.external.conftest import Telemetry

from claimstream.external import (
    claude_errors,
    gcs,
    gmail,
    gmail_credentials,
    grpc_errors,
    mongo_errors,
    postgres_errors,
    smtp,
)
from claimstream.external.breaker import BreakerEvent
from claimstream.external.door import Door
from claimstream.external.errors import Outage
from claimstream.external.policy import DEFAULT_POLICIES, Policy
from claimstream.external.smtp import Mailer, SmtpOptions
from claimstream.local.servers.smtp import LocalSmtp

POLICY = Policy(
    attempts=2, breaker_threshold=3, breaker_recovery_seconds=0.1, backoff_initial_seconds=0.001, concurrency=20
)


async def test_work_waits_out_an_outage_and_every_mail_arrives_once(telemetry: Telemetry) -> None:
    events: list[BreakerEvent] = []
    door = Door({"smtp": POLICY}, on_breaker_event=events.append, tracer=telemetry.tracer, meter=telemetry.meter)
    async with LocalSmtp() as server:
        mailer = Mailer(door, SmtpOptions(server.url, "claimstream@kanzlei-nord.example"))
        await server.stop()
        opened = asyncio.Event()

        async def email(number: int) -> None:
            while True:
                try:
                    await mailer.send("t@kanzlei-nord.example", "Hallo", "Text", message_id=f"<{number}@claimstream>")
                except Outage:
                    opened.set()
                    await door.breaker("smtp").ready()
                else:
                    return

        async with asyncio.TaskGroup() as group:
            for number in range(40):
                group.create_task(email(number))
            await opened.wait()
            await server.start()
        ids = sorted(mail.message["Message-ID"] for mail in server.messages)
        assert ids == sorted(f"<{number}@claimstream>" for number in range(40))
    kinds = [event.kind for event in events if event.kind != "rejected"]
    assert kinds[0] == "opened"
    assert kinds[-2:] == ["half_opened", "closed"]
    assert door.states() == {"smtp": "closed"}
    await door.close()


async def test_a_cancelled_probe_neither_closes_the_circuit_nor_blocks_it(telemetry: Telemetry) -> None:
    def down(error: BaseException) -> Outage | None:
        return Outage("test", "", "down") if isinstance(error, ConnectionError) else None

    policy = Policy(attempts=1, breaker_threshold=1, breaker_recovery_seconds=0.02)
    door = Door({"test": policy}, tracer=telemetry.tracer, meter=telemetry.meter)
    service = door.service("test", down)
    probing = asyncio.Event()

    async def fails() -> None:
        raise ConnectionError

    async def hangs() -> None:
        probing.set()
        await asyncio.Event().wait()

    async def works() -> str:
        return "fine"

    try:
        await service.call("get", fails)
    except Outage:
        await service.breaker.ready()
    probe = asyncio.create_task(service.call("get", hangs))
    await probing.wait()
    probe.cancel()
    await asyncio.wait([probe])
    assert probe.cancelled()
    assert door.states() == {"test": "half_open"}
    assert await service.call("get", works) == "fine"
    assert dict(door.states()) == {"test": "closed"}
    await door.close()


def test_every_service_has_a_policy_of_its_own() -> None:
    clients = (gmail, gmail_credentials, claude_errors, gcs, mongo_errors, smtp, postgres_errors, grpc_errors)
    assert {client.SERVICE for client in clients} == set(DEFAULT_POLICIES)
