"""What a subscriber counts while it runs."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """The counters of `Statistics`, shared by the parts of one subscriber."""

    received: int = 0
    delivered: int = 0
    acked: int = 0
    nacked: int = 0
    expired: int = 0
    ack_failures: int = 0
    retried: int = 0
    dead_lettered: int = 0
    handler_errors: int = 0
    handler_timeouts: int = 0
    extensions: int = 0
    reconnects: int = 0
