"""Mail that is made to cost, each kind beside a sound body."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import openpyxl  # type: ignore[import-untyped]  # it ships no types
from tests.reading import samples

MEBIBYTE = 2**20
_HEAD = b"From: a@b.example\r\nTo: k@k.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"


def attached(data: bytes, name: str = "datei") -> bytes:
    return samples.mail("Gesamtforderung 812,40 EUR", files=[(name, "application/octet-stream", data)])


def of_parts(kind: str, piece: bytes, size: int) -> bytes:
    """A multipart whose first part is sound, and whose rest is one piece over and over."""
    sound = b"--X\r\n\r\nGesamtforderung 812,40 EUR\r\n"
    return (
        _HEAD
        + b"Content-Type: multipart/"
        + kind.encode()
        + b"; boundary=X\r\n\r\n"
        + sound
        + piece * (size // len(piece))
        + b"--X--\r\n"
    )


def of_levels(number: int) -> bytes:
    """Multiparts inside one another."""
    opened = b"".join(b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(number))
    return (
        _HEAD
        + b"Content-Type: multipart/mixed; boundary=b0\n\n--b0\n\nGesamtforderung 812,40 EUR\n"
        + opened
        + b"--b%d\n\nText\n" % number
        + b"".join(b"--b%d--\n" % n for n in reversed(range(number + 1)))
    )


def of_headers(piece: bytes, size: int) -> bytes:
    return _HEAD + piece * (size // len(piece)) + b"\n\nGesamtforderung 812,40 EUR\n"


def page(rest: str) -> bytes:
    """A mail of one HTML page, whose beginning is sound."""
    return samples.mail(None, html=f"<html><p>Gesamtforderung 812,40 EUR</p>{rest}")


def zip_of_many(entries: int) -> bytes:
    """An archive whose directory lists one empty file very often."""
    name = b"a"
    local = b"PK\x03\x04" + struct.pack("<5H3I2H", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name
    entry = b"PK\x01\x02" + struct.pack("<6H3I5H2I", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    directory = entry * entries
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, entries & 0xFFFF, entries & 0xFFFF, len(directory), len(local), 0)
    return local + directory + end


def ods_of_repeats(levels: int) -> bytes:
    """Tables in cells of tables, every cell fifty times."""
    opened = '<table:table><table:table-row><table:table-cell table:number-columns-repeated="50">' * levels
    closed = "</table:table-cell></table:table-row></table:table>" * levels
    return samples.odt(f"{opened}<text:p>{'x' * 1000}</text:p>{closed}")


def pdf_of_characters(number: int) -> bytes:
    """One page with so many characters of the same line."""
    text = b"BT /F1 8 Tf 1 0 0 1 5 5 Tm " + (b"(" + b"x" * 1000 + b") Tj ") * (number // 1000) + b"ET"
    return samples.pdf_with_content(zlib.compress(text, 9), font=True)


def docx_of(xml: str) -> bytes:
    """A Word file with this as its document."""
    types = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return samples.archive({"[Content_Types].xml": types, "word/document.xml": xml.encode()})


def docx_of_tables(levels: int, elements: int) -> bytes:
    """Tables in one another, the innermost with so many elements that no archive takes for a bomb."""
    opened, closed = "<w:tbl><w:tr><w:tc>" * levels, "</w:tc></w:tr></w:tbl>" * levels
    inner = "".join(f'<w:x a="{n * 7919 % 1_000_003}"/>' for n in range(elements))
    return docx_of(f'<w:d xmlns:w="w">{opened}{inner}<w:p><w:t>x</w:t></w:p>{closed}</w:d>')


def laughs() -> str:
    """Entities of entities, a billion of them once expanded."""
    entities = '<!ENTITY a "haha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    return (
        f'<?xml version="1.0"?><!DOCTYPE w [{entities}]><w:document xmlns:w="w"><w:p><w:t>&j;</w:t></w:p></w:document>'
    )


def msg_of_circles(streams: int) -> bytes:
    """A compound file of streams whose first sector is followed by itself."""
    tree: samples.Tree = {f"{n:06}": b"x" * 5000 for n in range(streams)}
    data = bytearray(samples.compound(tree | {"__properties_version1.0": bytes(32)}))
    tables = struct.unpack_from(f"<{struct.unpack_from('<I', data, 44)[0]}I", data, 76)
    for sector in range(0, streams * 10, 10):
        struct.pack_into("<I", data, (tables[sector // 128] + 1) * 512 + sector % 128 * 4, sector)
    return bytes(data)


def xlsx_of(rows: str, strings: str = "") -> bytes:
    """An Excel file with these rows, and these strings for its cells to share."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    book = zipfile.ZipFile(io.BytesIO(samples.excel([["x"]])))
    members = {name: book.read(name) for name in book.namelist()}
    members["xl/worksheets/sheet1.xml"] = f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>".encode()
    if strings:
        members["xl/sharedStrings.xml"] = f"<sst {main}>{strings}</sst>".encode()
        kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        listed = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % kind
        members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(b"</Types>", listed)
    return samples.archive(members)


def xlsx_of_rows(number: int) -> bytes:
    return xlsx_of("".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, number + 1)))


