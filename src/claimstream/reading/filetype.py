"""What a file is, by its first bytes and, for containers, by what is inside. Names only break ties among texts."""

import re

import puremagic

from claimstream.reading.ziparchive import open_zip

PDF = "application/pdf"
ZIP = "application/zip"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
RTF = "application/rtf"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
MSG = "application/vnd.ms-outlook"
OLE = "application/x-ole-storage"
ENCRYPTED_OFFICE = "application/encrypted"
EML = "message/rfc822"
HTML = "text/html"
TEXT = "text/plain"
JP2 = "image/jp2"
CALENDAR = "text/calendar"
VCARD = "text/vcard"
TNEF = "application/vnd.ms-tnef"
EXECUTABLE = "application/x-executable"
UNKNOWN = "application/octet-stream"
EMPTY = "application/x-empty"

SEALED = "application/pgp-encrypted"
UUENCODED = "text/x-uuencode"
MAILBOX = "application/mbox"

TEXTS = frozenset({TEXT, HTML, RTF, EML, CALENDAR, VCARD})
"""Types whose bytes do not show that some are wrong."""
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/tiff", "image/bmp", "image/webp", "image/heic", JP2})

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", JP2),
    (b"\xff\x4f\xff\x51", JP2),
    (b"{\\rt", RTF),
    (b"-----BEGIN PGP MESSAGE-----", SEALED),
    (b"=ybegin ", "application/x-yenc"),
    (b"(This file must be converted with BinHex", "application/mac-binhex40"),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"MZ", EXECUTABLE),
    (b"\x7fELF", EXECUTABLE),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
)
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
FILE_STARTS = (b"%PDF-", _OLE_MAGIC, *_ZIP_MAGIC, *(magic for magic, kind in _MAGIC if kind in {*IMAGES, RTF, TNEF}))
# One comment stands for any number of them: its end may be that of the last.
_HTML_START = re.compile(
    rb"^\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--.*?-->\s*+)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_MAILBOX_START = re.compile(
    rb"(?:From [^\r\n]{1,200}|\d{1,10} *+)\r?\n(?:[!-9;-~]{2,60}:[^\r\n]*+(?:\r?\n[ \t][^\r\n]*+)*+\r?\n){3}"
)
"""The mails of a folder, or one as Apple Mail keeps it: a line, then headers."""
_UUENCODED_START = re.compile(rb"begin [0-7]{3,4} [^\r\n]{1,255}\r?\n[ -`]{1,62}[ \t]*+\r?\n")
_HEADER_LINE = re.compile(rb"^[!-9;-~]{2,60}:[ \t]?.*$")
_MAIL_HEADERS = {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version", b"return-path"}
_CONTROLS = bytes([*range(9), *range(14, 27), 127])


def sniff(data: bytes, name: str = "", declared: str = "") -> str:
    """The media type of ``data``. Name and declared type count only where bytes cannot tell: among kinds of text."""
    if not data:
        return EMPTY
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if data.startswith(b"BM") and len(data) > 26 and int.from_bytes(data[2:6], "little") <= len(data) + 1024:
        return "image/bmp"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"heif"}:
        return "image/heic"
    if data.startswith(_ZIP_MAGIC):
        return _zip_kind(data)
    if data.startswith(_OLE_MAGIC):
        return _ole_kind(data)
    if b"%PDF-" in data[:1024]:
        # Readers accept rubbish before the header, so this comes after the containers, which may begin with a PDF.
        return PDF
    return _text_kind(data, name.lower(), declared.lower())


def _zip_kind(data: bytes) -> str:
    try:
        with open_zip(data) as archive:
            members = set(archive.namelist())
            if "mimetype" in members and archive.getinfo("mimetype").file_size <= 200:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                if declared.startswith("application/vnd.oasis.opendocument."):
                    return declared.removesuffix("-template")
            if "[Content_Types].xml" in members:
                for folder, media_type in (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX)):
                    if any(member.startswith(folder) for member in members):
                        return media_type
    except MemoryError:
        raise
    except Exception:  # a damaged archive is still an archive; reading it will say what is wrong
        return ZIP
    return ZIP


def _ole_kind(data: bytes) -> str:
    """By the names of the streams, which stand in the directory as UTF-16."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        return ENCRYPTED_OFFICE
    if has("__properties_version1.0"):
        return MSG
    if has("WordDocument"):
        return DOC
    if has("Workbook") or has("Book"):
        return XLS
    if has("PowerPoint Document"):
        return PPT
    return OLE


def _text_kind(data: bytes, name: str, declared: str) -> str:
    head = data[:4096]
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and len(head) - len(head.translate(None, _CONTROLS)) > len(head) // 200:
        return _other(data, name)
    if _HTML_START.match(data[:8192]) or (
        _looks_tagged(head) and (declared == HTML or name.endswith((".html", ".htm")))
    ):
        return HTML
    if head.lstrip().startswith(b"BEGIN:VCALENDAR"):
        return CALENDAR
    if head.lstrip().startswith(b"BEGIN:VCARD"):
        return VCARD
    if _looks_like_mail(head):
        return EML
    if _MAILBOX_START.match(head):
        return MAILBOX
    return UUENCODED if _UUENCODED_START.match(head) else TEXT


def _looks_tagged(head: bytes) -> bool:
    return re.search(rb"<(?:p|div|table|br|span|a|b)\b[^>]{0,500}>", head, re.IGNORECASE) is not None


def _looks_like_mail(head: bytes) -> bool:
    """Header lines from the start, two of them known, up to an empty line."""
    known = set()
    for line in head.splitlines():
        if not line:
            break
        if line[:1] in b" \t":
            continue
        if not _HEADER_LINE.match(line):
            return False
        known.add(line.split(b":", 1)[0].lower())
    return len(known & _MAIL_HEADERS) >= 3


def _other(data: bytes, name: str) -> str:
    try:
        found = puremagic.from_string(data[:65_536], mime=True, filename=name or None)
    except MemoryError:
        raise
    except Exception:  # puremagic raises several kinds for what it does not know
        return UNKNOWN
    return found if re.fullmatch(r"[\w.+-]+/[\w.+-]+", found) and not found.startswith("text/") else UNKNOWN


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF or JPEG, from its header; None when it cannot be told."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data.startswith(b"GIF8") and len(data) >= 10:
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    if data.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 < len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height = int.from_bytes(data[position + 5 : position + 7], "big")
            return int.from_bytes(data[position + 7 : position + 9], "big"), height
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return None
