"""Which of asyncpg's exceptions are an outage of PostgreSQL. The rest are our defects, or the query's own business, and
are raised as they are (``unknown_is_outage=False`` at the door)."""

import ssl

import asyncpg

from claimstream.external.errors import ExternalError, LockedOut, Outage, Unauthorised

SERVICE = "postgresql"

_PASSING = (
    asyncpg.PostgresConnectionError,  # class 08
    asyncpg.TransactionRollbackError,  # class 40: deadlock, serialization
    asyncpg.InsufficientResourcesError,  # class 53: too many connections, disk full
    asyncpg.OperatorInterventionError,  # class 57: shutdown, crash, cancelled by an administrator or a time-out
    asyncpg.PostgresSystemError,  # class 58: I/O error
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # connected to what has become a standby
)
_TORN = asyncpg.InternalClientError
"""What asyncpg raises, now and then, when the server ends the connection in the moment a query is sent ("cannot switch
to state …"). It would also mean two queries at once on one connection, which a pool does not let happen."""
_LOCKED_OUT = (
    asyncpg.InvalidAuthorizationSpecificationError,  # class 28: user or password
    asyncpg.InvalidCatalogNameError,  # no such database
)
_CLOSED = ("connection is closed", "pool is clos", "connection was closed", "released back to the pool")
"""How asyncpg's InterfaceError says that a connection is gone; its other texts are about our use of it."""


def classify(error: BaseException) -> ExternalError | None:
    """An :class:`Outage` for what passes, :class:`Unauthorised` for what an administrator must mend, else None."""
    if isinstance(error, (*_LOCKED_OUT, asyncpg.InsufficientPrivilegeError)):
        message = f"does not let us in or do this ({_name(error)}). Check user, password and database in DATABASE_URL."
        kind = LockedOut if isinstance(error, _LOCKED_OUT) else Unauthorised
        return kind(SERVICE, "", message)
    if isinstance(error, _PASSING):
        return Outage(SERVICE, "", f"failed for a reason that passes ({_name(error)}).")
    if isinstance(error, _TORN):
        return Outage(SERVICE, "", f"the connection broke ({type(error).__name__}).")
    if isinstance(error, ssl.SSLError):
        advice = "Check the server's certificate and its name, and sslmode and sslrootcert in DATABASE_URL."
        return Outage(SERVICE, "", f"no TLS connection ({type(error).__name__}). {advice}")
    closed = isinstance(error, asyncpg.InterfaceError) and any(text in str(error) for text in _CLOSED)
    if closed or isinstance(error, OSError | TimeoutError):
        message = f"not reachable ({type(error).__name__}). Check that PostgreSQL runs, and DATABASE_URL."
        return Outage(SERVICE, "", message)
    return None


def _name(error: asyncpg.PostgresError) -> str:
    return f"{type(error).__name__}, SQLSTATE {error.sqlstate}"
