"""Running a server as another user: PostgreSQL refuses to run as root."""

import os
import pwd
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from claimstream.local.servers.process import Account, LocalStackError

_USUAL_NAME = "nobody"


def _accounts() -> Iterator[Account]:
    entries = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    for entry in sorted(entries, key=lambda entry: entry.pw_name != _USUAL_NAME):
        yield Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def unprivileged_account(directory: Path) -> Account | None:
    """Whom to run a server as that must not be root: ``None`` if this process is not root either.

    ``directory`` is one of ours, given to the account to see whether that account can be used here: in a container not
    every user id may exist.
    """
    if os.geteuid() != 0:
        return None
    for account in _accounts():
        try:
            os.chown(directory, account.uid, account.gid)
        except OSError:
            continue
        return account
    raise LocalStackError(
        "PostgreSQL does not run as root, and no other user can be used here. "
        "Next step: run as a normal user, or set DATABASE_URL to a server of yours."
    )


def can_reach(account: Account | None, path: Path) -> bool:
    """Whether the account may pass through every directory above ``path``. Own files (``None``): yes."""
    return account is None or all(_can_pass(account, directory) for directory in path.resolve().parents)


def _can_pass(account: Account, directory: Path) -> bool:
    status = directory.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def reachable_temporary_directory(account: Account | None, prefix: str) -> Path:
    """A new directory for temporary files that the account can reach, owned by this user.

    Directories on the way are never opened for it: a private directory may be private for a reason.
    """
    for base in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm")):  # noqa: S108 # made by mkdtemp # nosec B108
        if not os.path.isdir(base) or os.statvfs(base).f_flag & getattr(os, "ST_NOEXEC", 0):
            continue
        if can_reach(account, Path(base) / "x"):
            path = Path(tempfile.mkdtemp(prefix=prefix, dir=base)).resolve()
            path.chmod(0o755)
            return path
    raise LocalStackError(
        f"No directory for temporary files can be reached by the user '{account.name if account else ''}'. "
        "Next step: set TMPDIR to one that all users can reach, or run as a normal user."
    )
