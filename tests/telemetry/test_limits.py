from claimstream.telemetry.limits import RateLimiter


def test_the_first_passes_then_one_per_period_with_the_number_held_back() -> None:
    now = 0.0
    limiter = RateLimiter(10.0, clock=lambda: now)
    assert limiter.admit("a") == 0
    assert [limiter.admit("a") for _ in range(3)] == [None, None, None]
    assert limiter.admit("b") == 0
    now = 10.0
    assert limiter.admit("a") == 3
    assert limiter.admit("a") is None


def test_the_number_of_kinds_is_bounded() -> None:
    limiter = RateLimiter(10.0, kinds=2, clock=lambda: 0.0)
    assert [limiter.admit(kind) for kind in "abc"] == [0, 0, 0]
    assert limiter.admit("c") is None
    assert limiter.admit("a") == 0  # forgotten, so it passes again
