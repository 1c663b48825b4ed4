"""What is printed arrives whole."""

import io
import sys

import pytest

from claimstream.cli.console import open_streams


class Narrow(io.RawIOBase):
    """A file that takes a few bytes at a time, as a pipe may."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        some = bytes(data)[:100]  # type: ignore[call-overload]  # any buffer
        self.taken += some
        return len(some)


def test_a_long_document_is_written_whole_where_python_runs_unbuffered(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = Narrow()
    unbuffered = io.TextIOWrapper(narrow, write_through=True)  # type: ignore[type-var]  # as -u makes it
    monkeypatch.setattr(sys, "stdout", unbuffered)
    open_streams()
    sys.stdout.write("é" * 100_000 + "\n")
    assert narrow.taken.decode() == "é" * 100_000 + "\n"
