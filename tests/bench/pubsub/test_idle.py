import pytest
from bench.pubsub.idle import percentile_99


def test_the_99th_percentile_is_between_the_two_values_next_to_it() -> None:
    assert percentile_99([float(value) for value in range(101)]) == pytest.approx(99.0)
    assert percentile_99([1.0, 2.0]) == pytest.approx(1.99)
