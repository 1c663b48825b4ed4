"""Starting and ending telemetry.

Nothing here waits for a collector: exporters work in threads of their own, a full queue drops spans, and flushing and
shutting down take no longer than they are told to. :func:`start` may be called again, as tests do.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

from opentelemetry import metrics as otel_metrics
from opentelemetry.metrics import Meter
from opentelemetry.trace import Tracer
from sentry_sdk.transport import Transport

from claimstream.telemetry import environment, errors, logs, sentry, tracing
from claimstream.telemetry.best_effort import best_effort
from claimstream.telemetry.exporters import Signal, Target, target
from claimstream.telemetry.logs import LogFormat, get_logger
from claimstream.telemetry.providers import PROVIDERS, Pipes
from claimstream.telemetry.sampling import ratio_from_environment

log = get_logger(__name__)


@dataclass(frozen=True)
class TelemetryOptions:
    """How the process is watched. Everything has a default, and what is not configured is off."""

    service_name: str = "claimstream"
    """``OTEL_SERVICE_NAME`` goes before it."""
    service_version: str = "0"
    otlp_endpoint: str | None = None
    """``http://host:4317`` or ``host:4317`` (not encrypted), ``https://…``; for HTTP without the ``/v1/…`` path.

    None: the standard ``OTEL_EXPORTER_OTLP_*`` variables decide; without any endpoint nothing is exported.
    """
    otlp_protocol: str | None = None
    """``grpc`` or ``http/protobuf``. None: ``OTEL_EXPORTER_OTLP_PROTOCOL``, else ``grpc``."""
    sentry_dsn: str | None = None
    environment: str = "local"
    sample_ratio: float | None = None
    """Of new traces, 0 to 1; a parent's decision is followed. None: all of them. ``OTEL_TRACES_SAMPLER`` goes before
    it. A trace with an error is kept in any case."""
    log_level: str = "INFO"
    log_format: LogFormat | None = None
    """None: ``console`` on a terminal, else ``json``."""
    log_stream: TextIO | None = None
    """None: stderr."""
    trusted_error_modules: tuple[str, ...] = (
        "claimstream.pubsub",
        "claimstream.external",
        "claimstream.store",
        "claimstream.mailbox",
        "claimstream.settings",
    )
    """Whose errors may show their messages (:mod:`claimstream.telemetry.errors`)."""
    sentry_transport: Transport | None = None
    """None: Sentry's own, over HTTP in a thread. Tests keep the envelopes."""


class Telemetry:
    """What :func:`start` returns. ``flush`` and ``shutdown`` block: a coroutine uses ``aflush`` and ``aclose``."""

    def __init__(self, options: TelemetryOptions, pipes: Pipes) -> None:
        self.options = options
        self._pipes = pipes
        self._open = True

    @property
    def tracer(self) -> Tracer:
        return tracing.tracer()

    @property
    def meter(self) -> Meter:
        return otel_metrics.get_meter("claimstream")

    def flush(self, timeout_seconds: float = 5.0) -> bool:
        """Send what waits. True when all of it was handed over in that time; never raises, never takes longer."""
        failed = self._pipes.failed
        work = [*self._pipes.flushers(timeout_seconds), lambda: sentry.flush(timeout_seconds)]
        return _all_within(timeout_seconds, work) and self._pipes.failed == failed

    def shutdown(self, timeout_seconds: float = 5.0) -> bool:
        """Send what waits, then stop sending; as bounded as :meth:`flush`. A second call does nothing."""
        if not self._open:
            return True
        self._open = False
        deadline = time.monotonic() + timeout_seconds
        PROVIDERS.unplug(self._pipes)
        complete = self.flush(timeout_seconds * 0.7)
        left = max(0.1, deadline - time.monotonic())
        # Only the latest start owns Sentry: an earlier one that is replaced leaves it alone.
        ends = [lambda: sentry.stop(left)] if _latest is self else []
        _all_within(left, [*self._pipes.closers(left), *ends])
        logs.drain(max(0.1, deadline - time.monotonic()))
        return complete

    async def aflush(self, timeout_seconds: float = 5.0) -> bool:
        return await asyncio.to_thread(self.flush, timeout_seconds)

    async def aclose(self, timeout_seconds: float = 5.0) -> bool:
        return await asyncio.to_thread(self.shutdown, timeout_seconds)


_latest: Telemetry | None = None


