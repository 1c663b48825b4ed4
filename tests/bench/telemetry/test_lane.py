"""The machinery of the benchmark, with a handful of mails; what it takes is not looked at."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench.pubsub.process import ChildError
from bench.telemetry.lane import Lane
from bench.telemetry.mail import copies
from bench.telemetry.process import Worker
from bench.telemetry.variants import OFF, ON, Variant

from claimstream.evaluation.case import CaseFolder, load_cases
from claimstream.local.claude.script import read_scripts
from claimstream.local.sample_mail import SAMPLES


@pytest.fixture(scope="module")
def samples() -> CaseFolder:
    return load_cases(SAMPLES)


@pytest.mark.parametrize("variant", [ON, OFF], ids=lambda variant: variant.name)
async def test_a_lane_settles_its_mails_and_says_what_they_took(variant: Variant, samples: CaseFolder) -> None:
    async with Lane(variant, samples.world, list(read_scripts(SAMPLES))) as lane:
        batches = [await lane.batch(copies(samples.cases[:4], number)) for number in range(2)]
    assert [batch.emails for batch in batches] == [4, 4]
    assert batches[1].spans <= 1.5 * batches[0].spans, "those of its own emails alone"
    for batch in batches:
        assert batch.cpu_seconds > 0
        assert batch.seconds > 0
        assert batch.peak_rss_mib > 50
        # Nine stages and what is around them; one line at least for each.
        assert (batch.spans >= 40 and batch.log_lines >= 4) == variant.exports
        if not variant.exports:
            assert (batch.spans, batch.log_lines) == (0, 0)


async def test_a_worker_that_cannot_start_is_reported_by_its_last_line(tmp_path: Path) -> None:
    worker = Worker({}, now=datetime(2026, 10, 20, tzinfo=UTC), log=tmp_path / "log")
    with pytest.raises(ChildError, match=r"the worker ended: .*DATABASE_URL"):
        async with worker:
            pass


def test_no_two_copies_have_the_same_message_id(samples: CaseFolder) -> None:
    mails = [mail.raw for number in range(3) for mail in copies(samples.cases[:5], number)]
    ids = {line for raw in mails for line in raw.splitlines() if line.lower().startswith(b"message-id:")}
    assert len(ids) == len(mails) == 15
