from collections.abc import Sequence
from decimal import Decimal

import pytest
from tests.domain.records import NOW, THRESHOLDS, amount, evidence, file, mail, pdf, person

from claimstream.domain.reader.people import find_people
from claimstream.domain.reader.references import find_references
from claimstream.domain.records.decision import Match, ReviewReason
from claimstream.domain.records.extraction import Consolidated, Found
from claimstream.domain.records.inquiry import CandidateFile, Client, Creditor, Letter
from claimstream.domain.records.intent import MatchedBy, RoutingHit
from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.rules.freemail import FREEMAIL_DOMAINS
from claimstream.domain.rules.matching import CANDIDATES_KEPT, match, people_conflict

BRANDT = file(1)
FALK = file(
    2, first="Petra", last="Falk", case="8820/25", creditor="Volksbank Aue eG", email="recht@volksbank-aue.example"
)
AGENCY = "post@alpha-inkasso.example"


def matched(
    received: ParsedMail,
    inquiries: Sequence[CandidateFile] = (BRANDT, FALK),
    *,
    creditor: str | None = None,
    representative: str | None = None,
    total: str | None = None,
    routing: RoutingHit | None = None,
) -> Match:
    def found(name: str | None) -> Found[str] | None:
        return None if name is None else Found[str](value=name, confidence=0.8, evidence=evidence(name))

    consolidated = Consolidated(
        people=tuple(p for s in received.sources for p in find_people(s.text, s.source_id)),
        references=tuple(r for s in received.sources for r in find_references(s.text, s.source_id)),
        creditor=found(creditor),
        representative=found(representative),
        total_claim=None if total is None else amount(total),
    )
    return match(
        received,
        consolidated,
        inquiries,
        routing=routing,
        now=NOW,
        thresholds=THRESHOLDS,
        freemail=FREEMAIL_DOMAINS,
    )


@pytest.mark.parametrize(
    ("received", "inquiries", "confidence"),
    [
        pytest.param(
            mail("Ihr Zeichen: 8817/25\nForderung der Stadtwerke Aue GmbH gegen Frau Nele Brandt", sender=AGENCY),
            (BRANDT, FALK),
            1.0,
            id="case reference and both names, unknown sender",
        ),
        pytest.param(
            mail("Ihre Mandantin Nele Brandt", sender="rechnung@stadtwerke-aue.example"),
            (BRANDT, FALK),
            0.85,
            id="the client's name from the creditor's domain",
        ),
        pytest.param(
            mail("Stadtwerke Aue GmbH gegen Brandt, Nele", sender="x@gmx.de"),
            (BRANDT, FALK),
            0.85,
            id="both names, freemail sender",
        ),
        pytest.param(
            mail("Az. 8817/25", sender="rechnung@stadtwerke-aue.example"),
            (BRANDT, FALK),
            1.0,
            id="the case reference from the creditor's domain",
        ),
        pytest.param(
            mail("Unser Zeichen: 26-K-004411", sender="x@gmx.de"),
            (file(1, creditor_reference="26-K-004411"), FALK),
            0.85,
            id="the creditor's reference says whose and to whom",
        ),
        pytest.param(
            mail("", subject="AW: 8817/25 Brandt", sender="x@gmx.de", sender_name="Stadtwerke Aue GmbH"),
            (BRANDT, FALK),
            1.0,
            id="subject and display name",
        ),
        pytest.param(
            mail("Frau Lale Oeztuerk", sender="rechnung@stadtwerke-aue.example"),
            (file(1, first="Lale", last="Öztürk"), FALK),
            0.85,
            id="umlauts",
        ),
        pytest.param(
            mail("Ihre Mandanten, die Eheleute Petra und Uwe Falk", sender="forderung@volksbank-aue.example"),
            (BRANDT, FALK),
            0.85,
            id="a couple counts as both",
        ),
    ],
)
def test_a_mail_is_matched_by_what_it_says(
    received: ParsedMail, inquiries: Sequence[CandidateFile], confidence: float
) -> None:
    result = matched(received, inquiries)
    expected = "i-2" if "Falk" in received.body.text else "i-1"
    assert (result.inquiry_id, result.matched_by, result.reason) == (expected, MatchedBy.SCORED, None)
    assert result.confidence == pytest.approx(confidence)
    again = matched(received, tuple(inquiries)[::-1])
    assert again.model_copy(update={"candidates": ()}) == result.model_copy(update={"candidates": ()})


