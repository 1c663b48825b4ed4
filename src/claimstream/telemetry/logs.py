"""Log lines: structlog in front, the standard library's logging behind, one formatter for both, on stderr.

``log = get_logger(__name__)`` and ``log.info("email_settled", route=...)``. The event is a name, ``action`` in JSON;
what varies is a field. Every line carries the ids in force where it was written (correlation, email, tenant, stage) and
the span's. Writing is a thread's business: a full pipe loses lines, and counts them, but never holds the event loop.
"""

import json
import logging
import queue
import re
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, Literal, TextIO, cast
from uuid import UUID

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor, WrappedLogger

from claimstream.telemetry import correlation, errors
from claimstream.telemetry.limits import RateLimiter

LogFormat = Literal["json", "console"]

OWN = "claimstream"
"""Loggers below this name have the level of the settings; all others speak from WARNING, because the debug lines of
HTTP and model clients quote what they send."""

_QUEUE_LINES = 20_000
_ACTION = re.compile(r"[a-z][a-z0-9_]*")


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for a module. Cheap; what it says goes where :func:`configure` last said."""
    return cast(
        "structlog.stdlib.BoundLogger",
        structlog.wrap_logger(
            logging.getLogger(name),
            wrapper_class=structlog.stdlib.BoundLogger,
            processors=_CALL,
            cache_logger_on_first_use=True,
        ),
    )


def configure(level: str = "INFO", log_format: LogFormat | None = None, stream: TextIO | None = None) -> LogFormat:
    """Send all logging of the process to ``stream`` (stderr), replacing what an earlier call set up.

    ``log_format`` None: ``console`` on a terminal, else ``json``. Returns the format in use. Raises ValueError for an
    unknown level.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"unknown log level {level!r}: use DEBUG, INFO, WARNING, ERROR or CRITICAL")
    target = stream or sys.stderr
    terminal = bool(getattr(target, "isatty", lambda: False)())
    chosen: LogFormat = log_format or ("console" if terminal else "json")
    handler = QueuedHandler(stream)
    handler.setFormatter(_formatter(chosen, colours=terminal))
    handler.addFilter(_CalmExporters())
    root = logging.getLogger()
    for old in _handlers():
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    handler.log_format = chosen
    root.setLevel(max(number, logging.WARNING))
    logging.getLogger(OWN).setLevel(number)
    logging.captureWarnings(True)
    return chosen


def written_as() -> LogFormat | None:
    """The format in use; None before :func:`configure`."""
    return next((handler.log_format for handler in _handlers()), None)


def drain(timeout_seconds: float = 1.0) -> bool:
    """Wait until every line handed over so far is written; False when that took longer."""
    return all(handler.drain(timeout_seconds) for handler in _handlers())


def _handlers() -> "list[QueuedHandler]":
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, QueuedHandler)]


class QueuedHandler(logging.Handler):
    """Formats where the line was written (the ids are known there) and writes in a thread of its own."""

    log_format: LogFormat = "json"

    def __init__(self, stream: TextIO | None = None, *, lines: int = _QUEUE_LINES) -> None:
        super().__init__()
        self._stream = stream
        self._queue: queue.Queue[str | threading.Event | None] = queue.Queue(lines)
        self.lost = 0
        """Lines that found the queue full or could not be formatted or written."""
        self._told = 0
        self._thread = threading.Thread(target=self._write_all, name="claimstream-logs", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._queue.put_nowait(self.format(record) + "\n")
        except Exception:  # a full queue, or a field whose __str__ raises: a log line never fails the work
            self.lost += 1

    def drain(self, timeout_seconds: float) -> bool:
        written = threading.Event()
        try:
            self._queue.put(written, timeout=timeout_seconds)
        except queue.Full:
            return False
        return written.wait(timeout_seconds)

    def close(self) -> None:
        """Write what is waiting, for at most a second. Also called by ``logging.shutdown`` at exit."""
        if self._thread.is_alive():
            try:
                self._queue.put(None, timeout=0.5)
            except queue.Full:
                pass
            else:
                self._thread.join(1.0)
        super().close()

    def _write_all(self) -> None:
        while (item := self._queue.get()) is not None:
            if isinstance(item, threading.Event):
                item.set()
                continue
            try:
                # Looked up each time: sys.stderr is replaced by test runners and by redirection.
                stream = self._stream or sys.stderr
                stream.write(item)
                if self._queue.empty():
                    self._confess(stream)
                    stream.flush()
            except Exception:  # closed or broken: nowhere left to say so
                self.lost += 1

    def _confess(self, stream: TextIO) -> None:
        """Say how many lines were lost, once there is time to."""
        lost, self._told = self.lost - self._told, self.lost
        if lost:
            record = logging.LogRecord(__name__, logging.WARNING, __file__, 0, "%d log lines were lost", (lost,), None)
            record.action = "log_lines_lost"
            stream.write(self.format(record) + "\n")


class _CalmExporters(logging.Filter):
    """Exporters report a dead collector at each attempt, as an error: once a minute, as a warning, is enough."""

    def __init__(self) -> None:
        super().__init__()
        self._limiter = RateLimiter(period_seconds=60.0)

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("opentelemetry"):
            return True
        held_back = self._limiter.admit((record.name, record.msg))
        if held_back is None:
            return False
        if record.levelno > logging.WARNING:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def _formatter(log_format: LogFormat, *, colours: bool) -> logging.Formatter:
    render: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if log_format == "json":
        render += [_named, _ordered, structlog.processors.JSONRenderer(serializer=_to_json)]
    else:
        render += [_short_time, structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=28)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_foreign, *_COMMON], processors=render, keep_exc_info=False, keep_stack_info=False
    )


