"""Batteries of answers to a plan, in the containers they come in, with their look-alikes."""

from itertools import product

import pytest
from tests.domain.replies import wordings
from tests.domain.replies.letters import LETTERS

from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.replies.settlement import Part, open_door, read_settlement, taken_back
from claimstream.domain.text import Text

ACCEPTED, DECLINED = SettlementDecision.ACCEPTED, SettlementDecision.DECLINED

SIGNATURE = "Mit freundlichen Grüßen\nStadtwerke Lindau\nForderungsmanagement"
FOOTER = "Stadtwerke Lindau GmbH, Seestr. 4, 88131 Lindau\nGeschäftsführer: Udo Marx, Amtsgericht Kempten HRB 4711"
LETTERHEAD = (
    "Stadtwerke Lindau GmbH\nSeestr. 4\n88131 Lindau\n\nKanzlei Rabe\nHafenweg 2\n23552 Lübeck\n\n"
    "Ihr Zeichen: 812/26\nUnser Zeichen: K-20/7\nTelefon: 08382 55-120\nDatum: 12.11.2026\n\n"
    "Ihr Schuldenbereinigungsplan vom 21.09.2026, Jutta Rahn"
)
CONTAINERS = {
    "sentence": "{}",
    "mail": "Sehr geehrte Damen und Herren,\n\n{}\n\n" + SIGNATURE,
    "letter": LETTERHEAD + "\n\nSehr geehrte Frau Rabe,\n\n{}\n\n" + SIGNATURE + "\n\n" + FOOTER,
}
IN = pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)


def said(text: str) -> str | None:
    """The answer in short: its decision, *conditional*, or the decision with its amount."""
    found = read_settlement(Text(text), "body")
    if found is None:
        return None
    start = found.evidence.start
    assert text[start : start + len(found.evidence.quote)] == found.evidence.quote
    answer = found.value
    if answer.decision is ACCEPTED and answer.conditions:
        return "conditional"
    if answer.decision is SettlementDecision.COUNTER_OFFER:
        return f"counter_offer {answer.counter_offer_amount}"
    return answer.decision.value


def others(texts: tuple[str, ...], container: str, *wanted: str | None) -> list[tuple[str, str | None]]:
    """The texts that are read as something else."""
    read = [(text, said(container.format(text))) for text in texts]
    return [(text, answer) for text, answer in read if answer not in wanted]


def written(texts: tuple[str, ...], container: str) -> list[tuple[str, str | None]]:
    """The texts that are read as an answer that is written without a person."""
    read = [(text, said(container.format(text))) for text in texts]
    return [(text, answer) for text, answer in read if answer in {"accepted", "declined"}]


@IN
def test_acceptances_are_settled(container: str) -> None:
    own_name = {"sentence": ("die Stadtwerke Lindau erteilen",)}
    texts = tuple(
        text
        for text in wordings.ACCEPTANCES
        if container != CONTAINERS["sentence"] or not text.startswith(own_name["sentence"])
    )
    assert others(texts, container, "accepted") == []


@IN
def test_bare_acceptances_are_settled(container: str) -> None:
    assert others(wordings.BARE_ACCEPTANCES, container, "accepted") == []


@IN
def test_refusals_are_settled(container: str) -> None:
    assert others(wordings.REFUSALS, container, "declined") == []


@IN
def test_counter_offers_keep_their_amount(container: str) -> None:
    assert others(wordings.OFFERS, container, "counter_offer 840.00") == []


@IN
def test_look_alikes_of_acceptances_are_a_persons(container: str) -> None:
    assert written(wordings.NOT_ACCEPTED, container) == []


@IN
def test_refusals_with_an_open_door_are_a_persons(container: str) -> None:
    assert written(wordings.NOT_DECLINED, container) == []


@IN
@pytest.mark.parametrize("before", ["", "Ihren Plan lehnen wir ab. "], ids=["alone", "refused"])
def test_sums_that_nobody_offers_are_no_counter_offer(container: str, before: str) -> None:
    texts = tuple(f"{before}{text[0].upper()}{text[1:]}" for text in wordings.NO_SUM_OFFERED)
    read = [(text, said(container.format(text))) for text in texts]
    assert [(text, answer) for text, answer in read if answer and answer.startswith("counter_offer 8")] == []


BASES = {
    "accepted": ("wir stimmen dem Schuldenbereinigungsplan zu.", wordings.HARMLESS + wordings.BESIDE_ACCEPTANCES),
    "declined": ("wir lehnen den Schuldenbereinigungsplan ab.", wordings.HARMLESS + wordings.BESIDE_REFUSALS),
    "counter_offer 840.00": ("wir bieten einen Vergleich gegen Zahlung von 840,00 EUR an.", wordings.HARMLESS),
}


