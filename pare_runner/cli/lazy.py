"""Groups of commands that import a command only when it is called, so that `--help` is quick."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

Commands = Mapping[str, tuple[str, str]]
"""Name of a command → (`module:attribute` of a function or of a `typer.Typer`, one line of help)."""

SETTINGS: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None, "pretty_exceptions_enable": False}
"""How every `typer.Typer` of ours is made: plain help, no tracebacks of typer's own."""


def lazy_group(commands: Commands) -> type[TyperGroup]:
    """The class of a group with `commands`, to be given to `typer.Typer(cls=…)`."""

    class LazyGroup(TyperGroup):
        def __init__(self, **settings: Any) -> None:
            shown = {name: TyperCommand(name, help=text) for name, (_, text) in commands.items()}
            super().__init__(**(settings | {"commands": shown}))

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            name, command, rest = super().resolve_command(ctx, args)
            return name, (command if name is None else load(name, commands[name][0])), rest

    return LazyGroup


def load(name: str, target: str) -> Any:
    """The command that `target` names, imported now."""
    module, _, attribute = target.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        single = typer.Typer(**SETTINGS)
        single.command(name)(found)
        found = single
    command = get_command(found)
    command.name = name
    return command
