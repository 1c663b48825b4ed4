#!/usr/bin/env python3
"""Known holes in what is locked: pip-audit on the files named, with a status that tells a hole from a missing network.

    .ci/dependency_audit.py requirements.lock ...

Status 1 when a dependency has a known hole. Where the advisories cannot be reached nothing is known: that is said, and
is no failure by itself (status 0), since it would be one of every change.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def verdict(report: dict[str, Any] | None) -> tuple[int, list[str]]:
    """The exit status and what to say. ``report``: pip-audit's JSON; None when it made none."""
    if report is None:
        return 0, ["NOT AUDITED: the service of advisories was not reached. Run it where there is a network."]
    dependencies = report["dependencies"]
    skipped = [d["name"] for d in dependencies if "skip_reason" in d]
    holes = [
        f"{d['name']} {d['version']}: {v['id']}, mended in {', '.join(v['fix_versions']) or 'no version yet'}"
        for d in dependencies
        for v in d.get("vulns", ())
    ]
    audited = len(dependencies) - len(skipped)
    if not audited:
        return 0, [f"NOT AUDITED: there are no advisories to be had here for any of {len(skipped)} dependencies."]
    said = [f"{audited} dependencies audited, {len(holes)} known holes", *holes]
    if skipped:
        said.append(f"not audited: {', '.join(skipped)}")
    return (1 if holes else 0), said


def audit(file: str) -> dict[str, Any] | None:
    """pip-audit's report on a file of locked requirements; nothing is installed for it."""
    program = Path(sys.executable).parent / "pip-audit"
    done = subprocess.run(
        [program, "--disable-pip", "--require-hashes", "--format", "json", "--requirement", file],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        if "onnection" not in done.stderr and "imed out" not in done.stderr:  # a defect of ours, or of pip-audit
            sys.exit(f"{file}: pip-audit failed:\n{done.stderr[-2000:]}")
        return None
    return report


def main() -> int:
    worst = 0
    for file in sys.argv[1:]:
        status, said = verdict(audit(file))
        worst = max(worst, status)
        print("\n".join(f"{file}: {line}" for line in said))
    return worst


if __name__ == "__main__":
    sys.exit(main())
