"""Page tokens that lead nowhere."""

import pytest

from claimstream.external.errors import Outage
from claimstream.external.paging import Paging


def test_a_token_that_comes_again_is_an_outage() -> None:
    paging = Paging("gmail", "messages.list")
    for token in ("a", "b"):
        assert paging.next(token, empty=False) == token
    with pytest.raises(Outage, match="do not end"):
        paging.next("a", empty=False)


def test_empty_pages_without_end_are_an_outage() -> None:
    paging = Paging("gmail", "history.list")
    for number in range(50):
        paging.next(f"{number}", empty=True)
    with pytest.raises(Outage, match="do not end"):
        paging.next("50", empty=True)


def test_pages_with_something_on_them_may_be_many() -> None:
    paging = Paging("gmail", "history.list")
    for number in range(1_000):
        assert paging.next(f"{number}", empty=number % 40 != 0) == f"{number}"
    assert paging.next(None, empty=True) is None
