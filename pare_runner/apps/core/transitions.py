"""Where a tap leads: data, so that the runtime follows it and the planner of taps can read it.

`push("NoteDetail", note_id=arg("note_id"))` says: on success, put the current screen on the stack and show NoteDetail
built with the tool's argument. Constructor values come from the tool's arguments, from the screen the tap was made on,
from the result, or from a function of all three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Effect = Literal["push", "replace", "return", "pop", "clear"]


@dataclass(frozen=True, slots=True)
class Arg:
    """The tool's argument `name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Own:
    """The attribute `name` of the screen the tap is made on."""

    name: str


@dataclass(frozen=True, slots=True)
class Result:
    """The tool's result, or its attribute or key `name`."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Computed:
    """A function of (screen, arguments, result); the planner cannot foresee its value."""

    function: Callable[[Any, Mapping[str, Any], Any], Any]


Source = Arg | Own | Result | Computed


@dataclass(frozen=True, slots=True)
class Transition:
    """`push` a screen, `replace` the current one, `return` to an equal screen just below (else replace), `pop` back to
    the previous (the root if there is none), or `clear` the stack and show a screen.

    It applies only if no value is None but those in `optional` (so `own("reminder_id")` can choose between two).
    """

    effect: Effect
    screen: str | None = None
    values: Mapping[str, Source] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    levels: int = 1


def push(screen: str, *, optional: tuple[str, ...] = (), **values: Source) -> Transition:
    """Show `screen` on top of the current one; values named in `optional` may be None."""
    return Transition("push", screen, values, frozenset(optional))


def replace(screen: str, *, optional: tuple[str, ...] = (), **values: Source) -> Transition:
    """Show `screen` instead of the current one."""
    return Transition("replace", screen, values, frozenset(optional))


def return_to(screen: str, *, optional: tuple[str, ...] = (), **values: Source) -> Transition:
    """Go back to `screen` if it is the one below with the same values, else show it instead of the current one."""
    return Transition("return", screen, values, frozenset(optional))


def pop(levels: int = 1) -> Transition:
    """Go back `levels` screens; the root screen if there are fewer."""
    return Transition("pop", levels=levels)


def clear(screen: str, *, optional: tuple[str, ...] = (), **values: Source) -> Transition:
    """Empty the stack and show `screen`."""
    return Transition("clear", screen, values, frozenset(optional))


def arg(name: str) -> Arg:
    """The tool's argument `name`."""
    return Arg(name)


def own(name: str) -> Own:
    """The attribute `name` of the current screen."""
    return Own(name)


def result(name: str = "") -> Result:
    """The tool's result or its attribute or key `name`."""
    return Result(name)


def computed(function: Callable[[Any, Mapping[str, Any], Any], Any]) -> Computed:
    """A function of (screen, arguments, result)."""
    return Computed(function)


def read_source(source: Source, screen: Any, arguments: Mapping[str, Any], outcome: Any) -> Any:
    """The value a source has after a tap."""
    if isinstance(source, Arg):
        return arguments.get(source.name)
    if isinstance(source, Own):
        return getattr(screen, source.name)
    if isinstance(source, Computed):
        return source.function(screen, arguments, outcome)
    if not source.name:
        return outcome
    return outcome.get(source.name) if isinstance(outcome, Mapping) else getattr(outcome, source.name, None)
