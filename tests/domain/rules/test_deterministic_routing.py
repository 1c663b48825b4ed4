from collections.abc import Sequence
from itertools import permutations

import pytest
from tests.domain.records import NOW, THRESHOLDS, file, mail, pdf

from claimstream.domain.records.inquiry import CandidateFile, Letter
from claimstream.domain.records.intent import MatchedBy, RoutingHit
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.rules.deterministic_routing import CONFIDENCE, Signs, contradiction, find_route

BRANDT = file(1, creditor_reference="26-K-004411")
FALK = file(
    2,
    first="Petra",
    last="Falk",
    case="8820/25",
    creditor="Volksbank Aue eG",
    email="recht@volksbank-aue.example",
    creditor_reference="77 310 552",
)
BOTH = (BRANDT, FALK)


def route(received: ParsedMail, inquiries: Sequence[CandidateFile] = BOTH) -> RoutingHit | None:
    return find_route(received, inquiries, now=NOW, thresholds=THRESHOLDS)


@pytest.mark.parametrize(
    ("received", "matched_by"),
    [
        pytest.param(mail(to=["claims+K7Q2X9M1@kanzlei-nord.example"]), MatchedBy.REPLY_CODE, id="code in To"),
        pytest.param(mail(cc=["claims+k7q2x9m1@kanzlei-nord.example"]), MatchedBy.REPLY_CODE, id="code in Cc"),
        pytest.param(
            mail(delivered_to=["claims+K7Q2X9M1@kanzlei-nord.example"]), MatchedBy.REPLY_CODE, id="code in Delivered-To"
        ),
        pytest.param(mail(in_reply_to=["<i-1@kanzlei-nord.example>"]), MatchedBy.IN_REPLY_TO, id="In-Reply-To"),
        pytest.param(
            mail(references=["<x@y.example>", "<i-1@kanzlei-nord.example>"]), MatchedBy.IN_REPLY_TO, id="References"
        ),
        pytest.param(mail("Antwortcode: k7q2x9m1"), MatchedBy.REPLY_CODE_IN_TEXT, id="code in the body"),
        pytest.param(mail("", pdf("Ihr Code K7Q2X9M1")), MatchedBy.REPLY_CODE_IN_TEXT, id="code in an attachment"),
        pytest.param(
            mail("Ihr Zeichen: 8817/25\nUnser Zeichen: 26-K-004411"), MatchedBy.REFERENCES, id="both references"
        ),
        pytest.param(
            mail("", pdf("Unser Zeichen: 26-K-004411"), subject="AW: 8817/25 Brandt"),
            MatchedBy.REFERENCES,
            id="one in the subject, one attached",
        ),
        pytest.param(
            mail("Kd.-Nr. 26_K_004411, Az. 8817_25"), MatchedBy.REFERENCES, id="references with other separators"
        ),
        pytest.param(
            mail(sender="Forderung@Stadtwerke-Aue.example"), MatchedBy.SOLE_SENDER, id="the creditor's address"
        ),
    ],
)
def test_every_signal_leads_to_its_inquiry(received: ParsedMail, matched_by: MatchedBy) -> None:
    hit = route(received)
    assert hit is not None
    assert (hit.inquiry_id, hit.matched_by, hit.confidence) == ("i-1", matched_by, CONFIDENCE[matched_by])
    assert route(received, BOTH[::-1]) == hit


@pytest.mark.parametrize(
    "received",
    [
        pytest.param(mail(), id="nothing"),
        pytest.param(mail(to=["claims+K7Q2X9M3@kanzlei-nord.example"]), id="unknown code"),
        pytest.param(mail(to=["K7Q2X9M1@kanzlei-nord.example"]), id="a code that is the local part itself"),
        pytest.param(mail(quoted="Antwortcode: K7Q2X9M1"), id="code in the quoted letter only"),
        pytest.param(mail("Ticket AK7Q2X9M1B"), id="code inside a longer word"),
        pytest.param(mail(in_reply_to=["<i-11@kanzlei-nord.example>"]), id="unknown message id"),
        pytest.param(mail("Ihr Zeichen: 8817/25"), id="case reference alone"),
        pytest.param(mail("Unser Zeichen: 26-K-004411"), id="creditor reference alone"),
        pytest.param(mail("Ihr Zeichen: 8817/25, unser Zeichen: 26-K-004412"), id="one digit changed"),
        pytest.param(mail("Ihr Zeichen: 8817/25, unser Zeichen: 126-K-004411"), id="a longer number"),
        pytest.param(mail("Ihr Zeichen: 8817/25, unser Zeichen: 26-K-4411"), id="leading zeros lost"),
        pytest.param(mail("Ihr Zeichen: 8817/25, unser Zeichen: 77 310 552"), id="references of two inquiries"),
        pytest.param(mail(sender="rechnung@stadtwerke-aue.example"), id="same domain, other address"),
    ],
)
def test_what_is_no_exact_signal_routes_nothing(received: ParsedMail) -> None:
    assert route(received) is None


