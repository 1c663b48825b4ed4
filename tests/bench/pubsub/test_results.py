from bench.pubsub.cells import Cell
from bench.pubsub.results import Measurements
from tests.bench.pubsub.runs import idle, throughput

FAST, SLOW = Cell(100, 120, 0.0), Cell(1, 120, 0.0)


def test_a_result_is_the_median_of_its_rounds() -> None:
    measurements = Measurements()
    for rate, cpu_ms in ((10.0, 3.0), (1000.0, 1.0), (20.0, 2.0)):
        measurements.add("a", FAST, throughput(rate, cpu_ms=cpu_ms))
    for p50_ms, p99_ms in ((1.0, 9.0), (2.0, 8.0), (3.0, 70.0)):
        measurements.add_idle("a", idle(p50_ms, p99_ms))
    (result,) = measurements.results([SLOW, FAST], ["a", "b"])
    assert (result.messages_per_second, result.cpu_ms_per_1000, result.rounds) == (20.0, 2.0, 3)
    assert result.messages_per_second_of_rounds == (10.0, 1000.0, 20.0)
    assert (result.idle_p50_ms, result.idle_p99_ms) == (2.0, 9.0)


def test_the_json_has_the_fields_that_were_agreed() -> None:
    measurements = Measurements()
    measurements.add("a", FAST, throughput(1234.56, cpu_ms=7.891, server_cpu_share=0.95))
    measurements.add_idle("a", idle(1.0, 2.34567))
    (row,) = (result.as_json() for result in measurements.results([FAST], ["a"]))
    assert row == {
        "variant": "a",
        "messages_per_response": 100,
        "payload_bytes": 120,
        "handler_ms": 0.0,
        "messages_per_second": 1234.6,
        "cpu_ms_per_1000": 7.89,
        "peak_rss_mib": 70.0,
        "idle_p99_ms": 2.346,
        "idle_p50_ms": 1.0,
        "rounds": 1,
        "messages": 3000,
        "messages_per_second_of_rounds": [1234.6],
        "server_cpu_share": 0.95,
        "server_bound": True,
        "versions": {"python": "3.11.7"},
        "error": None,
    }


def test_a_variant_that_failed_is_listed_with_its_error_and_what_it_did_before() -> None:
    measurements = Measurements()
    measurements.add("a", FAST, throughput(5.0))
    measurements.fail("a", FAST, "ended")
    measurements.fail("b", FAST, "never began")
    first, second = measurements.results([FAST], ["a", "b"])
    assert (first.messages_per_second, first.error) == (5.0, "ended")
    assert (second.messages_per_second, second.rounds, second.error) == (None, 0, "never began")
    assert measurements.has_failed("a", FAST)
    assert not measurements.has_failed("a", SLOW)
    assert not measurements.has_failed("a", None)
