from claimstream.domain.reader.layout import LineIndex, Span, cells, column_of, is_filler, lines, lowered


def test_lines_keep_their_positions_whatever_ends_them() -> None:
    text = "a\r\nb\n\nc"
    assert [line.of(text) for line in lines(text)] == ["a", "b", "", "c"]
    assert [text[line.start : line.end] for line in lines(text)] == ["a", "b", "", "c"]


def test_cells_are_parted_by_tabs_pipes_two_blanks_and_leaders() -> None:
    for text in ("a b\tc", "| a b | c |", "a b   c", "a b ..... c", "a b\t\tc"):
        assert [cell.of(text) for cell in cells(text, Span(0, len(text)))] == ["a b", "c"]


def test_a_column_is_found_by_position() -> None:
    head, row = "Soll     Haben    Saldo", "          5,00"
    text = f"{head}\n{row}"
    first, second = lines(text)
    (cell,) = cells(text, second)
    assert column_of(cells(text, first), cell, first, second) == 1


def test_rules_and_dots_are_filler() -> None:
    for text in ("", "-----", " . . . ", "|---|---|", "====", "…"):
        assert is_filler(text, Span(0, len(text)))
    assert not is_filler("- a -", Span(0, 5))


def test_small_letters_stay_in_their_places() -> None:
    assert lowered("ÄB") == "äb"
    assert len(lowered("İstanbul GmbH")) == len("İstanbul GmbH")


def test_a_position_knows_its_line() -> None:
    index = LineIndex("ab\ncd\n")
    assert [index.at(position) for position in (0, 2, 3, 5, 6)] == [0, 0, 1, 1, 2]
