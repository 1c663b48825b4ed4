"""CPU per mail without any service: bytes to text, the deterministic reader, the rules. Over the built-in sample mail.

python -m bench.reading [--rounds 5]
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from claimstream.domain.reader.source import read_source
from claimstream.domain.records.decision import Thresholds
from claimstream.domain.records.intent import Intent
from claimstream.domain.rules.classification import classify
from claimstream.domain.rules.consolidation import consolidate
from claimstream.local.sample_mail import SAMPLES
from claimstream.reading.mail import read_mail

T = TypeVar("T")
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5, help="of which the median is taken")
    rounds = arguments.parse_args().rounds
    mails = {path.parent.name: path.read_bytes() for path in sorted(SAMPLES.glob("*/email.eml"))}
    thresholds = Thresholds()
    spent: dict[str, dict[str, float]] = {}

    def measured(stage: str, name: str, work: Callable[[], T]) -> T:
        times = []
        for _ in range(rounds):
            started = time.process_time()
            result = work()
            times.append((time.process_time() - started) * 1000)
        spent.setdefault(stage, {})[name] = statistics.median(times)
        return result

    for name, raw in mails.items():
        mail = measured("bytes to text", name, lambda raw=raw: read_mail(raw))  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
        found = measured("reader", name, lambda mail=mail: [read_source(source) for source in mail.sources])  # type: ignore[misc]  # as above
        measured(
            "rules",
            name,
            lambda mail=mail, found=found: (  # type: ignore[misc]  # as above
                classify(mail, found, letter=None),
                consolidate(found, intent=Intent.CLAIM_STATEMENT, thresholds=thresholds),
            ),
        )

    table = Table("stage", "median ms", "p95 ms", "slowest ms", "slowest case")
    rows = []
    for stage, by_case in spent.items():
        times = sorted(by_case.values())
        slowest = max(by_case, key=by_case.__getitem__)
        row = {
            "stage": stage,
            "mails": len(times),
            "median_ms": round(statistics.median(times), 3),
            "p95_ms": round(times[int(len(times) * 0.95)], 3),
            "slowest_ms": round(times[-1], 3),
            "slowest_case": slowest,
        }
        rows.append(row)
        table.add_row(stage, str(row["median_ms"]), str(row["p95_ms"]), str(row["slowest_ms"]), slowest)
    Console().print(table)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "reading.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
