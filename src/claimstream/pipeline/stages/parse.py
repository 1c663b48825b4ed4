"""Parse: bytes to text, without quoted history; what cannot be read is noted and stops nothing."""

from claimstream.domain.records.mail import ParsedMail
from claimstream.pipeline.content import MailContent
from claimstream.pipeline.fetched import Fetched


async def parse(content: MailContent, fetched: Fetched) -> ParsedMail:
    """The mail as a reading process read it."""
    return await content.mail(fetched)
