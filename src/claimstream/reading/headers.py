"""Header values, decoded and taken apart; whatever a header holds, nothing here raises."""

import re
from collections import defaultdict
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import TypeAlias

from claimstream.domain.records.mail import Address
from claimstream.reading.limits import Limits
from claimstream.reading.text import clean, clean_line, decode

RawMessage: TypeAlias = "Message[str, str]"
"""As parsed with ``email.policy.compat32``: header values are kept as they came, 8-bit bytes as surrogates. The modern
policy parses each header on access, and hostile ones make that raise or take quadratic time."""

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,998}>")
_MAX_IDS = 200
_MAX_ADDRESSES = 500


def decoded(value: str) -> str:
    """RFC 2047 words and raw 8-bit bytes as characters, on one line."""
    text = _as_characters(value)
    if "=?" in text:
        try:
            pieces = decode_header(re.sub(r"\r?\n(?=[ \t])", "", text))
        except MemoryError:
            raise
        except Exception:  # a damaged encoded word; its raw form is still of use
            pieces = [(text, None)]
        text = "".join(_piece(content, charset) for content, charset in pieces)
    return clean_line(text)


def _piece(content: str | bytes, charset: str | None) -> str:
    if isinstance(content, str):
        return content
    # What stands between encoded words comes back in this encoding (email.header).
    return content.decode("raw-unicode-escape", "replace") if charset is None else decode(content, charset)


def _as_characters(value: str) -> str:
    """Surrogates are bytes that the parser could not place: UTF-8 or windows-1252 in practice."""
    if value.isascii():
        return value
    try:
        return decode(value.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:
        return value


def all_headers(message: RawMessage, limits: Limits, defects: list[str]) -> tuple[tuple[str, str], ...]:
    """Every header in order, names as written, values decoded, up to the limits."""
    found: list[tuple[str, str]] = []
    for name, value in message.raw_items():
        if len(found) == limits.max_headers:
            defects.append(f"More than {limits.max_headers} headers; the rest was left out.")
            break
        text = str(value)
        if len(text) > limits.max_header_chars:
            defects.append(f"Header {clean_line(name)[:40]} has {len(text)} characters; it was cut.")
            text = text[: limits.max_header_chars]
        found.append((clean_line(name), decoded(text)))
    return tuple(found)


class RawHeaders:
    """The raw values of a mail's headers, cut at the limit."""

    def __init__(self, message: RawMessage, limits: Limits) -> None:
        self._values: dict[str, list[str]] = defaultdict(list)
        for name, value in message.raw_items():
            self._values[name.lower()].append(str(value)[: limits.max_header_chars])

    def values(self, name: str) -> list[str]:
        """Return the values of every header of that name, in order."""
        return self._values.get(name.lower(), [])


def addresses(raw: list[str]) -> tuple[Address, ...]:
    """Mailboxes of address headers. Split before decoding, so that an encoded comma in a name splits nothing."""
    if not raw:
        return ()
    try:
        pairs = getaddresses([re.sub(r"(?<!\s)[^\S\r\n]*[\r\n]\s*", " ", _as_characters(value)) for value in raw])
    except MemoryError:
        raise
    except Exception:  # hostile address lists have broken this parser before
        return ()
    found: dict[str, Address] = {}
    for name, address in pairs[:_MAX_ADDRESSES]:
        plain = clean("".join(address.split())).lower()
        if plain.count("@") == 1 and not plain.startswith("@") and not plain.endswith("@"):
            found.setdefault(plain, Address(name=decoded(name), address=plain))
    return tuple(found.values())


def message_ids(raw: list[str]) -> tuple[str, ...]:
    """Message ids with their angle brackets, each once, in order."""
    found: dict[str, None] = {}
    for value in raw:
        for match in _MESSAGE_ID.finditer(_as_characters(value)):
            found.setdefault(clean(match[0]))
            if len(found) == _MAX_IDS:
                return tuple(found)
    return tuple(found)


def date(raw: list[str]) -> datetime | None:
    """The Date header in UTC; a time without a zone is taken as UTC."""
    for value in raw:
        try:
            when = parsedate_to_datetime(decoded(value))
            return (when.replace(tzinfo=UTC) if when.tzinfo is None else when).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
