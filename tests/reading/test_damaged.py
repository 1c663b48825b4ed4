"""Mail that was damaged or cut on the way is named as unread, so that nothing is written of the rest alone."""

import base64
import zlib

import pytest
from tests.reading import samples
from tests.reading.test_attachments import reading

from claimstream.domain.records.mail import ParsedMail, SourceKind
from claimstream.reading import filetype
from claimstream.reading.mail import read_mail

TEXT = "Sehr geehrte Damen und Herren,\n\ndie Gesamtforderung beträgt 3.418,07 EUR.\n\nMit freundlichen Grüßen\n"
CODE = base64.encodebytes(TEXT.encode())
MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
PART = b"--b\nContent-Type: text/plain; charset=utf-8\n\n" + TEXT.encode()


def in_base64(code: bytes) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" + code


def rest_of(mail: ParsedMail) -> list[str]:
    return [unread.detail for unread in mail.unread if unread.is_rest]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(in_base64(CODE[:50] + CODE[51:]), id="a character of Base64 lost"),
        pytest.param(in_base64(CODE.rstrip(b"=\n")[:-1]), id="Base64 cut"),
        pytest.param(in_base64(TEXT.encode()), id="no Base64 at all"),
        pytest.param(in_base64(base64.encodebytes(bytes(range(256)))), id="bytes as a text"),
        pytest.param(MIXED + PART, id="the last boundary missing"),
        pytest.param(MIXED.replace(b"=b", b"=c") + PART + b"--b--\n", id="another boundary than declared"),
        pytest.param(MIXED + PART + b"--b--\n" + PART, id="a part behind the end"),
        pytest.param(b"\n" + PART + b"--b--\n", id="the header that names the boundary lost"),
        pytest.param(
            b"Content-Type: message/partial; number=1; total=2\n\n\n" + TEXT.encode(), id="one piece of a mail"
        ),
        pytest.param(b"\n" + TEXT.encode() + b"\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", id="a part sealed by PGP"),
        pytest.param(b"\n" + TEXT.encode() + b"\n=ybegin line=128 size=9 name=a.pdf\nabc\n", id="a file by yEnc"),
    ],
)
def test_a_mail_that_is_damaged_or_incomplete_says_so(raw: bytes) -> None:
    assert len(rest_of(read_mail(raw))) == 1


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(in_base64(CODE), id="Base64"),
        pytest.param(in_base64(CODE + b"\n_____\nGesendet \xc3\xbcber eine Liste\n"), id="a footer below Base64"),
        pytest.param(in_base64(base64.encodebytes(b"123456") + b"____\nListe: a.example\n"), id="a footer, no padding"),
        pytest.param(MIXED + PART + b"--b--\n", id="a multipart"),
        pytest.param(
            MIXED.replace(b"=b", b"=c") + b"--c\n" + MIXED + PART + b"\n--c--\n", id="an inner multipart left open"
        ),
        pytest.param(b"\n" + TEXT.encode() + b"\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n", id="a signature of PGP"),
    ],
)
def test_a_sound_mail_says_nothing(raw: bytes) -> None:
    assert rest_of(read_mail(raw)) == []


def test_a_file_sent_as_the_text_is_an_attachment() -> None:
    mail = read_mail(in_base64(base64.encodebytes(samples.pdf())))
    assert [source.kind for source in mail.sources] == [SourceKind.BODY, SourceKind.TEXT_PDF]


def test_a_text_declared_in_a_wide_character_set_that_is_none_is_read() -> None:
    declared = b"Content-Type: text/plain; charset=utf-16\n\n"
    assert "3.418,07" in read_mail(declared + TEXT.encode()).body.text
    assert "3.418,07" in read_mail(declared + TEXT.encode("utf-16-be")).body.text


