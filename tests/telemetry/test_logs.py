import asyncio
import io
import logging
import threading
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest
from tests.telemetry.conftest import LogLines, Start

from claimstream.telemetry import correlated, get_logger, logs, stage_span

SECRET = "Nele Brandt owes 3.418,07"
log = get_logger("claimstream.tests")


class Colour(StrEnum):
    RED = "red"


class Record:
    def __repr__(self) -> str:
        return SECRET


def test_a_line_is_json_and_carries_every_id(started: Start, lines: LogLines) -> None:
    started(otlp_endpoint="127.0.0.1:1")
    with correlated("c1", email_id="e1", tenant_id="nord"), stage_span("parse") as span:
        log.info("email_parsed", sources=3, route=Colour.RED, ratio=Decimal("0.5"), path=Path("a"), kinds={"b", "a"})
    context = span.get_span_context()
    [line] = lines.named("email_parsed")
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "claimstream.tests",
        "action": "email_parsed",
        "correlation_id": "c1",
        "email_id": "e1",
        "tenant_id": "nord",
        "stage": "parse",
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
        "sources": 3,
        "route": "red",
        "ratio": "0.5",
        "path": "a",
        "kinds": ["a", "b"],
    }


def test_a_record_given_as_a_field_is_named_not_printed(started: Start, lines: LogLines) -> None:
    started()
    log.info("odd", field=Record(), error=ValueError(SECRET))
    [line] = lines.named("odd")
    assert line["field"] == "<Record>"
    assert line["error"] == "ValueError"
    assert SECRET not in lines.text


def test_tracebacks_show_places_but_not_what_was_in_hand(started: Start, lines: LogLines) -> None:
    started()
    text = SECRET
    try:
        raise ValueError(text)
    except ValueError as error:
        log.exception("stage_failed")
        log.warning("again", exc_info=error)
        logging.getLogger("some.library").exception("library failed")
    for event in ("stage_failed", "again", "library failed"):
        [line] = lines.named(event)
        assert line["error"] == "ValueError"
        assert "test_tracebacks_show_places" in line["exception"]
    assert SECRET not in lines.text


async def test_an_exception_nobody_fetched_is_logged_without_its_text(started: Start, lines: LogLines) -> None:
    started()

    async def fails(text: str) -> None:
        raise ValueError(text)

    task = asyncio.create_task(fails(SECRET))
    await asyncio.wait([task])
    del task
    [line] = lines.named("Task exception was never retrieved")
    assert line["error"] == "ValueError"
    assert SECRET not in lines.text


def test_libraries_speak_from_warning_and_through_the_same_formatter(started: Start, lines: LogLines) -> None:
    started(log_level="DEBUG")
    with correlated("c1"):
        logging.getLogger("httpx").info("POST body: %s", SECRET)
        logging.getLogger("httpx").warning("slow: %d s", 3)
        log.debug("own")
    assert SECRET not in lines.text
    [line] = lines.named("slow: 3 s")
    assert (line["logger"], line["level"], line["correlation_id"]) == ("httpx", "warning", "c1")
    assert len(lines.named("own")) == 1


def test_what_own_modules_give_as_extra_is_kept_and_what_libraries_give_is_not(started: Start, lines: LogLines) -> None:
    started()
    for name in ("claimstream.pubsub.leases", "some.library"):
        logging.getLogger(name).warning("lease of %s lost", "m1", extra={"action": "lease_lost", "message_id": "m1"})
    own, foreign = lines.named("lease of m1 lost")
    assert (own["action"], own["message_id"]) == ("lease_lost", "m1")
    assert (foreign["action"], "message_id" in foreign) == ("log", False)


def test_the_level_of_the_settings_holds(started: Start, lines: LogLines) -> None:
    started(log_level="WARNING")
    log.info("quiet")
    log.warning("loud")
    assert not lines.named("quiet")
    assert len(lines.named("loud")) == 1


def test_console_lines_are_for_people(started: Start, lines: LogLines) -> None:
    started(log_format="console")
    with correlated("c1"):
        log.info("email_settled", route="IGNORE")
    [line] = [line for line in lines.text.splitlines() if "email_settled" in line]
    assert "route=IGNORE" in line
    assert "correlation_id=c1" in line
    assert not line.startswith("{")


def test_the_format_follows_the_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert logs.configure(stream=Terminal()) == "console"
    assert logs.configure(stream=io.StringIO()) == "json"
    assert logs.configure(log_format="console", stream=io.StringIO()) == "console"


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="use DEBUG, INFO"):
        logs.configure("CHATTY")


def test_a_pipe_that_nobody_reads_never_holds_the_writer() -> None:
    gate = threading.Event()

    class Blocked(io.StringIO):
        def write(self, text: str) -> int:
            gate.wait(60)
            return super().write(text)

    stream = Blocked()
    handler = logs.QueuedHandler(stream, lines=10)
    try:
        for number in range(100):  # would never return if it waited
            handler.emit(logging.LogRecord("x", logging.INFO, "f", 1, f"line {number}", None, None))
        # Ten in the queue, and at most one in the writer's hand.
        assert 89 <= handler.lost <= 90
    finally:
        gate.set()
        handler.close()
    assert stream.getvalue().startswith("line 0\n")
    assert f"{handler.lost} log lines were lost\n" in stream.getvalue()


def test_a_closed_stream_is_survived() -> None:
    stream = io.StringIO()
    handler = logs.QueuedHandler(stream)
    stream.close()
    handler.emit(logging.LogRecord("x", logging.INFO, "f", 1, "lost", None, None))
    assert handler.drain(10)
    assert handler.lost == 1
    handler.close()


def test_configuring_again_leaves_one_handler() -> None:
    for _ in range(3):
        logs.configure(stream=io.StringIO())
    assert sum(isinstance(h, logs.QueuedHandler) for h in logging.getLogger().handlers) == 1
