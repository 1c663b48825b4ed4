"""Doors of two workers and a Redis between them, which may be away."""

import asyncio
import builtins
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.helpers import LONG

from claimstream.app import App
from claimstream.connections import shared_circuits
from claimstream.external.door import Door, Service
from claimstream.external.errors import BreakerOpen, Outage
from claimstream.external.policy import Policy
from claimstream.external.shared_circuits import SharedCircuits
from claimstream.local.servers.ports import LOOPBACK
from claimstream.local.servers.redis import LocalRedis
from claimstream.settings import Settings, SettingsError

POLICY = Policy(attempts=1, breaker_threshold=3, breaker_recovery_seconds=1.0)


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[LocalRedis]:
    async with LocalRedis(tmp_path) as server:
        yield server


@asynccontextmanager
async def worker(url: str, *, concurrency: int = POLICY.concurrency, patient: bool = True) -> AsyncIterator[Service]:
    """``patient``: Redis has time to answer, however busy the machine is."""
    given = f"{url}{'&' if '?' in url else '?'}socket_timeout=9&socket_connect_timeout=9" if patient else url
    circuits = SharedCircuits(given)
    door = Door({"gcs": replace(POLICY, concurrency=concurrency)}, unit_of_work=circuits)
    try:
        yield door.service("gcs", lambda _: None)
    finally:
        await door.close()
        await circuits.close()


async def fail() -> None:
    raise Outage("gcs", "get", "answered 503")


async def answer() -> str:
    return "there"


async def break_down(service: Service) -> None:
    for _ in range(POLICY.breaker_threshold):
        with pytest.raises(Outage):
            await service.call("get", fail)


async def test_what_one_worker_has_met_the_other_need_not_find_out(redis: LocalRedis) -> None:
    async with worker(redis.url) as one, worker(redis.url) as other:
        assert await other.call("get", answer) == "there"
        await break_down(one)
        with pytest.raises(BreakerOpen):
            await other.call("get", answer)
        await asyncio.sleep(POLICY.breaker_recovery_seconds + 0.1)
        assert await other.call("get", answer) == "there"
        assert await one.call("get", answer) == "there"
        assert (one.breaker.state, other.breaker.state) == ("closed", "closed")


async def test_failures_of_both_count_together(redis: LocalRedis) -> None:
    async with worker(redis.url) as one, worker(redis.url) as other:
        for service in (one, other, one):
            with pytest.raises(Outage):
                await service.call("get", fail)
        with pytest.raises(BreakerOpen):
            await other.call("get", answer)


async def test_of_many_workers_one_probes(redis: LocalRedis) -> None:
    async with worker(redis.url) as one, worker(redis.url) as two, worker(redis.url) as three:
        await break_down(one)
        for service in (two, three):
            with pytest.raises(BreakerOpen):
                await service.call("get", answer)
        await asyncio.sleep(POLICY.breaker_recovery_seconds + 0.1)
        probing, end = asyncio.Event(), asyncio.Event()

        async def slow() -> None:
            probing.set()
            await end.wait()
            raise Outage("gcs", "get", "answered 503")

        probe = asyncio.create_task(one.call("get", slow))
        await probing.wait()
        for service in (two, three):
            with pytest.raises(BreakerOpen, match="another worker is trying it now"):
                await service.call("get", answer)
        end.set()
        with pytest.raises(Outage):
            await probe
        for service in (two, three):
            with pytest.raises(BreakerOpen, match="tried again in"):
                await service.call("get", answer)


@pytest.mark.parametrize("died", [False, True], ids=["after an outage", "after a probe that died"])
async def test_of_many_workers_one_probes_though_all_come_in_the_same_instant(redis: LocalRedis, died: bool) -> None:
    async with AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(worker(redis.url)) for _ in range(8)]
        for service in workers:
            await service.call("get", answer)
        await break_down(workers[0])
        for service in workers[1:]:
            with pytest.raises(BreakerOpen):
                await service.call("get", answer)
        await asyncio.sleep(POLICY.breaker_recovery_seconds + 0.1)
        if died:
            await workers[0].breaker.admit()
            for service in workers[1:]:
                with pytest.raises(BreakerOpen, match="another worker is trying it now"):
                    await service.call("get", answer)
            await asyncio.sleep(POLICY.breaker_recovery_seconds + 0.1)
            workers = workers[1:]
        probes, all_have_tried = 0, asyncio.Event()

        async def slow() -> None:
            nonlocal probes
            probes += 1
            await all_have_tried.wait()

        async def probe(service: Service) -> None:
            try:
                await service.call("get", slow)
            except BreakerOpen as error:
                turned_away.append(error)
                if len(turned_away) == len(workers) - 1:
                    all_have_tried.set()

        turned_away: list[BreakerOpen] = []
        async with asyncio.timeout(LONG):
            await asyncio.gather(*(probe(service) for service in workers))
        assert probes == 1
        for service in workers:
            await service.call("get", answer)


async def test_the_worker_whose_probe_was_cancelled_may_try_again(redis: LocalRedis) -> None:
    async with worker(redis.url) as one:
        await break_down(one)
        await asyncio.sleep(POLICY.breaker_recovery_seconds + 0.1)
        probing = asyncio.Event()

        async def hang() -> None:
            probing.set()
            await asyncio.Event().wait()

        probe = asyncio.create_task(one.call("get", hang))
        await probing.wait()
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        assert await one.call("get", answer) == "there"


async def test_many_calls_at_once_go_on_sharing(redis: LocalRedis, caplog: pytest.LogCaptureFixture) -> None:
    async with worker(redis.url, concurrency=200) as one, worker(redis.url) as other:
        all_are_in = asyncio.Barrier(200)

        async def together() -> None:
            await all_are_in.wait()

        async with asyncio.timeout(LONG):
            await asyncio.gather(*(one.call("get", together) for _ in range(200)))
        assert "shared state" not in caplog.text
        await break_down(one)
        with pytest.raises(BreakerOpen):
            await other.call("get", answer)


