"""What the service accepts as a message: https://cloud.google.com/pubsub/quotas#resource_limits"""

from claimstream.pubsub.wire import RawMessage

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
        length = len(key.encode())
        if not 1 <= length <= MAX_ATTRIBUTE_KEY_BYTES:
            return f"the attribute key {key[:40]!r} has {length} bytes; 1 to {MAX_ATTRIBUTE_KEY_BYTES} are accepted"
        length = len(value.encode())
        if length > MAX_ATTRIBUTE_VALUE_BYTES:
            return f"the attribute {key!r} has {length} bytes; {MAX_ATTRIBUTE_VALUE_BYTES} is the limit"
    length = len(message.ordering_key.encode())
    if length > MAX_ORDERING_KEY_BYTES:
        return f"the ordering key has {length} bytes; {MAX_ORDERING_KEY_BYTES} is the limit"
    return None
