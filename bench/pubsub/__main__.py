"""The command line of the benchmark: plans the runs, shows how they go, prints and writes what came out."""

import argparse
import importlib.util
import json
import math
import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.pubsub import cells as all_cells
from bench.pubsub import report, throughput
from bench.pubsub.cells import Cell
from bench.pubsub.chart import chart
from bench.pubsub.idle import IdleServer
from bench.pubsub.process import ROOT, ChildError
from bench.pubsub.results import Measurements
from bench.pubsub.variants import VARIANTS, Variant

_DESCRIPTION = """\
Compares Pub/Sub subscribers for Python: this project's, Google's, gcloud-aio-pubsub and fastpubsub. Each runs in a
process of its own against the same in-memory server in another, in rounds: every variant once in random order, then
again. Medians over the rounds are printed, and written as JSON and as a chart beside it.

Needs a quiet machine with two cores or more. Ctrl-C ends it and prints what was measured."""


_QUICK_SECONDS = 160.0
"""The quick form begins no round that would end later than this, on a slow machine."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one variant; `cell` is None for the idle latency."""

    round: int
    variant: Variant
    cell: Cell | None

    def __str__(self) -> str:
        return f"round {self.round}: {self.cell or 'idle latency'}: {self.variant.name}"


def main() -> int:
    """0; 1 if nothing could be measured; 130 after Ctrl-C."""
    chosen = _arguments()
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    variants = [variant for variant in VARIANTS if variant.name in chosen.variants]
    missing = [variant for variant in variants if not _is_installed(variant)]
    for variant in missing:
        console.print(f"{variant.name} is left out, it is not installed: {variant.missing}", highlight=False)
    variants = [variant for variant in variants if variant not in missing]
    idle_messages = 0 if chosen.no_idle else 100 if chosen.quick else 300
    runs = list(_plan(variants, chosen.cells, chosen.rounds, with_idle=idle_messages > 0))

    measurements = Measurements()
    interrupted = False
    try:
        _measure(runs, measurements, console, chosen.seconds, idle_messages, chosen.budget_seconds, chosen.options)
    except KeyboardInterrupt:
        interrupted = True

    results = measurements.results(chosen.cells, [variant.name for variant in variants])
    report.show(console, results, measurements, variants)
    if interrupted:
        console.print("Interrupted: nothing was written.")
        return 130
    if not any(result.rounds for result in results) and not any(measurements.idle(v.name) for v in variants):
        console.print("Nothing was measured.")
        return 1
    output: Path = chosen.output
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps([result.as_json() for result in results], indent=2) + "\n", encoding="utf-8")
    written = [output]
    drawing = chart(results)
    if drawing is not None:
        written.append(output.with_suffix(".svg"))
        written[-1].write_text(drawing, encoding="utf-8")
    console.print("Written:", ", ".join(str(path) for path in written), soft_wrap=True, highlight=False)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.pubsub", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [variant.name for variant in VARIANTS]
    parser.add_argument(
        "--quick", action="store_true", help="1 and 100 messages per response, 120 bytes, no-op handler: three minutes"
    )
    parser.add_argument(
        "--rounds",
        type=int,
        help="of which the medians are taken (default: 3; with --quick as many of 3 as time allows)",
    )
    parser.add_argument(
        "--variants",
        type=lambda text: [name.strip() for name in text.split(",")],
        default=names,
        metavar="NAME,NAME",
        help=f"only these (default: all: {', '.join(names)})",
    )
    parser.add_argument(
        "--cells",
        nargs="+",
        type=_cell,
        metavar="CELL",
        help="only these, like 100x120x0: 100 messages per response, 120 bytes, handler of 0 ms",
    )
    parser.add_argument("--seconds", type=float, help="how long a run lasts, about (default: 2, with --quick 1)")
    parser.add_argument(
        "--no-freeze", action="store_true", help="without gc.freeze(), which every variant calls after its imports"
    )
    parser.add_argument("--no-idle", action="store_true", help="leave out the idle latency")
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "bench" / "results" / "pubsub.json",
        help="the JSON; the chart is put beside it as .svg (default: bench/results/pubsub.json)",
    )
    chosen = parser.parse_args()
    unknown = [name for name in chosen.variants if name not in names]
    if unknown:
        parser.error(f"no variant is called {unknown[0]!r}; there are: {', '.join(names)}")
    if chosen.rounds is not None and chosen.rounds < 1:
        parser.error("--rounds is 1 or more")
    chosen.budget_seconds = _QUICK_SECONDS if chosen.quick and chosen.rounds is None else math.inf
    chosen.rounds = chosen.rounds or 3
    chosen.options = ["--no-freeze"] if chosen.no_freeze else []
    chosen.cells = sorted(set(chosen.cells or (all_cells.QUICK if chosen.quick else all_cells.ALL)))
    chosen.seconds = chosen.seconds or (1.0 if chosen.quick else 2.0)
    return chosen