@pytest.mark.parametrize(
    ("received", "inquiries", "reason"),
    [
        pytest.param(mail("Guten Tag"), (BRANDT, FALK), ReviewReason.NO_MATCH, id="nothing in it"),
        pytest.param(mail("Frau Nele Brandt"), (), ReviewReason.NO_MATCH, id="no inquiry at all"),
        pytest.param(
            mail("Ihr Zeichen: 8817/25, Frau Nele Brandt", sender=AGENCY),
            (BRANDT,),
            ReviewReason.NO_MATCH,
            id="a creditor nobody wrote to yet",
        ),
        pytest.param(
            mail("Forderung der Stadtwerke Aue GmbH: 512 €", sender=AGENCY),
            (BRANDT,),
            ReviewReason.NO_MATCH,
            id="a creditor without a client",
        ),
        pytest.param(
            mail("Ihr Zeichen: 8818/25\nStadtwerke Aue GmbH gegen Nele Brandt", sender=AGENCY),
            (BRANDT, FALK),
            ReviewReason.NO_MATCH,
            id="a case reference with one digit changed",
        ),
        pytest.param(
            mail("Ihr Zeichen: 18817/25\nFrau Nele Brandt", sender="rechnung@stadtwerke-aue.example"),
            (BRANDT, FALK),
            ReviewReason.NO_MATCH,
            id="a short number inside a longer one",
        ),
        pytest.param(
            mail("Herr Hans Meier", sender="rechnung@stadtwerke-aue.example"),
            (BRANDT, FALK),
            ReviewReason.NO_MATCH,
            id="somebody else",
        ),
        pytest.param(
            mail("Frau Petra Brandt", sender="rechnung@stadtwerke-aue.example"),
            (BRANDT,),
            ReviewReason.NO_MATCH,
            id="another person of that surname",
        ),
        pytest.param(
            mail("Frau Nele Brandt", sender="rechnung@gmx.de"),
            (file(1, email="forderung@gmx.de", creditor="Klaus Weber"),),
            ReviewReason.NO_MATCH,
            id="a freemail domain ties nobody to anybody",
        ),
        pytest.param(
            mail("Frau Nele Brandt, Stadtwerke Aue", sender="rechnung@stadtwerke-aue.example"),
            (file(1, days_ago=91),),
            ReviewReason.NO_MATCH,
            id="an inquiry of more than ninety days ago",
        ),
        pytest.param(
            mail("Unsere Forderung beträgt 512 €", sender=AGENCY),
            (file(1, representative_email=AGENCY), file(2, case="9/26", representative_email=AGENCY)),
            ReviewReason.AMBIGUOUS_MATCH,
            id="two inquiries of the sender and nothing to tell them apart",
        ),
        pytest.param(
            mail("Frau Nele Brandt", sender=AGENCY),
            (
                file(1, representative_email=AGENCY),
                file(2, client="c-1", creditor="Volksbank Aue eG", representative_email=AGENCY),
            ),
            ReviewReason.AMBIGUOUS_MATCH,
            id="two creditors of the client, one agency",
        ),
        pytest.param(
            mail("Frau Nele Brandt", sender=AGENCY),
            (file(1, representative_email=AGENCY), file(2, case="9000/25", representative_email=AGENCY)),
            ReviewReason.AMBIGUOUS_MATCH,
            id="two clients of one name",
        ),
        pytest.param(
            mail("8817/25 und 8820/25, Frau Nele Brandt und Frau Petra Falk", sender=AGENCY),
            (file(1, representative_email=AGENCY), FALK),
            ReviewReason.AMBIGUOUS_MATCH,
            id="one mail about two clients",
        ),
        pytest.param(
            mail("Az. 8820/25, Frau Nele Brandt", sender="rechnung@stadtwerke-aue.example"),
            (BRANDT, FALK),
            ReviewReason.AMBIGUOUS_MATCH,
            id="one client's name under another one's reference",
        ),
    ],
)
def test_what_is_not_certain_is_not_matched(
    received: ParsedMail, inquiries: Sequence[CandidateFile], reason: ReviewReason
) -> None:
    for order in (tuple(inquiries), tuple(inquiries)[::-1]):
        result = matched(received, order)
        assert (result.inquiry_id, result.client_id, result.creditor_id) == (None, None, None)
        assert (result.matched_by, result.confidence, result.reason) == (MatchedBy.NONE, 0.0, reason)
        assert result.why


