"""Faults of a world, each with its place in the file."""

from collections.abc import Collection, Iterable
from typing import TypeAlias

from claimstream.domain.records.world import Entries

Place: TypeAlias = tuple[int | str, ...]

_SHOWN = 50
"""The number of faults that are printed: more are those of one habit, or of another kind of file."""
_NO_ENTRIES = Entries()


class WorldFaultsError(Exception):
    """Faults for which a world cannot be used. Each one begins with its place: ``inquiries[3].reply_code: …``."""

    def __init__(self, faults: Collection[str], *, sound: Entries = _NO_ENTRIES) -> None:
        """
        Args:
            sound: the records of a file whose form is right, where that of others is not.
        """
        self.faults = list(faults)
        self.sound = sound
        shown = [f"{len(faults):,} faults", *self.faults[:_SHOWN]] if len(faults) > 1 else self.faults
        if len(faults) > _SHOWN:
            shown.append(f"and {len(faults) - _SHOWN:,} more")
        super().__init__("\n  ".join(shown))


def located(place: Place, fault: str) -> str:
    """A fault with its place before it."""
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{_shown(part)}" for part in place).removeprefix(".")
    return f"{where}: {fault}" if where else fault


def joined(first: Collection[str], second: Iterable[str]) -> list[str]:
    """Join two lists of faults. Those of ``second`` at places that have a fault already are left out."""
    places = {fault.partition(": ")[0] for fault in first}
    return [*first, *(fault for fault in second if fault.partition(": ")[0] not in places)]


def _shown(key: str) -> str:
    return key if len(key) <= 40 and key.isprintable() else f"{key[:40]!a}…"


def shortened(text: str) -> str:
    """Text of a file as it stands in a message."""
    return text if len(text) <= 40 else f"{text[:40]}…"
