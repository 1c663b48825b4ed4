"""What is varied: messages per response, payload, handler."""

import itertools
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One point of the comparison."""

    per_response: int
    """Most messages in one response of the server."""
    payload_bytes: int
    handler_ms: float
    """How long each handler sleeps; 0 for one that returns at once."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """From "100x120x0". Raises ValueError that says what is expected."""
        try:
            per_response, payload_bytes, handler_ms = text.split("x")
            cell = cls(int(per_response), int(payload_bytes), float(handler_ms))
        except ValueError:
            cell = cls(0, 0, 0.0)
        if cell.per_response < 1 or cell.payload_bytes < 1 or cell.handler_ms < 0:
            raise ValueError(f"{text!r} is no cell: PER_RESPONSExPAYLOAD_BYTESxHANDLER_MS is, like 100x120x0")
        return cell

    def __str__(self) -> str:
        payload = f"{self.payload_bytes // 1024} KiB" if self.payload_bytes % 1024 == 0 else f"{self.payload_bytes} B"
        handler = f"{self.handler_ms:g} ms" if self.handler_ms else "no-op"
        return f"{self.per_response} per response, {payload}, {handler} handler"


ALL = tuple(itertools.starmap(Cell, itertools.product((1, 10, 100), (120, 10 * 1024), (0.0, 10.0))))
QUICK = (Cell(1, 120, 0.0), Cell(100, 120, 0.0))
