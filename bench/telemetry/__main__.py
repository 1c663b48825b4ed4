"""The command line of the benchmark: plans the rounds, shows how they go, prints and writes what came out."""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import uvloop
from rich.console import Console

from bench.pubsub.process import ROOT, ChildError
from bench.telemetry import report
from bench.telemetry.lane import Batch, Lane
from bench.telemetry.mail import copies
from bench.telemetry.results import environment, results
from bench.telemetry.variants import VARIANTS, Variant
from claimstream.evaluation.case import CaseFolder, load_cases
from claimstream.local.claude.script import read_scripts
from claimstream.local.sample_mail import SAMPLES

_DESCRIPTION = """\
What being watched costs: the CPU of the worker's process per email with all telemetry on, with 10 % of the emails
traced, and with telemetry off. Each variant has a worker and an embedded stack of its own; in each round each of them
gets the sample mail once, one after the other in random order. Medians are printed, and written as JSON.

Needs a machine with little else to do. Ctrl-C ends it and prints what was measured."""

_QUICK_SECONDS = 140.0
"""The quick form begins no round that would end later than this, on a slow machine."""

Batches = dict[str, list[Batch]]


def main() -> int:
    """0; 1 if a worker failed; 130 after Ctrl-C."""
    chosen = _arguments()
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    variants = [variant for variant in VARIANTS if variant.name in chosen.variants]
    batches: Batches = {variant.name: [] for variant in variants}
    status = 0
    try:
        uvloop.run(measure(load_cases(SAMPLES), variants, chosen.rounds, batches, console, chosen.budget_seconds))
    except ChildError as error:
        console.print(f"Failed: {error}", style="red", markup=False)
        status = 1
    except KeyboardInterrupt:
        status = 130
    found = results(batches)
    report.show(console, found)
    if status:
        console.print("Nothing was written.")
        return status
    output: Path = chosen.output
    output.parent.mkdir(parents=True, exist_ok=True)
    rows = [result.as_json() | {"environment": environment()} for result in found]
    output.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    console.print("Written:", output, soft_wrap=True, highlight=False)
    return 0


async def measure(
    folder: CaseFolder,
    variants: Sequence[Variant],
    rounds: int,
    batches: Batches,
    console: Console,
    budget_seconds: float = math.inf,
) -> None:
    """Adds a batch to each variant's for every round; none is begun that would end after ``budget_seconds``.

    Raises ChildError when a worker fails or stops short.
    """
    began = time.monotonic()
    order = random.Random(1)  # the same order every time
    scripts = list(read_scripts(SAMPLES))
    async with AsyncExitStack() as running:
        lanes = []
        for variant in variants:
            lanes.append(await running.enter_async_context(Lane(variant, folder.world, scripts)))
            await lanes[-1].batch(copies(folder.cases, 0))  # the first mails warm everything up
            console.print(f"{variant.name} runs ({time.monotonic() - began:.0f} s)", highlight=False)
        longest = 0.0
        for number in range(1, rounds + 1):
            started = time.monotonic()
            if started - began + longest > budget_seconds:
                console.print(
                    f"This machine is slow: {number - 1} of {rounds} rounds must do. --rounds wants them all."
                )
                return
            order.shuffle(lanes)
            for lane in lanes:
                batches[lane.variant.name].append(await lane.batch(copies(folder.cases, number)))
            longest = max(longest, time.monotonic() - started)
            said = (f"{name} {own[-1].cpu_seconds * 1000 / own[-1].emails:.1f} ms" for name, own in batches.items())
            console.print(f"round {number} of {rounds}: {', '.join(said)} of CPU per email", highlight=False)


def _arguments() -> argparse.Namespace:
    names = [variant.name for variant in VARIANTS]
    parser = argparse.ArgumentParser(
        prog="python -m bench.telemetry", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds: less than three minutes")
    parser.add_argument(
        "--rounds",
        type=int,
        help="of which the medians are taken (default: 15; with --quick as many of 5 as time allows)",
    )
    parser.add_argument(
        "--variants",
        type=lambda text: [name.strip() for name in text.split(",")],
        default=names,
        metavar="NAME,NAME",
        help=f"only these (default: all: {', '.join(names)})",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "bench" / "results" / "telemetry.json",
        help="the JSON (default: bench/results/telemetry.json)",
    )
    chosen = parser.parse_args()
    unknown = [name for name in chosen.variants if name not in names]
    if unknown:
        parser.error(f"no variant is called {unknown[0]!r}; there are: {', '.join(names)}")
    if chosen.rounds is not None and chosen.rounds < 1:
        parser.error("--rounds is 1 or more")
    chosen.budget_seconds = _QUICK_SECONDS if chosen.quick and chosen.rounds is None else math.inf
    chosen.rounds = chosen.rounds or (5 if chosen.quick else 15)
    return chosen


if __name__ == "__main__":
    sys.exit(main())
