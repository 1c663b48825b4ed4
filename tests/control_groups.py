"""A container's limit of memory without a container: a control group of Linux, which only root may make."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MOUNT = Path("/sys/fs/cgroup")
_V1 = _MOUNT / "memory"


@dataclass(frozen=True)
class ControlGroup:
    """``processes`` is the file that a process writes its id to in order to be in the group."""

    folder: Path
    first_version: bool

    @property
    def processes(self) -> Path:
        return self.folder / "cgroup.procs"

    @property
    def peak_bytes(self) -> int:
        return int((self.folder / ("memory.max_usage_in_bytes" if self.first_version else "memory.peak")).read_text())

    @property
    def ended_by_kernel(self) -> int:
        """How many processes the kernel ended because the group was at its limit."""
        name = "memory.oom_control" if self.first_version else "memory.events"
        counts = dict(line.split() for line in (self.folder / name).read_text().splitlines())
        return int(counts["oom_kill"])


def can_be_made() -> bool:
    if os.geteuid() != 0:
        return False
    if _V1.is_dir():
        return os.access(_V1 / "cgroup.procs", os.W_OK)
    enabled = _MOUNT / "cgroup.subtree_control"
    return enabled.is_file() and "memory" in enabled.read_text().split()


@contextmanager
def control_group(limit: int) -> Iterator[ControlGroup]:
    first_version = _V1.is_dir()
    folder = (_V1 if first_version else _MOUNT) / f"claimstream-test-{secrets.token_hex(4)}"
    folder.mkdir()
    try:
        (folder / ("memory.limit_in_bytes" if first_version else "memory.max")).write_text(str(limit))
        yield ControlGroup(folder, first_version)
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a group once its last process has ended: a guardian of a reading process ends a moment after it."""
    for _ in range(1_000):
        try:
            folder.rmdir()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError(f"processes are left in it: {(folder / 'cgroup.procs').read_text().split()}")
