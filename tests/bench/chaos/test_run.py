"""The chaos suite in its short form: each fault once, and six kills."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]


@pytest.mark.acceptance
@pytest.mark.timeout(1200)
async def test_nothing_is_lost_and_nothing_is_done_twice_under_kills_and_outages(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.chaos", "--emails", "240", "--seconds", "100", "--kills", "6"),
        *(
            "--rounds",
            "1",
            "--seed",
            "7",
            "--past-rows",
            "20000",
            "--logs",
            str(tmp_path),
            "--output",
            str(tmp_path / "kept" / "chaos.json"),
        ),
        cwd=_ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(1100):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    said = out.decode()
    last = json.loads(said.splitlines()[-1]) if said else {}
    assert process.returncode == 0, said + err.decode()
    assert (last["emails"], last["kills"]) == (240, 6)
    assert last["outages"] >= 51, "each fault has happened"
    assert last["poisoned"] == 5
    assert last["poison_waiting"] >= 4, "one that MongoDB alone refuses is given to a person before"
    assert last["killers"] == 1
    assert last["settled_beside_least"] >= 1
    assert json.loads((tmp_path / "kept" / "chaos.json").read_bytes()) == last
    bad = ("lost", "applied_twice", "tokens_paid_twice", "dead_lettered", "wrong_outcomes", "killers_unread", "held_up")
    assert [last[name] for name in (*bad, "crashes")] == [0] * 8
