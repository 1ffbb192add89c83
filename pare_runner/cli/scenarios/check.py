"""`pare scenarios check`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from pare_runner.cli.console import mark, plural, problem_json, say, say_json, shown, warn
from pare_runner.errors import InputError, Problem
from pare_runner.library.catalog import Catalog
from pare_runner.library.entries import Entry
from pare_runner.library.files import PYTHON_ENDING, looks_like_path, scenario_files, to_path
from pare_runner.library.files import shown as shown_path
from pare_runner.library.sources import entries_of, load_modules

BAD_INPUT = 2


@dataclass(slots=True)
class Checked:
    """What was found about one file or scenario."""

    place: str
    ids: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def count(self, severity: str) -> int:
        """How many findings are of `severity`."""
        return sum(problem.severity == severity for problem in self.problems)


def check(
    names: Annotated[list[str], typer.Argument(metavar="FILE|FOLDER|ID...", help="What to check.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find every mistake in scenario files, each with file, line and column; exit status 2 if there is any.

    A warning alone does not count as a mistake. Folders are searched for .yaml, .yml and .py files.

    \b
    pare scenarios check my_scenario.yaml
    """
    found = checked_all(names)
    _find_duplicates(found)
    errors, warnings = (sum(item.count(kind) for item in found) for kind in ("error", "warning"))
    if as_json:
        say_json({"files": [_as_json(item) for item in found], "errors": errors, "warnings": warnings})
    else:
        for item in found:
            for problem in item.problems:
                say(shown(problem))
        counts = f"{plural(errors, 'error')}, {plural(warnings, 'warning')}"
        say(f"{plural(len(found), 'file')}: {mark(counts, 'error' if errors else 'ok')}")
    if errors:
        raise typer.Exit(BAD_INPUT)


def checked_all(names: Iterable[str]) -> list[Checked]:
    """Check what `names` stand for: paths of files and folders, or ids of installed scenarios.

    Python files come first, and the findings in the order of the names: a Python file may register an app.
    """
    names = list(names)
    by_id = [name for name in names if not looks_like_path(name) and not os.path.exists(name)]
    catalog = Catalog.installed() if by_id else Catalog(warnings=load_modules())
    warn(catalog.warnings)
    todo: list[Entry | tuple[Path, Path | None]] = []
    for name in names:
        path = to_path(name)
        if name in by_id:
            todo.append(catalog.find(name))
        elif os.path.isdir(path):
            files = scenario_files(path)
            if not files:
                raise InputError("no scenario files (.yaml, .yml, .py) in this folder", where=shown_path(path))
            todo += [(file, path) for file in files]
        else:
            todo.append((path, None))
    done: dict[int, Checked] = {}
    for number in sorted(range(len(todo)), key=lambda number: not _is_python(todo[number])):
        item = todo[number]
        done[number] = _checked(item) if isinstance(item, Entry) else _checked_file(*item)
    return [done[number] for number in range(len(todo))]


def _is_python(item: Entry | tuple[Path, Path | None]) -> bool:
    return not isinstance(item, Entry) and item[0].suffix == PYTHON_ENDING


def _checked_file(path: Path, folder: Path | None) -> Checked:
    result = Checked(shown_path(path))
    try:
        for entry in entries_of(path, folder):
            _try(entry, result)
    except InputError as error:
        result.problems += error.problems
    return result


def _checked(entry: Entry) -> Checked:
    result = Checked(entry.place)
    _try(entry, result)
    return result


def _try(entry: Entry, result: Checked) -> None:
    """Make the scenario and its phone; whatever is wrong goes to `result`."""
    result.ids.append(entry.scenario_id)
    try:
        scenario = entry()
        scenario.new_phone()
    except InputError as error:
        result.problems += error.problems
    except Exception as error:  # a Python scenario may raise anything
        result.problems.append(Problem(f"cannot be built: {type(error).__name__}: {error}", entry.place))
    else:
        result.problems += getattr(scenario, "warnings", ())


def _find_duplicates(found: list[Checked]) -> None:
    places: dict[str, str] = {}
    for item in found:
        for name in item.ids:
            first = places.setdefault(name, item.place)
            if first != item.place:
                item.problems.append(Problem(f"{first} is called {name!r} too", item.place, "rename one of them"))


def _as_json(item: Checked) -> dict[str, Any]:
    return {"place": item.place, "ids": item.ids, "problems": [problem_json(problem) for problem in item.problems]}
