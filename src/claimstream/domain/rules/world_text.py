"""The text of a ``world.json``, read strictly: every fault of its form is found, each with its place."""

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from claimstream.domain.records.base import Record
from claimstream.domain.records.inquiry import Client, Inquiry
from claimstream.domain.records.world import Entries, Tenant, World
from claimstream.domain.rules.faults import Place, WorldFaultsError, located, shortened
from claimstream.domain.rules.review import UndecidableError, amount_said

R = TypeVar("R", bound=Record)

_AMOUNTS = ("claim_amount", "current_amount")

_DEEPEST = 32
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]{1,2})?")
_euros = lru_cache(maxsize=16_384)(amount_said)
_ALTERNATIVE = re.compile(r"(?:str-enum|tuple|literal)\[")
"""The part that pydantic adds to a place where a field may be one of several types."""
_SECONDS = re.compile(r"\s*[+-]?[\d.]+\s*")
"""A count of seconds or days as text, which pydantic takes for one since 1970."""
_TIME = "expected a time with its zone as text, such as 2026-10-01T09:00:00Z"
_KINDS = {
    "missing": "is missing",
    "extra_forbidden": "is no field of the format",
    "string_type": "expected text in quotes",
    **dict.fromkeys(("bool_type", "bool_parsing"), "expected true or false"),
    **dict.fromkeys(("decimal_type", "decimal_parsing", "finite_number"), "expected an amount"),
    "tuple_type": "expected a list: [ … ]",
    "model_type": "expected an object: { … }",
}
"""The words for a fault, by pydantic's name of it."""


class _Object(dict[str, Any]):
    """A JSON object that remembers the keys it has twice."""

    twice: tuple[str, ...] = ()


def read_world_text(data: bytes) -> World:
    """Raises WorldFaultsError."""
    read = read_json(data)
    faults: dict[Place, str] = {}
    for place, fault in (*_faults(read), *_faults_of_numbers(read)):
        faults.setdefault(place, fault)
    try:
        world = World.model_validate(read)
    except ValidationError as error:
        for place, fault in _faults_of_types(error):
            faults.setdefault(place, fault)
    if faults:
        told = [located(place, fault) for place, fault in faults.items()]
        raise WorldFaultsError(told, sound=_sound(read, {place[:2] for place in faults}))
    return world


def faults_of_types(error: ValidationError) -> Iterator[str]:
    """The faults that pydantic has found, in our words."""
    for place, fault in _faults_of_types(error):
        yield located(tuple(part for part in place if not _ALTERNATIVE.match(str(part))), fault)


def read_json(data: bytes) -> Any:
    """Parse a JSON text in UTF-8, UTF-16 or UTF-32. Raises WorldFaultsError."""
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        _fail(f"is no text in {'UTF-16' if encoding.startswith('utf-16') else 'UTF-8'} (byte {error.start})")
    if not text.strip():
        _fail("is empty")
    try:
        return json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        _fail(f"is nested deeper than {_DEEPEST}")
    except json.JSONDecodeError as error:
        _fail(_fault_of_json(error))
    except ValueError:  # Python's own limit
        _fail("has a number of thousands of digits")
    except MemoryError:
        _fail("takes more memory than there is: load it in parts")


def _fault_of_json(error: json.JSONDecodeError) -> str:
    where = f"at line {error.lineno}, column {error.colno}"
    if error.msg.startswith("Unterminated string"):
        return f"is no JSON: the text that begins {where} has no end. Is the file cut off?"
    if error.pos >= len(error.doc.rstrip()):
        return f"is no whole JSON: it ends {where}, in the middle. Is the file cut off?"
    return f"is no JSON: {error.msg[0].lower()}{error.msg[1:]} {where}"


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        made.twice = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return made


