"""Why a file could not be read."""

from typing import Literal

Reason = Literal["encrypted", "broken", "unknown_type", "too_large", "too_many", "empty"]


class UnreadableError(Exception):
    """A file that cannot be read; ``reason`` is the one of ``Unread``, ``detail`` says it in words."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason
        self.detail = detail
