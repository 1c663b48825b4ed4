import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import aiohttp
import pytest
import stamina
from aiohttp import web
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode
from tests.external.conftest import FAST, Entrance, HttpServer, Telemetry
from tests.helpers import LONG

from claimstream.external.bulkhead import Bulkhead
from claimstream.external.door import Door
from claimstream.external.errors import (
    BreakerOpen,
    DoubtedRefusal,
    Exists,
    ExternalError,
    LockedOut,
    NotFound,
    Outage,
    Refused,
    Throttled,
    Unauthorised,
)
from claimstream.external.policy import Policy
from claimstream.telemetry.correlation import correlated


def classify(error: BaseException) -> ExternalError | None:
    match error:
        case aiohttp.ClientResponseError(status=404):
            return NotFound("test", "", "not there", status=404)
        case aiohttp.ClientResponseError(status=401):
            return Unauthorised("test", "", "wrong key")
        case aiohttp.ClientResponseError(status=429):
            after = error.headers.get("Retry-After") if error.headers else None
            return Throttled("test", "", "too fast", retry_after_seconds=float(after) if after else None)
        case aiohttp.ClientError():
            return Outage("test", "", "down")
        case _:
            return None


async def fetch(url: str) -> str:
    async with aiohttp.ClientSession(raise_for_status=True) as session, session.get(url) as response:
        trace.get_current_span().set_attribute("http.response.status_code", response.status)
        return await response.text()


def answers(server: HttpServer, *statuses: int, headers: dict[str, str] | None = None) -> None:
    """Answer with these statuses in turn, and with the last one from then on."""
    queue = list(statuses)

    async def handler(request: web.Request) -> web.Response:
        status = queue.pop(0) if len(queue) > 1 else queue[0]
        return web.Response(status=status, text="fine", headers=headers if status == 429 else None)

    server.handler = handler


async def test_a_call_returns_what_the_service_said_in_a_client_span(
    entrance: Entrance, http_server: HttpServer
) -> None:
    answers(http_server, 200)
    service = entrance.door.service("test", classify)
    result = await service.call(
        "things.get", lambda: fetch(http_server.base_url), attributes={"http.request.method": "GET"}
    )
    assert result == "fine"
    span = entrance.telemetry.span("things.get test")
    assert span.kind is SpanKind.CLIENT
    assert span.attributes == {
        "service.peer.name": "test",
        "http.request.method": "GET",
        "http.response.status_code": 200,
    }
    assert entrance.telemetry.points("claimstream.external.duration") == {("things.get", "ok", "test"): 1}
    assert entrance.telemetry.points("claimstream.external.breaker.state") == {("test",): 0}


async def test_the_durations_of_fast_calls_are_told_apart(entrance: Entrance) -> None:
    service = entrance.door.service("test", classify)
    await service.call("nap", lambda: asyncio.sleep(0))
    await service.call("nap", lambda: asyncio.sleep(0.2))
    assert len(entrance.telemetry.buckets("claimstream.external.duration")) == 2


async def test_the_circuits_of_the_latest_door_are_shown(entrance: Entrance) -> None:
    entrance.door.service("before", classify)
    later = Door(meter=entrance.telemetry.meter)
    later.service("test", classify)
    assert entrance.telemetry.points("claimstream.external.breaker.state") == {("test",): 0}
    await later.close()


async def test_an_outage_is_tried_again_each_attempt_in_a_span_of_its_own(
    entrance: Entrance, http_server: HttpServer
) -> None:
    answers(http_server, 503, 500, 200)
    service = entrance.door.service("test", classify)
    with entrance.telemetry.tracer.start_as_current_span("stage"):
        http = {"http.request.method": "GET"}
        assert await service.call("get", lambda: fetch(http_server.base_url), attributes=http) == "fine"
    attempts = [span for span in entrance.telemetry.spans if span.name == "get test"]
    assert [(span.attributes or {}).get("http.request.resend_count") for span in attempts] == [None, 1, 2]
    assert [(span.attributes or {}).get("error.type") for span in attempts] == ["503", "500", None]
    assert [span.status.status_code for span in attempts] == [StatusCode.ERROR, StatusCode.ERROR, StatusCode.UNSET]
    stage = entrance.telemetry.span("stage")
    assert [event.name for event in stage.events] == ["claimstream.external.retry"] * 2
    assert (stage.events[0].attributes or {})["error.type"] == "503"
    assert all(span.parent and span.parent.span_id == stage.context.span_id for span in attempts if stage.context)
    assert entrance.telemetry.points("claimstream.external.retries") == {("get", "test"): 2}


