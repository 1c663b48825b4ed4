from datetime import UTC, datetime

import pytest
from tests.reading import samples
from tests.reading.split import split_mail

from claimstream.domain.records.mail import Address, SourceKind
from claimstream.reading import Limits
from claimstream.reading.mail import read_mail


def test_headers_are_read_each_into_its_own_field() -> None:
    raw = samples.mail(
        From="=?utf-8?q?M=C3=BCller=2C_Inkasso?= <Fall@Inkasso-Aue.example>",
        To='"Kanzlei, Nord" <claims@kanzlei-nord.example>, zweite@kanzlei-nord.example',
        Cc="claims+K7Q2X9M4@kanzlei-nord.example",
        Reply_To="antwort@inkasso-aue.example",
        Delivered_To="claims@kanzlei-nord.example",
        X_Original_To="claims+k7q2x9m4@kanzlei-nord.example",
        In_Reply_To="<i-01@kanzlei-nord.example>",
        References="<i-00@kanzlei-nord.example> <i-01@kanzlei-nord.example>",
        Subject="Forderung gegen Öztürk",
    )
    mail = read_mail(raw)
    assert mail.sender == Address(name="Müller, Inkasso", address="fall@inkasso-aue.example")
    assert [a.address for a in mail.to] == ["claims@kanzlei-nord.example", "zweite@kanzlei-nord.example"]
    assert mail.to[0].name == "Kanzlei, Nord"
    assert [a.address for a in mail.cc] == ["claims+k7q2x9m4@kanzlei-nord.example"]
    assert mail.delivered_to == ("claims@kanzlei-nord.example", "claims+k7q2x9m4@kanzlei-nord.example")
    assert [a.address for a in mail.reply_to] == ["antwort@inkasso-aue.example"]
    assert mail.in_reply_to == ("<i-01@kanzlei-nord.example>",)
    assert mail.references == ("<i-00@kanzlei-nord.example>", "<i-01@kanzlei-nord.example>")
    assert mail.message_id == "<r-1@inkasso-aue.example>"
    assert mail.subject == "Forderung gegen Öztürk"
    assert mail.date == datetime(2026, 5, 4, 7, 12, tzinfo=UTC)
    assert mail.header("subject") == "Forderung gegen Öztürk"
    assert mail.defects == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"F\xc3\xb6rderung", "Förderung"),
        (b"F\xf6rderung", "Förderung"),
        (b"=?utf-8?B?RsO2cmRlcnVuZw==?=", "Förderung"),
        (b"=?iso-8859-1?Q?F=F6rde?=\r\n =?iso-8859-1?Q?rung?=", "Förderung"),
        (b"=?x-unknown?Q?F=F6rderung?=", "Förderung"),
        (b"AW: =?utf-8?Q?F=C3=B6rderung?= Nele", "AW: Förderung Nele"),
    ],
)
def test_a_subject_is_decoded_however_it_was_sent(value: bytes, expected: str) -> None:
    assert read_mail(b"Subject: " + value + b"\r\n\r\nx").subject == expected


@pytest.mark.parametrize("value", ["", "gestern", "Mon, 99 Foo 2026 99:99:99", "Mon, 4 May 99999 09:12:00 +9999"])
def test_a_date_that_is_none_is_none(value: str) -> None:
    assert read_mail(f"Date: {value}\r\n\r\nx".encode()).date is None


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("utf-8", "Gläubiger – 5 €".encode()),
        ("iso-8859-1", "Gläubiger – 5 €".encode("cp1252")),
        ("iso-8859-1", "Gläubiger – 5 €".encode()),
        ("us-ascii", "Gläubiger – 5 €".encode("cp1252")),
        ("x-unknown", "Gläubiger – 5 €".encode("cp1252")),
        ("utf-8", "Gläubiger – 5 €".encode("cp1252")),
        ("base64", "Gläubiger – 5 €".encode()),
        ("utf-16", "Gläubiger – 5 €".encode("utf-16")),
        ("iso-8859-15", "Gläubiger - 5 €".encode("iso-8859-15")),
    ],
)
def test_a_body_is_decoded_whatever_charset_it_claims(charset: str, data: bytes) -> None:
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
    assert read_mail(head + data).body.text.replace("-", "–") == "Gläubiger – 5 €"


def test_text_is_composed_and_free_of_invisible_characters() -> None:
    raw = (
        "Content-Type: text/plain; charset=utf-8\r\n\r\nGla\u0308u\u00adbi\u200bger\x07\r\n1\u202f234,56\u00a0€\r\nEnde"
    )
    assert read_mail(raw.encode()).body.text == "Gläubiger\n1\u202f234,56\u00a0€\nEnde"


