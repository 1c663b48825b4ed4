"""The environment of a trial: ``demo``, ``eval`` and ``send`` must not reach what is real.

The folder a trial runs in may hold the ``.env`` of a production installation, and the shell its variables. A trial
reads neither, except for the variables that ``--use`` names. Libraries read the environment too (``PGHOST``,
``OTEL_*``, ``SENTRY_*``, proxies), some of them on import: the environment is emptied before anything is loaded.
"""

import os
from collections.abc import Iterable, Iterator

from claimstream.settings import Settings, SettingsError, given_settings

_KEPT = {
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "XDG_CACHE_HOME", "VIRTUAL_ENV"),
    *("TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"),
    *("GRPC_ENABLE_FORK_SUPPORT", "GRPC_VERBOSITY"),  # set by cli.main itself
}
_KEPT_BEGIN = ("LC_", "PYTHON", "LD_", "DYLD_")
"""Variables that say how programs run and text looks. None of these leads to a service."""
_WAYS_OUT = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Not ours, but Claude may be out of reach without them."""

_REFUSED: dict[str, str] = {
    **dict.fromkeys(
        (name for name in Settings.model_fields if name.startswith("gmail_")),
        "a trial brings a Gmail of its own, and never opens a real mailbox",
    ),
    **dict.fromkeys(
        ("google_application_credentials", "pubsub_endpoint"),
        "a trial takes no part in real Pub/Sub, where it would take messages from real workers. "
        "PUBSUB_EMULATOR_HOST can be named",
    ),
    "gcs_bucket": "a trial writes into no bucket of yours. STORAGE_EMULATOR_HOST can be named; "
    "the trial makes a bucket of its own there",
    "breaker_redis_url": "real workers would take a trial's outages for theirs",
    "health_port": "it belongs to a worker",
    **dict.fromkeys(
        (
            "mongodb_database",
            "google_cloud_project",
            *(name for name in Settings.model_fields if name.endswith(("_topic", "_subscription"))),
        ),
        "a trial has one of its own",
    ),
}


def trial_settings(use: Iterable[str] | None = None) -> Settings:
    """Empty the environment but for the variables named by ``use``; return the settings that these make.

    Args:
        use: names as given to ``--use``, several in one separated by commas.

    Raises:
        SettingsError: a name cannot be used or is not set, or its value is wrong.
    """
    wanted = list(dict.fromkeys(name.strip().upper() for part in use or () for name in part.split(",") if name.strip()))
    # As pydantic reads settings: in any case, and an empty one counts as not set.
    found = {name: value for name, value in os.environ.items() if value and name.upper() in wanted}
    problems = list(_problems(wanted, {name.upper() for name in found}))
    if problems:
        raise SettingsError("\n".join(problems))
    for name in set(os.environ) - set(found):
        if name not in _KEPT and not name.startswith(_KEPT_BEGIN):
            del os.environ[name]
    return given_settings({name.lower(): value for name, value in found.items()})


def _problems(wanted: Iterable[str], found: set[str]) -> Iterator[str]:
    usable = [name.upper() for name in Settings.model_fields if name not in _REFUSED]
    for name in wanted:
        if reason := _REFUSED.get(name.lower()):
            yield f"--use {name}: {reason}."
        elif name not in usable and name not in _WAYS_OUT and not name.startswith("OTEL_"):
            yield f"--use {name}: no such setting. Can be used: {', '.join([*usable, *_WAYS_OUT])}, and every OTEL_…."
        elif name not in found:
            yield (
                f"--use {name}: not set in the environment (a trial does not read .env). "
                f"Set it for this command: {name}=… claimstream …"
            )