@pytest.mark.parametrize(
    ("code", "text"), [("A", "Stand A, Punkt a"), ("2026", "Stand 12.10.2026"), ("MAI2026", "MAI2026")]
)
def test_a_stored_code_that_is_none_counts_in_an_address_alone(code: str, text: str) -> None:
    stored = file(4, reply_code=code, email=None)
    assert find_route(mail(text), [stored], now=NOW, thresholds=THRESHOLDS) is None
    assert contradiction(Signs.of(mail(text)), BOTH[0], [*BOTH, stored]) is None
    addressed = find_route(mail(to=[f"claims+{code}@kanzlei-nord.example"]), [stored], now=NOW, thresholds=THRESHOLDS)
    assert addressed is not None
    assert addressed.matched_by is MatchedBy.REPLY_CODE


def test_the_first_signal_wins() -> None:
    received = mail(
        "Antwortcode: K7Q2X9M1",
        to=["claims+K7Q2X9M1@kanzlei-nord.example"],
        in_reply_to=["<i-1@kanzlei-nord.example>"],
    )
    hit = route(received)
    assert hit is not None
    assert hit.matched_by is MatchedBy.REPLY_CODE


def test_without_a_creditor_reference_in_the_inquiry_references_cannot_hit() -> None:
    assert route(mail("Ihr Zeichen: 8817/25, unser Zeichen: 26-K-004411"), [file(1)]) is None


@pytest.mark.parametrize(
    "received",
    [
        pytest.param(
            mail(to=["c+K7Q2X9M1@kanzlei-nord.example"], cc=["c+K7Q2X9M2@kanzlei-nord.example"]), id="two codes"
        ),
        pytest.param(mail("K7Q2X9M1 und K7Q2X9M2"), id="two codes in the text"),
        pytest.param(
            mail(references=["<i-1@kanzlei-nord.example>", "<i-2@kanzlei-nord.example>"]),
            id="two letters in the thread",
        ),
        pytest.param(
            mail(
                sender="forderung@stadtwerke-aue.example",
                to=["c+K7Q2X9M1@kanzlei-nord.example", "c+K7Q2X9M2@kanzlei-nord.example"],
            ),
            id="two codes, and a sender known for one of them",
        ),
    ],
)
def test_between_two_clients_nobody_is_guessed(received: ParsedMail) -> None:
    assert route(received) is None


def test_a_later_signal_may_settle_only_between_those_an_earlier_one_pointed_to() -> None:
    third = file(3, first="Uwe", last="Kranz", case="9001/25")
    codes = ["c+K7Q2X9M1@kanzlei-nord.example", "c+K7Q2X9M2@kanzlei-nord.example"]
    among = route(mail(to=codes, in_reply_to=["<i-2@kanzlei-nord.example>"]), [*BOTH, third])
    assert among is not None
    assert among.inquiry_id == "i-2"
    assert route(mail(to=codes, in_reply_to=["<i-3@kanzlei-nord.example>"]), [*BOTH, third]) is None


def test_the_letter_answered_says_more_than_the_thread_before_it() -> None:
    hit = route(mail(in_reply_to=["<i-1@kanzlei-nord.example>"], references=["<i-2@kanzlei-nord.example>"]))
    assert hit is not None
    assert hit.inquiry_id == "i-1"


