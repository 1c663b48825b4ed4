"""Names in the ``.env`` file that nothing reads: mostly settings whose name is mistyped."""

import re
from difflib import get_close_matches

from pydantic_settings import DotEnvSettingsSource

from claimstream.settings import Settings

_OTHERS_BEGIN = ("OTEL_", "PG", "GOOGLE_", "GRPC_", "PYTHON", "LC_", "COMPOSE_", "DOCKER_")
_OTHERS = {
    *("PATH", "HOME", "LANG", "TZ", "COLUMNS", "TERM", "NO_COLOR", "FORCE_COLOR", "TMPDIR", "XDG_CACHE_HOME"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
    *("SENTRY_ENVIRONMENT", "SENTRY_RELEASE", "ANTHROPIC_AUTH_TOKEN", "GCLOUD_PROJECT", "CLOUDSDK_CONFIG"),
}
"""What libraries, and those who pass the same file on to a container, read. Not all that begins as a setting of ours:
``SENTRY_DNS`` is to be said."""
_NAME = re.compile(r"[A-Z][A-Z0-9_]{1,39}|[a-z][a-z0-9_]{1,39}")
_CLOSE = 0.8
"""Of difflib's ratio: SMTP_URI is close to SMTP_URL, POSTGRES_URL is not."""


def unknown_names() -> dict[str, str]:
    """In the order of the file, each name that is no setting and that no library is known to read, with what follows.

    The process's environment is full of other programs' names, and is not looked at.
    """
    settings = [name.upper() for name in Settings.model_fields]
    # Read as the settings are: the same file, the same rules. What does not look like a name with a value may belong to
    # a secret that was pasted over several lines, and is said to nobody.
    lines = DotEnvSettingsSource(Settings, case_sensitive=True).env_vars
    written = [name.upper() for name, value in lines.items() if value is not None and _NAME.fullmatch(name)]
    return {
        name: f"no setting has this name, and it is ignored{_meant(name, settings)}"
        for name in written
        if name not in settings and name not in _OTHERS and not name.startswith(_OTHERS_BEGIN)
    }


def _meant(name: str, settings: list[str]) -> str:
    close = get_close_matches(name, settings, n=1, cutoff=_CLOSE)
    return f"; did you mean {close[0]}?" if close else ""
