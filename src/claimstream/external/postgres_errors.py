"""The exceptions of asyncpg that are an outage of PostgreSQL. The rest are our defects, or the query's own business,
and are raised as they are (``unknown_is_outage=False`` at the door)."""

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
    asyncpg.TransactionTimeoutError,
    asyncpg.InternalServerError,  # class XX: also what poolers say of their own troubles
)
_STATEMENT_LOST = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)
_SESSION_AT_FAULT = (
    asyncpg.ReadOnlySQLTransactionError,  # 25006: connected to what has become a standby
    asyncpg.InvalidCachedStatementError,  # 0A000: a table has changed since the statement was prepared
    *_STATEMENT_LOST,  # 26000, 42P05
)
"""Errors of one connection: on a fresh one the same statement may well succeed."""
_OF_SESSION_SETTINGS = (
    asyncpg.UndefinedTableError,  # search_path
    asyncpg.InvalidSchemaNameError,  # search_path
    asyncpg.InsufficientPrivilegeError,  # role
)
"""Errors that come of what ALTER ROLE or ALTER DATABASE sets, too. A session keeps that from its beginning: once it is
mended, only new sessions are well."""
_ENDS_SESSION = (
    *_SESSION_AT_FAULT,
    *_OF_SESSION_SETTINGS,
    asyncpg.QueryCanceledError,  # statement_timeout, set likewise
    asyncpg.LockNotAvailableError,  # lock_timeout
    asyncpg.PostgresConnectionError,  # class 08: protocol violations, a pooler's refusals
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
    asyncpg.InternalServerError,
    asyncpg.InternalClientError,
)
WANTS_POOLER = (
    "Set DATABASE_POOLER=transaction, or let DATABASE_URL name the server itself or a pooler in session mode."
)
_NO_PARAMETER = "unsupported startup parameter"
"""The words in which PgBouncer refuses a connection for what the URL asks for."""
_TORN = asyncpg.InternalClientError
"""What asyncpg raises, now and then, when the server ends the connection in the moment a query is sent ("cannot switch
to state …"). It would also mean two queries at once on one connection, which a pool does not let happen."""
_NO_TLS = "rejected SSL upgrade"
"""The words in which asyncpg raises ConnectionError for a server without TLS."""
_LOCKED_OUT = (
    asyncpg.InvalidAuthorizationSpecificationError,  # class 28: user or password
    asyncpg.InvalidCatalogNameError,  # no such database
)
_NOT_OUR_SCHEMA = (
    asyncpg.UndefinedTableError,  # 42P01
    asyncpg.UndefinedColumnError,  # 42703
    asyncpg.InvalidSchemaNameError,  # 3F000
    asyncpg.SequenceGeneratorLimitExceededError,  # 2200H
    asyncpg.ObjectNotInPrerequisiteStateError,  # 55000
)
"""Errors about tables rather than rows: our statements are always the same, and tested with the schema of this
release. Whatever the mail, the next one meets them, too."""
_CLOSED = ("connection is closed", "pool is clos", "connection was closed", "released back to the pool")
"""How asyncpg's InterfaceError says that a connection is gone; its other texts are about our use of it."""


def classify(error: BaseException) -> ExternalError | None:
    """An :class:`Outage` for what passes, :class:`Unauthorised` for what an administrator must mend, else None."""
    if isinstance(error, asyncpg.PostgresConnectionError) and _NO_PARAMETER in str(error):
        advice = "Take it out of DATABASE_URL, or add it to the pooler's ignore_startup_parameters."
        return Unauthorised(SERVICE, "", f"the pooler does not know a parameter of DATABASE_URL. {advice}")
    if isinstance(error, _LOCKED_OUT):
        advice = "Check user, password and database in DATABASE_URL."
        return LockedOut(SERVICE, "", f"does not let us in ({_name(error)}). {advice}")
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        advice = "Let DATABASE_URL name a role that may; docs/security.md lists the rights."
        return Unauthorised(SERVICE, "", f"does not let us do this: {error} ({_name(error)}). {advice}")
    if isinstance(error, _PASSING):
        return Outage(SERVICE, "", f"failed for a reason that passes ({_name(error)}).")
    if isinstance(error, asyncpg.PostgresError) and type(error) in _NOT_OUR_SCHEMA:  # not its kinds: a lock may pass
        advice = "Run claimstream migrate; if that does not help, look whether a table was renamed or restored."
        return LockedOut(SERVICE, "", f"the tables are not those of this release ({_name(error)}). {advice}")
    if isinstance(error, _STATEMENT_LOST):
        advice = f"A pooler in transaction mode loses prepared statements. {WANTS_POOLER}"
        return Outage(SERVICE, "", f"the session was not ours alone ({_name(error)}). {advice}")
    if isinstance(error, _SESSION_AT_FAULT):
        return Outage(SERVICE, "", f"the session is of no more use ({_name(error)}).")
    if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
        return Outage(SERVICE, "", "no server of DATABASE_URL takes writes: each is a standby, or set to read-only.")
    if isinstance(error, _TORN):
        return Outage(SERVICE, "", f"the connection broke ({type(error).__name__}).")
    if isinstance(error, ssl.SSLError):
        advice = "Check the server's certificate and its name, and sslmode and sslrootcert in DATABASE_URL."
        return Outage(SERVICE, "", f"no TLS connection ({type(error).__name__}). {advice}")
    if isinstance(error, ConnectionError) and _NO_TLS in str(error):
        advice = "Turn TLS on in the server, or take sslmode out of DATABASE_URL."
        return Outage(SERVICE, "", f"answered that it has no TLS, on which DATABASE_URL insists. {advice}")
    closed = isinstance(error, asyncpg.InterfaceError) and any(text in str(error) for text in _CLOSED)
    if closed or isinstance(error, OSError | TimeoutError):
        message = f"not reachable ({type(error).__name__}). Check that PostgreSQL runs, and DATABASE_URL."
        return Outage(SERVICE, "", message)
    return None


def session_at_fault(error: BaseException) -> bool:
    """Tell whether the same may well succeed at once, on a fresh connection. Nothing was done then."""
    return isinstance(error, _SESSION_AT_FAULT)


def ends_session(error: BaseException) -> bool:
    """Tell whether the connection must not be used again, although it may look open."""
    return isinstance(error, _ENDS_SESSION)


def outdates_sessions(error: BaseException) -> bool:
    """Tell whether the other sessions, too, may be no good by now: the server's role or their settings have changed."""
    return isinstance(error, (asyncpg.ReadOnlySQLTransactionError, *_OF_SESSION_SETTINGS))


def _name(error: asyncpg.PostgresError) -> str:
    return f"{type(error).__name__}, SQLSTATE {error.sqlstate}"