async def test_a_permanent_no_is_not_tried_again_and_never_opens_the_circuit(
    entrance: Entrance, http_server: HttpServer
) -> None:
    answers(http_server, 404)
    service = entrance.door.service("test", classify)
    for _ in range(10):
        with pytest.raises(NotFound, match=r"test things\.get: not there") as caught:
            await service.call("things.get", lambda: fetch(http_server.base_url))
    assert isinstance(caught.value.__cause__, aiohttp.ClientResponseError)
    assert len(http_server.requests) == 10
    assert service.breaker.state == "closed"
    assert entrance.telemetry.points("claimstream.external.duration") == {("things.get", "refused", "test"): 10}


async def test_a_grant_of_one_mailbox_is_not_tried_again_and_never_opens_the_circuit(
    telemetry: Telemetry, http_server: HttpServer
) -> None:
    answers(http_server, 401)
    grants = replace(FAST, one_credential=False)
    entrance = Entrance(Door({"test": grants}, tracer=telemetry.tracer, meter=telemetry.meter), telemetry)
    service = entrance.door.service("test", classify)
    for _ in range(10):
        with pytest.raises(Unauthorised):
            await service.call("get", lambda: fetch(http_server.base_url))
    assert len(http_server.requests) == 10
    assert entrance.door.states() == {"test": "closed"}
    answers(http_server, 200)
    assert await service.call("get", lambda: fetch(http_server.base_url)) == "fine"


