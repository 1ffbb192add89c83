"""`pare scenarios check`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from pare_runner.cli.console import mark, plural, problem_json, say, say_json, shown, warn
from pare_runner.errors import InputError, Problem
from pare_runner.library.catalog import Catalog
from pare_runner.library.entries import Entry
from pare_runner.library.files import looks_like_path, scenario_files, to_path
from pare_runner.library.files import shown as shown_path
from pare_runner.library.sources import entries_of

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
    found = list(checked_all(names))
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


def checked_all(names: Iterable[str]) -> Iterator[Checked]:
    """Check what `names` stand for: paths of files and folders, or ids of installed scenarios."""
    catalog: Catalog | None = None
    for name in names:
        path = to_path(name)
        if not looks_like_path(name) and not os.path.exists(name):
            if catalog is None:
                catalog = Catalog.installed()
                warn(catalog.warnings)
            yield _checked(catalog.find(name))
        elif os.path.isdir(path):
            files = scenario_files(path)
            if not files:
                raise InputError("no scenario files (.yaml, .yml, .py) in this folder", where=shown_path(path))
            yield from (_checked_file(file, path) for file in files)
        else:
            yield _checked_file(path, None)


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
