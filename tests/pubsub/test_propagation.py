import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry import baggage, propagate, trace
from opentelemetry import context as otel_context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from claimstream.pubsub import propagation

SENDER = SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def injected(attributes: dict[str, str], **entries: str) -> dict[str, str]:
    context = trace.set_span_in_context(NonRecordingSpan(SENDER))
    for name, value in entries.items():
        context = baggage.set_baggage(name, value, context)
    token = otel_context.attach(context)
    try:
        propagation.inject(attributes)
    finally:
        otel_context.detach(token)
    return attributes


def test_the_context_is_added_and_read_again() -> None:
    context = propagation.extract(injected({"kind": "x"}, correlation="c-1"))
    assert trace.get_current_span(context).get_span_context().span_id == 0xDEF
    assert baggage.get_baggage("correlation", context) == "c-1"


def test_what_the_caller_wrote_is_not_overwritten() -> None:
    assert injected({"traceparent": "mine"})["traceparent"] == "mine"


def test_baggage_too_long_for_an_attribute_stays_behind() -> None:
    attributes = injected({}, long="x" * 1100)
    assert set(attributes) == {"traceparent"}


def test_a_full_message_gets_no_more_attributes() -> None:
    full = {f"key {number}": "x" for number in range(100)}
    assert injected(dict(full)) == full


def test_a_message_without_context_changes_nothing() -> None:
    assert propagation.extract({}) is None
    assert propagation.extract({"kind": "x"}) is None


def test_the_w3c_name_wins_over_googles() -> None:
    attributes = {
        "traceparent": f"00-{1:032x}-{2:016x}-01",
        "googclient_traceparent": f"00-{3:032x}-{4:016x}-01",
    }
    context = propagation.extract(attributes)
    assert trace.get_current_span(context).get_span_context().trace_id == 1


@pytest.fixture
def broken_propagator() -> Iterator[None]:
    class Broken(TraceContextTextMapPropagator):
        def inject(self, *_args: object, **_options: object) -> None:
            raise ZeroDivisionError

        def extract(self, *_args: object, **_options: object) -> otel_context.Context:
            raise ZeroDivisionError

    usual = propagate.get_global_textmap()
    propagate.set_global_textmap(Broken())
    yield
    propagate.set_global_textmap(usual)


@pytest.mark.usefixtures("broken_propagator")
def test_a_propagator_that_fails_does_not_fail_the_message() -> None:
    assert injected({"kind": "x"}) == {"kind": "x"}
    assert propagation.extract({"traceparent": f"00-{1:032x}-{2:016x}-01"}) is None


def test_a_broken_traceparent_is_ignored() -> None:
    context = propagation.extract({"traceparent": "nonsense"})
    assert not trace.get_current_span(context).get_span_context().is_valid


def test_a_propagator_that_is_not_installed_keeps_nobody_from_publishing() -> None:
    code = (
        "from claimstream.pubsub import propagation\n"
        "carrier = {'traceparent': '00-' + 32 * '1' + '-' + 16 * '2' + '-01'}\n"
        "from opentelemetry import trace\n"
        "print(trace.get_current_span(propagation.extract(carrier)).get_span_context().is_valid)"
    )
    environment = os.environ | {"OTEL_PROPAGATORS": "not-installed"}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("True\n", "")