async def test_a_retry_is_told_by_events_and_never_printed_or_logged(
    http_server: HttpServer, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    stamina.instrumentation.set_on_retry_hooks(None)  # the library's own, as in a process that is just starting
    door = Door({"test": FAST})
    answers(http_server, 503, 200)
    with caplog.at_level("DEBUG", logger="stamina"):
        assert await door.service("test", classify).call("get", lambda: fetch(http_server.base_url)) == "fine"
    await door.close()
    assert len(http_server.requests) == 2
    assert "stamina" not in "".join(capfd.readouterr())
    assert not [record for record in caplog.records if record.name.startswith("stamina")]


async def test_throttling_waits_as_asked_and_never_opens_the_circuit(
    entrance: Entrance, http_server: HttpServer
) -> None:
    answers(http_server, 429, 429, 200, headers={"Retry-After": "0.02"})
    service = entrance.door.service("test", classify)
    with entrance.telemetry.tracer.start_as_current_span("stage"):
        await service.call("get", lambda: fetch(http_server.base_url))
    waits = [(event.attributes or {})["waited_seconds"] for event in entrance.telemetry.span("stage").events]
    assert len(waits) == 2
    assert all(isinstance(wait, float) and wait >= 0.02 for wait in waits)
    answers(http_server, 429)
    for _ in range(3):
        with pytest.raises(Throttled):
            await service.call("get", lambda: fetch(http_server.base_url))
    assert service.breaker.state == "closed"


async def test_a_wait_too_long_for_one_call_is_left_to_the_caller(entrance: Entrance, http_server: HttpServer) -> None:
    answers(http_server, 429, headers={"Retry-After": "3600"})
    with pytest.raises(Throttled) as caught:
        await entrance.door.service("test", classify).call("get", lambda: fetch(http_server.base_url))
    assert caught.value.retry_after_seconds == 3600
    assert len(http_server.requests) == 1


async def test_no_answer_in_time_is_an_outage(entrance: Entrance, http_server: HttpServer) -> None:
    release = asyncio.Event()

    async def hangs(request: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    http_server.handler = hangs
    service = entrance.door.service("test", classify)
    with pytest.raises(Outage, match=r"test get: no answer within 0.05 s"):
        await service.call("get", lambda: fetch(http_server.base_url), timeout_seconds=0.05, retry=False)
    release.set()
    assert (entrance.telemetry.span("get test").attributes or {})["error.type"] == "timeout"


async def test_what_is_not_classified_is_raised_as_it_is_once_and_counts_for_nothing(entrance: Entrance) -> None:
    calls = 0

    async def defect() -> None:
        nonlocal calls
        calls += 1
        raise KeyError("ours")

    service = entrance.door.service("test", classify)
    for _ in range(6):
        with pytest.raises(KeyError):
            await service.call("get", defect)
    assert calls == 6
    assert service.breaker.state == "closed"


async def test_retries_end_when_the_circuit_opens_and_the_caller_sees_it_on_its_span(
    entrance: Entrance, http_server: HttpServer
) -> None:
    answers(http_server, 500)
    service = entrance.door.service("test", classify)
    with pytest.raises(Outage, match="down"):
        await service.call("get", lambda: fetch(http_server.base_url))
    with entrance.telemetry.tracer.start_as_current_span("stage"), pytest.raises(BreakerOpen) as caught:
        await service.call("get", lambda: fetch(http_server.base_url))
    assert len(http_server.requests) == 5
    assert (caught.value.retry_after_seconds or 0) > 0
    names = [event.name.removeprefix("claimstream.external.") for event in entrance.telemetry.span("stage").events]
    assert names == ["retry", "breaker.opened", "retry", "breaker.rejected"]
    assert [event.kind for event in entrance.events] == ["opened", "rejected"]
    assert entrance.telemetry.points("claimstream.external.rejections") == {("get", "test"): 1}
    assert entrance.telemetry.points("claimstream.external.breaker.state") == {("test",): 2}
    assert entrance.telemetry.points("claimstream.external.duration") == {
        ("get", "outage", "test"): 1,
        ("get", "rejected", "test"): 1,
    }


async def test_cancellation_passes_through_and_gives_the_slot_back(telemetry: Telemetry) -> None:
    door = Door({"test": Policy(concurrency=1, attempts=1, breaker_threshold=1)}, tracer=telemetry.tracer)
    service = door.service("test", classify)
    started = asyncio.Event()

    async def hangs() -> None:
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(service.call("get", hangs))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert service.breaker.state == "closed"

    async def fine() -> str:
        return "fine"

    assert await service.call("get", fine) == "fine"


async def test_an_outer_time_out_works_through_the_door(entrance: Entrance) -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await entrance.door.service("test", classify).call("get", hangs)
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0


async def test_the_bulkhead_bounds_the_calls_at_a_time_and_notes_the_wait(telemetry: Telemetry) -> None:
    door = Door({"test": Policy(concurrency=2)}, tracer=telemetry.tracer, meter=telemetry.meter)
    service = door.service("test", classify)
    inside = most = 0
    full, release = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        if inside == 2:
            full.set()
        await release.wait()
        inside -= 1

    async def stage() -> None:
        with telemetry.tracer.start_as_current_span("stage"):
            await service.call("get", work)

    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(stage())
        await full.wait()
        release.set()
    assert most == 2
    waits = [event.name for span in telemetry.spans for event in span.events]
    assert waits == ["claimstream.external.bulkhead.wait"] * 4


async def test_a_slow_service_keeps_no_other_waiting(entrance: Entrance, http_server: HttpServer) -> None:
    """Three hundred calls of the one are under way or wait for a slot, while the other is called as often."""
    release = asyncio.Event()

    async def handler(request: web.Request) -> web.Response:
        if request.path == "/slow":
            await release.wait()
        return web.Response(text="fine")

    http_server.handler = handler
    slow, fast = entrance.door.service("slow", classify), entrance.door.service("test", classify)
    async with asyncio.TaskGroup() as group:
        for _ in range(300):
            group.create_task(slow.call("get", lambda: fetch(f"{http_server.base_url}/slow")))
        async with asyncio.timeout(LONG):
            while len(http_server.requests) < slow.policy.concurrency:
                await asyncio.sleep(0.01)
            answered = await asyncio.gather(
                *(fast.call("get", lambda: fetch(f"{http_server.base_url}/fast")) for _ in range(300))
            )
        assert (slow.full, set(answered)) == (True, {"fine"})
        release.set()


async def test_after_an_outage_the_calls_come_back_a_few_at_a_time(telemetry: Telemetry) -> None:
    policy = Policy(attempts=1, breaker_threshold=1, breaker_recovery_seconds=0.05, concurrency=50)
    door = Door({"test": policy}, tracer=telemetry.tracer, meter=telemetry.meter)
    service = door.service("test", classify)
    inside = 0
    release = asyncio.Event()

    async def work() -> None:
        nonlocal inside
        inside += 1
        await release.wait()

    async def fine() -> None:
        return None

    async def down() -> None:
        raise Outage("test", "", "down")

    with pytest.raises(Outage):
        await service.call("get", down)
    await service.breaker.ready()
    await service.call("get", fine)
    assert service.breaker.state == "closed"
    seen: list[int] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(80):
            group.create_task(service.call("get", work))
        async with asyncio.timeout(LONG):
            while inside < policy.concurrency:
                await asyncio.sleep(0)
                if seen[-1:] != [inside]:
                    seen.append(inside)
        release.set()
    assert [count for count in seen if count] == [2, 4, 8, 16, 32, 50]
    await door.close()


async def test_a_slot_that_was_given_to_one_that_has_gone_is_the_next_ones() -> None:
    bulkhead = Bulkhead(1)
    inside = asyncio.Event()

    async def enter() -> None:
        async with bulkhead:
            inside.set()

    await bulkhead.__aenter__()
    given, gone, last = (asyncio.create_task(enter()) for _ in range(3))
    await asyncio.sleep(0)
    gone.cancel()  # while it waits
    await bulkhead.__aexit__(None, None, None)
    given.cancel()  # when it has the slot, and does not know yet
    await asyncio.wait_for(last, LONG)
    assert (given.cancelled(), gone.cancelled(), bulkhead.full) == (True, True, False)


async def test_what_a_library_raised_never_reaches_the_span(entrance: Entrance) -> None:
    async def quotes_the_mail() -> None:
        raise aiohttp.ClientError("Sehr geehrte Frau Brandt")

    with pytest.raises(Outage):
        await entrance.door.service("test", classify).call("get", quotes_the_mail, retry=False)
    assert "Brandt" not in entrance.telemetry.span("get test").to_json()


async def test_an_error_that_the_function_classified_itself_keeps_its_class(entrance: Entrance) -> None:
    async def refuses() -> None:
        raise Refused("test", "", "no", status=412)

    with pytest.raises(Refused, match="test put: no"):
        await entrance.door.service("test", classify).call("put", refuses)
    assert (entrance.telemetry.span("put test").attributes or {})["error.type"] == "412"


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"db.query.summary": "SELECT emails"}, "SELECT emails"),
        ({"db.operation.name": "find", "db.collection.name": "clients"}, "find clients"),
        ({"gen_ai.operation.name": "chat", "gen_ai.request.model": "claude-x"}, "chat claude-x"),
        ({}, "op test"),
    ],
)
async def test_spans_are_named_by_their_convention(entrance: Entrance, attributes: dict[str, str], name: str) -> None:
    async def fine() -> None:
        return None

    await entrance.door.service("test", classify).call("op", fine, attributes=attributes)
    assert entrance.telemetry.span(name).kind is SpanKind.CLIENT


