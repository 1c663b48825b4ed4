"""What `make soak-pubsub` would notice."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from bench.pubsub_soak.ledger import Ledger
from bench.pubsub_soak.report import Report
from tests.helpers import LONG
from tests.pubsub.place import patiently

from claimstream.pubsub import Settlement

_ROOT = Path(__file__).parents[2]


async def test_an_interrupt_still_reports() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.pubsub_soak", "--messages", "100000000", "--keys", "0"),
        cwd=_ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        await patiently(process.stdout.readline())  # ten seconds in
        process.terminate()
        rest = await asyncio.wait_for(process.stdout.read(), LONG)
        assert await process.wait() == 130
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    report = json.loads(rest.decode().splitlines()[-1])
    assert report["interrupted"]
    assert report["settled"] > 0


def handled(ledger: Ledger, text: str, *, finish: bool = True) -> None:
    ledger.begin(text, f"id of {text}")
    if finish:
        ledger.finish(text)
    ledger.end(text)


def test_a_message_handled_ahead_is_noticed() -> None:
    ledger = Ledger("lane", exactly_once=False)
    for number in range(3):
        ledger.publish(f"k/{number}")
    handled(ledger, "k/0")
    handled(ledger, "k/1", finish=False)
    handled(ledger, "k/0")  # again, which may be
    handled(ledger, "k/1")
    assert ledger.violations == 0
    handled(ledger, "other/1")
    assert ledger.examples == ["lane: other/1 was handled while other/0 was not finished"]


def test_two_messages_of_a_key_at_once_are_noticed() -> None:
    ledger = Ledger("lane", exactly_once=False)
    ledger.begin("k/0", "1")
    ledger.begin("k/0", "1")
    assert "at the same time" in ledger.examples[0]


def test_a_message_that_comes_again_after_its_confirmation_is_noticed_under_exactly_once() -> None:
    for exactly_once in (False, True):
        ledger = Ledger("lane", exactly_once=exactly_once)
        ledger.publish("/0")
        handled(ledger, "/0")
        ledger.settle("/0", "id of /0", Settlement.CONFIRMED)
        handled(ledger, "/0")
        assert ledger.violations == exactly_once


def test_what_is_not_settled_is_known() -> None:
    ledger = Ledger("lane", exactly_once=True)
    ledger.publish("/0")
    ledger.publish("/1")
    handled(ledger, "/0")
    ledger.settle("/0", "1", Settlement.INVALID_ACK_ID)
    assert (ledger.unhandled, ledger.unsettled) == ({"/1"}, {"/0", "/1"})


def test_growth_leftovers_and_losses_are_complaints() -> None:
    report = Report(seed=1, unhandled=2, left_on_server=3, tasks_left=["t"], growth_mib_per_100k=50.0)
    assert len(report.complaints) == 4
    assert not Report(seed=1, growth_mib_per_100k=0.5, descriptors_left=2).complaints


async def soak(*arguments: str) -> tuple[int | None, dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.pubsub_soak", *arguments), cwd=_ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, json.loads(output.decode().splitlines()[-1])


@pytest.mark.timeout(600)  # the soak's own patience is 90 s: what it finds is to be read
async def test_nothing_is_lost_under_random_faults() -> None:
    status, report = await soak("--messages", "4000", "--seconds", "15", "--seed", "7")
    assert (status, report["ok"]) == (0, True), report
    # a slow machine publishes fewer than 4,000 in 15 s
    assert report["settled"] == report["published"] > 0
    assert (report["unhandled"], report["left_on_server"]) == (0, 0)
    assert report["faults"]
