"""Where text goes: results to stdout, everything else to stderr."""

import io
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import NoReturn, TextIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.text import Text

from claimstream.cli.about import about_demo

_STDERR = 2
_FILE_WIDTH = 200
"""Columns where nobody looks on as it is written: a table in a file or a pipe is not to be cut to fit a screen."""


if not os.environ.get("COLUMNS", "1").strip("0"):
    del os.environ["COLUMNS"]  # "0", from a terminal without a size, would cut off everything


def _width(stream: TextIO | None) -> int | None:
    """None: as wide as the terminal, or as COLUMNS says."""
    of_terminal = stream is not None and stream.isatty()
    return None if of_terminal or os.environ.get("COLUMNS", "").isdigit() else _FILE_WIDTH


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
    if None in (sys.stdin, sys.stdout, sys.stderr):  # closed by the shell: ``>&-``
        # A socket that took the free number would be written to by whatever prints.
        while (free := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
            pass
        os.close(free)
        sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115 - open as long as the process
        sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
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
    """Write what is left. A reader that has gone away (``| head``) has had enough, which is no error.

    Raises:
        SystemExit: with status 1, when the result could not be written, as on a full disk.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            if stream is sys.stdout and not isinstance(error, BrokenPipeError):
                _unwritten(error)
            _drop(stream)


def _drop(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _unwritten(error: OSError) -> NoReturn:
    _drop(sys.stdout)  # or it would fail again at the end
    complain(f"the result could not be written: {error.strerror}")
    sys.exit(1)


def write_document(text: str) -> None:
    """A result for a program, JSON or a page: UTF-8 wherever it goes. What UTF-8 has not is written as JSON does."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _unwritten(error)


def write_page(file: Path, text: str) -> None:
    """A page for a browser, in UTF-8. What UTF-8 has not is written as JSON does."""
    try:
        file.write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        complain(f"{file} could not be written: {error.strerror}")
        sys.exit(1)


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
    try:
        program, here = Path(os.path.abspath(program)), Path.cwd()
    except FileNotFoundError:  # the folder was deleted
        return shlex.quote(str(program))
    return shlex.quote(str(program.relative_to(here) if program.is_relative_to(here) else program))