def xlsx_of_empty_rows(sheets: int) -> bytes:
    """Sheets whose one cell stands far below: a second of work each."""
    book = openpyxl.Workbook()
    for _ in range(sheets):
        book.create_sheet()["A20000"] = "x"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx_of_one_string(length: int) -> bytes:
    """Twelve thousand cells that share one long string."""
    row = "".join(f'<c r="{column}{{0}}" t="s"><v>0</v></c>' for column in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    rows = "".join(f'<row r="{n}">{row.format(n)}</row>' for n in range(1, 460))
    text = "".join(map(str, range(length // 5)))[:length]
    return xlsx_of(rows, f"<si><t>{text}</t></si>")


def overlapping_zip(files: int) -> bytes:
    """Many entries of a directory that all name the same compressed bytes."""
    plain = bytes(900_000)
    packed = zlib.compress(plain, 9)[2:-4]
    crc = zlib.crc32(plain)
    name = b"a.txt"
    local = b"PK\x03\x04" + struct.pack("<5H3I2H", 20, 0, 8, 0, 0, crc, len(packed), len(plain), len(name), 0) + name
    entry = (
        b"PK\x01\x02"
        + struct.pack("<6H3I5H2I", 20, 20, 0, 8, 0, 0, crc, len(packed), len(plain), len(name), 0, 0, 0, 0, 0, 0)
        + name
    )
    end = struct.pack("<4H2IH", 0, 0, files, files, len(entry) * files, len(local) + len(packed), 0)
    return local + packed + entry * files + b"PK\x05\x06" + end


KINDS: dict[str, Callable[[], bytes]] = {
    "boundaries": lambda: of_parts("mixed", b"--X\n\n", 16 * MEBIBYTE),
    "alternatives": lambda: of_parts("alternative", b"--X\nContent-Type: text/html\n\n<p>\n", 4 * MEBIBYTE),
    "levels": lambda: of_levels(100_000),
    "empty lines": lambda: of_parts("mixed", b"\n", 16 * MEBIBYTE),
    "header lines": lambda: of_headers(b"a:\n", 16 * MEBIBYTE),
    "one header line": lambda: of_headers(b"a: " + b"<x@y.example>, " * 400_000, 6 * MEBIBYTE),
    "parameters": lambda: of_headers(b"Content-Type: text/plain;" + b" a=b;" * 1_000_000, 5 * MEBIBYTE),
    "groups of a report": lambda: of_parts(
        "report", b"--X\nContent-Type: message/delivery-status\n\n" + b"a:b\n\n" * 1_000_000, 5 * MEBIBYTE
    ),
    "encoded words": lambda: of_headers(b"Subject: " + b"=?utf-8?q?a?= " * 15_000 + b"\n", 250_000),
    "mails in mails": lambda: of_parts("mixed", b"--X\n" + b"Content-Type: message/rfc822\n\n" * 150_000, 5 * MEBIBYTE),
    "marks on letters": lambda: samples.mail("Gesamtforderung 812,40 EUR\n" + "a" + "\u0300\u0316" * 200_000),
    "a directory of many": lambda: attached(zip_of_many(400_000), "viele.zip"),
    "files that overlap": lambda: attached(overlapping_zip(2_000), "bombe.zip"),
    "cells of cells": lambda: attached(ods_of_repeats(40), "a.ods"),
    "a page of characters": lambda: attached(pdf_of_characters(500_000), "a.pdf"),
    "rows": lambda: attached(xlsx_of_rows(60_000), "a.xlsx"),
    "one string in many cells": lambda: attached(xlsx_of_one_string(2_000_000), "a.xlsx"),
    "hidden elements": lambda: page("<script></script>lorem " * 80_000),
    "quotations": lambda: page("<blockquote type=cite>x</blockquote>lorem " * 30_000),
    "attributes of a tag": lambda: page(f"<p {' '.join(f'a{n}=1' for n in range(100_000))}>"),
    "borders": lambda: page("<div style='border-top:solid 1px'>" * 200 + "<b>x</b>" * 150_000),
    "semicolons": lambda: of_headers(b"Content-Type: text/plain" + b";" * 200_000, 200_100),
    "comments in addresses": lambda: of_headers((b"To: " + b"(" * 30_000 + b"\n") * 8, 240_100),
    "quotes in addresses": lambda: of_headers((b"Cc: " + b'"' * 30_001 + b"\n") * 8, 240_100),
    "many addresses": lambda: of_headers((b"To: " + b"a <b@c.example>, " * 1_800 + b"\n") * 8, 246_000),
    "brackets of ids": lambda: of_headers((b"References: " + b"<a" * 15_000 + b"\n") * 8, 240_200),
    "a comment in the date": lambda: of_headers(b"Date: " + b"(" * 200_000 + b"\n", 200_100),
    "entities": lambda: attached(docx_of(laughs()), "a.docx"),
    "elements": lambda: attached(docx_of('<w:d xmlns:w="w">' + "<w:p>" * 90_000 + "</w:p>" * 90_000 + "</w:d>")),
    "tables in tables": lambda: attached(
        docx_of('<w:d xmlns:w="w">' + "<w:tbl><w:tr><w:tc>" * 80 + "</w:tc></w:tr></w:tbl>" * 80 + "</w:d>")
    ),
    "elements in tables in tables": lambda: attached(docx_of_tables(80, 200_000), "a.docx"),
    "streams in circles": lambda: attached(msg_of_circles(1_200), "a.msg"),
}
