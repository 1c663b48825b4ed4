"""Real workers under random kills, outages of every service, broken streams and wrong clocks.

python -m bench.chaos [--emails 5000] [--seconds 600] [--kills 50] [--workers 3] [--rounds 3] [--past-rows 200000]
    [--seed 1] [--logs FOLDER] [--output FILE]

Mail arrives on the embedded stack while worker processes are killed, frozen and replaced and each service in turn is
down, slow, in error, cut in mid-answer and restarted, or refuses everybody. Some mails are poison for one service, or
end the process that reads them. When all is calm again, a checker that has nothing of the pipeline's compares Gmail's
list with PostgreSQL, MongoDB, the archive, the mail server and the token ledger. The last line is JSON. Exit status 0:
nothing lost, nothing done twice, nothing wrong, nothing held up; 1: something was; 130: interrupted. What happens, and
to which worker, follows from the seed; the exact moment does not.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench.chaos.plan import Plan
from bench.chaos.run import run


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.chaos", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--emails", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=600.0, help="in which they arrive")
    parser.add_argument("--kills", type=int, default=50, help="workers killed with SIGKILL")
    parser.add_argument("--workers", type=int, default=3, help="at any time")
    parser.add_argument("--rounds", type=int, default=3, help="how often each fault happens")
    parser.add_argument("--past-rows", type=int, default=200_000, help="delivered rows in the outbox from before")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--logs", type=Path, help="where the workers' logs are kept; else nowhere")
    parser.add_argument("--output", type=Path, help="a file to which the last line is written, too")
    options = parser.parse_args(arguments)
    plan = Plan(
        emails=options.emails,
        seconds=options.seconds,
        kills=options.kills,
        workers=options.workers,
        rounds=options.rounds,
        past_rows=options.past_rows,
        seed=options.seed,
    )
    # What the local servers say while they are cut off is no news: that is the fault.
    for name in ("claimstream", "aiohttp"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    console = Console()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        tempfile.TemporaryDirectory(prefix="claimstream-chaos-", ignore_cleanup_errors=True) as temporary,
        Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as progress,
    ):
        folder = options.logs or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        task = progress.add_task("", total=plan.emails)

        def show(what: str, settled: int, sent: int) -> None:
            progress.update(task, description=f"{what} ({sent} sent)", completed=settled)

        try:
            report = asyncio.run(run(plan, folder, show))
        except KeyboardInterrupt:
            console.print("stopped")
            return 130
    report.print(console)
    if options.output is not None:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report.as_json()))
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