def test_a_damaged_text_file_is_noticed() -> None:
    file = samples.mail(files=[("a.csv", "text/csv", b"Forderung;700,00 EUR\nGesamtforderung;3.418,07 EUR\n" * 99)])
    code = file.rindex(b"\n\n--") - 90
    assert rest_of(read_mail(file)) == []
    assert len(rest_of(read_mail(file[:code] + file[code + 1 :]))) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n", "encrypted"),
        (b"begin 644 a.txt\n#86)C\n`\nend\n", "unknown_type"),
        (
            b"From a@b.example Mon Oct 12 10:43:17 2026\nFrom: a@b.example\nTo: c@d.example\nSubject: x\n\ny\n",
            "unknown_type",
        ),
        (b"512\nFrom: a@b.example\nTo: c@d.example\nSubject: x\n\ny\n", "unknown_type"),
    ],
)
def test_code_in_the_form_of_a_text_is_no_text(data: bytes, reason: str) -> None:
    mail = reading(data, "a.txt")
    assert [unread.reason for unread in mail.unread] == [reason]


def page_of(*lines: str) -> bytes:
    return b"BT /F1 9 Tf 5 90 Td 9 TL %s ET" % b" ".join(b"(%s) Tj T*" % line.encode() for line in lines)


LETTER = page_of("Forderung 700,00 EUR", *(f"Vertrag {n * 7919}" for n in range(40)), "Gesamtforderung 3.418,07 EUR")
PACKED = zlib.compress(LETTER)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PACKED[: len(PACKED) // 2], id="cut"),
        pytest.param(PACKED[:150] + b"\xff\xff\xff\xff" + PACKED[154:], id="overwritten"),
        pytest.param(PACKED[:-4] + b"\x01\x02\x03\x04", id="another checksum"),
        pytest.param(PACKED[: len(PACKED) // 2] + bytes(len(PACKED) // 2), id="its end filled with zeros"),
    ],
)
def test_a_pdf_of_which_a_page_is_damaged_is_read_in_part(content: bytes) -> None:
    assert len(rest_of(reading(samples.pdf_with_content(content, font=True)))) == 1


def test_a_pdf_that_lacks_the_words_of_a_page_is_read_in_part() -> None:
    sound = samples.pdf_with_content(PACKED, font=True)
    assert rest_of(reading(sound)) == []
    assert len(rest_of(reading(sound.replace(b"/Contents 4 0 R", b"/Contents 9 0 R")))) == 1


def test_a_pdf_that_readers_show_in_part_is_read_in_part() -> None:
    sound = samples.pdf_with_content(PACKED, font=True)
    assert len(rest_of(reading(samples.pdf() + samples.pdf()))) == 1
    assert len(rest_of(reading(sound.replace(b"/FlateDecode", b"/QuantumLeap")))) == 1


@pytest.mark.parametrize("data", [samples.pdf(), samples.pdf(password="x"), samples.scanned_pdf(), samples.xfa_pdf()])
def test_a_sound_pdf_is_not_called_damaged(data: bytes) -> None:
    assert rest_of(reading(data)) == []


def test_a_file_pinned_to_a_page_is_named() -> None:
    pinned = b"/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS<</Type/Filespec/F(a.pdf)>>>>]"
    data = samples.pdf_with_content(PACKED, font=True).replace(b"/MediaBox", pinned + b"/MediaBox")
    assert [unread.detail for unread in reading(data).unread] == ["Files inside a PDF are not read."]


@pytest.mark.parametrize(("words", "cut"), [(b"Noch zu zahlen 900,00 EUR", True), (b"Kerstin Wolter", False)])
def test_a_text_box_with_figures_above_a_sheet_is_named(words: bytes, cut: bool) -> None:
    box = b"<xdr:wsDr xmlns:xdr='x' xmlns:a='a'><a:t>" + words + b"</a:t></xdr:wsDr>"
    data = samples.with_member(samples.excel([["Forderung", 700]]), "xl/drawings/drawing1.xml", box)
    assert bool(rest_of(reading(data))) is cut


@pytest.mark.parametrize(("end", "cut"), [(b"}", False), (b"", True), (b"{\\b noch", True)])
def test_an_rtf_without_its_end_is_read_in_part(end: bytes, cut: bool) -> None:
    data = rb"{\rtf1\ansi Forderung \{1\} 700,00 EUR\par " + end
    assert bool(rest_of(reading(data))) is cut


def test_texts_of_mail_have_their_own_kinds() -> None:
    assert filetype.sniff(b"From hier an gilt das neue Konto.\n\nGesamtforderung 3.418,07 EUR\n") == filetype.TEXT
    assert filetype.sniff(b"begin der Laufzeit 2026\n") == filetype.TEXT