def _add_ids(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    ids = correlation.current()
    if ids.correlation_id is not None:
        event.setdefault("correlation_id", ids.correlation_id)
    if ids.email_id is not None:
        event.setdefault("email_id", ids.email_id)
    if ids.tenant_id is not None:
        event.setdefault("tenant_id", ids.tenant_id)
    if ids.stage is not None:
        event.setdefault("stage", ids.stage)
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event.setdefault("trace_id", trace.format_trace_id(span.trace_id))
        event.setdefault("span_id", trace.format_span_id(span.span_id))
    return event


def _add_time(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return event


def _add_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """``exc_info`` as a traceback without the messages that may not be shown (:mod:`claimstream.telemetry.errors`)."""
    raised = event.pop("exc_info", None)
    error: object = raised
    if isinstance(raised, tuple):
        error = raised[1]
    elif raised and not isinstance(raised, BaseException):
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event.setdefault("error", errors.summary(error))
        event["exception"] = errors.stack(error)
    return event


def _foreign(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A line of the standard library's logging.

    Of our own modules (those which could be a library of their own) also what was given as ``extra``. asyncio's
    "exception was never retrieved" quotes the exception from its second line on.
    """
    record = event.get("_record")
    if not isinstance(record, logging.LogRecord):
        return event
    if record.name.partition(".")[0] == OWN:
        _ADD_EXTRA(_logger, _method, event)
    if record.exc_info:
        event["exc_info"] = record.exc_info
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _named(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """``action`` is what happened, in every line; a sentence, where somebody wrote one, is its ``message``."""
    said = str(event.pop("event"))
    if "action" in event:
        event["message"] = said
    elif _ACTION.fullmatch(said) and str(event.get("logger")).partition(".")[0] == OWN:
        event["action"] = said
    else:
        event["action"], event["message"] = "log", said
    return event


def _ordered(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What a person looks for stands first, in every line."""
    first = {key: event.pop(key) for key in _FIRST if key in event}
    return {**first, **event}


def _short_time(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["timestamp"] = event["timestamp"][11:-1]
    for key in ("span_id", "tenant_id"):
        event.pop(key, None)
    return event


def _to_json(event: Mapping[str, Any], **_: Any) -> str:
    try:
        return json.dumps(event, default=_plain, allow_nan=False)
    except (TypeError, ValueError, RecursionError):  # a key that is no text, NaN, a circle: rather told than lost
        return json.dumps({key: value if isinstance(value, str | int) else repr(value) for key, value in event.items()})


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID | Decimal | datetime | date | PurePath):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, BaseException):
        return errors.summary(value)
    # Of a record only its kind: its text may be the mail's.
    return f"<{type(value).__qualname__}>"


_ADD_EXTRA = structlog.stdlib.ExtraAdder()
_FIRST: Sequence[str] = (
    "timestamp",
    "level",
    "logger",
    "action",
    "message",
    "correlation_id",
    "email_id",
    "tenant_id",
    "stage",
    "trace_id",
    "span_id",
)
_COMMON: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    _add_ids,
    _add_time,
    _add_error,
]
_CALL: list[Processor] = [
    structlog.stdlib.filter_by_level,
    *_COMMON,
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]
