"""Where text goes: results to stdout, everything else to stderr."""

import io
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.text import Text

from claimstream.cli.about import about_demo

_FILE_WIDTH = 200
"""Columns where nobody looks on as it is written: a table in a file or a pipe is not to be cut to fit a screen."""


def _width(stream: TextIO) -> int | None:
    """None: as wide as the terminal, or as COLUMNS says."""
    return None if stream.isatty() or os.environ.get("COLUMNS", "").isdigit() else _FILE_WIDTH


out = Console(highlight=False, width=_width(sys.stdout))
err = Console(stderr=True, highlight=False, width=_width(sys.stderr))


_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "\ufffd")
"""Characters that a terminal obeys and does not show."""


class Trimmed:
    """Lines that end where their text ends: rich fills tables up with spaces, which wrap where the place is narrower.

    What is printed may stand in a mail: control characters in it do not reach the terminal.
    """

    def __init__(self, content: RenderableType) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self._content, options, pad=False):
            text = Text.assemble(
                *((part.text.translate(_CONTROLS), part.style or "") for part in line if not part.control), end=""
            )
            text.rstrip()
            yield text
            yield Segment.line()


def open_streams() -> None:
    """Make stdout and stderr take every text, and stdout write all of it. Call it before anything is printed.

    What stands in a mail cannot always be shown by a terminal that is not UTF-8: it is then written as ``\\u20ac``.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Where PYTHONUNBUFFERED is set, Python's text layer sits on the bare file and takes no notice when the system took
    # a part only, as it may of what is longer than a pipe holds: the end of a long JSON document was missing, with
    # exit status 0.
    raw = getattr(sys.stdout, "buffer", None)
    if isinstance(raw, io.RawIOBase):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding=sys.stdout.encoding, errors=sys.stdout.errors, line_buffering=True
        )


def close_streams() -> None:
    """Write what is left. A reader that has gone away (``| head``) has had enough, which is no error."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_document(text: str) -> None:
    """A result for a program, JSON or a page: UTF-8 wherever it goes. What UTF-8 has not is written as JSON does."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def line(text: str) -> None:
    """A line of the result, whole however long: the terminal wraps it. Brackets in it are no markup."""
    out.print(Text(text.translate(_CONTROLS)), soft_wrap=True)


def note(text: str) -> None:
    """A line for the person, beside the result. Brackets in it are no markup."""
    err.print(Text(_shown(text)), soft_wrap=not err.is_terminal)


def complain(text: str) -> None:
    """What is wrong, in one line, as the last word of a command. Brackets in it are no markup."""
    said = Text.assemble(("claimstream:", "bold red"), " ", _shown(text))
    err.print(said, soft_wrap=not err.is_terminal)


def _shown(text: str) -> str:
    """A name or a subject may stand in it: control characters do not reach the terminal, but line ends do."""
    return "\n".join(line.translate(_CONTROLS) for line in text.split("\n"))


def progress(doing: str, beside: str = "") -> Progress:
    """A bar on stderr while long work goes on, gone when it is done; nothing where nobody looks on.

    Args:
        beside: more to show, a format of rich's: ``"{task.fields[compared]} compared"``.
    """
    return Progress(
        SpinnerColumn(),
        TextColumn(doing),
        BarColumn(),
        MofNCompleteColumn(),
        *([TextColumn(beside)] if beside else []),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def command() -> str:
    """The words before the name of a command about the same installation: with ``--demo`` where that was said."""
    return f"{program()} --demo" if about_demo.get() else program()


def program() -> str:
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
