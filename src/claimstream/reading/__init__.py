"""Bytes to text: mails, attachments, archives, within limits.

Text is NFC with LF line ends. Cells of a table's row stand on one line, separated by tabs (two spaces and more in HTML
and where a mail aligns columns itself), so that neighbouring figures are never read as one.
"""

from claimstream.reading.limits import Limits
from claimstream.reading.mail import read_mail
from claimstream.reading.parts import MailPart, split_mail
from claimstream.reading.reader import MailReader, ReaderUnavailableError

__all__ = ["Limits", "MailPart", "MailReader", "ReaderUnavailableError", "read_mail", "split_mail"]
