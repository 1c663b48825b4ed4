"""The content of one email: its bytes, and what a reading process found in them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from claimstream.domain.records.mail import ParsedMail, Shown, Source, SourceKind, unread_of
from claimstream.domain.records.work import Email
from claimstream.external.errors import NotFound, Outage
from claimstream.external.sizes import MOST_OF_A_MAIL
from claimstream.pipeline.archive import LostMailError, archived, is_what_was_fetched
from claimstream.pipeline.fetched import Fetched
from claimstream.pipeline.judging import waiting_for_a_process
from claimstream.pipeline.mail_memory import SMALL_BYTES, MailMemory, Share
from claimstream.pipeline.ports import Blobs, MailReader, MailSource, RawMessage
from claimstream.reading import Drawn, Extractions, MailPart, Reading
from claimstream.reading.limits import Limits

_WHILE_IT_COMES = 4
"""The memory that an answer takes, in times its size: as bytes, as JSON, as text, and the mail."""
_USUAL_ANSWER_BYTES = SMALL_BYTES // _WHILE_IT_COMES
"""The answer of Gmail for a mail of a megabyte. A larger one is asked for again, when there is room for the largest."""
_WITH_ITS_PARTS = 3
"""The memory that a mail takes while it is archived, in times its size: it, its attachments, and what is on the way."""
_AGAIN = 8
"""The memory that a mail takes while it comes again and is taken apart, in times its size: 4 times 4/3, and its
parts."""
_MOST_SECONDS_FOR_MORE = 30.0
"""The time for which a mail that has memory waits for more before it gives all of it back and comes again."""
_PACKED = "It is packed inside another file, so no model was shown it."
_RECORD_BYTES = 64 * 1024
_CHARACTER_BYTES = 8
_VALUE_BYTES = 2048
_LEAST_CHARACTERS = 4
"""The shortest text that a value is read out of, with what parts it from the next."""


class MailTooLargeError(Exception):
    """A mail that is larger than there is room for now, or than Gmail takes in. The message is for a person."""

    def __init__(self) -> None:
        super().__init__("The mail has over 50 MB and was not read. Open it in the mailbox.")


class MailContent:
    """The content of one email in one attempt, got when it is first needed.

    The bytes come from Gmail in the attempt that fetches them, later from the archive, without one from Gmail again.
    One look of a reading process serves archive, parsing and extraction; only what a checkpoint of an earlier attempt
    has left over is asked for by itself.
    """

    def __init__(
        self, email: Email, gmail: MailSource, blobs: Blobs | None, reader: MailReader, memory: MailMemory
    ) -> None:
        self.memory = memory
        """The memory of all mails, of which this one takes a share."""
        self._share: Share | None = None
        self._size = 0
        self._email = email
        self._gmail = gmail
        self._blobs = blobs
        self._reader = reader
        self._raw: bytes | None = None
        self._reading: Reading | None = None
        self._extractions: Extractions | None = None
        self._unpacked: dict[str, bytes] | None = None
        """Source id → bytes of the scans that were not archived and that a model has yet to see."""
        self._one_at_a_time = asyncio.Lock()

    async def fetch(self) -> tuple[bytes, datetime]:
        """The bytes and when Gmail received them.

        Raises:
            NotFound: the message has been deleted since the notification.
        """
        try:
            message = await self._get(_USUAL_ANSWER_BYTES)
        except MailTooLargeError:
            message = await self._get(MOST_OF_A_MAIL)
        self._raw = message.raw
        self._keep(_WITH_ITS_PARTS * len(message.raw))
        return message.raw, message.internal_date

    async def parts(self) -> tuple[MailPart, ...]:
        """The attachments of the mail that was fetched in this attempt."""
        assert self._raw is not None
        reading = await self._read(self._raw, with_parts=True)
        texts = _size(reading.mail, Extractions(reading.extractions))
        if self._grown(_WITH_ITS_PARTS * len(self._raw) + texts):
            self._reading = reading
        return reading.parts

    async def mail(self, fetched: Fetched) -> ParsedMail:
        """The mail as it was read. Its bytes are let go."""
        reading = self._reading or await self._read(await self.raw(fetched))
        size = _size(reading.mail, Extractions(reading.extractions))
        self._raw = self._reading = None
        if not self._grown(size):
            # Its files unpack to more than there is room for now. Nothing of it is kept until there is.
            del reading
            reading = await self._read(await self.raw(fetched, texts=size))
            self._raw = None
        self._extractions = Extractions(reading.extractions)
        self._size = size
        self._keep(size)
        if not fetched.attachments:
            return reading.mail
        uris = fetched.uris
        sources = (source.model_copy(update={"uri": uris.get(source.source_id)}) for source in reading.mail.sources)
        return reading.mail.model_copy(update={"sources": tuple(sources)})

    async def extractions(self, mail: ParsedMail) -> Extractions:
        """Return what the rules read in each source of the mail."""
        if self._extractions is None:
            most_values = min(Limits().max_mail_values, mail.characters // _LEAST_CHARACTERS)
            await self._take(_size(mail) + _VALUE_BYTES * most_values)
            with waiting_for_a_process():
                self._extractions = await self._reader.extract(mail.sources)
            self._size = _size(mail, self._extractions)
            self._keep(self._size)
        return self._extractions

    async def extract(self, transcripts: Sequence[Source]) -> Extractions:
        """Return what the rules read in texts that a model has made of scans."""
        with waiting_for_a_process():
            return await self._reader.extract(transcripts)

    @asynccontextmanager
    async def scan(self, fetched: Fetched, source: Source, wanted: Collection[str]) -> AsyncIterator[Drawn]:
        """A scan in a form that a model takes, with room for what the model is sent.

        Args:
            wanted: the scans that are asked for in this attempt; of the others nothing is kept.

        Raises:
            LostMailError: the mail was read before, and its bytes are nowhere any more.
            Outage: there was no room for some time, or the archive gave the bytes of something else.
        """
        uri = source.uri if self._blobs is not None else None
        if uri is None and "/" in source.source_id:
            yield Drawn(unread=(unread_of(source, "not_shown", _PACKED),))
            return
        if uri is None:
            await self._unpack(fetched, wanted)
        rooms = [await self._beside(_WHILE_IT_COMES * source.size)]
        try:
            if uri is not None and self._blobs is not None:
                data = await self._blobs.get(uri)
                if hashlib.sha256(data).hexdigest() != source.sha256:
                    message = "gave other bytes than were archived. If it lasts, look who wrote the attachment's object"
                    raise Outage("gcs", "objects.get", message)
            else:
                data = self._let_go(source.source_id)
            drawn = await self._drawn(source, data)
            del data
            size = sum(len(page.data) for page in drawn.pages)
            rooms[0].shrink(_WHILE_IT_COMES * size)
            if size > source.size:
                rooms.append(await self._beside(_WHILE_IT_COMES * (size - source.size)))
            yield drawn
        finally:
            for room in rooms:
                room.shrink(0)

    async def _drawn(self, source: Source, data: bytes) -> Drawn:
        if source.kind is not SourceKind.IMAGE:
            return Drawn((Shown(source.media_type, data),))
        with waiting_for_a_process():
            return await self._reader.draw(source, data)

    def _let_go(self, source_id: str) -> bytes:
        """The bytes of an attachment that was unpacked. Nothing more is kept of them."""
        assert self._unpacked is not None
        data = self._unpacked.pop(source_id)
        self._keep_unpacked()
        return data

    async def _unpack(self, fetched: Fetched, wanted: Collection[str]) -> None:
        """Take the mail apart again, for the attachments that are kept nowhere by themselves."""
        async with self._one_at_a_time:
            if self._unpacked is None:
                try:
                    raw = await self.raw(fetched)
                except NotFound as gone:
                    raise LostMailError("The mail was read, but its scans can be no more: Gmail has lost it.") from gone
                reading = await self._read(raw, with_parts=True)
                self._raw = None
                self._unpacked = {p.head.source_id: p.data for p in reading.parts if p.head.source_id in wanted}
                self._keep_unpacked()

    def _keep_unpacked(self) -> None:
        self._keep(self._size + sum(len(data) for data in (self._unpacked or {}).values()))

    async def _beside(self, size: int) -> Share:
        """Take memory beside what the mail has. Who has some must not wait without end for more: all could. It is asked
        in nobody's name: what has begun is to end, however much its mailbox has."""
        try:
            async with asyncio.timeout(_MOST_SECONDS_FOR_MORE):
                return await self.memory.take(size, has_begun=True)
        except TimeoutError as error:
            raise Outage("memory", "take", "no room for a scan yet; other mail is in work") from error

    def release(self) -> None:
        """The attempt is over: give the memory back."""
        self._raw = self._reading = self._unpacked = None
        self._keep(0)

    async def _take(self, size: int) -> None:
        self._keep(0)
        self._share = await self.memory.take(size, self._email.mailbox)

    def _keep(self, size: int) -> None:
        if self._share is not None:
            self._share.shrink(size)

    def _grown(self, size: int) -> bool:
        return self._share is not None and self._share.grow(size)

    async def raw(self, fetched: Fetched, *, texts: int = 0) -> bytes:
        """The bytes as they were fetched.

        Args:
            texts: what the mail takes once it has been read, as far as that is known.

        Raises:
            LostMailError: the archive has lost them, and Gmail has them no more.
        """
        if self._raw is None:
            room = max(self._size, texts) + _AGAIN * fetched.size
            if self._blobs is not None and fetched.raw_uri is not None:
                await self._take(room)
                self._raw = await archived(fetched, self._blobs)
            self._raw = self._raw or await self._fetch_again(fetched, room)
        return self._raw

    async def _fetch_again(self, fetched: Fetched, room: int) -> bytes:
        try:
            raw = (await self._get(MOST_OF_A_MAIL, room)).raw
        except NotFound as gone:
            if fetched.raw_uri is None:
                raise
            raise LostMailError("The archived mail is missing or broken, and Gmail has it no more.") from gone
        if not is_what_was_fetched(raw, fetched):
            raise LostMailError("Gmail has another mail under this id than was fetched before.")
        return raw

    async def _get(self, most_bytes: int, room: int | None = None) -> RawMessage:
        """Get the mail, with room for the longest answer, or for what the mail is known to take."""
        size = _WHILE_IT_COMES * most_bytes if room is None else room
        self._keep(0)
        message = await self._gmail.get_raw(
            self._email.mailbox, self._email.gmail_id, most_bytes=most_bytes, make_room=lambda: self._take(size)
        )
        if message is None:
            raise MailTooLargeError
        return message

    async def _read(self, raw: bytes, *, with_parts: bool = False) -> Reading:
        # What names the firm or a mailbox of it as its author is recognisably our own quoted letter.
        marks = (self._email.mailbox, *self._email.our_marks)
        with waiting_for_a_process():
            return await self._reader.read(raw, our_markers=marks, with_parts=with_parts)


def _size(mail: ParsedMail, extractions: Extractions = Extractions()) -> int:  # noqa: B008 - frozen
    """Return about how much memory a mail takes once it has been read."""
    values = sum(len(found.totals) + len(found.references) + len(found.people) for found in extractions.found)
    return _RECORD_BYTES + _CHARACTER_BYTES * mail.characters + _VALUE_BYTES * values
