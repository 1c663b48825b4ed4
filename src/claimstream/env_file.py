"""Lines of the ``.env`` file that nothing reads: mostly settings whose name is mistyped."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

from dotenv.parser import Binding, parse_stream

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


def ignored() -> dict[str, str]:
    """Return the parts of the file that nothing reads: name or line → the consequence.

    That is, in the order of the file: a name that is no setting and that no library is known to read, a name that
    stands there again with another value, and a line that gives no name a value. The process's environment is full of
    other programs' names, and is not looked at.
    """
    settings = [name.upper() for name in Settings.model_fields]
    found: dict[str, str] = {}
    values: dict[str, str] = {}
    for line in _lines():
        if line.key is None and not line.error:
            continue  # empty, or a comment
        name = (line.key or "").upper()
        # Lines are named without their text: it may be a part of a secret that was pasted over several of them.
        if line.value is None:
            found[_number(line)] = "gives no name a value (NAME=value), and is ignored"
        elif name not in settings and not _NAME.fullmatch(line.key or ""):
            found[_number(line)] = "names no setting, and is ignored"
        elif name in settings:
            if values.setdefault(name, line.value) != line.value:
                found[name] = "stands there more than once, and the last value holds"
        elif name not in _OTHERS and not name.startswith(_OTHERS_BEGIN):
            found[name] = f"no setting has this name, and it is ignored{_meant(name, settings)}"
    return found


def _number(line: Binding) -> str:
    written = line.original.string
    before = written[: len(written) - len(written.lstrip())]  # empty lines belong to the next that is none
    return f"line {line.original.line + before.count(chr(10))}"


def _lines() -> Iterable[Binding]:
    """The lines of the file, by the parser with which the settings are read."""
    file = Path(str(Settings.model_config["env_file"]))
    return parse_stream(StringIO(file.read_text(encoding="utf-8"))) if file.is_file() else ()


def _meant(name: str, settings: list[str]) -> str:
    close = get_close_matches(name, settings, n=1, cutoff=_CLOSE)
    return f"; did you mean {close[0]}?" if close else ""
