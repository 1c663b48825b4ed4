from pathlib import Path

import pytest

from claimstream.memory_plan import (
    LEAST_READER_BYTES,
    MEBIBYTE,
    READER_SHARED_BYTES,
    TEMPLATE_BYTES,
    WORKER_BYTES,
    MemoryPlan,
    available_memory,
)


@pytest.mark.parametrize("mebibytes", [1_400, 2_048, 4_096, 65_536])
@pytest.mark.parametrize("letters", [1, 1_000_000])
def test_all_together_stay_within_what_there_is(mebibytes: int, letters: int) -> None:
    plan = MemoryPlan.of(mebibytes * MEBIBYTE, letters_held=letters)
    assert plan.fits
    assert plan.needed <= mebibytes * MEBIBYTE
    assert plan.reader >= LEAST_READER_BYTES
    readers = plan.readers * (plan.reader + READER_SHARED_BYTES)
    assert WORKER_BYTES + TEMPLATE_BYTES + plan.letters + plan.mails + readers <= 0.95 * mebibytes * MEBIBYTE


def test_with_little_memory_one_process_reads() -> None:
    assert MemoryPlan.of(1_400 * MEBIBYTE, letters_held=1_000_000).readers == 1
    assert MemoryPlan.of(2_048 * MEBIBYTE, letters_held=1_000_000).readers == 2


def test_too_little_memory_is_known_and_gives_everybody_the_least() -> None:
    plan = MemoryPlan.of(700 * MEBIBYTE, letters_held=1_000_000)
    assert not plan.fits
    assert (plan.readers, plan.reader) == (1, LEAST_READER_BYTES)


V2, V1 = "0::{}\n", "5:cpu,cpuacct:/x\n4:memory:{}\n"


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        pytest.param(V2.format("/"), {"memory.max": "1073741824"}, 1024, id="a container of version 2"),
        pytest.param(
            V2.format("/pod/app"),
            {"pod/app/memory.max": "max", "pod/memory.max": "2147483648", "memory.max": "max"},
            2048,
            id="a limit of an outer group",
        ),
        pytest.param(
            V2.format("/pod/app"),
            {"pod/app/memory.max": "3221225472", "pod/memory.max": "2147483648"},
            2048,
            id="the least of several",
        ),
        pytest.param(
            V1.format("/docker/1"), {"memory/memory.limit_in_bytes": "1073741824"}, 1024, id="a container of version 1"
        ),
        pytest.param(V2.format("/../../host"), {"memory.max": "1073741824"}, 1024, id="a place outside of the mount"),
    ],
)
def test_the_limit_is_the_containers(tmp_path: Path, groups: str, files: dict[str, str], expected: int) -> None:
    for name, text in {"proc/self/cgroup": groups, **{f"sys/fs/cgroup/{n}": t for n, t in files.items()}}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert available_memory(tmp_path) == expected * MEBIBYTE


@pytest.mark.parametrize("text", ["max", "9223372036854771712"])
def test_without_a_limit_it_is_the_machines(tmp_path: Path, text: str) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(V2.format("/"))
    (tmp_path / "sys/fs/cgroup").mkdir(parents=True)
    (tmp_path / "sys/fs/cgroup/memory.max").write_text(text)
    assert available_memory(tmp_path) == available_memory(tmp_path / "nowhere")