class TestCredentialsThatServeAll:
    async def test_their_refusal_opens_the_circuit_at_once(self, entrance: Entrance) -> None:
        service = entrance.door.service("test", classify)
        with pytest.raises(LockedOut):
            await service.call("get", raises(LockedOut("test", "", "wrong key")))
        assert service.breaker.state == "open"
        assert service.breaker.last_failure == "wrong key"

    async def test_a_missing_right_opens_it_when_different_mails_meet_it(self, entrance: Entrance) -> None:
        service = entrance.door.service("test", classify)
        for email_id in ("a", "a", "a", "a", "a", "b", "b", "c"):
            assert service.breaker.state == "closed"
            with correlated(email_id=email_id), pytest.raises(Unauthorised):
                await service.call("get", raises(Unauthorised("test", "", "answered 403")))
        assert service.breaker.state == "open"


class TestUnexpected:
    async def test_what_a_library_raises_for_no_known_reason_is_an_outage(self, entrance: Entrance) -> None:
        service = entrance.door.service("test", classify)

        async def misused() -> None:
            aiohttp.TCPConnector(limit=0, ssl="never")  # type: ignore[arg-type]  # so that the library raises

        with pytest.raises(Outage, match=r"failed in an unexpected way \(TypeError, raised in aiohttp\)"):
            await service.call("get", misused, retry=False)

    async def test_our_own_defect_in_a_standard_library_stays_one(self, entrance: Entrance) -> None:
        async def defect() -> None:
            json.loads("no json")

        with pytest.raises(json.JSONDecodeError):
            await entrance.door.service("test", classify).call("get", defect)

    async def test_a_service_may_know_all_that_is_raised(self, entrance: Entrance) -> None:
        service = entrance.door.service("other", classify, unknown_is_outage=False)

        async def misused() -> None:
            aiohttp.TCPConnector(limit=0, ssl="never")  # type: ignore[arg-type]  # so that the library raises

        with pytest.raises(TypeError):
            await service.call("get", misused)