def test_of_several_letters_about_the_same_debt_the_newest_is_taken_in_whatever_order() -> None:
    same = {"client": "c-1", "creditor_id": "cr-1"}
    first = file(1, days_ago=60, **same)  # type: ignore[arg-type]  # mypy sees one type for all of **same
    second = file(2, days_ago=5, letter=Letter.SECOND, **same)  # type: ignore[arg-type]  # as above
    received = mail(sender="forderung@stadtwerke-aue.example")
    for order in permutations([first, second, FALK]):
        hit = route(received, order)
        assert hit is not None
        assert (hit.inquiry_id, hit.matched_by) == ("i-2", MatchedBy.SOLE_SENDER)
    answered = route(mail(in_reply_to=["<i-1@kanzlei-nord.example>"]), [first, second])
    assert answered is not None
    assert answered.inquiry_id == "i-1"


@pytest.mark.parametrize(
    ("inquiries", "routed"),
    [
        pytest.param([file(1)], True, id="one open inquiry"),
        pytest.param([file(1, days_ago=90)], True, id="ninety days old"),
        pytest.param([file(1, days_ago=91)], False, id="older"),
        pytest.param([file(1, status="closed")], False, id="closed"),
        pytest.param([file(1), file(2, case="9000/25")], False, id="two clients"),
        pytest.param([file(1), file(2, client="c-1")], False, id="two creditors of one client"),
        pytest.param([file(1), file(2, case="9000/25", status="closed")], True, id="the other one closed"),
        pytest.param([file(1), file(2, case="9000/25", days_ago=200)], True, id="the other one old"),
        pytest.param(
            [file(1, email=None, to_address="forderung@stadtwerke-aue.example")], True, id="the addressed one"
        ),
        pytest.param(
            [file(1, email="x@y.example", representative_email="Forderung@stadtwerke-aue.example")],
            True,
            id="the representative's",
        ),
    ],
)
def test_a_sender_with_exactly_one_open_inquiry_of_the_last_ninety_days(
    inquiries: list[CandidateFile], routed: bool
) -> None:
    assert (route(mail(sender="forderung@stadtwerke-aue.example"), inquiries) is not None) is routed


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ihr Zeichen: 8820/25", id="another client's case reference"),
        pytest.param("In der Sache 8820/25 Falk", id="the same without a label"),
        pytest.param("Ihr Zeichen: 9999/25", id="a case reference of nobody"),
    ],
)
def test_a_known_sender_does_not_outweigh_another_case_reference(text: str) -> None:
    assert route(mail(text, sender="forderung@stadtwerke-aue.example")) is None


def test_another_firms_inquiry_is_never_found() -> None:
    other = file(7, tenant="sued", reply_code="S7Q2X9M7", creditor_reference="26-K-004411")
    received = mail(
        "Ihr Zeichen: 8817/25, unser Zeichen: 26-K-004411, S7Q2X9M7",
        to=["claims+S7Q2X9M7@kanzlei-sued.example"],
        sender="forderung@stadtwerke-aue.example",
    )
    ours = route(received, [BRANDT])
    theirs = route(received, [other])
    assert ours is not None
    assert ours.inquiry_id == "i-1"
    assert theirs is not None
    assert (theirs.inquiry_id, theirs.matched_by) == ("i-7", MatchedBy.REPLY_CODE)


@pytest.mark.parametrize(
    ("received", "contradicted"),
    [
        pytest.param(mail("Ihr Zeichen: 8817/25"), False, id="its own case reference"),
        pytest.param(mail("Ihr Zeichen: 8818/25"), False, id="a slip of the pen that is nobody's"),
        pytest.param(mail("Ihr Zeichen: 8820/25"), True, id="another client's case reference"),
        pytest.param(mail("8817/25 und 8820/25"), True, id="both clients'"),
        pytest.param(mail(cc=["c+K7Q2X9M2@kanzlei-nord.example"]), True, id="another inquiry's code"),
        pytest.param(mail(quoted="Ihr Zeichen: 8820/25"), False, id="another one only in what was quoted"),
    ],
)
def test_what_points_to_another_client_contradicts(received: ParsedMail, contradicted: bool) -> None:
    assert (contradiction(Signs.of(received), BRANDT, BOTH) is not None) is contradicted


def test_an_older_letter_about_the_same_debt_contradicts_nothing() -> None:
    older = file(3, client="c-1", creditor_id="cr-1", days_ago=60)
    received = mail("K7Q2X9M3", in_reply_to=["<i-1@kanzlei-nord.example>"])
    assert contradiction(Signs.of(received), BRANDT, [BRANDT, older]) is None
