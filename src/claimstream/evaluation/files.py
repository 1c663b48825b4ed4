"""Files that a person names, read as a whole or refused."""

import stat
from pathlib import Path

MEBIBYTE = 1024 * 1024
MAIL_BYTES = 100 * MEBIBYTE
"""More than a mail server takes, and than the worker reads of a mail."""


class CaseError(Exception):
    """A file or a folder of cases cannot be used. The text names it and says what is wrong with it."""


def read_file(path: Path, *, most_bytes: int) -> bytes:
    """Raises CaseError. Devices and pipes have no end that can be known before, so they are refused."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise CaseError(f"{path}: is {'a folder' if stat.S_ISDIR(found.st_mode) else 'no regular file'}")
        with path.open("rb") as file:
            data = b"" if found.st_size > most_bytes else file.read(most_bytes + 1)
    except FileNotFoundError:
        raise CaseError(f"{path}: missing") from None
    except OSError as error:
        raise CaseError(f"{path}: cannot be read ({error.strerror})") from None
    if max(len(data), found.st_size) > most_bytes:
        raise CaseError(f"{path}: {too_large(most_bytes)}")
    return data


def too_large(most_bytes: int) -> str:
    return f"is larger than {most_bytes // MEBIBYTE} MiB"