def test_a_mail_of_html_alone_becomes_text_with_its_lines() -> None:
    html = (
        "<p>Guten Tag,</p><p>offen sind<br>3.4<b>18</b>,07&nbsp;&euro;</p>"
        "<table><tr><td>12</td><td>318,07</td></tr><tr><td>Kosten</td><td>200,00</td></tr></table>"
    )
    assert read_mail(samples.mail(None, html=html)).body.text == (
        "Guten Tag,\n\noffen sind\n3.418,07\u00a0€\n\n12      318,07\nKosten  200,00"
    )


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("Die Forderung beträgt 500,00 EUR.\n", "Die Forderung beträgt 500,00 EUR."),
        ("", "Die Forderung beträgt 500,00 EUR laut Aufstellung."),
        ("Kein HTML?\n", "Die Forderung beträgt 500,00 EUR laut Aufstellung."),
        (
            "Die Forderung entnehmen Sie bitte der Darstellung in HTML.\n",
            "Die Forderung beträgt 500,00 EUR laut Aufstellung.",
        ),
    ],
)
def test_plain_text_is_preferred_unless_it_says_less(plain: str, expected: str) -> None:
    html = "<p>Die Forderung beträgt <b>500,00</b> EUR laut Aufstellung.</p>"
    assert read_mail(samples.mail(plain, html=html)).body.text == expected


def test_quoted_history_is_kept_apart_and_never_in_the_body() -> None:
    quoted = "Am Mo., 4. Mai 2026 um 09:12 Uhr schrieb Kanzlei Nord <claims@kanzlei-nord.example>:\n> 999,00 EUR\n"
    mail = read_mail(samples.mail(f"Offen sind 500,00 EUR.\n\nInkasso Aue\n\n{quoted}"))
    assert mail.body.text == "Offen sind 500,00 EUR.\n\nInkasso Aue"
    assert "999,00" in mail.quoted_text


@pytest.mark.parametrize(
    "history",
    [
        '<div class="gmail_quote"><div class="gmail_attr">Am Mo., 4. Mai 2026 um 09:12 Uhr schrieb Kanzlei Nord &lt;'
        '<a href="mailto:x">claims@kanzlei-nord.example</a>&gt;:<br></div>'
        '<blockquote class="gmail_quote">{}</blockquote></div>',
        '<br><blockquote type="cite"><div>Am 04.05.2026 um 09:12 schrieb Kanzlei Nord:</div>{}</blockquote>',
        '<hr><div id="divRplyFwdMsg"><b>Von:</b> Kanzlei Nord<br><b>Gesendet:</b> Montag<br><b>An:</b> Fall<br>'
        "<b>Betreff:</b> F</div>{}",
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm"><p><b>Von:</b> Kanzlei Nord<br>'
        "<b>Gesendet:</b> Montag<br><b>An:</b> Fall<br><b>Betreff:</b> F</p></div>{}",
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>De&nbsp;:</b> Kanzlei Nord<br>'
        "<b>Envoyé&nbsp;:</b> lundi<br><b>À&nbsp;:</b> Fall<br><b>Objet&nbsp;:</b> F</p></div>{}",
    ],
    ids=["gmail", "apple", "outlook-web", "outlook", "outlook French"],
)
def test_quoted_history_is_known_in_html(history: str) -> None:
    letter = "<p>Nach unseren Unterlagen sind 999,00 EUR offen.</p>" * 40
    mail = read_mail(samples.mail(None, html=f"<div>Siehe Anlage.</div>{history.format(letter)}"))
    assert mail.body.text == "Siehe Anlage."
    assert "999,00" in mail.quoted_text


def test_our_letter_is_known_by_the_domain_of_the_mailbox() -> None:
    letter = "-----Ursprüngliche Nachricht-----\nVon: Eva Nord <nord@kanzlei-nord.example>\n\n" + "999,00 EUR\n" * 100
    assert read_mail(samples.mail(f"Siehe Anlage.\n\n{letter}")).body.text == "Siehe Anlage."


def test_our_letter_is_known_by_the_firms_name() -> None:
    letter = "Kanzlei Nordwind\n04.05.2026 09:12\n\nSehr geehrte Damen und Herren,\n\nes geht um 999,00 EUR.\n"
    mail = read_mail(samples.mail(f"Anbei.\n\n{letter}"), our_markers=("Kanzlei Nordwind mbB",))
    assert mail.body.text == "Anbei."
    assert "Kanzlei Nordwind mbB" in mail.our_marks
    assert "999,00" in read_mail(samples.mail(f"Anbei.\n\n{letter}")).body.text


