"""The grammar of the command line, and its help."""

from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption


def in_order(words: Sequence[str]) -> list[str]:
    """Return the words as the parser takes them: ``audit --demo`` as ``--demo audit``, ``help audit`` as
    ``audit --help``."""
    end = words.index("--") if "--" in words else len(words)
    ours = [word for word in words[:end] if word != "--demo"]
    demo = ["--demo"] if len(ours) < end else []
    if ours[:1] == ["help"]:
        ours = [*ours[1:], "--help"]
    return [*demo, *ours, *words[end:]]


class _PlainCommand(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return _plain(super().get_params(ctx))


class _PlainGroup(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return _plain(super().get_params(ctx))


def _plain(params: list[Any]) -> list[Any]:
    """Name an option's value as the option: typer shows Python's types, ``<bool>`` for a flag, and writes a list of
    choices into so narrow a column that it breaks within words."""
    for option in params:
        if isinstance(option, TyperOption) and option.metavar is None:
            option.metavar = "" if option.is_flag else option.name.upper()
            if choices := option.type_descriptor.choices:
                option.help = f"{option.help} One of: {', '.join(map(str, choices))}."
    return params


def speak_plainly(app: typer.Typer) -> None:
    """Give the app's commands and groups help that shows no Python types."""
    app.info.cls = _PlainGroup
    for command in app.registered_commands:
        command.cls = _PlainCommand
    for group in app.registered_groups:
        if group.typer_instance is not None:
            speak_plainly(group.typer_instance)
