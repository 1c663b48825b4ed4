"""Where text goes: results to stdout, everything else to stderr."""

import io
import os
import shlex
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

_FILE_WIDTH = 200
"""Columns where nobody looks on as it is written: a table in a file or a pipe is not to be cut to fit a screen."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else _FILE_WIDTH)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _FILE_WIDTH)


def write_whole() -> None:
    """Make stdout write all it is given, also where PYTHONUNBUFFERED is set.

    Python's text layer then sits on the bare file and takes no notice when the system took a part only, as it may of
    what is longer than a pipe holds: the end of a long JSON document was missing, with exit status 0.
    """
    raw = getattr(sys.stdout, "buffer", None)
    if isinstance(raw, io.RawIOBase):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding=sys.stdout.encoding, errors=sys.stdout.errors, line_buffering=True
        )


def note(text: str) -> None:
    """A line for the person, beside the result. Brackets in it are no markup."""
    err.print(text, markup=False)


def complain(text: str) -> None:
    """What is wrong, in one line, as the last word of a command. Brackets in it are no markup."""
    err.print(Text.assemble(("claimstream:", "bold red"), " ", text))


def command() -> str:
    """What the person types to call us again from where they are: ``claimstream``, ``.venv/bin/claimstream``."""
    if shutil.which("claimstream"):
        return "claimstream"
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{_from_here(Path(sys.executable))} -m claimstream"
    return _from_here(called)


def _from_here(program: Path) -> str:
    # Without resolving links: a venv's python is one, and what it points to knows nothing of us.
    program, here = Path(os.path.abspath(program)), Path.cwd()
    return shlex.quote(str(program.relative_to(here) if program.is_relative_to(here) else program))