def test_an_answer_that_may_stand_below_our_letter_is_unread() -> None:
    ours = "Guten Tag,\n\nwie viel ist offen?\n\nMit freundlichen Grüßen\nKanzlei Nordwind"
    answer = "Sehr geehrte Frau Nord,\n\nnichts mehr."
    text = f"Siehe unten.\n\n>>> Kanzlei Nordwind 04.05.2026 09:12 >>>\n{ours}\n\n{answer}"
    mail = read_mail(samples.mail(text), our_markers=("Kanzlei Nordwind",))
    assert [(unread.source_id, unread.is_rest) for unread in mail.unread] == [("body/rest", True)]
    inside = samples.mail(text, From="stadtwerke@aue.example")
    attached = read_mail(samples.mail(files=[("a.eml", "message/rfc822", inside)]), our_markers=("Kanzlei Nordwind",))
    assert [(unread.source_id, unread.is_rest) for unread in attached.unread] == [("attachment-1/rest", True)]


def test_every_source_is_read_and_named_by_its_place() -> None:
    files = [
        ("aufstellung.pdf", "application/pdf", samples.pdf()),
        ("aufstellung.docx", "application/octet-stream", samples.word()),
        ("scan.pdf", "application/pdf", samples.scanned_pdf()),
    ]
    raw = samples.mail(files=files)
    mail = read_mail(raw)
    assert [(s.source_id, s.kind) for s in mail.sources] == [
        ("body", SourceKind.BODY),
        ("attachment-1", SourceKind.TEXT_PDF),
        ("attachment-2", SourceKind.DOCX),
        ("attachment-3", SourceKind.SCANNED_PDF),
    ]
    assert [s.needs_vision for s in mail.sources] == [False, False, False, True]
    parts = split_mail(raw)
    assert [(p.head.source_id, p.head.name, p.data) for p in parts] == [
        (f"attachment-{number}", name, data) for number, (name, _, data) in enumerate(files, 1)
    ]
    assert [p.head.sha256 for p in parts] == [s.sha256 for s in mail.sources[1:]]


def test_a_png_declared_as_jpeg_is_a_png() -> None:
    raw = samples.mail(files=[("scan.jpg", "image/jpeg", samples.image())])
    mail = read_mail(raw)
    assert (mail.sources[1].kind, mail.sources[1].media_type) == (SourceKind.IMAGE, "image/png")
    assert mail.unread == ()
    assert [(p.head.declared_type, p.head.media_type) for p in split_mail(raw)] == [("image/jpeg", "image/png")]


def _with_inline_image(data: bytes) -> bytes:
    raw = samples.mail(None, html='<p>Guten Tag</p><img src="cid:logo">', files=[("logo.png", "image/png", data)])
    return raw.replace(b"Content-Disposition: attachment", b"Content-ID: <logo>\nContent-Disposition: inline")


def test_a_logo_in_the_signature_is_no_source() -> None:
    mail = read_mail(_with_inline_image(samples.image(40, 20)))
    assert (len(mail.sources), mail.unread) == (1, ())
    assert split_mail(_with_inline_image(samples.image(1200, 50))) == ()


def test_a_scan_pasted_into_the_text_is_a_source() -> None:
    assert [s.kind for s in read_mail(_with_inline_image(samples.image())).sources[1:]] == [SourceKind.IMAGE]


def test_a_small_picture_that_was_attached_is_a_source() -> None:
    assert len(read_mail(samples.mail(files=[("beleg.png", "image/png", samples.image(40, 20))])).sources) == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Akten\\Forderung.pdf", "Forderung.pdf"),
        ("", "attachment-1.pdf"),
        ("..", "attachment-1.pdf"),
        ("Übersicht\u202efdp.exe", "Übersichtfdp.exe"),
        (f"{'x' * 300}.pdf", f"{'x' * 116}.pdf"),
    ],
)
def test_a_file_name_is_never_a_path(name: str, expected: str) -> None:
    assert [p.head.name for p in split_mail(samples.mail(files=[(name, "application/pdf", samples.pdf())]))] == [
        expected
    ]