@pytest.mark.parametrize("answer", BASES)
@pytest.mark.parametrize("order", ["{0} {1}", "{1}\n\n{0}", "{0}\n\n{1}"], ids=["behind", "before", "paragraph"])
def test_harmless_sentences_leave_answers_alone(answer: str, order: str) -> None:
    base, beside = BASES[answer]
    texts = tuple(order.format(base, sentence) for sentence in beside)
    assert others(texts, CONTAINERS["mail"], answer) == []


@pytest.mark.parametrize(("answer", "text"), LETTERS)
def test_whole_letters_are_settled(answer: str, text: str) -> None:
    assert said(text) == answer


CONDITIONS = (
    "wir stimmen dem Plan zu, wenn alle zustimmen.",
    "wir stimmen dem Plan vorbehaltlich der Zustimmung unserer Gremien zu.",
    "wir stimmen dem Plan zu. Gerät Ihre Mandantin in Rückstand, lebt unsere Forderung wieder auf.",
    "wir stimmen dem Plan zu. Bei Verzug mit zwei Raten wird der Vergleich hinfällig.",
    "Sollten Sie nichts Gegenteiliges von uns hören, gilt die Zustimmung zum Plan als erteilt.",
    "We accept the plan unless the deposit is lost.",
)


@IN
def test_conditions_make_acceptances_conditional(container: str) -> None:
    assert others(CONDITIONS, container, "conditional") == []


MARKS = [("[x]", "[ ]"), ("[X]", "[]"), ("☒", "☐"), ("☑", "□"), ("(X)", "( )")]
YES, NO = "Wir stimmen dem Schuldenbereinigungsplan zu.", "Wir stimmen dem Schuldenbereinigungsplan nicht zu."
FORMS = {
    "{on} {yes}\n{off} {no}": "accepted",
    "{off} {yes}\n{on} {no}": "declined",
    "{on}\t{yes}\n{off}\t{no}": "accepted",
    "{yes}\t{off}\n{no}\t{on}": "declined",
    "{yes}   {on} ja   {off} nein": "accepted",
    "{yes}\tja {off}\tnein {on}": "declined",
    "{on} {yes}\n{off} Wir machen folgenden Gegenvorschlag:": "accepted",
    "{on} {yes}": "accepted",
    "{off} {yes}": "unclear",
    "{on} {yes}\n{on} {no}": "unclear",
    "{off} {yes}\n{off} {no}": "unclear",
    "{on} {yes}\n{on} Nur bei einer Quote von 30 %:": "unclear",
    "{on} {yes}\n{off} {no}\nDies gilt für zwei Jahre.": "unclear",
}


@pytest.mark.parametrize(("form", "marks"), list(product(FORMS, MARKS)))
def test_ticked_boxes_say_their_line_and_others_nothing(form: str, marks: tuple[str, str]) -> None:
    on, off = marks
    filled = form.format(on=on, off=off, yes=YES, no=NO)
    text = f"Antwort zum Schuldenbereinigungsplan\nMandantin: Jutta Rahn\n{filled}\nLübeck, 20.11.2026   gez. Brock"
    assert said(text) == FORMS[form]


@pytest.mark.parametrize(
    ("decision", "part", "text", "leaves"),
    [
        (ACCEPTED, Part.SUBJECT, "Ihr Vergleichsvorschlag - Jutta Rahn", True),
        (ACCEPTED, Part.SUBJECT, "Settlement proposal - Jutta Rahn", True),
        (ACCEPTED, Part.SUBJECT, "Zustimmung unter Vorbehalt", False),
        (ACCEPTED, Part.BODY, "Unsere Antwort auf den Plan liegt als PDF bei.", True),
        (ACCEPTED, Part.BODY, "Anbei. Das gilt nur bis Jahresende.", False),
        (ACCEPTED, Part.ATTACHMENT, "Die Kaution behalten wir.", False),
        (ACCEPTED, Part.ATTACHMENT, "Der Plan gilt nur bis Jahresende.", False),
        (DECLINED, Part.BODY, "Anbei unser Schreiben.", True),
        (DECLINED, Part.BODY, "Rufen Sie uns bitte an.", False),
    ],
)
def test_other_parts_of_a_mail_may_take_answers_back(
    decision: SettlementDecision, part: Part, text: str, leaves: bool
) -> None:
    assert (taken_back(Text(text), decision, part) is None) is leaves


def test_open_doors_are_found_beside_refusals() -> None:
    assert (
        open_door(Text("Wir lehnen den Plan ab. Unser Limit liegt bei 1.200 EUR."))
        == "Unser Limit liegt bei 1.200 EUR."
    )
    assert open_door(Text("Wir lehnen den Plan ab. Die Forderung ist tituliert.")) is None
