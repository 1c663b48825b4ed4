"""Subscriber and publisher under random faults, until so many messages or seconds are over.

python -m bench.pubsub_soak [--messages 1000000] [--seconds 600] [--seed 1] [--keys 16] [--log PATH]

A subscription with at-least-once and one with exactly-once delivery, each with ordering keys and without; handlers that
acknowledge, release, retry, fail, hang and return nonsense; a server in its own process that misbehaves at random. At
the end: every published message handled and acknowledged, no message of a key handled ahead of an earlier one, none
handled again after exactly-once delivery confirmed it, memory flat, no task and no file descriptor left. The last line
is JSON. Exit status 0: all holds; 1: something does not; 130: interrupted. The faults and what handlers decide follow
from the seed.
"""

import argparse
import asyncio
import dataclasses
import json
import logging
import sys
from pathlib import Path

from rich.console import Console

from bench.pubsub_soak.progress import progress
from bench.pubsub_soak.run import soak


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.pubsub_soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long to publish; settling comes after")
    parser.add_argument("--seed", type=int, default=1, help="of the faults and of what handlers decide")
    parser.add_argument("--keys", type=int, default=16, help="ordering keys, for a fifth of the messages; 0: none")
    parser.add_argument("--log", type=Path, help="where the log of claimstream.pubsub goes; else nowhere")
    options = parser.parse_args(arguments)
    _log_to(options.log)
    console = Console()
    bar, show = progress(console, options.messages, options.seconds)
    with bar:
        report = asyncio.run(soak(options.messages, options.seconds, options.seed, options.keys, show=show))
    for complaint in report.complaints:
        console.print(f"FAILED: {complaint}", markup=False)
    holds = not report.complaints
    print(json.dumps(dataclasses.asdict(report) | {"ok": holds and not report.interrupted}))
    if report.interrupted:
        return 130
    return 0 if holds else 1


def _log_to(path: Path | None) -> None:
    """The subscriber's records and the ledger's complaints, in the order in which they happened."""
    handler = logging.FileHandler(path) if path else logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    for name in ("claimstream.pubsub", "claimstream.soak"):
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG if path else logging.CRITICAL)


if __name__ == "__main__":
    sys.exit(main())
