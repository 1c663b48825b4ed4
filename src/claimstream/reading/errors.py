"""Why a file could not be read."""

from typing import Literal

Reason = Literal["encrypted", "broken", "unknown_type", "too_large", "too_many", "empty", "struck"]


class UnreadableError(Exception):
    """A file that cannot be read.

    Args:
        reason: the one of ``Unread``.
        detail: the reason in words.
        of_mail: a limit of the whole mail is reached, whatever the file itself is like.
    """

    def __init__(self, reason: Reason, detail: str, *, of_mail: bool = False) -> None:
        super().__init__(detail)
        self.of_mail = of_mail
        self.reason: Reason = reason
        self.detail = detail
