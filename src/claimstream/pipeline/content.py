"""What one email holds: its bytes, and what a reading process found in them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from claimstream.domain.records.mail import ParsedMail, Source
from claimstream.domain.records.work import Email
from claimstream.external.errors import Outage
from claimstream.pipeline.fetched import Fetched
from claimstream.pipeline.ports import Blobs, MailReader, MailSource
from claimstream.reading import Extractions, MailPart, ReaderUnavailableError, Reading


class MailContent:
    """The content of one email in one attempt, got when it is first needed.

    The bytes come from Gmail in the attempt that fetches them, later from the archive, without one from Gmail again.
    One look of a reading process serves archive, parsing and extraction; only what a checkpoint of an earlier attempt
    has left over is asked for by itself.
    """

    def __init__(self, email: Email, gmail: MailSource, blobs: Blobs | None, reader: MailReader) -> None:
        self._email = email
        self._gmail = gmail
        self._blobs = blobs
        self._reader = reader
        self._raw: bytes | None = None
        self._reading: Reading | None = None
        self._extractions: Extractions | None = None

    async def fetch(self) -> tuple[bytes, datetime]:
        """The bytes and when Gmail received them.

        Raises:
            NotFound: the message has been deleted since the notification.
        """
        message = await self._gmail.get_raw(self._email.mailbox, self._email.gmail_id)
        self._raw = message.raw
        return message.raw, message.internal_date

    async def parts(self) -> tuple[MailPart, ...]:
        """The attachments of the mail that was fetched in this attempt."""
        assert self._raw is not None
        self._reading = await self._read(self._raw, with_parts=True)
        return self._reading.parts

    async def mail(self, fetched: Fetched) -> ParsedMail:
        """The mail as it was read. Its bytes are let go."""
        reading = self._reading or await self._read(await self._bytes(fetched))
        self._raw = self._reading = None
        self._extractions = Extractions(reading.extractions)
        if not fetched.attachments:
            return reading.mail
        uris = fetched.uris
        sources = (source.model_copy(update={"uri": uris.get(source.source_id)}) for source in reading.mail.sources)
        return reading.mail.model_copy(update={"sources": tuple(sources)})

    async def extractions(self, mail: ParsedMail) -> Extractions:
        """What the rules read in each source of the mail."""
        if self._extractions is None:
            with _waiting_for_a_process():
                self._extractions = await self._reader.extract(mail.sources)
        return self._extractions

    async def extract(self, transcripts: Sequence[Source]) -> Extractions:
        """What the rules read in texts that a model has made of scans."""
        with _waiting_for_a_process():
            return await self._reader.extract(transcripts)

    async def attachment(self, fetched: Fetched, source_id: str) -> bytes | None:
        """The bytes of one attachment; None for what is packed inside another one."""
        reading = await self._read(await self._bytes(fetched), with_parts=True)
        self._raw = None
        return next((part.data for part in reading.parts if part.head.source_id == source_id), None)

    async def _bytes(self, fetched: Fetched) -> bytes:
        if self._raw is None:
            if self._blobs is not None and fetched.raw_uri is not None:
                self._raw = await self._blobs.get(fetched.raw_uri)
            else:
                await self.fetch()
        assert self._raw is not None
        return self._raw

    async def _read(self, raw: bytes, *, with_parts: bool = False) -> Reading:
        # A block that names the mailbox is recognisably our own quoted letter.
        with _waiting_for_a_process():
            return await self._reader.read(raw, our_markers=(self._email.mailbox,), with_parts=with_parts)


@contextmanager
def _waiting_for_a_process() -> Iterator[None]:
    try:
        yield
    except ReaderUnavailableError as error:
        # No process can be started (memory, process limit): that is the machine's trouble, not the mail's.
        raise Outage("reader", "read", "no reading process can be started; check memory and process limits") from error