@pytest.mark.parametrize(
    ("text", "inquiries", "why"),
    [
        (
            "Guten Tag",
            (BRANDT, FALK),
            "it shares no sender, name of a client or reference with an inquiry of the last 90 ",
        ),
        ("Frau Nele Brandt", (), "it shares no sender, name of a client or reference with an inquiry of the last 90 "),
        (
            "Frau Nele Brandt",
            (file(1, days_ago=91),),
            "it shares no sender, name of a client or reference with an inquiry of the last 90 ",
        ),
        ("Frau Nele Brandt", (file(1, days_ago=91), FALK), "it shares no sender, name of a client or reference "),
        ("Ihr Zeichen: 8817/26, Frau Nele Brandt", (BRANDT,), "no inquiry is near enough"),
    ],
)
def test_the_reason_says_what_is_the_case(text: str, inquiries: Sequence[CandidateFile], why: str) -> None:
    result = matched(mail(text, sender="jemand@gmx.de"), inquiries)
    assert (result.reason, result.why[: len(why)]) == (ReviewReason.NO_MATCH, why)


def coded(number: int, **fields: object) -> CandidateFile:
    return file(number, case=f"{number}/26", last=f"Falk{number}", reply_code=f"K7Q2X9M{number}", **fields)  # type: ignore[arg-type]  # fields of a file


def to_codes(*numbers: int) -> list[str]:
    return [f"claims+K7Q2X9M{n}@kanzlei-nord.example" for n in numbers]


@pytest.mark.parametrize("sender", ["jemand@gmx.de", "forderung@stadtwerke-aue.example"])
@pytest.mark.parametrize("days_ago", [19, 400])
def test_codes_of_several_inquiries_are_the_reason_and_these_the_candidates(sender: str, days_ago: float) -> None:
    inquiries = [coded(n, days_ago=days_ago) for n in range(1, 7)]
    received = mail("Unsere Forderung beträgt 512 €", sender=sender, to=to_codes(1), cc=to_codes(2, 3, 4, 5))
    result = matched(received, inquiries)
    assert (result.inquiry_id, result.reason) == (None, ReviewReason.AMBIGUOUS_MATCH)
    assert result.why == ("reply_code points to 5 inquiries of different clients or creditors: i-1, i-2, i-3, …")
    assert {f"i-{n}" for n in range(1, 6)} <= {candidate.inquiry_id for candidate in result.candidates}


def test_codes_of_letters_about_the_same_debt_are_no_contradiction() -> None:
    inquiries = [coded(n, client="c-1", creditor_id="cr-1", first="Petra") for n in (1, 2)]
    result = matched(mail("Unsere Forderung beträgt 512 €", cc=to_codes(1, 2), sender="jemand@gmx.de"), inquiries)
    assert "different" not in result.why


