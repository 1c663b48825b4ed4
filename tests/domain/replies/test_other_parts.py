"""An answer in one part of a mail beside what another part says."""

import pytest

from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.replies.settlement import Part, taken_back
from claimstream.domain.text import Text

ACCEPTED, DECLINED = SettlementDecision.ACCEPTED, SettlementDecision.DECLINED


def letter(words: str) -> str:
    return f"Sehr geehrte Damen und Herren,\n\n{words}\n\nMit freundlichen Grüßen\nNordbank AG"


@pytest.mark.parametrize("written", [str, letter])
@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (ACCEPTED, "Die Zustimmung gilt nur, wenn alle zustimmen."),
        (ACCEPTED, "Bei Verzug lebt die Forderung wieder auf."),
        (ACCEPTED, "Wir behalten uns den Widerruf vor."),
        (ACCEPTED, "Der Bürge haftet weiter."),
        (DECLINED, "Bei 50 % wären wir dabei."),
        (DECLINED, "Wir bieten 900 EUR."),
        (DECLINED, "Hiermit erklären wir unsere Zustimmung zu dem Zahlungsplan über 60 Raten."),
        (DECLINED, "Anbei unsere Zustimmung."),
        (DECLINED, "Die Annahmeerklärung erhalten Sie anbei unterschrieben zurück."),
    ],
)
def test_an_attached_letter_may_take_an_answer_back(
    decision: SettlementDecision, words: str, written: type[str]
) -> None:
    assert taken_back(Text(written(words)), decision, Part.ATTACHMENT)


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (ACCEPTED, letter("wir stimmen dem Plan zu.")),
        (DECLINED, letter("wir lehnen den Plan ab, da die Quote zu gering ist.")),
        (ACCEPTED, "Hauptforderung 500,00 EUR\nZinsen 20,00 EUR\nKosten 10,00 EUR\nGesamt 530,00 EUR"),
        (ACCEPTED, "Verzug ist ausgeschlossen, sofern nichts anderes vereinbart ist. " * 100),
    ],
)
def test_statements_terms_and_the_same_answer_take_nothing_back(decision: SettlementDecision, text: str) -> None:
    assert taken_back(Text(text), decision, Part.ATTACHMENT) is None
