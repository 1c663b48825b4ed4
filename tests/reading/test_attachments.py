import pytest
from tests.reading import samples

from claimstream.domain.records.mail import ParsedMail, SourceKind, Unread
from claimstream.reading import Limits
from claimstream.reading.mail import read_mail


def reading(data: bytes, name: str = "datei", limits: Limits = Limits()) -> ParsedMail:  # noqa: B008 - frozen
    """A mail with one good text before the file in question, which must be read whatever happens."""
    files = [("gut.txt", "text/rtf", b"Forderung 500,00 EUR"), (name, "application/octet-stream", data)]
    mail = read_mail(samples.mail(files=files), limits=limits)
    assert [s.text for s in mail.sources[:2]] == ["Guten Tag,\nanbei die Aufstellung.", "Forderung 500,00 EUR"]
    return mail


def the_unread(mail: ParsedMail) -> Unread:
    (unread,) = mail.unread
    return unread


def test_an_archive_is_opened_and_its_files_are_read() -> None:
    inner = samples.archive({"tief/aufstellung.docx": samples.word()})
    data = samples.archive(
        {
            "a/aufstellung.pdf": samples.pdf(),
            "b/aufstellung.pdf": samples.pdf(),
            "innen.zip": inner,
            "setup.exe": b"MZ" + bytes(100),
            "__MACOSX/._x": b"x",
        }
    )
    mail = reading(data)
    assert [(s.source_id, s.kind) for s in mail.sources[2:]] == [
        ("attachment-2/aufstellung.pdf", SourceKind.TEXT_PDF),
        ("attachment-2/aufstellung.pdf-2", SourceKind.TEXT_PDF),
        ("attachment-2/innen.zip/aufstellung.docx", SourceKind.DOCX),
    ]
    assert (the_unread(mail).source_id, the_unread(mail).reason) == ("attachment-2/setup.exe", "unknown_type")


def test_an_archive_with_a_password_is_unread_as_encrypted() -> None:
    unread = the_unread(reading(samples.locked_archive()))
    assert (unread.name, unread.reason) == ("aufstellung.txt", "encrypted")


def test_a_bomb_in_an_archive_is_contained() -> None:
    unread = the_unread(reading(samples.archive({"nullen.txt": bytes(40 * 2**20)})))
    assert (unread.reason, "bomb" in unread.detail) == ("too_large", True)


def test_all_archives_of_a_mail_share_one_budget() -> None:
    limits = Limits(max_archive_bytes=5_000, max_archive_ratio=10**6)
    mail = reading(samples.archive({f"{n}.txt": b"Forderung " * 200 for n in range(5)}), limits=limits)
    assert len(mail.sources) == 2 + 2
    assert {u.reason for u in mail.unread} == {"too_large"}


def test_archives_in_archives_are_opened_to_the_depth_allowed() -> None:
    data = b"Forderung 700,00 EUR"
    for level in range(6):
        data = samples.archive({f"{level}.zip" if level else "ziel.txt": data})
    unread = the_unread(reading(data))
    assert unread.is_rest
    assert unread.source_id.removesuffix("/rest").count("/") == 3


def test_too_many_files_are_counted_over_the_whole_mail() -> None:
    mail = reading(samples.archive({f"{n}.txt": b"Forderung" for n in range(30)}), limits=Limits(max_attachments=10))
    assert len(mail.sources) == 1 + 10
    assert [u.reason for u in mail.unread] == ["too_many"]


def test_an_attached_mail_is_read_without_its_history_and_with_its_attachments() -> None:
    history = "\n\nAm 04.05.2026 um 09:12 schrieb Kanzlei Nord <claims@kanzlei-nord.example>:\n> 999,00 EUR\n"
    inner = samples.mail(f"Saldo 700,00 EUR{history}", files=[("a.pdf", "application/pdf", samples.pdf())])
    mail = reading(inner, "antwort.eml")
    assert [s.source_id for s in mail.sources[2:]] == ["attachment-2", "attachment-2/a.pdf"]
    assert mail.sources[2].text == "Saldo 700,00 EUR"


def test_a_mail_forwarded_as_a_part_is_read() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nAnbei\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@stadtwerke.example\r\nTo: b@c.example\r\n"
        b"Subject: Saldo\r\n\r\nSaldo 700,00 EUR\r\n--b--\r\n"
    )
    mail = read_mail(raw)
    assert [(s.name, s.text) for s in mail.sources[1:]] == [("Saldo.eml", "Saldo 700,00 EUR")]