def start(options: TelemetryOptions | None = None) -> Telemetry:
    """Begin to watch: logging, traces, metrics, Sentry, as far as they are configured; logs ``monitoring_initialized``.

    Never raises, and never waits for a service. A setting that cannot be used is a warning that names it, and that part
    stays off. An earlier start that was not shut down is (within a second).
    """
    global _latest  # noqa: PLW0603 - the process is watched once
    options = options or TelemetryOptions()
    problems = [*environment.FOUND_AT_IMPORT, *environment.mend(os.environ)]
    if _latest is not None:
        _latest.shutdown(timeout_seconds=1.0)
    log_format = _start_logging(options, problems)
    errors.trust_modules(options.trusted_error_modules)
    traces = _target("traces", options, problems)
    metrics = _target("metrics", options, problems)
    pipes = _start_pipes(options, traces, metrics, problems)
    _start_sentry(options, problems)
    _latest = Telemetry(options, pipes)
    for setting, problem in problems:
        log.warning("monitoring_setting_unusable", setting=setting, problem=problem)
    log.info(
        "monitoring_initialized",
        traces=traces.shown if traces and pipes.spans else None,
        metrics=metrics.shown if metrics and pipes.reader else None,
        otlp_protocol=exported.protocol if (exported := traces or metrics) else None,
        sample_ratio=PROVIDERS.sampler.ratio,
        sentry=sentry.enabled(),
        log_format=log_format,
        service=os.environ.get("OTEL_SERVICE_NAME") or options.service_name,
        version=options.service_version,
        environment=options.environment,
    )
    return _latest


def _start_logging(options: TelemetryOptions, problems: list[tuple[str, str]]) -> LogFormat:
    try:
        return logs.configure(options.log_level, options.log_format, options.log_stream)
    except ValueError as error:
        problems.append(("LOG_LEVEL", f"{error}; INFO is used"))
        return logs.configure("INFO", options.log_format, options.log_stream)


def _target(signal: Signal, options: TelemetryOptions, problems: list[tuple[str, str]]) -> Target | None:
    try:
        return target(signal, options.otlp_endpoint, options.otlp_protocol)
    except ValueError as error:
        problems.append(("OTEL_EXPORTER_OTLP_PROTOCOL", f"{error}; {signal} are not exported"))
        return None


def _start_pipes(
    options: TelemetryOptions, traces: Target | None, metrics: Target | None, problems: list[tuple[str, str]]
) -> Pipes:
    ratio = options.sample_ratio
    try:
        of_environment = ratio_from_environment()
        ratio = ratio if of_environment is None else of_environment
    except ValueError as error:
        problems.append(("OTEL_TRACES_SAMPLER", f"{error}; the configured ratio is used"))
    try:
        PROVIDERS.sampler.use(ratio)
    except ValueError:
        problems.append(("TRACE_SAMPLE_RATIO", f"{ratio} is not between 0 and 1; all traces are kept"))
        PROVIDERS.sampler.use(None)
    try:
        pipes = Pipes(traces, metrics)
    except Exception as error:  # an unreadable certificate, an endpoint that is no URL
        problems.append(("OTEL_EXPORTER_OTLP_ENDPOINT", f"{type(error).__name__}: {error}; nothing is exported"))
        pipes = Pipes(None, None)
    with best_effort("providers"):
        PROVIDERS.plug(
            pipes,
            service_name=options.service_name,
            service_version=options.service_version,
            environment=options.environment,
        )
    return pipes


def _start_sentry(options: TelemetryOptions, problems: list[tuple[str, str]]) -> None:
    if not options.sentry_dsn:
        return
    try:
        sentry.start(
            options.sentry_dsn,
            release=options.service_version,
            environment=options.environment,
            transport=options.sentry_transport,
        )
    except Exception as error:  # whatever is wrong with it, mail can be read without it
        problems.append(("SENTRY_DSN", f"{type(error).__name__}: Sentry is off; expected https://KEY@HOST/PROJECT"))


def _all_within(timeout_seconds: float, work: Sequence[Callable[[], object]]) -> bool:
    """Run each in a daemon thread and wait for all of them, at most that long; True when none is left and none failed.

    Threads, because OpenTelemetry's own time-outs are not kept (force_flush ignores its argument); daemons, so that one
    stuck in a dead connection does not hold up the end of the process.
    """
    deadline = time.monotonic() + timeout_seconds
    done: list[bool] = []

    def run(each: Callable[[], object]) -> None:
        with best_effort("export") as attempt:
            each()
        done.append(not attempt.failed)

    threads = [threading.Thread(target=run, args=(each,), name="claimstream-export", daemon=True) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return len(done) == len(work) and all(done)
