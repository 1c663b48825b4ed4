"""The tables of docs/telemetry.md as data."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PAGE = Path(__file__).parents[2] / "docs/telemetry.md"
_CODE = re.compile(r"`([^`]+)`(\??)")
_GROUP = re.compile(r"\*([a-z]+)\*")


@dataclass(frozen=True)
class ExpectedSpan:
    name: re.Pattern[str]
    kind: str
    under: frozenset[str]
    """Names, ``root`` or ``any``."""
    required: frozenset[str]
    allowed: frozenset[str]


def rows(header: str) -> list[list[str]]:
    """The cells of each row of the table whose first column has this heading."""
    lines = _PAGE.read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {header} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


def names(cell: str) -> list[str]:
    return [name for name, _ in _CODE.findall(cell)]


@cache
def _groups() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    return {cells[0].strip("*"): _attributes(cells[1]) for cells in rows("group")}


def _attributes(cell: str) -> tuple[frozenset[str], frozenset[str]]:
    """Those which are always there, and all of them."""
    found = [(name, bool(optional)) for name, optional in _CODE.findall(cell) if "." in name]
    required = {name for name, optional in found if not optional}
    allowed = {name for name, _ in found}
    for group in _GROUP.findall(cell):
        more = _groups()[group]
        required |= more[0]
        allowed |= more[1]
    return frozenset(required), frozenset(allowed)


def spans() -> list[ExpectedSpan]:
    expected = []
    for cell, kind, under, attributes in rows("span"):
        required, allowed = _attributes(attributes)
        parents = frozenset(names(under) or [under])
        for name in names(cell):
            pattern = re.compile(re.escape(name).replace("MODEL", r"claude-[\w.-]+").replace("TABLE", r"\w+"))
            expected.append(ExpectedSpan(pattern, kind, parents, required, allowed | {"error.type"}))
    return expected


def events() -> dict[str, frozenset[str]]:
    """Attributes by name of the event."""
    found: dict[str, frozenset[str]] = {}
    for cell, _, says in rows("event"):
        attributes = frozenset(name for name in names(says))
        found |= dict.fromkeys(names(cell), attributes)
    return found


def metrics() -> dict[str, tuple[str, str, frozenset[str]]]:
    """Kind, unit and attributes by name."""
    found: dict[str, tuple[str, str, frozenset[str]]] = {}
    for cell, kind_and_unit, attributes in rows("name"):
        kind, _, unit = kind_and_unit.partition(", ")
        found |= dict.fromkeys(names(cell), (kind, unit.strip("`"), frozenset(names(attributes))))
    return found


def actions() -> dict[str, frozenset[str]]:
    """Levels by action."""
    found: dict[str, frozenset[str]] = {}
    for cell, levels, _ in rows("action"):
        found |= dict.fromkeys(names(cell), frozenset(levels.split(", ")))
    return found