@pytest.mark.parametrize("form", ["eml", "msg"])
def test_our_own_letter_attached_to_the_answer_is_not_read(form: str) -> None:
    ours = "Nach unseren Unterlagen 999,00 EUR"
    sender = "claims@kanzlei-nord.example"
    data = samples.mail(ours, From=sender) if form == "eml" else samples.msg(ours, sender=sender)
    mail = reading(data)
    assert len(mail.sources) == 2
    assert (the_unread(mail).reason, "our own" in the_unread(mail).detail) == ("empty", True)


def test_an_outlook_message_is_read_with_its_attachments() -> None:
    inside = samples.msg_tree("Ganz innen 5,00 EUR", [("c.docx", samples.word())])
    data = samples.msg("Saldo 700,00 EUR", [("a.pdf", samples.pdf()), ("notiz.txt", b"kurz")], inside)
    mail = reading(data, "nachricht.msg")
    assert [(s.source_id, s.kind) for s in mail.sources[2:]] == [
        ("attachment-2", SourceKind.OTHER),
        ("attachment-2/a.pdf", SourceKind.TEXT_PDF),
        ("attachment-2/notiz.txt", SourceKind.OTHER),
        ("attachment-2/Aufstellung", SourceKind.OTHER),
        ("attachment-2/Aufstellung/c.docx", SourceKind.DOCX),
    ]
    assert mail.sources[2].text == "Saldo 700,00 EUR"
    assert mail.sources[5].text == "Ganz innen 5,00 EUR"
    assert mail.unread == ()


PACKED_RTF = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
"""The example of MS-OXRTFCP, 4.1: ``hello world``."""


@pytest.mark.parametrize("packed", [PACKED_RTF, PACKED_RTF[:8] + b"MELA" + bytes(4) + rb"{\rtf1 hello world}"])
def test_an_outlook_message_of_rtf_alone_is_read(packed: bytes) -> None:
    mail = reading(samples.rtf_msg(packed), "nachricht.msg")
    assert [(s.source_id, s.text) for s in mail.sources[2:]] == [("attachment-2/message.rtf", "hello world")]


@pytest.mark.parametrize("cut", [3, 20, 40])
def test_a_damaged_rtf_of_a_message_takes_nothing_along(cut: int) -> None:
    mail = reading(samples.rtf_msg(PACKED_RTF[:cut]), "nachricht.msg")
    found = [*(source.source_id for source in mail.sources[2:]), *(unread.source_id for unread in mail.unread)]
    assert {source_id.removesuffix("/rest") for source_id in found} == {"attachment-2/message.rtf"}


@pytest.mark.parametrize("data", [samples.msg(""), samples.mail("", Subject="leer")])
def test_an_attached_mail_without_text_is_reported(data: bytes) -> None:
    assert the_unread(reading(data)).reason == "empty"


def test_a_message_cut_short_is_broken() -> None:
    data = samples.msg("Saldo 700,00 EUR", [("a.pdf", samples.pdf())])
    assert the_unread(reading(data[: len(data) // 2])).reason in {"broken", "unknown_type"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (samples.pdf(password="x"), "encrypted"),
        (bytes(2000), "unknown_type"),
        (b"PK\x03\x04rest", "broken"),
    ],
    ids=["empty", "encrypted", "unknown", "broken"],
)
def test_what_cannot_be_read_is_reported_and_stops_nothing(data: bytes, reason: str) -> None:
    unread = the_unread(reading(data, "datei.pdf"))
    assert (unread.source_id, unread.name, unread.size, unread.reason) == (
        "attachment-2",
        "datei.pdf",
        len(data),
        reason,
    )


def test_a_file_over_the_limit_is_not_read() -> None:
    limits = Limits(max_attachment_bytes=1_000)
    assert the_unread(reading(b"Forderung " * 200, limits=limits)).reason == "too_large"


def test_a_text_over_the_limit_is_cut_and_noted() -> None:
    mail = reading(b"Forderung " * 200, limits=Limits(max_text_chars=100))
    assert len(mail.sources[2].text) == 100
    assert mail.defects == ("attachment-2: read 100 of 2000 characters.",)