class TestRefusals:
    async def call(self, entrance: Entrance, email_id: str, *, refused: bool) -> None:
        service = entrance.door.service("test", classify)
        with correlated(email_id=email_id):
            await service.call("put", raises(Refused("test", "", "400", status=400)) if refused else fine)

    async def test_one_is_doubted_until_another_mail_has_succeeded(self, entrance: Entrance) -> None:
        await self.call(entrance, "before", refused=False)
        for _ in range(2):
            with pytest.raises(DoubtedRefusal, match="nobody else has shown yet"):
                await self.call(entrance, "poison", refused=True)
        await self.call(entrance, "healthy", refused=False)
        with pytest.raises(Refused):
            await self.call(entrance, "poison", refused=True)

    async def test_the_same_for_different_mails_in_a_row_is_an_outage(self, entrance: Entrance) -> None:
        for number in range(2):
            with pytest.raises(DoubtedRefusal):
                await self.call(entrance, f"{number}", refused=True)
        for number in range(2, 10):
            with pytest.raises(Outage, match="different mails" if number < 7 else "held back"):
                await self.call(entrance, f"{number}", refused=True)
        assert entrance.door.states() == {"test": "open"}

    async def test_a_harmless_request_decides_at_once(self, entrance: Entrance) -> None:
        service = entrance.door.service("test", classify)
        refuses = raises(Refused("test", "", "400", status=400))
        with correlated(email_id="poison"), pytest.raises(Refused):
            await service.call("put", refuses, control=lambda: service.call("put", fine))
        with correlated(email_id="fine"), pytest.raises(Outage, match="different mails"):
            await service.call("get", refuses, control=lambda: service.call("get", refuses))
        with correlated(email_id="unlucky"), pytest.raises(DoubtedRefusal, match="nobody else"):
            await service.call("list", refuses, control=lambda: service.call("list", raises(Outage("test", "", "no"))))

    async def test_a_harmless_request_that_is_refused_counts_like_an_outage(self, entrance: Entrance) -> None:
        service = entrance.door.service("test", classify)
        refuses = raises(Refused("test", "", "400", status=400))
        for number in range(FAST.breaker_threshold):
            assert service.breaker.state == "closed"
            with correlated(email_id=f"{number}"), pytest.raises(Outage):
                await service.call("put", refuses, control=lambda: service.call("put", refuses))
        assert service.breaker.state == "open"

    @pytest.mark.parametrize("error", [NotFound("test", "", "gone"), Exists("test", "", "is there", status=412)])
    async def test_what_callers_reckon_with_is_not_doubted(self, entrance: Entrance, error: Refused) -> None:
        with correlated(email_id="one"), pytest.raises(type(error)) as caught:
            await entrance.door.service("test", classify).call("put", raises(error))
        assert caught.value is error

    async def test_a_412_of_a_service_without_names_is_doubted(self, entrance: Entrance) -> None:
        refuses = raises(Refused("test", "", "412", status=412))
        with correlated(email_id="one"), pytest.raises(Outage):
            await entrance.door.service("test", classify).call("get", refuses)

    async def test_without_a_mail_it_is_believed(self, entrance: Entrance) -> None:
        with pytest.raises(Refused):
            await entrance.door.service("test", classify).call("put", raises(Refused("test", "", "400", status=400)))