def _cell(text: str) -> Cell:
    try:
        return Cell.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _is_installed(variant: Variant) -> bool:
    try:
        return importlib.util.find_spec(variant.library) is not None
    except ModuleNotFoundError:  # not even the package above it
        return False


def _plan(variants: list[Variant], cells: list[Cell], rounds: int, *, with_idle: bool) -> Iterator[Run]:
    """Interleaved, so that what else happens on the machine meets all alike."""
    order = random.Random(1)  # the same order every time
    for number in range(1, rounds + 1):
        places: list[Cell | None] = [*cells, None] if with_idle else [*cells]
        order.shuffle(places)
        for cell in places:
            shuffled = [variant for variant in variants if cell is not None or variant.protocol == "grpc"]
            order.shuffle(shuffled)
            yield from (Run(number, variant, cell) for variant in shuffled)


def _measure(
    runs: list[Run],
    measurements: Measurements,
    console: Console,
    seconds: float,
    idle_messages: int,
    budget_seconds: float,
    options: list[str],
) -> None:
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with ExitStack() as stack:
        stack.enter_context(bar)
        idle_server = stack.enter_context(IdleServer()) if idle_messages else None
        task = bar.add_task("", total=len(runs))
        started = time.monotonic()
        for index, run in enumerate(runs, start=1):
            elapsed, done = time.monotonic() - started, run.round - 1
            if runs[index - 2].round == done > 0 and elapsed / done * run.round > budget_seconds:
                console.print(
                    f"This machine is slow: {done} of {runs[-1].round} rounds must do. --rounds wants them all."
                )
                break
            bar.update(task, description=str(run))
            if measurements.has_failed(run.variant.name, run.cell):
                said = "left out, since it failed before"
            else:
                said = _one(run, measurements, seconds, idle_server, idle_messages, options)
            bar.advance(task)
            if not console.is_terminal:
                elapsed = time.monotonic() - started
                console.print(f"{index}/{len(runs)} {elapsed:.0f} s {run}: {said}", soft_wrap=True, highlight=False)


def _one(
    run: Run,
    measurements: Measurements,
    seconds: float,
    idle_server: IdleServer | None,
    idle_messages: int,
    options: list[str],
) -> str:
    """Measures; what came out, in words."""
    variant, cell = run.variant, run.cell
    try:
        if cell is None:
            assert idle_server is not None
            latency = idle_server.measure(variant, idle_messages, *options)
            measurements.add_idle(variant.name, latency)
            return f"p50 {latency.p50_ms:.2f} ms, p99 {latency.p99_ms:.2f} ms"
        rate = measurements.last_rate(variant.name, cell)
        result = throughput.measure(variant, cell, throughput.messages_for(variant, cell, seconds, rate), *options)
        measurements.add(variant.name, cell, result)
        return f"{result.messages_per_second:,.0f} messages/s, {result.cpu_ms_per_1000:,.1f} ms CPU per 1,000"
    except Exception as error:  # of whatever kind: the other variants are measured all the same
        text = str(error) if isinstance(error, ChildError) else f"{type(error).__name__}: {error}".partition("\n")[0]
        measurements.fail(variant.name, cell, text)
        return f"failed: {text}"


if __name__ == "__main__":
    sys.exit(main())