def test_of_many_codes_a_few_inquiries_are_named() -> None:
    inquiries = [coded(n) for n in range(10, 60)]
    result = matched(mail("512 €", cc=to_codes(*range(10, 60)), sender="jemand@gmx.de"), inquiries)
    assert result.why.startswith("reply_code points to 50 inquiries")
    assert len(result.candidates) == CANDIDATES_KEPT


def test_the_creditor_named_tells_apart_what_one_agency_writes_for() -> None:
    inquiries = [
        file(1, representative="Alpha Inkasso GmbH", representative_email=AGENCY),
        file(
            2,
            client="c-1",
            creditor="Volksbank Aue eG",
            representative="Alpha Inkasso GmbH",
            representative_email=AGENCY,
        ),
    ]
    text = "Ihr Zeichen: 8817/25\nFrau Nele Brandt, Forderung der Volksbank Aue eG\nAlpha Inkasso GmbH"
    result = matched(
        mail(text, sender=AGENCY), inquiries, creditor="Volksbank Aue eG", representative="Alpha Inkasso GmbH"
    )
    assert result.inquiry_id == "i-2"


def test_a_known_agency_that_writes_for_another_creditor_of_the_client_is_not_taken_at_its_address() -> None:
    inquiries = [file(1), file(2, client="c-1", creditor="Volksbank Aue eG", email=None, representative_email=AGENCY)]
    text = "Ihr Zeichen: 8817/25\nSchuldnerin: Nele Brandt\nGläubiger: Stadtwerke Aue GmbH"
    result = matched(mail(text, sender=AGENCY), inquiries, creditor="Stadtwerke Aue GmbH")
    assert result.inquiry_id == "i-1"
    alone = matched(
        mail(text, sender=AGENCY), inquiries[1:], creditor="Stadtwerke Aue GmbH", representative="Alpha Inkasso GmbH"
    )
    assert alone.inquiry_id is None


def test_an_agency_that_signs_from_a_known_address_needs_no_known_name() -> None:
    inquiries = [
        file(1, representative_email=AGENCY),
        file(2, case="9000/25", last="Falk", representative_email=AGENCY),
    ]
    result = matched(mail("Frau Nele Brandt", sender=AGENCY), inquiries, creditor="Alpha Inkasso GmbH")
    assert result.inquiry_id == "i-1"


def test_the_newest_letter_breaks_the_tie_between_letters_about_the_same_debt() -> None:
    inquiries = [file(1, days_ago=40), file(2, client="c-1", creditor_id="cr-1", days_ago=4, letter=Letter.SECOND)]
    for order in (inquiries, inquiries[::-1]):
        result = matched(mail("Ihr Zeichen: 8817/25", sender="rechnung@stadtwerke-aue.example"), order)
        assert (result.inquiry_id, result.letter) == ("i-2", Letter.SECOND)


def test_the_senders_own_inquiries_come_before_all_others() -> None:
    twin = file(3, case="9000/25", creditor="Volksbank Aue eG", email="recht@volksbank-aue.example")
    result = matched(mail("Frau Nele Brandt", sender="recht@volksbank-aue.example"), [BRANDT, twin])
    assert result.inquiry_id == "i-3"


def test_every_candidate_considered_keeps_its_scores_and_says_why() -> None:
    inquiries = [
        file(2, case="8820/25", last="Falk", representative_email=AGENCY),
        file(1, representative_email=AGENCY),
    ]
    result = matched(
        mail("Ihr Zeichen: 8817/25, Frau Nele Brandt, Stadtwerke Aue", sender=AGENCY), inquiries, total="430.00"
    )
    first, second = result.candidates
    assert first.inquiry_id == "i-1"
    assert first.signals == {"references": 1.0, "client": 1.0, "creditor": 1.0, "amount": 1.0}
    assert first.score == result.confidence
    assert second.excluded
    assert second.score == 0.0
    assert second.why == "the mail names another case reference"


def test_of_strangers_only_those_are_considered_of_whom_something_stands_in_the_mail() -> None:
    result = matched(mail("Ihr Zeichen: 8817/25, Stadtwerke Aue", sender=AGENCY), [FALK, BRANDT])
    assert [c.inquiry_id for c in result.candidates] == ["i-1"]


