"""The text of a ``world.json``, read strictly: every fault of its form is found, each with its place."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from pydantic import ValidationError

from claimstream.domain.records.world import World

_DEEPEST = 32


class WorldFaultsError(Exception):
    """Faults for which a world cannot be used. Each one begins with its place: ``inquiries[3].reply_code: …``."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults[0] if len(faults) == 1 else "\n  ".join([f"{len(faults)} faults", *faults]))
        self.faults = faults


class _Object(dict[str, Any]):
    """A JSON object that remembers the keys it has twice."""

    twice: tuple[str, ...] = ()


def read_world_text(data: bytes) -> World:
    """Raises WorldFaultsError."""
    try:
        read = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        _fail(f"is not UTF-8 text (byte {error.start})")
    except RecursionError:
        _fail(f"Invalid JSON: nested deeper than {_DEEPEST}")
    except json.JSONDecodeError as error:
        _fail(f"Invalid JSON: {error.msg} at line {error.lineno} column {error.colno}")
    except ValueError:  # Python's own limit
        _fail("Invalid JSON: a number of thousands of digits")
    if faults := list(_faults(read)):
        raise WorldFaultsError(faults)
    try:
        return World.model_validate(read)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise WorldFaultsError([located(fault["loc"], fault["msg"]) for fault in found]) from None


def located(place: tuple[int | str, ...], fault: str) -> str:
    """A fault with its place before it."""
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{_shown(part)}" for part in place).removeprefix(".")
    return f"{where}: {fault}" if where else fault


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        made.twice = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return made


def _faults(read: Any) -> Iterator[str]:
    """Yield the faults that types do not tell: text and numbers that no store can hold, and what JSON leaves open."""
    waiting: list[tuple[tuple[int | str, ...], Any]] = [((), read)]
    while waiting:
        place, value = waiting.pop()
        if len(place) > _DEEPEST:
            yield located(place[:4], f"nested deeper than {_DEEPEST}")
        elif isinstance(value, _Object):
            yield from (located((*place, key), "stands there twice") for key in value.twice)
            yield from (located((*place, key), said) for key in value if (said := _fault_of_key(key)))
            waiting += reversed([((*place, key), inner) for key, inner in value.items()])
        elif isinstance(value, list):
            waiting += reversed([((*place, number), inner) for number, inner in enumerate(value)])
        elif isinstance(value, str) and (said := _fault_of_text(value)):
            yield located(place, said)
        elif isinstance(value, float) and not math.isfinite(value):
            yield located(place, "no finite number")
        elif isinstance(value, int) and abs(value) >= 2**63:
            yield located(place, "a number that is too large")


def _fault_of_key(key: str) -> str | None:
    if key.startswith("$"):
        return "no name of a field: MongoDB takes it for a command"
    fault = _fault_of_text(key)
    return fault and f"{fault} in the name"


def _fault_of_text(text: str) -> str | None:
    if "\0" in text:
        return "a NUL character"
    return None if text.isascii() or text.encode("utf-8", "replace").decode() == text else "half of a surrogate pair"


def _shown(key: str) -> str:
    return key if len(key) <= 40 and key.isprintable() else f"{key[:40]!a}…"


def _fail(fault: str) -> NoReturn:
    raise WorldFaultsError([fault]) from None
