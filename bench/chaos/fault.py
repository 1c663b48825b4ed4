"""One thing that goes wrong for a while."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    service: str
    kind: str
    happen: Callable[[float], Awaitable[object]]
    """Let it happen, for so many seconds where it lasts; when it returns, all is well again."""
    beside: tuple[str, ...] = ()
    """Other services that it needs to be well."""

    @property
    def services(self) -> tuple[str, ...]:
        """The services that have no other fault meanwhile."""
        return (self.service, *self.beside)
