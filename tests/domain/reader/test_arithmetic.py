"""Equations among figures, without a word beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.domain.reader.arithmetic import Equation, Figure, Sign, equations

PLUS, MINUS, EITHER = Sign


def found(*figures: tuple[int, Sign], results: set[int] | None = None) -> list[Equation]:
    row = [Figure(number, cents, sign) for number, (cents, sign) in enumerate(figures)]
    return list(equations(row, lambda number: results is None or number in results))


@pytest.mark.parametrize(
    ("figures", "equation"),
    [
        ([(1000, PLUS), (100, PLUS), (1100, PLUS)], Equation(2, (0, 1), (), last=True)),
        ([(1100, PLUS), (1000, PLUS), (100, PLUS)], Equation(0, (1, 2), (), last=False)),
        ([(1000, PLUS), (50, MINUS), (950, PLUS)], Equation(2, (0,), (1,), last=True)),
        ([(1000, PLUS), (50, EITHER), (950, EITHER)], Equation(2, (0,), (1,), last=True)),
        ([(1000, PLUS), (100, PLUS), (50, MINUS), (1050, PLUS)], Equation(3, (0, 1), (2,), last=True)),
        ([(1050, PLUS), (1000, PLUS), (100, PLUS), (50, MINUS)], Equation(0, (1, 2), (3,), last=False)),
    ],
)
def test_sums_and_remainders_are_found(figures: list[tuple[int, Sign]], equation: Equation) -> None:
    assert equation in found(*figures)


def test_running_balances_are_a_chain() -> None:
    row = found((500, PLUS), (300, MINUS), (200, PLUS), (500, EITHER), (700, PLUS), (100, MINUS), (600, PLUS))
    assert {e.result: e.terms for e in row if e.last} == {2: (0, 1), 4: (2, 3), 6: (4, 5)}


@pytest.mark.parametrize(
    "figures",
    [
        [(1000, PLUS), (50, PLUS), (950, PLUS)],  # what is owed is never deducted
        [(1000, PLUS), (950, PLUS)],
        [(50, MINUS), (1000, PLUS), (950, PLUS)],  # nothing begins with what was paid
        [(100, EITHER), (200, EITHER), (300, EITHER), (400, EITHER), (1000, PLUS), (7, PLUS)],
        [(1000, PLUS), (10, EITHER), (20, EITHER), (30, EITHER), (940, PLUS)],  # too much is guessed
    ],
)
def test_no_equation_is_made_up(figures: list[tuple[int, Sign]]) -> None:
    assert [e for e in found(*figures, results={len(figures) - 1}) if e.last] == []


@given(st.lists(st.tuples(st.integers(1, 2000), st.sampled_from(Sign)), max_size=30))
def test_every_equation_holds(figures: list[tuple[int, Sign]]) -> None:
    for equation in found(*figures):
        value = [cents for cents, _ in figures]
        total = sum(value[n] for n in equation.added) - sum(value[n] for n in equation.deducted)
        assert total == value[equation.result]
        assert all(figures[n][1] is not MINUS for n in equation.added)
        assert all(figures[n][1] is not PLUS for n in equation.deducted)
        assert all((n < equation.result) is equation.last for n in equation.terms)
