"""Scenario files written in Python: imported under a stable name, and remembered.

A folder is a package named after it (`pare_scenarios_<folder>`), so that its files can import one another relatively
and their classes can be pickled by name. What a file registers belongs to that file, not to the global registry: two
experiments in one process see each only the files they name.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from pare_runner.apps.registry import ALL_APPS, app_classes
from pare_runner.errors import InputError
from pare_runner.library.files import read_text, shown
from pare_runner.scenarios.hashes import digest
from pare_runner.scenarios.registration import DuplicateScenario, Registration, collecting, registry

PREFIX = "pare_scenarios_"


@dataclass(slots=True)
class _Imported:
    """What is known about the modules imported from files."""

    packages: dict[Path, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    registered: dict[str, list[Registration]] = field(default_factory=dict)
    with_apps: set[str] = field(default_factory=set)


_KNOWN = _Imported()


def registered_in(path: Path, folder: Path) -> list[Registration]:
    """Import the Python file `path`, which lies below `folder`, and return what it registers, in id order.

    A file that did not change is imported once in a process, whatever folder it is reached through: the apps it
    registers are the same classes. InputError with file and line if it does not import.
    """
    path, folder = path.resolve(), folder.resolve()
    source = read_text(path)
    name = _name_in_use(path, folder)
    sign = digest(source)
    if name in sys.modules and _KNOWN.digests.setdefault(name, sign) == sign:
        return _KNOWN.registered.get(name, [])
    _KNOWN.digests.pop(name, None)
    _KNOWN.registered.pop(name, None)
    _KNOWN.with_apps.discard(name)
    apps = app_classes()
    with collecting() as found:
        try:
            _execute(name, path, source)
        except BaseException:
            sys.modules.pop(name, None)
            raise
    if app_classes() != apps:
        _KNOWN.with_apps.add(name)
    for registration in found.list():
        owner = getattr(registration.make, "__module__", "")
        if owner.split(".")[0] == name.split(".")[0]:
            _KNOWN.registered.setdefault(owner, []).append(registration)
        else:  # a package of the user's that this file imports: registered as by any other import of it
            registry.register(registration.make, registration.scenario_id, registration.place)
    _KNOWN.digests[name] = sign
    return _KNOWN.registered.get(name, [])


def brings_apps(path: Path, folder: Path) -> bool:
    """Whether the imported file `path` registers apps, or holds app classes that are registered."""
    name = _name_in_use(path.resolve(), folder.resolve())
    own = [cls for cls in app_classes().values() if cls not in ALL_APPS]
    return name in _KNOWN.with_apps or any(item is cls for item in vars(sys.modules[name]).values() for cls in own)


def module_of(scenario_id: str) -> ModuleType | None:
    """The imported file that registers a scenario; None if none does."""
    for name, registrations in _KNOWN.registered.items():
        if any(item.scenario_id == scenario_id for item in registrations):
            return sys.modules.get(name)
    return None


def place_of(module: ModuleType) -> Path | None:
    """Where a module made of a scenario file lies: below its folder, whose name comes first. None for another one."""
    folders = {name: folder for folder, name in _KNOWN.packages.items()}
    folder = folders.get(module.__name__.partition(".")[0])
    path = getattr(module, "__file__", None)
    return None if folder is None or path is None else Path(folder.name, Path(path).resolve().relative_to(folder))


def module_name(path: Path, folder: Path) -> str:
    """The name of the module made of the file `path` below `folder`, both resolved."""
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join([_package(folder), *(part.replace(".", "_") for part in parts)])


def _name_in_use(path: Path, folder: Path) -> str:
    """The name `path` is already imported under, through whatever folder, else the one it has below `folder`."""
    names = [module_name(path, other) for other in _KNOWN.packages if path.is_relative_to(other)]
    return next((name for name in names if name in sys.modules), None) or module_name(path, folder)


def _package(folder: Path) -> str:
    if folder not in _KNOWN.packages:
        name = PREFIX + re.sub(r"\W", "_", folder.name)
        if name in sys.modules:
            name += f"_{digest(str(folder))[:8]}"
        package = ModuleType(name, f"Scenario files in {folder}.")
        package.__path__ = [str(folder)]
        sys.modules[name] = package
        _KNOWN.packages[folder] = name
    return _KNOWN.packages[folder]


def _execute(name: str, path: Path, source: str) -> None:
    """Run the file as the module `name`.

    Compiled here, not by Python's loader: that one would trust a stale cache if a file is changed twice in a second,
    and would leave caches in the user's folder.
    """
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None:
        raise InputError("this is no Python file", where=shown(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    importlib.invalidate_caches()
    try:
        exec(compile(source, str(path), "exec"), vars(module))
    except (DuplicateScenario, KeyboardInterrupt):
        raise
    except (Exception, SystemExit) as error:
        line = _line(error, path)
        where = f"{shown(path)}:{line}" if line else shown(path)
        raise InputError(f"does not import: {type(error).__name__}: {_text(error)}", where=where) from error


def _line(error: BaseException, path: Path) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno
    frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return frames[-1] if frames else None


def _text(error: BaseException) -> str:
    return error.msg if isinstance(error, SyntaxError) else str(error).partition("\n")[0]
