"""Whatever arrives, reading it says what is wrong and raises nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading import samples
from tests.reading.split import split_mail

from claimstream.reading import Limits
from claimstream.reading.mail import read_mail

SMALL = Limits(max_text_chars=20_000)
NESTED = b"".join(
    [
        b"Subject: tief\nContent-Type: multipart/mixed; boundary=b0\n\n",
        *(b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(1000)),
        b"ganz innen\n",
    ]
)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"\n\n", ""),
        (b"Content-Type: multipart/mixed\n\nohne Grenze", "ohne Grenze"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\noffen", "offen"),
        (b"Content-Type: text/plain; charset=x-unknown\n\nF\xfcnf \x80", "Fünf €"),
        (b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>da\n--b--", "da"),
        (b"Content-Transfer-Encoding: base64\n\nR3V0ZW4gVGFn", "Guten Tag"),
        (b"Content-Transfer-Encoding: base64\n\nR3V0ZW4gVGFnL", "Guten Tag"),
        (b"Content-Transfer-Encoding: base64\n\nR3V0ZW4g\nVGFnL\n", "Guten Tag"),
        (b"Content-Transfer-Encoding: base64\n\nR3V0ZW4=\nIA==\nVGFn\n", "Guten Tag"),
        (b"Content-Transfer-Encoding: base64\n\nR3V0ZQ==\n____\nListe: http://liste.example/\n", "Gute"),
        (b'Content-Transfer-Encoding: "Base64"; x=y\n\nR3V0ZW4gVGFn', "Guten Tag"),
        (b"Content-Transfer-Encoding: x-unknown\n\nGuten Tag", "Guten Tag"),
        (b"Content-Transfer-Encoding: quoted-printable\n\n=C3=84 =ZZ", "Ä =ZZ"),
        (
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\nInsgesamt 1.2= \t\r\n47,34 EUR",
            "Insgesamt 1.247,34 EUR",
        ),
        (b"Content-Transfer-Encoding: quoted-printable\n\nInsgesamt 1.2= \n47,34 EUR = ", "Insgesamt 1.247,34 EUR"),
        (b"Content-Type: ;;;=\nContent-Disposition: \xff\n\nText", "Text"),
    ],
)
def test_damaged_mail_is_read_as_far_as_it_goes(raw: bytes, text: str) -> None:
    assert read_mail(raw).body.text == text


def test_mail_nested_a_thousand_levels_keeps_its_headers() -> None:
    mail = read_mail(NESTED)
    assert mail.subject == "tief"
    assert any("cannot be parsed" in defect or "nested" in defect for defect in mail.defects)


def test_garbage_declared_as_base64_is_reported() -> None:
    raw = samples.mail(files=[("a.pdf", "application/pdf", samples.pdf())])
    head, _, body = raw.partition(b"JVBER")
    mail = read_mail(head + b"!!!!" + bytes(range(1, 255)) + body[-80:])
    assert [u.source_id for u in mail.unread] == ["attachment-1"]


def test_headers_over_the_limits_are_cut_and_noted() -> None:
    raw = b"Subject: " + b"x" * 100_000 + b"\n" + b"X-Many: y\n" * 3_000 + b"\nText"
    mail = read_mail(raw)
    assert len(mail.headers) == Limits().max_headers
    assert len(mail.subject) == Limits().max_header_chars
    assert len(mail.defects) == 2
    assert mail.body.text == "Text"


def test_parts_over_the_limit_are_left_out_and_noted() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: a/b\n\nx\n" * 5_000
    mail = read_mail(raw)
    assert [(u.source_id, u.reason) for u in mail.unread] == [("body/rest", "too_large"), ("attachment-51", "too_many")]
    assert len(mail.sources) == 1 + Limits().max_attachments
    assert any("MIME parts" in defect for defect in mail.defects)


@pytest.mark.parametrize(
    "piece", ["<style>", "<!--", "<", "<a ", "<div>", "<blockquote type=cite>", "<ul><li>", "<table>"]
)
def test_markup_never_closed_is_read_in_linear_time(piece: str) -> None:
    head = b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nFORDERUNG\n--b\nContent-Type: text/html\n\n"
    # Quadratic time would run into the suite's own limit.
    assert read_mail(head + piece.encode() * 100_000).body.text.replace(">", "").strip() in {
        "FORDERUNG",
        "",
        "<" * 100_000,
    }


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2_000))
def test_random_bytes_are_read(raw: bytes) -> None:
    mail = read_mail(raw, limits=SMALL)
    assert mail.sources[0].source_id == "body"
    assert type(mail).model_validate_json(mail.model_dump_json()) == mail
    assert len(split_mail(raw)) <= SMALL.max_attachments


_LINES = st.sampled_from(
    [
        b"From: a@b.example", b"To: \xe4 <a@b>", b"Subject: =?utf-8?B?4pyT?=", b"Content-Type: text/html; charset=x",
        b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: multipart/report; boundary=b",
        b"Content-Type: message/rfc822", b"Content-Type: message/delivery-status", b"Action: failed", b"",
        b"Content-Type: multipart/alternative; boundary=b", b"--b", b"--b--", b"<p>x<blockquote type=cite>y", b"> q",
        b"Content-Transfer-Encoding: base64", b"Content-Disposition: attachment; filename*0*=utf-8''%e4; filename*1=x",
        b"Am 1.1.2026 um 9:00 schrieb a@b.example:", b"Date: Mon, 4 May 2026 09:12:00 +0200", b"\x00\xff",
        b"Content-Type: multipart/signed; boundary=b", b"Content-Type: multipart/encrypted; boundary=b", b"%PDF-1.4",
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(_LINES, max_size=40))
def test_shuffled_pieces_of_mail_are_read(lines: list[bytes]) -> None:
    mail = read_mail(b"\n".join(lines), limits=SMALL)
    assert type(mail).model_validate_json(mail.model_dump_json()) == mail


_FILES = [
    samples.pdf(), samples.word(), samples.excel([["Summe", 500]]), samples.odt("<text:p>x</text:p>"), samples.RTF,
    samples.archive({"a.txt": b"x" * 500}), samples.msg("Text", [("a.txt", b"y" * 5000)]), samples.image(60, 60),
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_FILES), st.data())
def test_damaged_files_are_read_or_reported(file: bytes, data: st.DataObject) -> None:
    damaged = bytearray(file)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(file)))
    mail = read_mail(samples.mail(files=[("datei", "application/octet-stream", bytes(damaged[:cut]))]), limits=SMALL)
    ids = [s.source_id for s in mail.sources] + [u.source_id for u in mail.unread]
    assert any(source_id.startswith("attachment-1") for source_id in ids)
    assert len(ids) == len(set(ids))


def test_characters_that_no_xml_may_hold_are_left_out_of_a_page() -> None:
    page = "Content-Type: text/html; charset=utf-8\n\n<p>Gesamt&#2;forderung 812,40\x01 EUR&#xfffe;</p>rest\x02"
    assert read_mail(page.encode(), limits=SMALL).sources[0].text == "Gesamtforderung 812,40 EUR\n\nrest"
