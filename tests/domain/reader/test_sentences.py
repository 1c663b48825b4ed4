import pytest

from claimstream.domain.reader.sentences import sentences


def read(text: str) -> list[str]:
    return [span.of(text) for span in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Wir stimmen gem. Ihrem Schreiben vom 12. Oktober 2026 zu",
        "Die Forderung (Az. 8817/25, Kd.-Nr. 4711) beträgt 3.418,07 EUR",
        "Das Haus Hafenstr. 9 ist vermietet",
        "Herr Dr. Lang schreibt z. B. heute",
        "Unser Mandat ist zum 31.10.2026\nerloschen",
        "Eine lange Zeile Prosa, die über das Ende der\nZeile hinaus weitergeht",
    ],
)
def test_abbreviations_ordinals_and_line_ends_do_not_end_a_sentence(text: str) -> None:
    assert read(text) == [text]


def test_full_stops_blank_lines_and_items_do() -> None:
    assert read("Guten Tag!\n\nWir zahlen. Sie nicht.\n- Punkt eins\n- Punkt zwei") == [
        "Guten Tag!",
        "Wir zahlen.",
        "Sie nicht.",
        "- Punkt eins",
        "- Punkt zwei",
    ]


def test_a_line_without_capitals_ends_sentences_before_small_letters() -> None:
    assert read("einverstanden. bitte wie vorgeschlagen überweisen.\nG. Mertz") == [
        "einverstanden.",
        "bitte wie vorgeschlagen überweisen.",
        "G. Mertz",
    ]
    assert read("das sind ca. 40 euro zzgl. zinsen lt. vertrag") == ["das sind ca. 40 euro zzgl. zinsen lt. vertrag"]