class TestWhatAFailureSaysOfItsMail:
    async def witnesses(self, entrance: Entrance, failure: Outage) -> tuple[float, ...] | None:
        service = entrance.door.service("test", classify)
        with correlated(email_id="healthy"):
            await service.call("get", fine)
        with correlated(email_id="poison"), pytest.raises(Outage) as caught:
            await service.call("get", raises(failure), retry=False)
        with correlated(email_id="poison"):
            return entrance.door.others_seconds_ago(caught.value)

    async def test_an_outage_is_held_against_the_others(self, entrance: Entrance) -> None:
        assert len(await self.witnesses(entrance, Outage("test", "", "500")) or ()) == 1
        assert len(await self.witnesses(entrance, Unauthorised("test", "", "403")) or ()) == 1

    @pytest.mark.parametrize(
        "failure",
        [Throttled("test", "", "429"), LockedOut("test", "", "401"), BreakerOpen("test", "", "open")],
    )
    async def test_what_has_nothing_to_do_with_the_mail_never_is(self, entrance: Entrance, failure: Outage) -> None:
        assert await self.witnesses(entrance, failure) is None

    async def test_its_own_success_is_no_witness(self, entrance: Entrance) -> None:
        service = entrance.door.service("test", classify)
        with correlated(email_id="poison"):
            await service.call("get", fine)
            with pytest.raises(Outage) as caught:
                await service.call("get", raises(Outage("test", "", "500")), retry=False)
            assert entrance.door.others_seconds_ago(caught.value) == ()

    async def test_nor_is_the_grant_of_its_mailbox(self, telemetry: Telemetry) -> None:
        door = Door({"test": replace(FAST, one_credential=False)}, tracer=telemetry.tracer, meter=telemetry.meter)
        assert await self.witnesses(Entrance(door, telemetry), Unauthorised("test", "", "403")) is None


def raises(error: Exception) -> Callable[[], Awaitable[None]]:
    async def call() -> None:
        raise error

    return call


async def fine() -> None:
    return None


async def test_one_owner_leaves_as_many_slots_as_it_takes() -> None:
    bulkhead = Bulkhead(4)
    entered: list[str] = []

    async def enter(owner: str) -> None:
        await bulkhead.enter(owner)
        entered.append(owner)

    async with asyncio.TaskGroup() as group:
        for owner in ("a", "a", "a", "b", "c", ""):
            group.create_task(enter(owner))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert entered == ["a", "a", "b", "c"], "a waits for its own, the last one because all are taken"
        bulkhead.leave("b")
        await asyncio.sleep(0)
        assert entered[4:] == [""]
        bulkhead.leave("a")
        await asyncio.sleep(0)
        assert len(entered) == 5, "one is left open, and a has one"
        bulkhead.leave("c")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert entered[5:] == ["a"]


@pytest.mark.parametrize(("others", "opens"), [(True, False), (False, True)])
async def test_one_mailbox_opens_no_circuit_while_others_are_answered(
    telemetry: Telemetry, others: bool, opens: bool
) -> None:
    door = Door({"test": Policy(attempts=1)}, tracer=telemetry.tracer, meter=telemetry.meter)
    service = door.service("test", classify)

    async def fine() -> None:
        return None

    async def down() -> None:
        raise Outage("test", "", "down")

    if others:
        await service.call("get", fine, subject="b@kanzlei.example")
    for number in range(20):
        with correlated(email_id=f"e-{number}"), pytest.raises(Outage):
            await service.call("get", down, subject="a@kanzlei.example")
    assert (service.breaker.state == "open") is opens
    await door.close()


async def test_three_mailboxes_open_the_circuit(telemetry: Telemetry) -> None:
    door = Door({"test": Policy(attempts=1)}, tracer=telemetry.tracer, meter=telemetry.meter)
    service = door.service("test", classify)

    async def fine() -> None:
        return None

    async def down() -> None:
        raise Outage("test", "", "down")

    await service.call("get", fine, subject="d@kanzlei.example")
    for number, owner in enumerate("aabbc"):
        with correlated(email_id=f"e-{number}"), pytest.raises(Outage):
            await service.call("get", down, subject=f"{owner}@kanzlei.example")
    assert service.breaker.state == "open"
    await door.close()
