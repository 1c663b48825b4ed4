"""The memory that the service and its reading processes may take, so that together they stay in their container."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

MEBIBYTE = 1024 * 1024

WORKER_BYTES = 256 * MEBIBYTE
"""The service without mail and letters: 230 MiB were measured with all telemetry and 200 emails in flight."""
LETTER_BYTES = 360
"""The memory of one letter that is held (docs/scaling.md)."""
READER_SHARED_BYTES = 48 * MEBIBYTE
"""The shared memory of a reading process, beside the private memory that its limit counts: pages of programs and
libraries."""
TEMPLATE_BYTES = 64 * MEBIBYTE
"""The process that reading processes are forked from, and their guardians: 58 MiB were measured, and one each."""
LEAST_READER_BYTES = 192 * MEBIBYTE
"""The least private memory of a reading process: with less, ordinary documents are no longer read."""
MOST_READER_BYTES = 1024 * MEBIBYTE
LEAST_MAILS_BYTES = 320 * MEBIBYTE
"""One mail of Gmail's largest size while it comes in: its answer as bytes, as JSON and as text, and the mail."""
MOST_MAILS_BYTES = 1024 * MEBIBYTE
_KERNEL_SHARE = 0.05
"""The kernel's share of everything: sockets, page tables and files that the container is charged for, too."""
_READERS = 2
_NO_LIMIT = 1 << 60


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """The bytes of each part of the service."""

    total: int
    letters: int
    mails: int
    """Mails that are held at the same time, as they came and as they were read."""
    readers: int
    """The number of reading processes."""
    reader: int
    """The private memory of each."""

    @classmethod
    def of(cls, total: int, *, letters_held: int) -> Self:
        """The plan for so many bytes. Where they are too few, everybody gets the least: see :attr:`fits`."""
        letters = letters_held * LETTER_BYTES
        left = int(total * (1 - _KERNEL_SHARE)) - WORKER_BYTES - TEMPLATE_BYTES - letters
        mails = min(MOST_MAILS_BYTES, max(LEAST_MAILS_BYTES, left // 4))
        readers = _READERS
        reader = (left - mails) // readers - READER_SHARED_BYTES
        if reader < LEAST_READER_BYTES:
            readers, reader = 1, left - mails - READER_SHARED_BYTES
        return cls(total, letters, mails, readers, min(MOST_READER_BYTES, max(LEAST_READER_BYTES, reader)))

    @property
    def needed(self) -> int:
        """The most that all together take."""
        readers = TEMPLATE_BYTES + self.readers * (self.reader + READER_SHARED_BYTES)
        return int((WORKER_BYTES + self.letters + self.mails + readers) / (1 - _KERNEL_SHARE))

    @property
    def fits(self) -> bool:
        return self.needed <= self.total


def available_memory(root: Path = Path("/")) -> int:
    """Return the bytes that this process and its children may take: the least limit of its control groups, else the
    machine's.

    Args:
        root: of the file system; another one in tests.
    """
    limits = [limit for limit in _limits(root) if limit < _NO_LIMIT]
    return min([*limits, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")])


def _limits(root: Path) -> Iterator[int]:
    """The limits of the control groups that this process is in, version 2 and 1, from the innermost outwards."""
    groups = root / "sys/fs/cgroup"
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # not Linux
        return
    for line in lines:
        _, controllers, place = line.split(":", 2)
        if controllers == "":
            found = _upwards(groups, place, "memory.max")
        elif "memory" in controllers.split(","):
            found = _upwards(groups / "memory", place, "memory.limit_in_bytes")
        else:
            continue
        yield from found


def _upwards(mount: Path, place: str, name: str) -> Iterator[int]:
    """In a container the place is often the host's and not to be seen; the container's own group is then the mount."""
    at = mount / os.path.normpath(f"/{place}").lstrip("/")
    while at.is_relative_to(mount):
        try:
            text = (at / name).read_text().strip()
        except OSError:
            text = "max"
        if text.isdecimal():
            yield int(text)
        at = at.parent
