"""What the demo leaves behind, so that other commands find it.

A running demo (``--keep``) leaves the settings of its stack; a finished one leaves its emails and their reports. Both
hold sample mail only, and lie in the user's cache folder.
"""

import json
import os
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from claimstream.domain.records.work import EmailSummary
from claimstream.store.emails import SHORTEST_BEGINNING

_SUMMARIES = TypeAdapter(list[EmailSummary])


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "claimstream"


def _write(name: str, value: Any) -> None:
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        path = _folder() / name
        path.touch(mode=0o600)
        path.write_text(json.dumps(value), encoding="utf-8")
    except OSError:
        pass  # a read-only home: the demo is not worth failing for


def _read(name: str) -> Any:
    try:
        return json.loads((_folder() / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def save_results(emails: list[EmailSummary], reports: dict[str, str]) -> None:
    """The emails of a demo that is over, and their reports' JSON by email id."""
    _write("last-demo.json", {"emails": _SUMMARIES.dump_python(emails, mode="json"), "reports": reports})


def _saved() -> tuple[list[EmailSummary], dict[str, str]] | None:
    """The emails of the demo that ended last, and their reports; None also for those of another version of us."""
    saved = _read("last-demo.json")
    try:
        return _SUMMARIES.validate_python(saved["emails"]), dict(saved["reports"])
    except (ValidationError, TypeError, KeyError, ValueError):
        return None


def has_ended() -> bool:
    """Tell whether a demo has left its results."""
    return _saved() is not None


def saved_emails() -> list[EmailSummary]:
    """The newest first, as a database would list them."""
    emails, _ = _saved() or ([], {})
    return sorted(emails, key=lambda email: email.created_at, reverse=True)


def called(wanted: str) -> list[EmailSummary]:
    """As :meth:`EmailStore.called`."""

    def fits(email: EmailSummary) -> bool:
        long = (email.email_id, email.correlation_id, email.trace_id)
        return wanted in (*long, email.gmail_id, email.message_id) or (
            len(wanted) >= SHORTEST_BEGINNING and any(one is not None and one.startswith(wanted) for one in long)
        )

    return [email for email in saved_emails() if fits(email)]


def saved_report(email_id: str) -> str | None:
    _, reports = _saved() or ([], {})
    return reports.get(email_id)


def announce(environment: dict[str, str]) -> None:
    """A stack is running; ``environment`` reaches it. Ends with :func:`withdraw`."""
    _write("running.json", {"pid": os.getpid(), "environment": environment})


def withdraw() -> None:
    (_folder() / "running.json").unlink(missing_ok=True)


def running() -> dict[str, str] | None:
    """The environment of the demo that is running, None when there is none."""
    saved = _read("running.json")
    if not saved:
        return None
    try:
        os.kill(saved["pid"], 0)
    except OSError:
        return None
    environment: dict[str, str] = saved["environment"]
    return environment
