"""Refusals and other offers: what leaves them plain, and what makes them a person's."""

import pytest
from tests.domain.replies import refusals
from tests.domain.replies.test_wordings import CONTAINERS, said

from claimstream.domain.replies.settlement import open_door
from claimstream.domain.text import Text

LETTER = CONTAINERS["mail"]
REFUSAL, OFFER = "wir lehnen den Plan ab.", "wir bieten einen Vergleich über 840,00 EUR an."
ORDERS = pytest.mark.parametrize("order", ["{0} {1}", "{1}\n\n{0}"], ids=["behind", "before"])


def read(text: str) -> str | None:
    """The answer in short; a refusal beside an open door is unclear, as for the router."""
    letter = LETTER.format(f"{text[0].upper()}{text[1:]}")
    answer = said(letter)
    return "unclear" if answer == "declined" and open_door(Text(letter)) else answer


def others(texts: tuple[str, ...], wanted: str) -> list[tuple[str, str | None]]:
    return [(text, answer) for text in texts if (answer := read(text)) != wanted]


def written(texts: tuple[str, ...], *answers: str) -> list[tuple[str, str | None]]:
    return [(text, answer) for text in texts if (answer := read(text)) in answers]


def test_refusals_are_settled_in_many_wordings() -> None:
    assert others(refusals.PLAIN, "declined") == []


@ORDERS
def test_what_a_refusal_rests_on_leaves_it_plain(order: str) -> None:
    assert others(tuple(order.format(REFUSAL, beside) for beside in refusals.HARMLESS), "declined") == []


def test_less_than_the_whole_plan_is_a_persons() -> None:
    assert written(refusals.LESS, "accepted", "declined", "counter_offer 840.00") == []


@ORDERS
def test_open_doors_beside_refusals_are_a_persons(order: str) -> None:
    assert written(tuple(order.format(REFUSAL, opener) for opener in refusals.OPENERS), "accepted", "declined") == []


def test_the_one_sum_of_an_offer_is_settled() -> None:
    assert others(refusals.OFFERS, "counter_offer 840.00") == []


@ORDERS
def test_what_follows_an_offer_leaves_it_plain(order: str) -> None:
    texts = tuple(order.format(OFFER, beside) for beside in refusals.BESIDE_OFFERS)
    assert others(texts, "counter_offer 840.00") == []


def test_sums_that_are_no_offer_are_a_persons() -> None:
    assert written(refusals.NO_OFFERS, "accepted", "declined", "counter_offer 840.00", "counter_offer 840") == []


@ORDERS
def test_what_changes_the_sum_of_an_offer_is_a_persons(order: str) -> None:
    texts = tuple(order.format(OFFER, beside) for beside in refusals.UNSETTLING)
    assert written(texts, "accepted", "declined", "counter_offer 840.00") == []


FORMS = {
    "[ ] Ich/Wir stimme(n) dem Plan zu.\n[x] Ich/Wir stimme(n) dem Plan nicht zu.": "declined",
    "[ ] Ich stimme / wir stimmen dem Plan zu.\n[x] Ich stimme / wir stimmen dem Plan nicht zu.": "declined",
    "[x] Wir lehnen den Plan ab.\n[ ] Wir machen folgenden Gegenvorschlag: ______": "declined",
    "[x] Wir lehnen den Plan ab.\n[ ] Wir machen folgenden Gegenvorschlag: 840,00 EUR": "unclear",
    "[x] Wir lehnen den Plan ab.\n[x] Wir machen folgenden Gegenvorschlag: 840,00 EUR": "unclear",
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_are_read_by_their_ticked_line(form: str) -> None:
    assert read(f"Antwort zum Plan\n{form}") == FORMS[form]
