"""``python -m tests.samples_generator [FOLDER]``: write the sample mail afresh."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.samples_generator import (
    cases_claims,
    cases_endings,
    cases_formats,
    cases_guards,
    cases_machines,
    cases_matching,
    cases_prose,
    cases_settlements,
    cases_witness,
)
from tests.samples_generator.world import World

from claimstream.local.claude.script import SCRIPT_NAME, dump_script

SAMPLES = Path(__file__).parents[2] / "src" / "claimstream" / "local" / "samples"
GROUPS = (
    cases_claims,
    cases_formats,
    cases_matching,
    cases_guards,
    cases_settlements,
    cases_machines,
    cases_prose,
    cases_endings,
    cases_witness,
)


def write(folder: Path) -> int:
    """Replace the folder's content; returns the number of cases."""
    world = World()
    cases = [case for group in GROUPS for case in group.cases(world)]
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    # mail is bytes: no version control may change its line ends
    (folder / ".gitattributes").write_text("*.eml -text\n")
    (folder / "world.json").write_text(_json(world.as_json()))
    for number, case in enumerate(cases, 1):
        place = folder / f"{number:02d}-{case.slug}"
        place.mkdir()
        (place / "email.eml").write_bytes(case.raw)
        (place / "expected.json").write_text(_json(case.expected))
        if case.script:
            (place / SCRIPT_NAME).write_text(dump_script(case.script))
    return len(cases)


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    sys.stdout.write(f"{write(target)} cases in {target}\n")
