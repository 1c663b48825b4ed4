"""Every regular expression of the package, with what it is used for."""

import ast
import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import claimstream

_PLACE_OF_FLAGS = {
    "compile": 1, "search": 2, "match": 2, "fullmatch": 2, "findall": 2, "finditer": 2, "split": 3, "sub": 4, "subn": 4,
}  # fmt: skip
_OURS = ("claimstream.local", "claimstream.evaluation.models", "claimstream.store.migrations")
"""The stand-ins and the migrations read no foreign text: at most cases that somebody runs by hand."""


@dataclasses.dataclass(frozen=True, slots=True)
class Collected:
    pattern: re.Pattern[Any]
    where: str
    anchored: bool
    """Tried at one place only, by ``match`` or ``fullmatch``; others are searched for all over a text."""
    longest: int | None = None
    """Characters of the longest text that is held against it, where there is a limit."""


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """A pattern that is made while a function runs."""

    where: str
    """Module and function."""
    source: str


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(claimstream.__path__, "claimstream."):
        if not found.name.startswith(_OURS) and not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def collect(module: ModuleType) -> tuple[list[Collected], list[Made]]:
    """The patterns that a module keeps or writes out in a call, and those that it makes at run time."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    kept = [
        _kept(pattern, module.__name__, name, source)
        for name, value in vars(module).items()
        for pattern in _inside(value)
        if re.search(rf"(?<![\w.]){re.escape(name)}\b[^=\n]*=", source)
    ]
    written, made = _in_calls(module, ast.parse(source))
    # A rule may stand in several lists; one that is searched for counts as such.
    kept.sort(key=lambda found: not found.anchored)
    return [*{id(found.pattern): found for found in kept}.values(), *written], made


def _kept(pattern: re.Pattern[Any], module: str, name: str, source: str) -> Collected:
    where = f"{module}.{name}"
    return Collected(pattern, where, _only_anchored(source, where, name), _LONGEST.get(where))


def _inside(value: object, depth: int = 4) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
        return
    children: Any = ()
    if isinstance(value, Mapping):
        children = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        children = value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        children = [getattr(value, field.name, None) for field in dataclasses.fields(value)]
    if depth:
        for child in children:
            yield from _inside(child, depth - 1)


_TRIED_AT_ONE_PLACE = {
    "claimstream.domain.reader.amounts._SHAPES",
    "claimstream.domain.reader.labels._WORDS",
    "claimstream.domain.replies.endings._KEY_WORDS",
    *(
        f"claimstream.domain.rules.reply_codes.{name}"
        for name in ("_DATE_AFTER_WORD", "_LABELLED_NUMBER", "_MONTH_WITH_NUMBERS")
    ),
}
"""Patterns in a list or a loop, all of which are only used by ``fullmatch``."""
_LONGEST = {"claimstream.domain.reader.labels._WORDS": 60}
"""Characters of the longest text that is held against a pattern."""


def _only_anchored(source: str, where: str, name: str) -> bool:
    """Whether every use of a module's pattern is ``match`` or ``fullmatch``. A public one may be used elsewhere."""
    uses = re.findall(rf"(?m)(?<![\w.]){re.escape(name)}\b(?!\s*(?:=|: tuple))(\.\w+)?", source)
    only = bool(uses) and set(uses) <= {".match", ".fullmatch"}
    return where in _TRIED_AT_ONE_PLACE or (name.startswith("_") and only)


def _in_calls(module: ModuleType, tree: ast.Module) -> tuple[list[Collected], list[Made]]:
    found, made = [], []
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _PLACE_OF_FLAGS
        ):
            continue
        method = node.func.attr
        inside = [f.name for f in functions if f.lineno <= node.lineno <= (f.end_lineno or 0)]
        where = f"{module.__name__}.{inside[-1] if inside else '<module>'}"
        place = _PLACE_OF_FLAGS[method]
        flags = [k.value for k in node.keywords if k.arg == "flags"] or node.args[place : place + 1]
        try:
            pattern = re.compile(_value(module, node.args[0]), _value(module, flags[0]) if flags else 0)
        except NameError:
            # Patterns that a module makes from its own lists when it is imported are found in what it keeps.
            if inside:
                made.append(Made(where, ast.unparse(node.args[0])))
        else:
            if inside or method != "compile":
                found.append(Collected(pattern, f"{where}:{node.lineno}", method in {"match", "fullmatch"}))
    return found, made


def _value(module: ModuleType, expression: ast.expr) -> Any:
    """The value of an expression that holds nothing but what its module has."""
    return eval(compile(ast.Expression(expression), module.__name__, "eval"), vars(module))
