"""Which doubts a model can settle: docs/domain.md says it, the rules do it."""

import re
from pathlib import Path

import pytest
from tests.domain.records import THRESHOLDS, amount, extraction

from claimstream.domain.records.extraction import FigureDoubt, Method
from claimstream.domain.records.intent import Intent
from claimstream.domain.rules.consolidation import consolidate
from claimstream.domain.rules.model_need import SETTLED_BY_A_MODEL, needs_model
from claimstream.domain.rules.total import choose_total

_DOCUMENT = Path(__file__).parents[3] / "docs" / "domain.md"
_ROW = re.compile(r"^\| the figure: (?P<doubts>[^|]+)\| (?P<asked>yes|no) \| (?P<settles>[^|]+)\|$", re.MULTILINE)


def test_the_document_names_every_doubt_of_a_figure_once() -> None:
    table = _DOCUMENT.read_text().partition('<a id="doubts">')[2].partition('<a id="remarks">')[0]
    said: dict[str, tuple[bool, bool]] = {}
    for row in _ROW.finditer(table):
        for name in re.findall(r"`(\w+)`", row["doubts"]):
            assert name not in said
            said[name] = row["asked"] == "yes", not row["settles"].startswith("never")
    settled = {doubt.value: (doubt in SETTLED_BY_A_MODEL,) * 2 for doubt in FigureDoubt}
    assert said == settled


@pytest.mark.parametrize("doubt", FigureDoubt)
def test_a_doubt_is_asked_and_settled_or_neither(doubt: FigureDoubt) -> None:
    doubted = amount("512.00").model_copy(update={"doubt": doubt, "confidence": 0.60})
    reader = extraction(doubted)
    model = extraction(amount("512.00"), method=Method.MODEL)
    settles = doubt in SETTLED_BY_A_MODEL
    intent = Intent.CLAIM_STATEMENT
    assert needs_model(intent, consolidate([reader], intent=intent, thresholds=THRESHOLDS)) is settles
    total = choose_total([reader, model], THRESHOLDS).amount
    assert total is not None
    assert (total.doubt is None) is settles


@pytest.mark.parametrize(
    ("value", "doubt"),
    [
        pytest.param("612.00", None, id="another figure"),
        pytest.param("512.00", FigureDoubt.WORDS, id="the same doubt"),
    ],
)
def test_other_answers_leave_the_doubt(value: str, doubt: FigureDoubt | None) -> None:
    doubted = amount("512.00").model_copy(update={"doubt": FigureDoubt.WORDS, "confidence": 0.60})
    answer = amount(value).model_copy(update={"doubt": doubt})
    total = choose_total([extraction(doubted), extraction(answer, method=Method.MODEL)], THRESHOLDS)
    assert total.conflict is not None or (total.amount and total.amount.doubt) is FigureDoubt.WORDS
