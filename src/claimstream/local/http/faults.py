"""Faults of the local HTTP servers: what goes wrong, for which operation, how often or how long."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class HttpFault:
    """One thing that goes wrong. Several may apply to one request: delays add up, the first answer wins."""

    operation: str | None
    """The operation it hits, such as ``messages.get``; None hits every one."""
    remaining: int | None
    """Requests it still hits; None: as long as it stands."""
    until: float | None
    """``time.monotonic()`` of its end; None: no end."""
    status: int | None = None
    """Answer with this status instead of doing the work."""
    reason: str | None = None
    """The machine-readable reason in the error body; None: the usual one for the status."""
    message: str | None = None
    """The words for people in the error body; None: the usual ones."""
    retry_after_seconds: float | None = None
    delay_seconds: float = 0.0
    """Wait before the work."""
    cut: bool = False
    """Send half of the answer's body, then close the connection."""
    containing: bytes | None = None
    """Hits only requests that hold these bytes in their address or body: one poison mail beside healthy ones."""
    answer: str | None = None
    """A server's own kind of wrong answer, such as ``refusal``."""


@dataclass(slots=True)
class HttpFaults:
    """The faults in force. Each setter takes ``times`` (requests), ``seconds`` (from now) or neither (till cleared)."""

    _faults: list[HttpFault] = field(default_factory=list)

    def fail(
        self,
        status: int,
        *,
        operation: str | None = None,
        times: int | None = None,
        seconds: float | None = None,
        reason: str | None = None,
        message: str | None = None,
        retry_after_seconds: float | None = None,
        containing: bytes | None = None,
    ) -> None:
        """Answer with an error of this status, without doing the work."""
        fault = self.add(operation=operation, times=times, seconds=seconds)
        fault.containing = containing
        fault.status, fault.reason, fault.message = status, reason, message
        fault.retry_after_seconds = retry_after_seconds

    def slow(
        self,
        delay_seconds: float,
        *,
        operation: str | None = None,
        times: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """Wait before the work."""
        self.add(operation=operation, times=times, seconds=seconds).delay_seconds = delay_seconds

    def cut(self, *, operation: str | None = None, times: int | None = None, seconds: float | None = None) -> None:
        """Do the work, send half of the answer, close the connection."""
        self.add(operation=operation, times=times, seconds=seconds).cut = True

    def add(self, *, operation: str | None = None, times: int | None = None, seconds: float | None = None) -> HttpFault:
        """Register a fault that does nothing yet, and return it to be filled in."""
        until = None if seconds is None else time.monotonic() + seconds
        fault = HttpFault(operation=operation, remaining=times, until=until)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

    @property
    def look_inside(self) -> bool:
        """Whether :meth:`take` needs to know what a request holds."""
        return any(fault.containing is not None for fault in self._faults)

    def take(self, operation: str, content: bytes = b"") -> tuple[HttpFault, ...]:
        """The faults that hit this request, oldest first; each is counted as used once more."""
        now = time.monotonic()
        hits = []
        for fault in self._faults:
            spent = fault.remaining == 0 or (fault.until is not None and now >= fault.until)
            if spent or fault.operation not in {None, operation} or (fault.containing or b"") not in content:
                continue
            if fault.remaining is not None:
                fault.remaining -= 1
            hits.append(fault)
        return tuple(hits)
