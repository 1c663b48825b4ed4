import pytest

from claimstream.domain.rules.mentions import Wording


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Antwortcode K7Q2X9M4.", True, id="with a full stop"),
        pytest.param("code: k7q2x9m4", True, id="lower case"),
        pytest.param("claims+K7Q2X9M4@kanzlei.example", True, id="inside an address"),
        pytest.param("XK7Q2X9M4", False, id="a letter before it"),
        pytest.param("K7Q2X9M45", False, id="a digit behind it"),
        pytest.param("K7Q2X9M4-77", False, id="a longer number"),
        pytest.param("K7Q2X9M5", False, id="one character changed"),
    ],
)
def test_a_reply_code_is_a_whole_word(text: str, found: bool) -> None:
    assert Wording.of(text).has_code("K7Q2X9M4") is found


@pytest.mark.parametrize("code", ["A", "a", "2026", "BESTAND", "12.10.2026", "MAI2026"])
def test_a_stored_code_that_is_none_stands_nowhere(code: str) -> None:
    assert not Wording.of(f"Ihr Code {code}, A, BESTAND, Stand 12.10.2026").has_code(code)


@pytest.mark.parametrize(
    ("reference", "text", "found"),
    [
        pytest.param("8817/25", "In Sachen 8817/25 teilen wir mit", True, id="as written"),
        pytest.param("8817/25", "In Sachen 8817_25, ", True, id="other separator"),
        pytest.param("8817/25", "Az.8817/25.", True, id="right behind a label"),
        pytest.param("8817/25", "8818/25", False, id="one digit changed"),
        pytest.param("8817/25", "18817/25", False, id="a longer number before"),
        pytest.param("8817/25", "8817/251", False, id="a longer number behind"),
        pytest.param("8817/25", "4-8817/25", False, id="part of a longer reference"),
        pytest.param("8817/25", "8817/25-03", False, id="part of a longer reference behind"),
        pytest.param("8817/25", "8.817,25 EUR", False, id="an amount"),
        pytest.param("8817/25", "1.8817/25", False, id="behind a decimal point"),
        pytest.param("26-K-004411", "Vorgang 26-K-004411", True, id="letters and digits"),
        pytest.param("26-K-004411", "Vorgang 26-K-4411", False, id="leading zeros count"),
        pytest.param("77 310 552", "Kunde 77310552", True, id="grouped digits written together"),
        pytest.param("77 310 552", "Kunde 77 310 552", True, id="grouped digits"),
        pytest.param("77 310 552", "Kunde 77 310 552 9", False, id="more groups behind"),
        pytest.param("471100", "471100", False, id="a plain number needs a label"),
        pytest.param("7/25", "7/25", False, id="too short to be sure"),
    ],
)
def test_a_reference_without_a_label_counts_only_when_unmistakable(reference: str, text: str, found: bool) -> None:
    assert Wording.of(text).has_reference(reference) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Ihre Mandantin Petra Falk", True, id="first last"),
        pytest.param("Falk, Petra", True, id="last, first at a line's begin"),
        pytest.param("Schuldnerin: Falk Petra", True, id="last first behind a label"),
        pytest.param("PETRA FALK", True, id="capitals"),
        pytest.param("Uwe Falk, Petra Schmidt", False, id="two other people"),
        pytest.param("Petra Falk-Meier", False, id="a double name"),
        pytest.param("Petra\nund\nFalk", False, id="other words between"),
        pytest.param("Petra Falke", False, id="a longer name"),
        pytest.param("Peter Falk", False, id="another first name"),
    ],
)
def test_a_person_is_named_in_full(text: str, found: bool) -> None:
    assert Wording.of(text).has_person("Petra", "Falk") is found


def test_umlauts_are_folded_for_comparison_and_a_digraph_stays() -> None:
    assert Wording.of("Frau Lale Oeztuerk-Brandt").has_person("Lale", "Öztürk-Brandt")
    assert Wording.of("Herr Jörg Goethe").has_person("Joerg", "Goethe")
    assert not Wording.of("Herr Jorg Gothe").has_person("Jörg", "Goethe")


def test_a_name_never_reaches_over_from_one_text_to_the_next() -> None:
    assert not Wording.of("Rückfrage von Petra", "Falk GmbH").has_person("Petra", "Falk")


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        pytest.param("Stadtwerke Aue GmbH", "Forderung der Stadtwerke Aue", True, id="legal form left out"),
        pytest.param("Stadtwerke Aue GmbH", "Stadtwerke Auerbach", False, id="a longer word"),
        pytest.param("Möbel Krüger AG", "Moebel Krueger", True, id="umlauts"),
        pytest.param("ABC GmbH", "ABC", False, id="too short to be sure"),
    ],
)
def test_an_organisation_is_named_by_its_words(name: str, text: str, found: bool) -> None:
    assert Wording.of(text).has_organisation(name) is found
