"""A span that is current inside a block, and ended after it."""

from contextlib import nullcontext

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import Span as SdkSpan
from opentelemetry.sdk.trace import TracerProvider

from claimstream.telemetry.current_span import CurrentSpan


@pytest.mark.parametrize("error", [None, ValueError("text of a mail"), KeyboardInterrupt()])
def test_a_span_is_current_inside_and_ended_after_however_it_ends(error: BaseException | None) -> None:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("t")
    around = trace.get_current_span()
    started = tracer.start_span("work")
    assert isinstance(started, SdkSpan)
    with pytest.raises(type(error)) if error else nullcontext(), CurrentSpan(started) as span:
        assert span is started is trace.get_current_span()
        assert started.is_recording()
        if error is not None:
            raise error
    assert trace.get_current_span() is around
    assert started.end_time is not None
    assert started.events == (), "what an exception says is for others to judge"
    assert started.status.is_unset
