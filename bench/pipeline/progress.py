"""How far a cell is, for whoever watches: a line that is written over on a terminal, else one every ten seconds."""

import time

from rich.console import Console

from bench.pipeline.site import Watch

_LINE_SECONDS = 10.0


class Progress:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._said = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def say(self, what: str) -> None:
        self._console.print(f"[{self.seconds:4.0f} s] {what}", highlight=False, markup=False)
        self._said = time.monotonic()

    def of(self, cell: str) -> Watch:
        self.say(cell)

        def watch(done: int, total: int) -> None:
            if self._console.is_terminal:
                self._console.print(f"  {cell}: {done:,} of {total:,}", end="\r", highlight=False)
            elif time.monotonic() - self._said >= _LINE_SECONDS:
                self.say(f"{cell}: {done:,} of {total:,}")

        return watch
