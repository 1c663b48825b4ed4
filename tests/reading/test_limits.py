"""Each limit of reading: what stays within it is written, what goes beyond it goes to a person."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # it ships no types
from tests.domain.records import amount, extraction
from tests.domain.rules.test_routing import decided
from tests.reading import hostile, samples

import claimstream.reading
from claimstream.reading import Limits, compound
from claimstream.reading.mail import read_mail

GROWING = "\ufdfa"
"""One character that becomes 18 when it is spelled for comparison."""
ROOMY = Limits(max_text_chars=10**8, max_mail_chars=10**8)


@dataclass(frozen=True)
class Case:
    """A mail that grows: within the limit at ``within``, beyond it at ``beyond`` (by default one more)."""

    mail: Callable[[int], bytes]
    within: int
    beyond: int = 0
    limits: Limits = Limits()  # noqa: RUF009 - frozen


def files(*given: bytes) -> bytes:
    return samples.mail("x", files=[(f"{n}.txt", "application/octet-stream", data) for n, data in enumerate(given)])


def of_bytes(size: int) -> bytes:
    return b"Subject: x\n\n".ljust(size, b"y")


def zips(levels: int) -> bytes:
    data = b"Forderung"
    for _ in range(levels):
        data = samples.archive({"a.zip": data})
    return hostile.attached(data, "a.zip")


def pages(number: int) -> bytes:
    def draw(canvas: Canvas) -> None:
        for page in range(number):
            canvas.drawString(60, 760, f"Forderungsaufstellung, Seite {page}")
            canvas.showPage()

    return hostile.attached(samples.pdf(draw), "a.pdf")


def page_of(size: int) -> str:
    """An HTML page of so many characters."""
    start, end = "<html><p title='", "'>Forderung</p>"
    return start + "x" * (size - len(start) - len(end)) + end


def deep_page(levels: int) -> str:
    return "<html><p>Anfang</p>" + "<div>" * levels + "Ende"


def cell(column: str, row: int = 1, text: str = "x") -> str:
    return f'<row r="{row}"><c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def sheet(rows: str) -> bytes:
    return hostile.attached(hostile.xlsx_of(rows), "a.xlsx")


def column(number: int) -> str:
    name = ""
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(65 + letter) + name
    return name


def word(levels: int, start: str = "", end: str = "") -> bytes:
    inner = f"{start}{'<w:x>' * levels}<w:p><w:t>x</w:t></w:p>{'</w:x>' * levels}{end}"
    xml = f'<w:d xmlns:w="w"><w:p><w:t>Forderung</w:t></w:p>{inner}</w:d>'
    return hostile.attached(hostile.docx_of(xml), "a.docx")


def odf(body: str) -> bytes:
    return hostile.attached(samples.odt(f"<text:p>Forderung</text:p>{body}"), "a.odt")


def sections(levels: int) -> str:
    return "<text:section>" * levels + "<text:p>x</text:p>" + "</text:section>" * levels


def spans(levels: int) -> str:
    return f"<text:p>{'<text:span>' * levels}x{'</text:span>' * levels}</text:p>"


def row(*cells: str) -> str:
    inner = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in cells)
    return f"<table:table><table:table-row>{inner}</table:table-row></table:table>"


def messages(levels: int) -> bytes:
    """Outlook messages inside one another."""
    tree = samples.msg_tree("Forderung")
    for _ in range(levels):
        tree = samples.msg_tree("Forderung", inner=tree)
    return hostile.attached(samples.compound(tree), "a.msg")


def html_message(page: str) -> bytes:
    tree = samples.msg_tree("") | {"__substg1.0_10130102": page.encode()}
    return hostile.attached(samples.compound(tree), "a.msg")


def headers_of(size: int, last: bytes) -> bytes:
    """A mail whose headers take so many bytes and end with this line."""
    return b"X-A: ".ljust(size - 2 - len(last), b"x") + b"\n" + last + b"\n\nText"


def attributes(number: int) -> bytes:
    tag = f"<p {' '.join(f'a{n}=1' for n in range(number))}>Ende"
    return samples.mail(None, html=f"<html><p>Anfang{tag}")


def clutter(number: int) -> bytes:
    members = {f"{n}/desktop.ini": b"" for n in range(number - 1)}
    return hostile.attached(samples.archive({"a.txt": b"Forderung"} | members), "a.zip")


CASES = {
    "bytes of a mail": Case(of_bytes, 2_000, limits=Limits(max_mail_bytes=2_000)),
    "characters of the body": Case(of_bytes, 112, limits=Limits(max_text_chars=100)),
    "characters of a file": Case(lambda n: files(b"x" * n), 100, limits=Limits(max_text_chars=100)),
    "characters of a mail": Case(lambda n: files(b"x" * 50, b"y" * n), 49, limits=Limits(max_mail_chars=100)),
    "spelled-out characters of the body": Case(
        lambda n: samples.mail(GROWING * n), 5, limits=Limits(max_text_chars=100, max_mail_chars=200)
    ),
    "spelled-out characters of a file": Case(
        lambda n: files((GROWING * n).encode()), 5, limits=Limits(max_text_chars=100)
    ),
    "spelled-out characters of an attached mail": Case(
        lambda n: hostile.attached(samples.mail(GROWING * n), "a.eml"), 5, limits=Limits(max_text_chars=100)
    ),
    "spelled-out characters of a mail": Case(
        lambda n: files((GROWING * 2).encode(), (GROWING * n).encode()), 3, limits=Limits(max_mail_chars=100)
    ),
    "files after the last character": Case(lambda n: files(*[b"x" * 50] * n), 2, limits=Limits(max_mail_chars=101)),
    "attachments": Case(lambda n: files(*[b"x"] * n), 3, limits=Limits(max_attachments=3)),
    "files of an archive": Case(
        lambda n: hostile.attached(samples.archive({f"{i}.txt": b"x" for i in range(n)}), "a.zip"),
        3,
        limits=Limits(max_attachments=3),
    ),
    "entries of an archive": Case(clutter, 2_000),
    "archives in archives": Case(zips, 3),
    "bytes that archives unpack to": Case(
        lambda n: hostile.attached(samples.archive({"a.txt": b"x" * n}), "a.zip"),
        1_000,
        limits=Limits(max_archive_bytes=1_000),
    ),
    "MIME parts": Case(lambda n: hostile.of_parts("mixed", b"--X\n\nx\n", 7 * (n - 2)), 5, limits=Limits(max_parts=5)),
    "MIME levels": Case(hostile.of_levels, 3, limits=Limits(max_mime_depth=5)),
    "bytes of headers": Case(
        lambda n: b"X-A: ".ljust(n - 1, b"x") + b"\n\nText", 499, limits=Limits(max_head_bytes=500)
    ),
    "bytes of headers, within a name": Case(
        lambda n: headers_of(n, b"A-Long-Name: x"), 499, 510, limits=Limits(max_head_bytes=500)
    ),
    "bytes of headers, within a value": Case(
        lambda n: headers_of(n, b"A: long value"), 499, 505, limits=Limits(max_head_bytes=500)
    ),
    "bytes of headers, within a continuation": Case(
        lambda n: headers_of(n, b" of the value"), 499, 505, limits=Limits(max_head_bytes=500)
    ),
    "a header of structure": Case(lambda n: b"Content-Type: text/plain; x=".ljust(n + 14, b"x") + b"\n\nText", 7_999),
    "lines of headers": Case(lambda n: b"X-A: x\n" * n + b"\nText", 5, limits=Limits(max_header_lines=5)),
    "bytes of a text": Case(lambda n: files(b"x" * n), 8 * 2**20, limits=ROOMY),
    "bytes of the body": Case(lambda n: of_bytes(n + 12), 8 * 2**20, limits=ROOMY),
    "HTML of the body": Case(lambda n: samples.mail(None, html=page_of(n)), 3_999_900, 4_000_001),
    "HTML of a file": Case(lambda n: hostile.attached(page_of(n).encode(), "a.html"), 4_000_000),
    "HTML of an attached mail": Case(
        lambda n: hostile.attached(samples.mail(None, html=page_of(n)), "a.eml"), 3_999_900, 4_000_001
    ),
    "HTML of an Outlook message": Case(lambda n: html_message(page_of(n)), 4_000_000),
    "levels of HTML": Case(lambda n: samples.mail(None, html=deep_page(n)), 2_000, 2_050),
    "levels of an HTML file": Case(lambda n: hostile.attached(deep_page(n).encode(), "a.html"), 2_000, 2_050),
    "attributes of a tag": Case(attributes, 1_000),
    "pages of a PDF": Case(pages, 3, limits=Limits(max_pdf_pages=3)),
    "characters of a PDF": Case(pages, 3, limits=Limits(max_text_chars=120)),
    "rows": Case(lambda n: sheet(cell("A") + cell("A", n)), 20_000),
    "empty rows": Case(lambda n: sheet(cell("A", n)), 20_000),
    "columns": Case(lambda n: sheet(cell("A") + cell(column(n), 2)), 200),
    "columns far out": Case(lambda n: sheet(cell("A") + cell(column(n), 2)), 200, 16_384),
    "characters of a cell": Case(lambda n: sheet(cell("A", text="x" * n)), 32_767),
    "levels of a Word file": Case(word, 200),
    "levels of its XML": Case(word, 200, 300),
    "levels of a paragraph": Case(lambda n: word(0, "<w:p>" + "<w:r>" * n, "</w:r>" * n + "</w:p>"), 199),
    "levels of an OpenDocument": Case(lambda n: odf(sections(n)), 199),
    "levels of the XML of an OpenDocument": Case(lambda n: odf(sections(n)), 199, 300),
    "blanks of an OpenDocument": Case(
        lambda n: hostile.attached(samples.odt("<text:p>" + "<text:s/>" * n + "</text:p><text:p>Forderung</text:p>")),
        90,
        limits=Limits(max_text_chars=100),
        beyond=110,
    ),
    "levels of its paragraph": Case(lambda n: odf(spans(n)), 199),
    "characters of its cell": Case(lambda n: odf(row("x" * n)), 32_767),
    "characters of its row": Case(lambda n: odf(row(*["x" * 32_000] * 6, "x" * n)), 7_994),
    "messages in messages": Case(messages, 5),
}


def is_written(raw: bytes, limits: Limits) -> bool:
    """Return True where the amount of a sound source is written beside what was read of this mail."""
    mail = read_mail(raw, limits=limits)
    assert all(u.is_rest for u in mail.unread), mail.unread
    return decided(extraction(amount("512.00")), received=mail).write


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_written_beyond_a_limit(name: str) -> None:
    case = CASES[name]
    assert is_written(case.mail(case.within), case.limits)
    assert not is_written(case.mail(case.beyond or case.within + 1), case.limits)


def test_a_letter_before_text_that_grows_is_read() -> None:
    letter = "Die Gesamtforderung beträgt 1.234,56 EUR.\n"
    for behind, cut in (("x" * 60, False), (GROWING * 60, True), ("ä" * 30, False), ("ä" * 60, True)):
        body = read_mail(samples.mail(letter + behind), limits=Limits(max_text_chars=120))
        assert "1.234,56 EUR" in body.body.text
        assert [(u.source_id, u.reason) for u in body.unread] == [("body/rest", "too_large")] * cut
        assert bool(body.defects) == cut


def test_a_message_of_too_many_streams_is_not_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = hostile.attached(samples.msg("Forderung", [("a.txt", b"Forderung")]), "a.msg")
    assert is_written(raw, Limits())
    monkeypatch.setattr(compound, "_MAX_ENTRIES", 4)
    assert not is_written(raw, Limits())


def test_a_page_of_a_pdf_that_cannot_be_read_is_left_out() -> None:
    text = b"BT /F1 8 Tf (Gesamtforderung 812,40 EUR, Stadtwerke Aue) Tj ET"
    sound = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R/Resources<</Font<</F1 6 0 R>>>>>>"
    for second, written in ((sound, True), (b"null", False)):
        data = samples.pdf_of_objects(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2>>",
            sound,
            b"<</Length %d>>stream\n" % len(text) + text + b"\nendstream",
            second,
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        )
        assert is_written(hostile.attached(data, "a.pdf"), Limits()) == written


def test_memory_that_ends_passes_nowhere_for_a_damaged_file() -> None:
    """A handler of any exception would take it for damage, and the rest of the mail be written."""
    swallowing = []
    for path in Path(claimstream.reading.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            caught = [ast.unparse(h.type) for h in node.handlers if h.type] if isinstance(node, ast.Try) else []
            if "Exception" in caught and "MemoryError" not in caught[: caught.index("Exception")]:
                swallowing.append(path.name)
    assert swallowing == ["worker.py"], "but for an answer of the rules, which fails loudly"
