"""The measurement of growth."""

from collections.abc import Callable

from tests.growth.measured import SUPERLINEAR, growth

LENGTH = 12_000


def _steps(each: int, pairs_of: int) -> Callable[[int], Callable[[], object]]:
    """Work of so many steps for each character, and one for each pair of every ``pairs_of``-th character."""

    def ready(length: int) -> Callable[[], object]:
        steps = each * length + ((length // pairs_of) ** 2 if pairs_of else 0)
        return lambda: sum(1 for _ in range(steps))

    return ready


def test_a_quadratic_is_seen() -> None:
    assert growth(_steps(0, 20), (LENGTH,)) > SUPERLINEAR


def test_a_quadratic_that_is_a_sixth_of_the_whole_is_seen() -> None:
    assert growth(_steps(16, 60), (LENGTH,)) > SUPERLINEAR


def test_linear_work_is_not_suspected() -> None:
    assert growth(_steps(20, 0), (LENGTH,)) <= SUPERLINEAR
