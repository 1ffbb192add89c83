"""Where scenarios come from: those shipped, installed packages, the folders of the user, and paths given by hand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from inspect import Parameter, signature
from pathlib import Path
from types import ModuleType
from typing import Any

from pare_runner.errors import InputError, Problem
from pare_runner.library.entries import Entry, registered_entry, yaml_entry
from pare_runner.library.files import PYTHON_ENDING, YAML_ENDINGS, scenario_files, shown, to_path
from pare_runner.library.modules import brings_apps, registered_in
from pare_runner.scenarios.registration import DuplicateScenario, registry
from pare_runner.scenarios.scenario import PAREScenario

ENTRY_POINTS = "pare.scenarios"
VARIABLE = "PARE_SCENARIOS_DIR"


@dataclass(slots=True)
class Findings:
    """Entries found, and warnings about what could not be used."""

    entries: list[Entry] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def warn(self, error: InputError, where: str = "") -> None:
        """Note the problems of `error` as warnings, placed at `where` unless they say so themselves."""
        for problem in error.problems:
            self.warnings.append(Problem(problem.message, problem.where or where, problem.hint, "warning"))


def shipped_folder() -> Path | None:
    """The folder of the shipped scenarios: inside the installed package, else beside it in a source checkout."""
    package = Path(__file__).resolve().parent.parent
    if (package / "shipped_scenarios").is_dir():
        return package / "shipped_scenarios"
    checkout = package.parent
    return checkout / "scenarios" if (checkout / "pyproject.toml").is_file() else None


def shipped() -> Findings:
    """The scenarios that come with the package."""
    folder = shipped_folder()
    paths = scenario_files(folder) if folder is not None and folder.is_dir() else []
    return Findings([yaml_entry(path, "shipped") for path in paths if path.suffix in YAML_ENDINGS])


def from_entry_points() -> Findings:
    """What installed packages offer under the entry point group `pare.scenarios`.

    An entry point is a module or a function that registers scenarios (the function may take the registry), a scenario
    class, or the path of a folder. One that fails is a warning.
    """
    found = Findings()
    _take_folders(_load_entry_points(found), found)
    return found


def _load_entry_points(found: Findings) -> list[tuple[Path, str]]:
    """Import all entry points; the folders they name, each with its origin."""
    folders: list[tuple[Path, str]] = []
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: (point.name, point.value)):
        where = f"entry point {point.name} = {point.value}"
        try:
            folder = _offered(point)
            if folder is not None:
                scenario_files(folder)  # one that cannot be read is a warning
                folders.append((folder, f"entry point {point.name}"))
        except DuplicateScenario:
            raise
        except InputError as error:
            found.warn(error, where)
        except Exception as error:
            found.warnings.append(Problem(f"{type(error).__name__}: {error}", where, severity="warning"))
    return folders


def from_environment() -> Findings:
    """The scenarios in the folders of `PARE_SCENARIOS_DIR`, separated by commas.

    InputError for a folder that is not there; one without scenarios, and a file that cannot be used, are warnings.
    """
    found = Findings()
    parts = _environment()
    folders = [(_folder_of(part), VARIABLE) for part in parts]
    for part, some in zip(parts, _take_folders(folders, found), strict=True):
        if not some:
            found.warnings.append(Problem(f"{part}: no scenario files in this folder", VARIABLE, severity="warning"))
    return found


def _environment() -> list[str]:
    return list(filter(None, map(str.strip, os.environ.get(VARIABLE, "").split(","))))


def _folder_of(part: str) -> Path:
    folder = to_path(part)
    if not os.path.isdir(folder):
        what = "is no folder" if os.path.exists(folder) else "does not exist"
        raise InputError(f"{part} {what}", where=VARIABLE)
    return folder


def load_modules() -> list[Problem]:
    """Import the Python of entry points and `PARE_SCENARIOS_DIR`, for the apps it registers; no YAML file is read.

    Whatever cannot be used, a missing folder too, is a warning: scenarios named by path may well do without it.
    """
    found = Findings()
    folders: list[tuple[Path, str]] = []
    try:
        folders += _load_entry_points(found)
    except InputError as error:
        found.warn(error, f"entry points {ENTRY_POINTS}")
    for part in _environment():
        try:
            folders.append((_folder_of(part), VARIABLE))
        except InputError as error:
            found.warn(error)
    for folder, _ in folders:
        try:
            files = [path for path in scenario_files(folder) if path.suffix == PYTHON_ENDING]
        except InputError as error:
            found.warn(error)
            continue
        for path in files:
            try:
                registered_in(path, folder)
            except InputError as error:
                found.warn(error, shown(path))
    return found.warnings


def registered() -> Findings:
    """What this process registered itself, without a file of ours."""
    return Findings(
        [registered_entry(item, "registered") for item in registry.list() if not isinstance(item.make, Entry)]
    )


def from_path(name: str) -> list[Entry]:
    """The scenarios of the file or folder `name`; InputError if it is not there, empty, or a file cannot be used."""
    path = to_path(name)
    if not os.path.isdir(path):
        return list(entries_of(path))
    paths = scenario_files(path)
    if not paths:
        raise InputError("no scenario files (.yaml, .yml, .py) in this folder", where=shown(path))
    entries = {item: list(entries_of(item, path)) for item in python_first(paths)}
    return [entry for item in paths for entry in entries[item]]


def import_python(name: str) -> None:
    """Import the Python files that the path `name` stands for; InputError for the first that does not import."""
    path = to_path(name)
    inside = os.path.isdir(path)
    for item in scenario_files(path) if inside else [path]:
        if item.suffix == PYTHON_ENDING:
            registered_in(item, path if inside else path.parent)


def python_first(paths: Iterable[Path]) -> list[Path]:
    """`paths` with the Python files in front: the apps they register are known when YAML files are compiled."""
    return sorted(paths, key=lambda path: path.suffix != PYTHON_ENDING)


def entries_of(
    path: Path, folder: Path | None = None, origin: str = "file", *, tolerant: bool = False
) -> Iterator[Entry]:
    """The scenarios of one file, found in `folder` or named by itself; then it has to hold one, or an app."""
    if path.suffix in YAML_ENDINGS:
        yield yaml_entry(path, origin, tolerant=tolerant)
        return
    if path.suffix != PYTHON_ENDING:
        raise InputError("a scenario file is called *.yaml, *.yml or *.py", where=shown(path))
    registrations = registered_in(path, folder or path.parent)
    if folder is None and not registrations and not brings_apps(path, path.parent):
        raise InputError("this file registers no scenario", where=shown(path), hint="decorate it: @register_scenario")
    for item in registrations:
        yield registered_entry(item, origin, tolerant=tolerant)


def _take_folders(folders: Sequence[tuple[Path, str]], found: Findings) -> list[bool]:
    """Add what is in `folders`, given with their origins; for each, whether there were any files.

    All Python files are imported before the first YAML file is read.
    """
    files = [[(path, folder, origin) for path in scenario_files(folder)] for folder, origin in folders]
    in_order = [item for items in files for item in items]
    taken: dict[tuple[Path, Path, str], Findings] = {}
    for item in sorted(in_order, key=lambda item: item[0].suffix != PYTHON_ENDING):
        path, folder, origin = item
        taken[item] = Findings()
        try:
            taken[item].entries += entries_of(path, folder, origin, tolerant=True)
        except DuplicateScenario:
            raise
        except InputError as error:
            taken[item].warn(error, shown(path))
    for item in dict.fromkeys(in_order):
        found.entries += taken[item].entries
        found.warnings += taken[item].warnings
    return [bool(items) for items in files]


def _offered(point: EntryPoint) -> Path | None:
    """Let an entry point register what it has; the folder it names, if it names one."""
    thing: Any = point.load()
    if isinstance(thing, ModuleType):
        return None
    if isinstance(thing, type) and issubclass(thing, PAREScenario):
        if thing not in [item.make for item in registry.list()]:
            registry.register(thing)
        return None
    if callable(thing):
        positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
        takes = signature(thing).parameters.values()
        thing = thing(registry) if any(i.kind in positional and i.default is i.empty for i in takes) else thing()
    if isinstance(thing, str | os.PathLike):
        folder = Path(thing)
        if not folder.is_dir():
            raise InputError(f"there is no folder {folder}")
        return folder
    if thing is None or isinstance(thing, type(registry)):
        return None
    raise InputError("is neither a module, a function, a scenario class nor a folder")