def _faults(read: Any) -> Iterator[tuple[Place, str]]:
    """Yield the faults that types do not tell: text and numbers that no store can hold, and what JSON leaves open."""
    waiting: list[tuple[Place, Any]] = [((), read)]
    while waiting:
        place, value = waiting.pop()
        if len(place) > _DEEPEST:
            yield place[:4], f"nested deeper than {_DEEPEST}"
        elif isinstance(value, _Object):
            yield from (((*place, key), "stands there twice") for key in value.twice)
            yield from (((*place, key), said) for key in value if (said := _fault_of_key(key)))
            waiting += reversed([((*place, key), inner) for key, inner in value.items()])
        elif isinstance(value, list):
            waiting += reversed([((*place, number), inner) for number, inner in enumerate(value)])
        elif isinstance(value, str) and (said := _fault_of_text(value)):
            yield place, said
        elif isinstance(value, float) and not math.isfinite(value):
            yield place, "no finite number"
        elif isinstance(value, int) and abs(value) >= 2**63:
            yield place, "a number that is too large"


def _faults_of_numbers(read: Any) -> Iterator[tuple[Place, str]]:
    """Amounts and times: pydantic would also take 1e9, " -5 " and a number of seconds."""
    for number, client in _objects(read, "clients"):
        for index, creditor in _objects(client, "creditors"):
            for name in _AMOUNTS:
                if fault := _fault_of_amount(creditor.get(name)):
                    yield ("clients", number, "creditors", index, name), fault
    for number, inquiry in _objects(read, "inquiries"):
        if _counts_seconds(inquiry.get("sent_at")):
            yield ("inquiries", number, "sent_at"), _TIME
    if isinstance(read, dict) and _counts_seconds(read.get("now")):
        yield ("now",), _TIME


def _counts_seconds(value: object) -> bool:
    return _SECONDS.fullmatch(value) is not None if isinstance(value, str) else isinstance(value, int | float)


def _objects(within: Any, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a list in an object, each with its number, as far as all this is there."""
    found = within.get(name) if isinstance(within, dict) else None
    for number, one in enumerate(found if isinstance(found, list) else ()):
        if isinstance(one, dict):
            yield number, one


def _fault_of_amount(value: object) -> str | None:
    """The domain's rule for amounts that a person writes, of which a file takes the plain form only.

    A point with three digits behind it parts thousands there, and would be a fraction here.
    """
    if value is None:
        return None
    expected = 'expected an amount in EUR as text, such as "3418.07"'
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        expected += f", not {shortened(repr(value))}"
    if not isinstance(value, str) or _PLAIN.fullmatch(value) is None:
        return expected
    try:
        _euros(value)
    except UndecidableError as error:
        return str(error) if value.startswith("-") else expected
    return expected if value.startswith("-") else None


def _faults_of_types(error: ValidationError) -> Iterator[tuple[Place, str]]:
    for found in error.errors(include_url=False, include_input=False):
        kind, context = found["type"], found.get("ctx", {})
        if kind in {"enum", "literal_error"}:
            fault = f"expected {context['expected']}"
        elif kind.startswith("datetime"):
            fault = _TIME
        else:
            fault = _KINDS.get(kind, "is not what the format has there")
        yield found["loc"], fault


def _sound(read: Any, faulty: Collection[Place]) -> Entries:
    def records(name: str, kind: type[R]) -> dict[int, R]:
        return {n: kind.model_validate(one) for n, one in _objects(read, name) if (name, n) not in faulty}

    return Entries(records("tenants", Tenant), records("clients", Client), records("inquiries", Inquiry))


def _fault_of_key(key: str) -> str | None:
    if key.startswith("$"):
        return "no name of a field: MongoDB takes it for a command"
    if "." in key or not key:
        return "no name of a field: MongoDB takes it for a path"
    fault = _fault_of_text(key)
    return fault and f"{fault} in the name"


def _fault_of_text(text: str) -> str | None:
    if "\0" in text:
        return "a NUL character"
    return None if text.isascii() or text.encode("utf-8", "replace").decode() == text else "half of a surrogate pair"


def _fail(fault: str) -> NoReturn:
    raise WorldFaultsError([fault]) from None
