"""What comes out of a run, and what is wrong with it."""

import dataclasses

_LIBRARY_DESCRIPTORS = 8  # gRPC's pollers, opened when first needed and kept, however long the run
_LIBRARY_TASKS = 16  # gRPC's own: a call that ends together with its connection leaves one now and then
_GROWTH_MIB = 4.0  # for each 100,000 messages, beyond which memory is called growing


@dataclasses.dataclass(kw_only=True)
class Report:
    """What a run has shown."""

    seed: int
    seconds: float = 0.0
    published: int = 0
    settled: int = 0
    handled: int = 0
    repeated: int = 0
    messages_per_second: float = 0.0
    reconnects: int = 0
    faults: dict[str, int] = dataclasses.field(default_factory=dict)
    unhandled: int = 0
    unsettled: int = 0
    unconfirmed: int = 0
    """Of the settled ones: the subscriber was replaced before it had the answer, so that only the server knows."""
    left_on_server: int = 0
    violations: int = 0
    examples: list[str] = dataclasses.field(default_factory=list)
    rss_warm_mib: float | None = None
    rss_end_mib: float = 0.0
    growth_mib_per_100k: float | None = None
    """None: too few messages to tell."""
    tasks_left: list[str] = dataclasses.field(default_factory=list)
    descriptors_left: int = 0
    interrupted: bool = False

    @property
    def complaints(self) -> list[str]:
        found = list(self.examples)
        if self.violations > len(self.examples):
            found.append(f"... and {self.violations - len(self.examples)} more like these")
        ours = [name for name in self.tasks_left if not name.startswith("_AioCall.")]
        counts = {
            f"tasks are left: {', '.join(ours)}": len(ours),
            "tasks of gRPC are left": max(0, len(self.tasks_left) - len(ours) - _LIBRARY_TASKS),
            "file descriptors are left": max(0, self.descriptors_left - _LIBRARY_DESCRIPTORS),
        }
        if not self.interrupted:
            counts |= {
                "published messages were never handled": self.unhandled,
                "published messages were never settled": self.unsettled,
                "messages are still on the server": self.left_on_server,
            }
        found += [f"{count} {what}" for what, count in counts.items() if count > 0]
        if self.growth_mib_per_100k is not None and self.growth_mib_per_100k > _GROWTH_MIB:
            found.append(f"memory grows by {self.growth_mib_per_100k:.1f} MiB for each 100,000 messages")
        return found
