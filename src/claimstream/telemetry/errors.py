"""What telemetry may say of an error.

The message of an exception can hold anything that was in hand when it was raised: a validation error quotes the mail, a
database error the row. So spans, log lines and Sentry events name an error's type and the places in the code it came
through, and its message only when that is known to be free of mail text:

- its class says so with ``telemetry_safe = True``;
- it is an ``OSError`` (time-outs and refused connections among them) or gRPC's, which speak of services;
- its class is defined in a module given to :func:`trust_modules`.
"""

import asyncio
import traceback
from collections.abc import Iterable, Iterator

_SAFE_TYPES: tuple[type[BaseException], ...] = (OSError, asyncio.CancelledError)
_trusted: tuple[str, ...] = ()
_LONGEST_MESSAGE = 500


def trust_modules(prefixes: Iterable[str]) -> None:
    """Errors defined in these modules (or below them) are written by people who keep mail text out of messages."""
    global _trusted  # noqa: PLW0603 - set once at start
    _trusted = tuple(prefixes)


def error_type(error: BaseException) -> str:
    """The qualified class name, without ``builtins``: what ``error.type`` holds."""
    cls = type(error)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def safe_message(error: BaseException) -> str | None:
    """The message when it may be shown, cut at 500 characters, else None. Never raises."""
    try:
        if not _is_safe(error):
            return None
        return str(error)[:_LONGEST_MESSAGE]
    except Exception:  # a broken __str__ is no reason to lose the event
        return None


def summary(error: BaseException) -> str:
    """One line: the type, and the message when it may be shown."""
    message = safe_message(error)
    return f"{error_type(error)}: {message}" if message else error_type(error)


def stack(error: BaseException) -> str:
    """The traceback with its causes, without source lines' values and without messages that may not be shown."""
    parts: list[str] = []
    for link, relation in _chain(error):
        frames = traceback.extract_tb(link.__traceback__)
        lines = [f'  File "{f.filename}", line {f.lineno}, in {f.name}\n    {f.line}' for f in frames]
        parts.append("\n".join([*lines, summary(link), *([relation] if relation else [])]))
    return "\n".join(parts)


def chain(error: BaseException) -> list[BaseException]:
    """The error and everything it came from, the cause first."""
    return [link for link, _ in _chain(error)]


def _chain(error: BaseException) -> Iterator[tuple[BaseException, str]]:
    links: list[tuple[BaseException, str]] = []
    seen: set[int] = set()
    link: BaseException | None = error
    relation = ""
    while link is not None and id(link) not in seen and len(links) < 20:
        seen.add(id(link))
        links.append((link, relation))
        if link.__cause__ is not None:
            link, relation = link.__cause__, "-- which caused --"
        elif link.__context__ is not None and not link.__suppress_context__:
            link, relation = link.__context__, "-- while handling it --"
        else:
            link = None
    return iter(reversed(links))


def _is_safe(error: BaseException) -> bool:
    if getattr(type(error), "telemetry_safe", False) is True or isinstance(error, _SAFE_TYPES):
        return True
    module = type(error).__module__
    if module.partition(".")[0] == "grpc":
        return True
    return any(module == prefix or module.startswith(prefix + ".") for prefix in _trusted)
