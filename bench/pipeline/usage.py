"""What processes and the machine use, from /proc; None where there is none."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Resident:
    """Memory of a process, in MiB."""

    now_mib: float
    peak_mib: float
    """Since it began."""


def resident(pid: int | str = "self") -> Resident | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    values = {
        name: int(rest.split()[0]) / 1024
        for name, _, rest in (line.partition(":") for line in lines)
        if "VmRSS" in name or "VmHWM" in name
    }
    return Resident(values["VmRSS"], values["VmHWM"]) if len(values) == 2 else None


def thread_cpu_seconds() -> dict[int, float]:
    """User and system time of each thread of this process, by its native id (proc_pid_stat(5), fields 14 and 15)."""
    found = {}
    for task in Path("/proc/self/task").glob("*"):
        try:
            fields = (task / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        found[int(task.name)] = (int(fields[11]) + int(fields[12])) / _TICKS
    return found


@dataclass(frozen=True, slots=True)
class Machine:
    """CPU seconds of all cores since the start."""

    busy_seconds: float
    all_seconds: float

    def busy_share_since(self, before: "Machine") -> float:
        """0 to 1, of all cores; it says where the machine was the limit."""
        return (self.busy_seconds - before.busy_seconds) / max(self.all_seconds - before.all_seconds, 1e-9)


def machine() -> Machine | None:
    try:
        fields = [int(ticks) / _TICKS for ticks in Path("/proc/stat").read_text(encoding="ascii").split()[1:9]]
    except OSError:
        return None
    idle = fields[3] + fields[4]
    return Machine(sum(fields) - idle, sum(fields))