def test_a_signed_mail_is_read_without_its_signature() -> None:
    raw = (
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nOffen sind 500,00 EUR.\r\n"
        b'--b\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
        b"Content-Disposition: attachment; filename=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAG\r\n"
        b"--b--\r\n"
    )
    mail = read_mail(raw)
    assert (mail.body.text, len(mail.sources), mail.unread) == ("Offen sind 500,00 EUR.", 1, ())


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CA\r\n",
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n'
        b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
        b"--b\r\nContent-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--\r\n",
    ],
    ids=["smime", "pgp"],
)
def test_an_encrypted_mail_is_unread_as_encrypted(raw: bytes) -> None:
    mail = read_mail(raw)
    assert [u.reason for u in mail.unread] == ["encrypted"]
    assert mail.body.text == ""


def test_the_body_goes_on_around_attachments() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nVorher\r\n"
        b"--b\r\nContent-Type: text/plain; name=notiz.txt\r\nContent-Disposition: inline; filename=notiz.txt\r\n\r\n"
        b"Notiz\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nNachher\r\n--b--\r\n"
    )
    assert [s.text for s in read_mail(raw).sources] == ["Vorher\n\nNachher", "Notiz"]


def test_a_mail_over_the_limit_is_read_at_its_beginning() -> None:
    raw = samples.mail(files=[("a.pdf", "application/pdf", samples.pdf())])
    mail = read_mail(raw, limits=Limits(max_mail_bytes=len(raw) - 1))
    assert mail.body.text.startswith("Guten Tag")
    assert [u.reason for u in mail.unread] == ["too_large"]
    assert split_mail(raw, Limits(max_mail_bytes=len(raw) - 1)) == ()


def test_a_text_over_the_limit_is_cut_and_noted() -> None:
    mail = read_mail(samples.mail("Zeile\n" * 100), limits=Limits(max_text_chars=60))
    assert len(mail.body.text) <= 60
    assert any("60 of" in defect for defect in mail.defects)


def test_all_texts_together_have_a_limit() -> None:
    files = [(f"{n}.txt", "application/octet-stream", b"Forderung " * 5) for n in range(5)]
    mail = read_mail(samples.mail("kurz", files=files), limits=Limits(max_mail_chars=124))
    assert [len(source.text) for source in mail.sources] == [4, 50, 50, 20]
    assert [(u.source_id, u.reason) for u in mail.unread] == [
        ("attachment-3/rest", "too_large"),
        ("attachment-4/rest", "too_large"),
        ("attachment-5/rest", "too_large"),
    ]
    assert all(u.is_rest for u in mail.unread)


def test_a_mail_has_a_million_characters_at_most() -> None:
    files = [(f"{n}.txt", "application/octet-stream", b"Forderung " * 30_000) for n in range(5)]
    mail = read_mail(samples.mail("kurz", files=files))
    assert mail.characters == 1_000_000
    assert {u.reason for u in mail.unread} == {"too_large"}


def test_a_mail_read_is_a_checkpoint_that_can_be_read_back() -> None:
    mail = read_mail(samples.mail(files=[("a.pdf", "application/pdf", samples.pdf())]))
    assert type(mail).model_validate_json(mail.model_dump_json()) == mail


@pytest.mark.parametrize(
    ("packed", "names"),
    [
        (b"begin 644 notiz.txt\n%-S P+#$\n`\nend\n", ["notiz.txt"]),
        (b"begin 644 a.txt\n#0V%T\n`\nend\nbegin 600 b.txt\n#0V%T\n`\nend\n", ["a.txt", "b.txt"]),
        (b"begin 2027 neu\n\nend\n", []),
        (b"begin 644 offen.txt\n#0V%T\n", []),
    ],
)
def test_a_file_within_the_text_is_an_attachment(packed: bytes, names: list[str]) -> None:
    mail = read_mail(b"Subject: x\n\nOffen sind 500,00 EUR.\n" + packed)
    assert [source.name for source in mail.sources[1:]] == names
    assert ("begin" in mail.body.text) == (not names)
    assert "500,00" in mail.body.text


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("Insgesamt 1.2 \n47,34 EUR", "Insgesamt 1.247,34 EUR"),
        ("Zinsen  \n47,34 EUR", "Zinsen\n47,34 EUR"),
        ("Insgesamt 500 EUR\n47,34 EUR Zinsen", "Insgesamt 500 EUR\n47,34 EUR Zinsen"),
        ("Wolter\n-- \nInkasso Aue", "Wolter\n--\nInkasso Aue"),
    ],
)
def test_a_line_flowed_within_a_word_is_joined(sent: str, read: str) -> None:
    head = "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n\n"
    assert read_mail((head + sent).encode()).body.text == read
