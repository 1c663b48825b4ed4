"""Check boxes in every form, and marks that may be boxes: only a ticked one answers."""

from itertools import product

import pytest

from claimstream.domain.replies.settlement import read_settlement
from claimstream.domain.text import Text

YES, NO = "Wir stimmen dem Plan zu.", "Wir lehnen den Plan ab."
PAIRS = (
    ("|X|", "|_|"),
    ("|x|", "|__|"),
    ("{x}", "{ }"),
    ("<x>", "<>"),
    ("[x]", "[-]"),
    ("(x)", "()"),
    ("_x_", "__"),
    ("\uf0fe", "\uf0a8"),
    ("\uf0fd", "\uf06f"),
    ("✅", "⬜"),
)
UNKNOWN = ("¨", "~", "#", "+", "◊", "[…]", "[o]", "(o)", "o", "=", "\ufffd", "::", "■", "?", "○")
BULLETS = ("", "- ", "* ", "• ", "– ", "\uf0b7 ")


def _said(text: str) -> str | None:
    found = read_settlement(Text(f"Guten Tag,\n\n{text}\n\nMit freundlichen Grüßen"), "s1")
    return found.value.decision.value if found else None


@pytest.mark.parametrize(("on", "off"), PAIRS)
def test_a_form_is_answered_by_its_one_ticked_box(on: str, off: str) -> None:
    assert _said(f"{on} {YES}\n{off} {NO}") == "accepted"
    assert _said(f"{off} {YES}\n{on} {NO}") == "declined"
    assert _said(f"{on} {YES}\n{on} {NO}") == "unclear"
    assert _said(f"{off} {YES}\n{off} {NO}") == "unclear"


@pytest.mark.parametrize(("mark", "answer"), list(product((*UNKNOWN, *(off for _, off in PAIRS)), (YES, NO))))
def test_a_mark_that_is_not_ticked_answers_nothing(mark: str, answer: str) -> None:
    assert _said(f"{mark} {answer}") == "unclear"


@pytest.mark.parametrize("mark", [*UNKNOWN, *(off for _, off in PAIRS)])
def test_a_wrapped_option_answers_nothing(mark: str) -> None:
    assert _said(f"{mark} Wir stimmen dem von Ihnen\nvorgelegten Plan zu.") in {None, "unclear"}


@pytest.mark.parametrize("blank", ["_", "__", "___", "_________"])
def test_a_blank_behind_an_answer_leaves_it_open(blank: str) -> None:
    assert _said(f"{YES} {blank}") == "unclear"


@pytest.mark.parametrize(("bullet", "answer"), list(product(BULLETS, ((YES, "accepted"), (NO, "declined")))))
def test_a_bullet_is_no_box(bullet: str, answer: tuple[str, str]) -> None:
    assert _said(bullet + answer[0]) == answer[1]


def test_a_line_for_the_signature_is_no_box() -> None:
    assert _said(f"{YES}\n\n________________________________") == "accepted"


def test_a_condition_behind_a_box_that_answers_nothing_counts() -> None:
    found = read_settlement(Text(f"{YES}\n☐ Dies gilt nur, wenn alle Gläubiger zustimmen."), "s1")
    assert found is not None
    assert found.value.conditions
