"""Parse: bytes to text, without quoted history; what cannot be read is noted and stops nothing."""

from claimstream.domain.mail import ParsedMail
from claimstream.pipeline.ports import MailReader
from claimstream.pipeline.stages.fetch import Fetched, RawMail


async def parse(fetched: Fetched, raw_mail: RawMail, reader: MailReader) -> ParsedMail:
    return await reader.read(await raw_mail.get(fetched), uris=fetched.uris)
