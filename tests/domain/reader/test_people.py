import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimstream.domain.reader.people import find_people, fold, names_agree
from claimstream.domain.records.extraction import PersonName


def read(text: str) -> list[tuple[str, str]]:
    people = find_people(text, "body")
    for p in people:
        assert text[p.evidence.start : p.evidence.start + len(p.evidence.quote)] == p.evidence.quote
    return [(p.value.first, p.value.last) for p in people]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Herrn Dr. Jonas von der Heide", [("Jonas", "von der Heide")]),
        ("Frau Öztürk-Brandt, Lale", [("Lale", "Öztürk-Brandt")]),
        ("Eheleute Petra und Uwe Falk", [("Petra", "Falk"), ("Uwe", "Falk")]),
        ("Mandant: Eheleute Falk, Petra und Uwe", [("Petra", "Falk"), ("Uwe", "Falk")]),
        ("Schuldner: Petra und Uwe Falk", [("Petra", "Falk"), ("Uwe", "Falk")]),
        ("Herrn Uwe und Frau Petra Falk", [("Uwe", "Falk"), ("Petra", "Falk")]),
        ("Frau Nele Brandt geb. Kranz", [("Nele", "Brandt"), ("Nele", "Kranz")]),
        ("Nele Brandt, geb. 12.03.1985", [("Nele", "Brandt")]),
        ("Schuldner: Nele Brandt, Hafenstr. 3, 24103 Kiel", [("Nele", "Brandt")]),
        ("Schuldnerin: Brandt, Nele", [("Nele", "Brandt")]),
        ("Name, Vorname: Brandt, Nele", [("Nele", "Brandt")]),
        ("Vorname: Nele\nNachname: Brandt", [("Nele", "Brandt")]),
        ("Ihre Mandantschaft Frau Nele Brandt", [("Nele", "Brandt")]),
        ("Ihre Mandantin, Frau Nele Brandt, Az. 8817/25", [("Nele", "Brandt")]),
        ("in Sachen Stadtwerke Aue GmbH ./. Nele Brandt", [("Nele", "Brandt")]),
        ("Stadtwerke Aue GmbH ./. Brandt, Nele", [("Nele", "Brandt")]),
        ("Nele Brandt ./. Stadtwerke Aue GmbH", [("Nele", "Brandt")]),
        ("Forderung gegen Frau Brandt", [("", "Brandt")]),
        ("Our claim against Mr John Smith", [("John", "Smith")]),
        ("your client Ms Nele Brandt", [("Nele", "Brandt")]),
        ("Schuldner | Aktenzeichen\nNele Brandt | 26-K-1", [("Nele", "Brandt")]),
    ],
)
def test_people_the_letter_is_about_are_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Sehr geehrte Frau Brandt, wir danken",
        "Sehr geehrter Herr Dr. Lang,",
        "Dear Ms Lang,",
        "Ihre Ansprechpartnerin ist Frau Sabine Kern",
        "Herrn\nRechtsanwalt Dr. Lang",
        "Mit freundlichen Grüßen\nSabine Kern",
        "Kunde: Müller Bau GmbH",
        "Sachbearbeiter: Herr Tim Sommer",
    ],
)
def test_whom_it_greets_and_who_writes_is_not(text: str) -> None:
    assert read(text) == []


def test_lines_are_never_joined_before_names_are_read() -> None:
    assert read("Schuldner: Nele\nBrandt ist verzogen") != [("Nele", "Brandt")]


def test_a_name_cut_off_by_the_end_of_a_line_is_no_name() -> None:
    assert read("im Auftrag teilen wir mit, dass die Forderung gegen Herrn Uwe\nFalk heute beträgt") == []
    assert read("die Forderung gegen Frau Lale Öztürk-\nBrandt beträgt") == []


@pytest.mark.parametrize(
    ("first", "last", "minimum", "maximum"),
    [
        ("Nele", "Brandt", 1.0, 1.0),
        ("Brandt", "Nele", 1.0, 1.0),
        ("N.", "Brandt", 0.8, 0.9),
        ("Nele Marie", "Brandt", 0.9, 1.0),
        ("Nele", "Brand", 0.7, 0.9),
        ("", "Brandt", 0.4, 0.6),
        ("Petra", "Brandt", 0.0, 0.2),
        ("Nele", "Falk", 0.0, 0.0),
        ("Jonas", "Falk", 0.0, 0.0),
    ],
)
def test_a_name_agrees_as_far_as_it_is_the_same_person(first: str, last: str, minimum: float, maximum: float) -> None:
    assert minimum <= names_agree(PersonName(first=first, last=last), "Nele", "Brandt") <= maximum


def test_double_names_particles_and_umlauts() -> None:
    assert names_agree(PersonName(first="Lale", last="Oeztuerk-Brandt"), "Lale", "Öztürk-Brandt") == 1.0
    assert 0.7 <= names_agree(PersonName(first="Lale", last="Brandt"), "Lale", "Öztürk-Brandt") < 1.0
    assert names_agree(PersonName(first="Jonas", last="von der Heide"), "Jonas", "Heide") >= 0.9
    assert names_agree(PersonName(first="Daniel", last="Braun"), "Daniela", "Braun") <= 0.2


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Neue", "neue"),
        ("Israel", "israel"),
        ("Goethe", "goethe"),
        ("Öztürk", "oeztuerk"),
        ("Groß", "gross"),
        ("Renée", "renee"),
        ("Łukasz", "lukasz"),
    ],
)
def test_folding_turns_umlauts_into_digraphs_and_never_back(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(alphabet="HerFauNl BdtgbvonEhlS:,.-/äöüß\n\tund", max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    read(text)
