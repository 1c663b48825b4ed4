"""Which errors of libraries come from a wrong setting, and of which."""

import errno
import os

import asyncpg

from claimstream.external.sessions import WrongEnvironmentError


def as_setting(error: BaseException) -> str | None:
    """One line that names the variable to mend; None for an error that no setting is known to cause."""
    match error:
        case WrongEnvironmentError():
            return str(error)
        case asyncpg.ClientConfigurationError():
            return f"DATABASE_URL: {error}"
        case ValueError() if not os.environ.get("PGPORT", "0").isdigit():
            return "PGPORT: asyncpg reads it, and expects the number of a port"
        case asyncpg.UndefinedTableError():
            return "DATABASE_URL: the tables are not there yet. Make them: claimstream migrate"
        case asyncpg.UndefinedObjectError() if "configuration parameter" in str(error):
            # What asyncpg does not know in the query of the URL, it passes on to the server.
            return f"DATABASE_URL: {error}"
        case asyncpg.DataError() if "surrogates not allowed" in str(error):
            return "LANG: an argument has characters that this locale has not. Set LC_ALL=C.UTF-8"
        case OSError(errno=errno.EADDRINUSE):
            return "HEALTH_PORT: the port is in use by another process. Name a free one, or end that process."
        case _:
            return None
