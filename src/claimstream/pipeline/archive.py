"""The archived mail: is it there, and is it what was fetched?"""

import hashlib

from claimstream.external.errors import NotFound
from claimstream.pipeline.fetched import Fetched
from claimstream.pipeline.ports import Blobs
from claimstream.telemetry.logs import get_logger

log = get_logger(__name__)


class LostMailError(Exception):
    """The archived mail is missing or broken, and Gmail has it no more or has another: a matter for a person."""


def is_what_was_fetched(raw: bytes, fetched: Fetched) -> bool:
    return len(raw) == fetched.size and hashlib.sha256(raw).hexdigest() == fetched.sha256


async def archived(fetched: Fetched, blobs: Blobs) -> bytes | None:
    """The raw mail; None where it is missing, or other bytes than were fetched. Raises ExternalError."""
    assert fetched.raw_uri is not None
    try:
        raw = await blobs.get(fetched.raw_uri)
    except NotFound:
        log.warning("archived_mail_unusable", reason="it is missing")
        return None
    if is_what_was_fetched(raw, fetched):
        return raw
    log.warning("archived_mail_unusable", reason="it is not what was fetched", size=len(raw), expected=fetched.size)
    return None
