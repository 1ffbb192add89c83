"""Arguments for calls nobody asked for: ids from the state, everything else plausible, all drawn by key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.core.dates import to_text
from pare_runner.apps.core.shapes import Choice, Enumerated, ListOf, MapOf, Scalar, Shape, Union
from pare_runner.apps.core.tools import Argument, ToolSpec
from pare_runner.kernel.draws import Draws, Key

ATTEMPTS = 24
"""How many draws are tried before a tool counts as not callable in a state."""

_MISSING = object()


def argument_sets(
    app: App, tool: ToolSpec, draws: Draws, time: float, paths: Sequence[str] = (), key: Sequence[Key] = ()
) -> Iterator[dict[str, Any]]:
    """Up to ATTEMPTS sets of arguments: every second one gives the optional arguments too.

    `paths` are the files on the phone. `key` says what the arguments are for: another key, other draws. Nothing comes
    when a required argument has no value in the state.
    """
    known = {argument.name: app.argument_values(tool, argument.name) for argument in tool.arguments}
    for argument in tool.arguments:
        if not known[argument.name] and argument.name.startswith("attachment_path"):
            known[argument.name] = list(paths)
    for attempt in range(ATTEMPTS):
        args: dict[str, Any] = {}
        for argument in tool.arguments:
            if not argument.required and attempt % 2 == 0:
                continue
            value = _value(app, tool, argument, known[argument.name], draws, time, attempt, key)
            if value is not _MISSING:
                args[argument.name] = value
            elif argument.required:
                return
        yield args


def _value(
    app: App,
    tool: ToolSpec,
    argument: Argument,
    known: Sequence[Any],
    draws: Draws,
    time: float,
    attempt: int,
    key: Sequence[Key],
) -> Any:
    shape = _unwrapped(argument.shape)
    if known:
        chosen = draws.choice(known, *key, app.name, tool.name, argument.name, attempt)
        return [chosen] if isinstance(shape, ListOf) and not isinstance(chosen, list) else chosen
    if argument.name.endswith("_id") or argument.name.endswith("_ids"):
        return _MISSING
    if "date" in argument.name or argument.name.endswith("_time"):
        # Later arguments get later times, so that an end comes after its start.
        hours = 24 * (1 + attempt) + [item.name for item in tool.arguments].index(argument.name)
        return to_text(time + 3600.0 * hours) if isinstance(shape, Scalar) else _MISSING
    return _plausible(argument.name, shape)


def _plausible(name: str, shape: Shape) -> Any:
    if isinstance(shape, ListOf):
        item = _plausible(name, _unwrapped(shape.item))
        return _MISSING if item is _MISSING else [item]
    if isinstance(shape, Enumerated):
        return next(iter(shape.members)).value
    if isinstance(shape, Choice):
        return shape.values[0]
    if isinstance(shape, MapOf):
        return {}
    if isinstance(shape, Scalar):
        if shape.python_type is str:
            return "somebody@example.org" if name in ("recipients", "recipient", "cc", "sender") else f"some {name}"
        return {int: 1, float: 10.0, bool: True}.get(shape.python_type, _MISSING)
    return _MISSING


def _unwrapped(shape: Shape) -> Shape:
    return shape.options[0] if isinstance(shape, Union) else shape
