"""The command line of the benchmark."""

import argparse
import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import uvloop
from rich.console import Console

from bench.pipeline import report
from bench.pipeline.plan import FULL, QUICK
from bench.pipeline.progress import Progress
from bench.pipeline.results import Found
from bench.pipeline.run import CELLS, measure
from bench.pubsub.process import ROOT, ChildError

_DESCRIPTION = """\
What a worker takes and gives while the services answer at realistic delays (Gmail 80 ms, GCS 40 ms, SMTP 20 ms,
Claude 3 s with a long tail, or 30 s; PostgreSQL and MongoDB are real):

  own-cpu     CPU per email with all telemetry on, against the same calls made bare
  normal-day  emails per second against what one core allows, and where the CPU goes
  slow-day    1,000 emails in flight in one process while the model takes 30 s: memory, and rate against the ideal
  scaling     1, 2 and 4 worker processes
  threads     beside it: a Dramatiq worker of 8, 64 and 1,000 threads (`make bench-pipeline` installs it)
  memory      over many emails

Needs a machine with little else to do. Ctrl-C ends it and prints what was measured."""

_QUICK_SECONDS = 145.0
"""The quick form begins no cell after this."""


def main() -> int:
    """0; 1 if a process failed; 130 after Ctrl-C."""
    chosen = _arguments()
    console = Console()
    if not console.is_terminal:
        console = Console(width=140)
    plan = QUICK if chosen.quick else FULL
    if chosen.memory_emails is not None:
        plan = replace(plan, memory_emails=chosen.memory_emails)
    progress = Progress(console)
    if "threads" in chosen.cells and chosen.threads_python is None:
        progress.say("without Dramatiq's threads: `make bench-pipeline` installs them, and --threads-python names them")
    found = Found()
    status = 0
    try:
        uvloop.run(
            measure(
                chosen.cells,
                plan,
                found,
                progress,
                threads_python=chosen.threads_python,
                budget_seconds=_QUICK_SECONDS if chosen.quick else math.inf,
            )
        )
    except ChildError as error:
        console.print(f"Failed: {error}", style="red", markup=False)
        status = 1
    except KeyboardInterrupt:
        status = 130
    report.show(console, found)
    if status:
        console.print("Nothing was written.")
        return status
    output: Path = chosen.output
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(found.as_json(quick=chosen.quick), indent=2) + "\n", encoding="utf-8")
    console.print("Written:", output, soft_wrap=True, highlight=False)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.pipeline", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="smaller than the goals speak of, to see that it works: under three minutes",
    )
    parser.add_argument(
        "--cells",
        type=lambda text: [name.strip() for name in text.split(",")],
        default=list(CELLS),
        metavar="NAME,NAME",
        help="only these (default: all)",
    )
    parser.add_argument(
        "--memory-emails", type=int, metavar="N", help="over how many emails memory is looked at (default: 20,000)"
    )
    parser.add_argument(
        "--threads-python", metavar="PATH", help="the Python of the environment that has Dramatiq (the extra `bench`)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "bench" / "results" / "pipeline.json",
        help="the JSON (default: bench/results/pipeline.json)",
    )
    chosen = parser.parse_args()
    unknown = [name for name in chosen.cells if name not in CELLS]
    if unknown:
        parser.error(f"no cell is called {unknown[0]!r}; there are: {', '.join(CELLS)}")
    if chosen.memory_emails is not None and chosen.memory_emails < 10:
        parser.error("--memory-emails is 10 or more")
    if chosen.threads_python is not None:
        chosen.threads_python = str(Path(chosen.threads_python).absolute())
    return chosen


if __name__ == "__main__":
    sys.exit(main())
