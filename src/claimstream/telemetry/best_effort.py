"""Telemetry never fails an email: what raises in here is a warning, counted, and the work goes on.

As a decorator (``@best_effort``, of plain and of coroutine functions; the result is None after a failure) and as a
block (``with best_effort("report"):``). Cancellation and everything else that is no ``Exception`` passes through.
"""

import functools
import inspect
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, overload

from claimstream.telemetry import correlation, errors
from claimstream.telemetry.limits import RateLimiter
from claimstream.telemetry.logs import get_logger

P = ParamSpec("P")
R = TypeVar("R")

log = get_logger(__name__)
_limiter = RateLimiter(period_seconds=60.0)
_lock = threading.Lock()
_failures: Counter[str] = Counter()
_observer: Callable[[str], None] | None = None


def failures() -> dict[str, int]:
    """How often each part of telemetry has failed since the process began."""
    with _lock:
        return dict(_failures)


def count_with(observer: Callable[[str], None]) -> None:
    """Also tell ``observer`` the part's name at each failure (the metrics register themselves here)."""
    global _observer  # noqa: PLW0603 - metrics use best_effort, so they cannot be imported from here
    _observer = observer


@overload
def best_effort(part: str) -> "BestEffort": ...
@overload
def best_effort(part: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R | None]]: ...
@overload
def best_effort(part: Callable[P, R]) -> Callable[P, R | None]: ...
def best_effort(part: "str | Callable[..., Any]") -> Any:
    return BestEffort(part) if isinstance(part, str) else _guarded(part)


class BestEffort:
    """A block whose failure is a warning. ``failed`` tells afterwards."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.failed = False

    def __enter__(self) -> "BestEffort":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.failed = True
        report_failure(self.part, error)
        return True


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    part = f"{function.__module__}.{function.__qualname__}"

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def guarded_coroutine(*args: Any, **kwargs: Any) -> Any:
            with BestEffort(part):
                return await function(*args, **kwargs)

        return guarded_coroutine

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        with BestEffort(part):
            return function(*args, **kwargs)

    return guarded


def report_failure(part: str, error: Exception) -> None:
    """Count a failure of telemetry and warn of it, where it was no exception that passed through here."""
    try:
        with _lock:
            _failures[part] += 1
        if _observer is not None:
            _observer(part)
        # One line per email and kind of failure: a broken report is seen for each email, a broken metric once.
        held_back = _limiter.admit((part, type(error), correlation.correlation_id()))
        if held_back is not None:
            log.warning("telemetry_failed", part=part, error=errors.summary(error), held_back=held_back)
    except Exception:  # noqa: S110 - there is nobody left to tell
        pass
