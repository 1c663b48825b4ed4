"""Parse: bytes to text, without quoted history; what cannot be read is noted and stops nothing."""

from claimstream.domain.records.mail import ParsedMail
from claimstream.domain.records.work import Email
from claimstream.external.errors import Outage
from claimstream.pipeline.fetched import Fetched
from claimstream.pipeline.ports import MailReader
from claimstream.pipeline.stages.fetch import RawMail
from claimstream.reading import ReaderUnavailableError


async def parse(email: Email, fetched: Fetched, raw_mail: RawMail, reader: MailReader) -> ParsedMail:
    """A block that names the mailbox is recognisably our own quoted letter."""
    raw = await raw_mail.get(fetched)
    try:
        return await reader.read(raw, uris=fetched.uris, our_markers=(email.mailbox,))
    except ReaderUnavailableError as error:
        # No process can be started (memory, process limit): that is the machine's trouble, not the mail's.
        raise Outage("reader", "read", "no reading process can be started; check memory and process limits") from error
