import pytest
from bench.pubsub.cells import ALL, QUICK, Cell


def test_a_cell_is_read_from_its_three_numbers() -> None:
    assert Cell.parse("100x10240x2.5") == Cell(100, 10240, 2.5)


@pytest.mark.parametrize("text", ["", "100", "100x120", "100x120x0x1", "axbxc", "0x120x0", "1x0x0", "1x120x-1"])
def test_what_is_no_cell_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="like 100x120x0"):
        Cell.parse(text)


def test_the_quick_form_is_a_part_of_the_whole() -> None:
    assert set(QUICK) < set(ALL)
    assert len(ALL) == len(set(ALL)) == 3 * 2 * 2
