"""How far a run is, for whoever watches."""

import contextlib
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.pubsub_soak.memory import resident_mib
from bench.pubsub_soak.report import Report


def progress(
    console: Console, messages: int, seconds: float
) -> tuple[contextlib.AbstractContextManager[object], Callable[[Report], None]]:
    """A bar on a terminal, else a line every ten seconds."""
    if console.is_terminal:
        bar = Progress(
            TextColumn("settled"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[state]}"),
            console=console,
        )
        task = bar.add_task("settled", total=messages, state="")

        def show(report: Report) -> None:
            state = (
                f"{report.messages_per_second:,.0f}/s, {sum(report.faults.values())} faults, "
                f"{report.repeated} repeated, {report.violations} violations, {resident_mib():.0f} MiB"
            )
            bar.update(task, completed=report.settled, state=state)

        return bar, show

    def line(report: Report) -> None:
        if int(report.seconds) % 10 == 0:
            console.print(
                f"after {report.seconds:.0f} s (published for {seconds:g} s at most): "
                f"{report.settled} of {messages} settled, {sum(report.faults.values())} faults, "
                f"{report.repeated} repeated, {report.violations} violations, {resident_mib():.0f} MiB",
                soft_wrap=True,
            )

    return contextlib.nullcontext(), line