def test_the_amount_is_shown_and_decides_nothing() -> None:
    inquiries = [
        file(1, representative_email=AGENCY, amount="512.00"),
        file(2, case="9000/25", representative_email=AGENCY, amount="99.00"),
    ]
    result = matched(mail("Frau Nele Brandt", sender=AGENCY), inquiries, total="512.00")
    assert result.reason is ReviewReason.AMBIGUOUS_MATCH
    assert [c.signals["amount"] for c in result.candidates] == [1.0, pytest.approx(0.1934)]


def test_no_more_candidates_are_kept_than_a_person_can_read() -> None:
    crowd = [file(n, case=f"{7000 + n}/25", first=f"Nele{n}") for n in range(10, 60)]
    result = matched(mail("Frau Nele Brandt", sender="rechnung@stadtwerke-aue.example"), [*crowd, BRANDT])
    assert result.inquiry_id == "i-1"
    assert len(result.candidates) == CANDIDATES_KEPT
    assert result.candidates[0].inquiry_id == "i-1"


HIT = RoutingHit(inquiry_id="i-1", matched_by=MatchedBy.REPLY_CODE, confidence=0.99, why="the code")


def test_a_routed_mail_stays_with_its_inquiry() -> None:
    result = matched(mail("Herr Hans Meier"), [FALK, BRANDT], routing=HIT)
    assert (result.inquiry_id, result.client_id, result.creditor_id) == ("i-1", "c-1", "cr-1")
    assert (result.matched_by, result.confidence, result.reason) == (MatchedBy.REPLY_CODE, 0.99, None)
    assert [c.inquiry_id for c in result.candidates] == ["i-1"]


def test_a_routed_mail_that_names_another_clients_reference_is_a_conflict() -> None:
    result = matched(mail("Ihr Zeichen: 8820/25"), [FALK, BRANDT], routing=HIT)
    assert (result.inquiry_id, result.reason) == ("i-1", ReviewReason.CONFLICT)
    assert "8820/25" in result.why


def test_a_route_to_an_inquiry_that_is_not_the_tenants_matches_nothing() -> None:
    result = matched(mail(), [FALK], routing=HIT)
    assert (result.inquiry_id, result.reason) == (None, ReviewReason.NO_MATCH)


@pytest.mark.parametrize(
    ("people", "conflict"),
    [
        pytest.param([], False, id="nobody named"),
        pytest.param([("Petra", "Falk")], False, id="the client"),
        pytest.param([("Uwe", "Falk"), ("Petra", "Falk")], False, id="the client and her husband"),
        pytest.param([("", "Falk")], False, id="the surname alone"),
        pytest.param([("Uwe", "Falk")], True, id="the husband alone"),
        pytest.param([("Nele", "Brandt")], True, id="somebody else"),
        pytest.param([("Falk", "Petra")], False, id="turned round"),
    ],
)
def test_people_none_of_whom_is_the_client_are_a_conflict(people: list[tuple[str, str]], conflict: bool) -> None:
    client = Client(
        client_id="c-2",
        tenant_id="nord",
        case_reference="8820/25",
        first_name="Petra",
        last_name="Falk",
        creditors=(Creditor(creditor_id="cr-1", name="A", current_amount=Decimal(1)),),
    )
    consolidated = Consolidated(people=tuple(person(first, last) for first, last in people))
    assert (people_conflict(consolidated, client) is not None) is conflict


def test_names_in_attachments_and_the_subject_count_like_those_in_the_body() -> None:
    attached = matched(mail("Anbei.", pdf("Schuldnerin: Nele Brandt"), sender="rechnung@stadtwerke-aue.example"))
    subject = matched(mail("Anbei.", subject="Nele Brandt", sender="rechnung@stadtwerke-aue.example"))
    assert attached.inquiry_id == subject.inquiry_id == "i-1"
