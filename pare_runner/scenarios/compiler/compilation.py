"""What the stages of a compilation share: the document, the problems found so far, and the names defined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pare_runner.apps.core.app import App
from pare_runner.apps.core.shapes import INVALID, Conversion
from pare_runner.errors import Problem, ScenarioError, Severity, did_you_mean
from pare_runner.kernel.references import Ref, parse_path
from pare_runner.scenarios.text.yaml_text import Document

Path = tuple[str | int, ...]
T = TypeVar("T")


@dataclass(slots=True)
class Compilation:
    """One file on its way to a scenario."""

    document: Document
    start: float = 0.0
    problems: list[Problem] = field(default_factory=list)
    handles: dict[str, App] = field(default_factory=dict)

    def report(
        self,
        path: Sequence[str | int],
        message: str,
        hint: str = "",
        *,
        severity: Severity = "error",
        code: str = "",
        key: bool = False,
    ) -> None:
        """Note a problem at `path` of the document (at its key, if `key`)."""
        self.problems.append(self.document.problem(tuple(path), message, hint, severity, code, key))

    def take(self, conversion: Conversion) -> bool:
        """Note the problems of a conversion; True if there were none."""
        for path, message, hint in conversion.problems:
            self.report(path, message, hint, key=message.startswith("unknown key"))
        return not conversion.problems

    @property
    def broken(self) -> bool:
        """Whether an error was found."""
        return any(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Findings that do not keep the scenario from running."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")

    def stop_if_broken(self) -> None:
        """Raise ScenarioError with every error found so far."""
        if self.broken:
            raise ScenarioError(sorted((p for p in self.problems if p.severity == "error"), key=_position))


def sound(entries: Iterable[T]) -> Iterator[tuple[int, T]]:
    """(position, entry) of those entries that could be converted; the others have been reported."""
    return ((number, entry) for number, entry in enumerate(entries) if entry is not INVALID)


def sound_values(entries: Mapping[str, T]) -> dict[str, T]:
    """Those entries whose value could be converted."""
    return {key: entry for key, entry in entries.items() if entry is not INVALID}


def _position(problem: Problem) -> tuple[int, int]:
    parts = problem.where.rsplit(":", 2)
    if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
        return int(parts[1]), int(parts[2])
    return 0, 0


def with_refs(value: Any, compilation: Compilation, path: Path, events: frozenset[str]) -> Any:
    """`value` with every `{from: EVENT, path: …}` turned into a `Ref`; unknown events and bad paths are reported."""
    if isinstance(value, dict):
        if "from" in value and set(value) <= {"from", "path"}:
            return _ref(value, compilation, path, events)
        return {key: with_refs(item, compilation, (*path, key), events) for key, item in value.items()}
    if isinstance(value, list):
        return [with_refs(item, compilation, (*path, number), events) for number, item in enumerate(value)]
    return value


def arguments_with_refs(
    args: Mapping[str, Any], compilation: Compilation, path: Path, events: frozenset[str]
) -> dict[str, Any]:
    """Arguments by name, each with its references; an argument may be called `from`."""
    return {name: with_refs(value, compilation, (*path, name), events) for name, value in args.items()}


def _ref(value: dict[str, Any], compilation: Compilation, path: Path, events: frozenset[str]) -> Ref:
    event, steps = str(value["from"]), str(value.get("path") or "")
    if event not in events:
        compilation.report((*path, "from"), f"there is no event {event!r}", did_you_mean(event, events))
    try:
        parse_path(steps)
    except ValueError as error:
        compilation.report((*path, "path"), str(error))
    return Ref(event, steps)
