"""CPU per mail without any service: bytes to text, the deterministic reader, the rules. Over the built-in sample mail.

``--against REVISION`` measures that revision of the sources beside these: a process for each, in turns, the same mail.

python -m bench.reading [--rounds 5] [--against REVISION]
"""

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.reading_round import LINEAR_CHARACTERS, STEPS, Spent

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="of which the median is taken")
    parser.add_argument("--against", metavar="REVISION", help="measure the sources of this revision, too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sources = {"now": ROOT / "src"}
        if arguments.against:
            sources = {arguments.against: _sources_of(arguments.against, Path(folder)), **sources}
        rounds = [{name: _child(path) for name, path in sources.items()} for _ in range(arguments.rounds)]
    _report(rounds, list(sources))


def _sources_of(revision: str, folder: Path) -> Path:
    """The sources of a revision, unpacked into ``folder``."""
    packed = subprocess.run(["git", "archive", revision, "src"], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "src"


def _child(sources: Path) -> dict[str, Spent]:
    """One round in a process of its own, with these sources."""
    done = subprocess.run(
        [sys.executable, "-P", str(Path(__file__).with_name("reading_round.py"))],
        env={**os.environ, "PYTHONPATH": str(sources)},
        check=True,
        capture_output=True,
        text=True,
    )
    result: dict[str, Spent] = json.loads(done.stdout)
    return result


def _report(rounds: Sequence[dict[str, dict[str, Spent]]], names: Sequence[str]) -> None:
    table = Table("sources", "step", "median ms", "p95 ms", "slowest ms", "slowest case", "sum ms", "ratio")
    rows = []
    sums: dict[tuple[str, str], float] = {}
    for name in names:
        by_step: dict[str, dict[str, float]] = defaultdict(dict)
        for step in STEPS:
            for mail in rounds[0][name]["mails"][step]:
                by_step[step][mail] = statistics.median(r[name]["mails"][step][mail] for r in rounds)
        for step, by_mail in by_step.items():
            sums[name, step] = sum(by_mail.values())
            rows.append(_row(name, step, by_mail, sums[names[0], step]))
        total = sum(sums[name, step] for step in STEPS)
        first = sum(sums[names[0], step] for step in STEPS)
        rows.append({"sources": name, "step": "all", "sum_ms": round(total, 1), "ratio": round(total / first, 2)})
    keys = ("sources", "step", "median_ms", "p95_ms", "slowest_ms", "slowest_case", "sum_ms", "ratio")
    for row in rows:
        table.add_row(*(str(row.get(key, "")) for key in keys))
    long = Table("sources", *(f"{n:,} characters" for n in LINEAR_CHARACTERS))
    texts = {
        name: {
            str(n): round(statistics.median(r[name]["text"]["reader"][str(n)] for r in rounds), 1)
            for n in LINEAR_CHARACTERS
        }
        for name in names
    }
    for name, by_length in texts.items():
        long.add_row(name, *(f"{ms} ms" for ms in by_length.values()))
    console = Console()
    console.print(table, long)
    RESULTS.mkdir(exist_ok=True)
    results = {"mails": rows, "reader_ms_by_characters": texts}
    (RESULTS / "reading.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _row(name: str, step: str, by_mail: dict[str, float], first: float) -> dict[str, object]:
    times = sorted(by_mail.values())
    return {
        "sources": name,
        "step": step,
        "mails": len(times),
        "median_ms": round(statistics.median(times), 3),
        "p95_ms": round(times[int(len(times) * 0.95)], 3),
        "slowest_ms": round(times[-1], 3),
        "slowest_case": max(by_mail, key=by_mail.__getitem__),
        "sum_ms": round(sum(times), 1),
        "ratio": round(sum(times) / first, 2),
    }


if __name__ == "__main__":
    main()
