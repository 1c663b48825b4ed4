"""Attachments to sources: every file is read by its kind, archives and mails inside are opened, limits are kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256

from claimstream.domain.records.mail import REST, STRUCK, Source, SourceKind, Unread
from claimstream.domain.text.disclaimers import cut_disclaimers
from claimstream.domain.text.quoting import split_quoted
from claimstream.reading import filetype, headers
from claimstream.reading.body import ANSWERED_BELOW, body_text
from claimstream.reading.documents import Document, read_document
from claimstream.reading.errors import Reason, UnreadableError
from claimstream.reading.limits import Allowance, Limits
from claimstream.reading.mime import BEGINNING, dissect, safe_name
from claimstream.reading.mimetree import MimeTree
from claimstream.reading.msg import MsgMessage, read_msg
from claimstream.reading.protocol import MailPart
from claimstream.reading.struck import holds_another_figure, report_of, struck_words
from claimstream.reading.text import clean, length, shortened
from claimstream.reading.ziparchive import members, open_zip

_CONTAINERS = {filetype.ZIP, filetype.EML, filetype.MSG}


@dataclass(frozen=True, slots=True)
class _File:
    source_id: str
    name: str
    media_type: str
    data: bytes
    depth: int


class AttachmentReader:
    """Reads the attachments of one mail. What is found gathers in ``sources``, ``unread`` and ``defects``."""

    def __init__(self, limits: Limits, allowance: Allowance, our_markers: Collection[str]) -> None:
        """
        Args:
            allowance: of the whole mail; shrinks by what is read.
        """
        self.sources: list[Source] = []
        self.unread: list[Unread] = []
        self.defects: list[str] = []
        self._limits = limits
        self._our_markers = our_markers
        self._allowance = allowance
        self._ids: set[str] = set()
        self._full = False

    def read_part(self, part: MailPart) -> None:
        """Read one attachment of the mail. Never raises."""
        head, data = part.head, part.data
        if head.encrypted:
            detail = "The message is encrypted by S/MIME or PGP."
            self.report(head.source_id, head.name, head.media_type, len(data), "encrypted", detail)
        else:
            self.read(head.source_id, head.name, data, declared=head.declared_type)

    def read(self, source_id: str, name: str, data: bytes, *, declared: str = "", depth: int = 1) -> None:
        """Read one file, and what is packed inside under ``source_id/inner name``. Never raises."""
        if self._allowance.files <= 0:
            self.report_too_many(source_id, name, len(data))
            return
        media_type = filetype.sniff(data, name, declared)
        name = safe_name(name, media_type, source_id.replace("/", "-"))
        try:
            self._read(_File(source_id, name, media_type, data, depth))
        except UnreadableError as error:
            self.report_error(source_id, name, media_type, len(data), error)
        except MemoryError:
            self.report(source_id, name, media_type, len(data), "too_large", "Reading it takes too much memory.")
        except Exception as error:  # hostile files find paths nobody thought of; the rest is still read
            self.report(source_id, name, media_type, len(data), "broken", f"{type(error).__name__}: {error}"[:200])

    def report_too_many(self, source_id: str, name: str, size: int) -> None:
        """Note, once, that this file and all later ones were left out for their number."""
        if not self._full:
            name = safe_name(name, "", source_id.replace("/", "-"))
            detail = f"Over {self._limits.max_attachments} attachments; this and all later ones were left out."
            self._note(source_id, name, filetype.UNKNOWN, size, "too_many", detail)
        self._full = True

    def report_rest(self, source_id: str, name: str, media_type: str, size: int, detail: str) -> None:
        """Note that the end of a source was left out."""
        self._note(self._unique(f"{source_id}{REST}"), name, media_type, size, "too_large", detail)

    def report_struck(
        self, source_id: str, name: str, media_type: str, size: int, struck: Sequence[str], shown: str
    ) -> None:
        """Note what was struck out. A figure of its own goes to a person: it may be the creditor's, or ours."""
        if words := struck_words(struck):
            end = REST if holds_another_figure(words, shown) else STRUCK
            self._note(self._unique(f"{source_id}{end}"), name, media_type, size, "struck", report_of(words))

    def report(self, source_id: str, name: str, media_type: str, size: int, reason: Reason, detail: str) -> None:
        """Note a file that is not read."""
        self._allowance.files -= 1
        self._note(source_id, name, media_type, size, reason, detail)

    def report_error(self, source_id: str, name: str, media_type: str, size: int, error: UnreadableError) -> None:
        """Note a file that is not read because of itself, or because of a limit of its mail."""
        self.report(
            f"{source_id}{REST}" if error.of_mail else source_id, name, media_type, size, error.reason, error.detail
        )

    def _note(self, source_id: str, name: str, media_type: str, size: int, reason: Reason, detail: str) -> None:
        self.unread.append(
            Unread(
                source_id=source_id, name=name, media_type=media_type, size=size, reason=reason, detail=clean(detail)
            )
        )

    def _read(self, file: _File) -> None:
        if not file.data:
            raise UnreadableError("empty", "The file is empty.")
        if len(file.data) > self._limits.max_attachment_bytes:
            raise UnreadableError("too_large", f"Over {self._limits.max_attachment_bytes} bytes.")
        if file.media_type in _CONTAINERS and file.depth > self._limits.max_depth:
            raise UnreadableError("too_large", f"Packed more than {self._limits.max_depth} levels deep.", of_mail=True)
        if file.media_type == filetype.ZIP:
            self._open_zip(file)
        elif file.media_type == filetype.EML:
            self._open_mail(file)
        elif file.media_type == filetype.MSG:
            self._open_message(file, read_msg(file.data))
        else:
            document = read_document(file.data, file.media_type, self._limits, self._allowance)
            self._add(file, document)

    def _open_zip(self, file: _File) -> None:
        count = 0
        with open_zip(file.data) as archive:
            for count, member in enumerate(members(archive, self._limits, self._allowance), 1):
                if self._full:
                    return
                name = safe_name(member.name, "", f"file-{count}")
                if member.error is None:
                    self._read_inner(file, name, member.data)
                else:
                    source_id = self._unique(f"{file.source_id}/{name}")
                    self.report_error(source_id, name, filetype.UNKNOWN, member.size, member.error)
        if not count:
            raise UnreadableError("empty", "The archive is empty.")

    def _open_mail(self, file: _File) -> None:
        tree = MimeTree(file.data, self._limits)
        sender = next(iter(headers.addresses(headers.RawHeaders(tree.root.headers, self._limits).values("From"))), None)
        anatomy = dissect(tree)
        self.defects += anatomy.defects
        text, missing, struck = body_text(anatomy.texts)
        missing = anatomy.missing or missing
        if not (text.strip() or anatomy.files or missing or struck):
            raise UnreadableError("empty", "There is no text in it.")
        self._add_letter(file, text, sender.address if sender else "", missing, struck)
        for number, part in enumerate(anatomy.files, 1):
            name = safe_name(part.name, filetype.sniff(part.data, part.name), f"part-{number}")
            self._read_inner(file, name, part.data, part.declared_type)

    def _open_message(self, file: _File, message: MsgMessage) -> None:
        if not (message.text.strip() or message.files or message.inner or message.missing):
            raise UnreadableError("empty", "There is no text in it.")
        self._add_letter(file, message.text, message.sender, message.missing, message.struck)
        for number, (given, data) in enumerate(message.files, 1):
            self._read_inner(file, safe_name(given, filetype.sniff(data, given), f"part-{number}"), data)
        for number, attached in enumerate(message.inner, 1):
            # It has no bytes of its own: Outlook keeps it as folders of the outer file.
            name = safe_name(attached.subject, filetype.MSG, f"message-{number}")
            source_id = self._unique(f"{file.source_id}/{name}")
            self._open_message(_File(source_id, name, filetype.MSG, attached.text.encode(), file.depth + 1), attached)

    def _read_inner(self, outer: _File, name: str, data: bytes, declared: str = "") -> None:
        self.read(self._unique(f"{outer.source_id}/{name}"), name, data, declared=declared, depth=outer.depth + 1)

    def _add_letter(self, file: _File, text: str, sender: str, missing: str, struck: Sequence[str]) -> None:
        """A mail within the mail. What it quotes is not its own either, and a letter of ours is no source at all.

        Args:
            missing: what of it cannot be read, in words; "" where nothing is missing.
        """
        if any(marker.casefold() in sender.casefold() for marker in self._our_markers if "@" in marker):
            raise UnreadableError("empty", "A letter of our own: nothing is read from it.")
        whole = clean(text)
        text = shortened(whole, self._limits.max_text_chars)
        if len(text) < len(whole):
            missing = BEGINNING
        split = split_quoted(text, our_markers=self._our_markers)
        if split.answered_below:
            missing = missing or ANSWERED_BELOW
        if missing:
            self.report_rest(file.source_id, file.name, file.media_type, len(file.data), missing)
        new = cut_disclaimers(split.new)[0]
        if new.strip():
            self._add(file, Document(SourceKind.OTHER, new, struck=tuple(struck)))

    def _add(self, file: _File, document: Document) -> None:
        text, cut = document.text, document.cut
        most = min(self._limits.max_text_chars, self._allowance.characters)
        if text and most <= 0:
            detail = f"The mail has over {self._limits.max_mail_chars} characters."
            raise UnreadableError("too_large", detail, of_mail=True)
        text = shortened(document.text, most)
        if len(text) < len(document.text):
            cut = f"read {len(text)} of {len(document.text)} characters."
        if cut:
            self.defects.append(f"{file.source_id}: {cut}")
            self.report_rest(file.source_id, file.name, file.media_type, len(file.data), cut.capitalize())
        self.report_struck(file.source_id, file.name, file.media_type, len(file.data), document.struck, text)
        for given, detail in document.unread:
            name = safe_name(given, "", "file")
            source_id = self._unique(f"{file.source_id}/{name}")
            self._note(source_id, name, filetype.UNKNOWN, 0, "unknown_type", detail)
        self._allowance.files -= 1
        self._allowance.characters -= length(text)
        self.sources.append(
            Source(
                source_id=file.source_id,
                kind=document.kind,
                name=file.name,
                media_type=file.media_type,
                size=len(file.data),
                sha256=sha256(file.data).hexdigest(),
                text=text,
                pages=document.pages,
            )
        )

    def _unique(self, source_id: str) -> str:
        """Archives may hold one name several times, in folders."""
        unique, number = source_id, 1
        while unique in self._ids:
            number += 1
            unique = f"{source_id}-{number}"
        self._ids.add(unique)
        return unique