async def test_an_outage_under_load_is_one_opening_one_probe_and_one_closing(redis: LocalRedis) -> None:
    async with worker(redis.url, concurrency=60) as one:
        kinds: list[str] = []
        one.breaker.add_listener(lambda event: None if event.kind == "rejected" else kinds.append(event.kind))

        async def down() -> None:
            with pytest.raises(Outage):
                await one.call("get", fail)

        async def email() -> None:
            while True:
                await one.breaker.ready()
                try:
                    await one.call("get", answer)
                except BreakerOpen:
                    continue
                return

        async with asyncio.timeout(LONG):
            await asyncio.gather(*(down() for _ in range(60)))
            await asyncio.gather(*(email() for _ in range(20)))
        assert kinds == ["opened", "half_opened", "closed"]


async def test_a_turn_that_is_taken_again_lasts_anew(redis: LocalRedis) -> None:
    one, other = SharedCircuits(redis.url), SharedCircuits(redis.url)
    try:
        assert await one.take_turn("gcs", seconds=0.05)
        assert await one.take_turn("gcs", seconds=60)
        await asyncio.sleep(0.1)
        assert not await other.take_turn("gcs", seconds=60)
    finally:
        await one.close()
        await other.close()


async def goes_on_alone(service: Service) -> None:
    assert await service.call("get", answer) == "there"
    await break_down(service)
    with pytest.raises(BreakerOpen):
        await service.call("get", answer)
    await asyncio.sleep(POLICY.breaker_recovery_seconds + 0.1)
    assert await service.call("get", answer) == "there"


async def test_redis_that_is_down_at_the_start_holds_up_nothing(redis: LocalRedis) -> None:
    url = redis.url
    await redis.stop()
    async with worker(url) as one:
        await goes_on_alone(one)


async def test_redis_that_goes_down_holds_up_nothing_and_is_used_again_afterwards(
    redis: LocalRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claimstream.external.circuit_state._ALONE_SECONDS", 0.2)
    async with worker(redis.url) as one, worker(redis.url) as other:
        await one.call("get", answer)
        await redis.crash()
        await goes_on_alone(one)
        await redis.start()
        await asyncio.sleep(0.3)
        await one.call("get", answer)
        await break_down(one)
        with pytest.raises(BreakerOpen):
            await other.call("get", answer)


async def test_redis_that_does_not_answer_is_not_waited_for_at_each_call() -> None:
    asked = 0

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    async with worker(f"redis://{LOOPBACK}:{port}/0", patient=False) as one:
        for _ in range(20):
            await one.call("get", answer)
    server.close()
    assert 0 < asked < 5, "once, and not again at each call"


async def test_without_the_client_library_it_is_said_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = builtins.__import__

    def without_redis(name: str, *rest: Any, **more: Any) -> Any:
        if name == "redis":
            raise ImportError(name)
        return really(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_redis)
    shared = settings.model_copy(update={"breaker_redis_url": SecretStr("redis://127.0.0.1:6379/0")})
    with pytest.raises(SettingsError, match=r"BREAKER_REDIS_URL: .*claimstream\[redis\]"):
        async with App(shared):
            pass


@pytest.mark.parametrize("options", ["db=abc", "socket_timeout=soon", "colour=red", "ssl_cert_reqs=perhaps"])
def test_a_url_that_is_of_no_use_is_named_with_what_is_wrong_in_it(settings: Settings, options: str) -> None:
    url = SecretStr(f"rediss://user:s3cret@127.0.0.1:6379/0?{options}")
    name = options.partition("=")[0]
    with pytest.raises(SettingsError, match=rf"BREAKER_REDIS_URL: .*({name}|SSL Certificate)") as caught:
        shared_circuits(settings.model_copy(update={"breaker_redis_url": url}))
    assert "s3cret" not in str(caught.value)


def test_a_password_that_cuts_a_url_short_is_not_shown(settings: Settings) -> None:
    url = SecretStr("redis://:s3/cret@127.0.0.1:6379/0")
    with pytest.raises(SettingsError, match=r"BREAKER_REDIS_URL: .*%2F") as caught:
        shared_circuits(settings.model_copy(update={"breaker_redis_url": url}))
    assert "s3" not in str(caught.value)


async def test_an_app_shares_its_circuits(settings: Settings, redis: LocalRedis) -> None:
    shared = settings.model_copy(update={"breaker_redis_url": SecretStr(redis.url)})
    async with App(shared) as app, worker(redis.url) as other:
        service = app.door.service("gcs", lambda _: None)
        for _ in range(app.door._policies["gcs"].breaker_threshold):
            with pytest.raises(Outage):
                await service.call("get", fail, retry=False)
        with pytest.raises(BreakerOpen):
            await other.call("get", answer)


async def test_a_cancellation_that_the_client_of_redis_swallows_arrives(redis: LocalRedis) -> None:
    """It swallows those that come as a command goes out: a task of many calls would go on for ever."""

    async def calls(service: Service) -> None:
        while True:
            await service.call("get", answer)

    async with worker(redis.url) as service:
        for turns in range(100):
            task = asyncio.create_task(calls(service))
            for _ in range(turns % 20 + 1):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task}, timeout=LONG)
            assert task.cancelled()


async def in_time(service: Service, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while True:
            await service.call("get", answer)


async def test_a_deadline_that_the_client_of_redis_swallows_is_kept(redis: LocalRedis) -> None:
    async with worker(redis.url) as service:
        for turns in range(100):
            with pytest.raises(TimeoutError):
                await in_time(service, turns / 20_000)
