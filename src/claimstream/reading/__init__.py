"""Bytes to text: mails, attachments, archives, within limits.

Text is NFC with LF line ends. Cells of a table's row stand on one line, separated by tabs (two spaces and more in HTML
and where a mail aligns columns itself), so that neighbouring figures are never read as one.

Mail is written by strangers. The service imports only what is named here, which looks at no byte of a mail; everything
else runs in the reading processes (``make check`` enforces it).
"""

from claimstream.reading.limits import Limits
from claimstream.reading.protocol import MailPart
from claimstream.reading.reader import Drawn, Extractions, MailReader, ReaderUnavailableError, Reading, RulesFailedError

__all__ = [
    "Drawn",
    "Extractions",
    "Limits",
    "MailPart",
    "MailReader",
    "ReaderUnavailableError",
    "Reading",
    "RulesFailedError",
]
