"""How much of a mail is read. What goes beyond a limit is reported as unread, never silently dropped."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes unless the name says otherwise."""

    max_mail_bytes: int = 50 * MEBIBYTE
    """Gmail takes in up to 50 MB."""
    max_attachment_bytes: int = 25 * MEBIBYTE
    max_attachments: int = 50
    """The most attachments of one mail, what is packed inside archives and mails included."""
    max_text_chars: int = 400_000
    """The most characters of one source; the rest is cut off and unread as too large."""
    max_mail_chars: int = 1_000_000
    """The most characters of all sources of a mail together; the rest is unread as too large."""
    max_mail_values: int = 5_000
    """The most amounts, references and names read in one mail: where there are more, its text counts as ended before
    them."""
    max_pdf_pages: int = 200
    max_archive_ratio: int = 200
    """Unpacked to packed size of one member; DEFLATE cannot exceed 1,032, office text stays below 50."""
    max_archive_bytes: int = 100 * MEBIBYTE
    """The most bytes unpacked, all archives of one mail together."""
    max_depth: int = 3
    """The most archives and mails inside one another; 1 is an attachment of the mail itself."""
    max_headers: int = 1_000
    """The most headers of the mail itself that are kept."""
    max_header_lines: int = 20_000
    """The most lines in the headers of all its parts together."""
    max_head_bytes: int = 256 * 1024
    """The most bytes of the headers of one part."""
    max_header_chars: int = 32_000
    """The most characters of one header's value."""
    max_parts: int = 2_000
    """The most MIME parts looked at."""
    max_mime_depth: int = 30
    """The most MIME parts inside one another."""


@dataclass(slots=True)
class Allowance:
    """The part of a mail that may still be read. It shrinks while the mail is read, and goes along from process to
    process where its pieces are read one by one."""

    files: int
    """The attachments that may yet be read."""
    characters: int
    values: int
    """The amounts, references and names that may yet be read."""
    unpacked: int
    """The bytes that archives may yet unpack to."""

    @classmethod
    def of(cls, limits: Limits) -> "Allowance":
        return cls(limits.max_attachments, limits.max_mail_chars, limits.max_mail_values, limits.max_archive_bytes)
