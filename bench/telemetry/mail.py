"""The sample mail, over and over, each copy a mail of its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from claimstream.evaluation.case import Case

_MESSAGE_ID = re.compile(rb"^(Message-ID:\s*<)([^>]*>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mail:
    mailbox: str
    raw: bytes


def copies(cases: Sequence[Case], number: int) -> list[Mail]:
    """Each case once; no Message-ID is that of another ``number``."""
    return [copy_of(case, number) for case in cases]


def copy_of(case: Case, number: int) -> Mail:
    return Mail(case.mailbox, _MESSAGE_ID.sub(rb"\g<1>%d.\g<2>" % number, case.raw, count=1))
