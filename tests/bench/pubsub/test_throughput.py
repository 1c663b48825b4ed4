from pathlib import Path

import pytest
from bench.pubsub.cells import Cell
from bench.pubsub.process import Child, ChildError
from bench.pubsub.throughput import LEAST_MESSAGES, MOST_MESSAGES, measure, messages_for
from bench.pubsub.variants import GOOGLE, VARIANTS, Variant

VARIANT_OF = {variant.name: variant for variant in VARIANTS}


def test_a_run_has_the_messages_that_its_last_rate_handles_in_the_time_wanted() -> None:
    google, cell = VARIANT_OF[GOOGLE], Cell(100, 120, 0.0)
    assert messages_for(google, cell, seconds=9.0, rate=10_000.0) == 100_000  # 10 % of it is warm-up
    assert messages_for(google, cell, seconds=1.0, rate=1.0) == LEAST_MESSAGES
    assert messages_for(google, cell, seconds=60.0, rate=1e6) == MOST_MESSAGES


def test_the_first_guess_knows_what_bounds_a_slow_handler() -> None:
    google = VARIANT_OF[GOOGLE]  # ten threads of 10 ms: 1,000 messages a second
    assert messages_for(google, Cell(100, 120, 10.0), seconds=9.0, rate=None) == 10_000


@pytest.mark.parametrize("name", ["claimstream", GOOGLE])
def test_a_run_is_measured_with_real_processes(name: str) -> None:
    run = measure(VARIANT_OF[name], Cell(10, 120, 0.0), messages=5000)
    assert run.messages == 5000
    assert run.messages_per_second > 0
    assert run.cpu_ms_per_1000 > 0
    assert run.peak_rss_mib > 10
    assert "python" in run.versions


def test_a_subscriber_that_cannot_start_is_reported_by_its_last_line() -> None:
    broken = Variant(name="broken", module="no_such_variant", library="nothing")
    with pytest.raises(ChildError, match=r"no_such_variant ended: .*No module named"):
        measure(broken, Cell(10, 120, 0.0), messages=300)


def test_a_child_that_says_nothing_is_waited_for_no_longer_than_asked(tmp_path: Path) -> None:
    no_server = str(tmp_path / "never_written.json")
    with (
        Child("bench.pubsub.variants.claimstream", "--port-file", no_server) as child,
        pytest.raises(ChildError, match=r"said nothing for 0\.01 s"),
    ):
        child.line(timeout_seconds=0.01)
