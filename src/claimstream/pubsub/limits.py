"""Limits of what the service accepts: https://cloud.google.com/pubsub/quotas#resource_limits"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from claimstream.pubsub.wire import RawMessage

T = TypeVar("T")

TOPIC = re.compile(r"projects/[^/\s]+/topics/[^/\s]+")
SUBSCRIPTION = re.compile(r"projects/[^/\s]+/subscriptions/[^/\s]+")

MAX_ACK_IDS = 1000
MAX_ACK_REQUEST_BYTES = 512 * 1024
_ACK_BYTES = MAX_ACK_REQUEST_BYTES - 2048  # less the subscription's name and framing
_FRAMING_BYTES = 4  # of one ack id

MAX_REQUEST_BYTES = 9_900_000  # the service takes 10 MB in one call, the topic's name and framing included
MAX_ATTRIBUTES = 100
MAX_ATTRIBUTE_KEY_BYTES = 256
MAX_ATTRIBUTE_VALUE_BYTES = 1024
MAX_ORDERING_KEY_BYTES = 1024


def complaint(message: RawMessage, size: int) -> str | None:
    """Why the service would refuse the message of `size` bytes; None if it would not."""
    if size > MAX_REQUEST_BYTES:
        return f"the message has {size} bytes; 10 MB is the limit"
    if not message.data and not message.attributes:
        return "the message has neither data nor attributes"
    count = len(message.attributes)
    if count > MAX_ATTRIBUTES:
        return f"the message has {count} attributes, trace context included; {MAX_ATTRIBUTES} is the limit"
    for key, value in message.attributes.items():
        complaint = attribute_complaint(key, value)
        if complaint is not None:
            return complaint
    length = len(message.ordering_key.encode())
    if length > MAX_ORDERING_KEY_BYTES:
        return f"the ordering key has {length} bytes; {MAX_ORDERING_KEY_BYTES} is the limit"
    return None


def attribute_complaint(key: str, value: str) -> str | None:
    """Return why the service would refuse the attribute; None if it would not.

    It keeps keys that begin with `goog`, in whatever case, for Google
    (https://cloud.google.com/pubsub/docs/publisher#using_attributes), whose clients use `googclient_`
    (googleapis/google-cloud-go: pubsub/trace.go).
    """
    length = len(key.encode())
    if not 1 <= length <= MAX_ATTRIBUTE_KEY_BYTES:
        return f"the attribute key {key[:40]!r} has {length} bytes; 1 to {MAX_ATTRIBUTE_KEY_BYTES} are accepted"
    if key[:4].lower() == "goog" and not key.startswith("googclient_"):
        return f"the attribute key {key!r} begins with 'goog', which Google keeps for itself"
    length = len(value.encode())
    if length > MAX_ATTRIBUTE_VALUE_BYTES:
        return f"the attribute {key!r} has {length} bytes; {MAX_ATTRIBUTE_VALUE_BYTES} is the limit"
    return None


def portions(items: Sequence[T], ack_id: Callable[[T], str], most: int = MAX_ACK_IDS) -> list[Sequence[T]]:
    """Cut what is acknowledged or extended into what fits in one call: `most` ack ids, and 512 KiB."""
    lengths = [len(one) + _FRAMING_BYTES for one in map(ack_id, items)]
    if len(items) <= most and sum(lengths) <= _ACK_BYTES:
        return [items] if items else []
    cut: list[Sequence[T]] = []
    first = size = 0
    for index, length in enumerate(lengths):
        if index - first >= most or (size + length > _ACK_BYTES and index > first):
            cut.append(items[first:index])
            first, size = index, 0
        size += length
    if first < len(items):
        cut.append(items[first:])
    return cut
