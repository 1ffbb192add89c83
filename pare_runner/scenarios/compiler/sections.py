"""App sections: from YAML to populated apps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.core.app import App, section_shape
from pare_runner.apps.core.services import FileStore
from pare_runner.apps.core.shapes import INVALID, Conversion
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.errors import did_you_mean
from pare_runner.scenarios.compiler.compilation import Compilation

MAX_NAME = 26
RESERVED = {"aui": PAREAgentUserInterface, "system": HomeScreenSystemApp}
"""Handles that always exist."""


def build_apps(
    sections: Mapping[str, Mapping[str, Any]], classes: Mapping[str, type[App]], compilation: Compilation
) -> list[App]:
    """The populated apps in file order, agent interface and home screen included; handles go to the compilation.

    The file system is filled before the others, so that attachments can come from it.
    """
    built: dict[str, App] = {}
    chosen = {handle: _class_of(handle, section, classes, compilation) for handle, section in sections.items()}
    order = sorted(chosen, key=lambda handle: not _is_file_store(chosen[handle]))
    names: dict[str, str] = {}
    for handle in order:
        cls = chosen[handle]
        if cls is None:
            continue
        name = _name_of(handle, cls, sections[handle], names, compilation)
        app = cls() if cls is PAREAgentUserInterface else cls(name=name)
        names[app.name] = handle
        built[handle] = app
        _fill(handle, app, sections[handle], compilation)
    for handle in sections:
        if handle in built:
            compilation.handles[handle] = built[handle]
    for handle, cls in RESERVED.items():
        found = next((app for app in built.values() if isinstance(app, cls)), None)
        if found is None:
            found = cls() if cls is PAREAgentUserInterface else cls(cls.name_in_benchmark)
        compilation.handles[handle] = found
    return list(dict.fromkeys(compilation.handles.values()))


def _class_of(
    handle: str, section: Mapping[str, Any], classes: Mapping[str, type[App]], compilation: Compilation
) -> type[App] | None:
    path = ("apps", handle)
    kind = section.get("type")
    if kind is None:
        compilation.report(path, f"app {handle!r} needs a type", did_you_mean(handle, classes))
        return None
    cls = classes.get(str(kind))
    if cls is None:
        compilation.report((*path, "type"), f"there is no app class {kind!r}", did_you_mean(kind, classes))
        return None
    if handle in RESERVED and cls is not RESERVED[handle]:
        wanted = RESERVED[handle].__name__
        compilation.report((*path, "type"), f"the handle {handle!r} is kept for {wanted}")
        return None
    if not handle.isidentifier():
        compilation.report(path, f"the handle {handle!r} must be letters, digits and _", key=True)
        return None
    return cls


def _is_file_store(cls: type[App] | None) -> bool:
    return cls is not None and issubclass(cls, FileStore)


def _name_of(
    handle: str, cls: type[App], section: Mapping[str, Any], names: Mapping[str, str], compilation: Compilation
) -> str:
    path = ("apps", handle, "name")
    name = section.get("name", cls.name_in_benchmark)
    if not isinstance(name, str) or not name or len(name) > MAX_NAME:
        compilation.report(path, f"an app's name has 1 to {MAX_NAME} characters")
        return cls.name_in_benchmark
    if name in names:
        compilation.report(path, f"the app {names[name]!r} is called {name!r} too", "give one of them another name:")
    return name


def _fill(handle: str, app: App, section: Mapping[str, Any], compilation: Compilation) -> None:
    path = ("apps", handle)
    rest = {key: value for key, value in section.items() if key not in ("type", "name")}
    try:
        if "state" in rest:
            if len(rest) > 1:
                compilation.report(path, "state: cannot stand beside other keys of the section")
            elif not isinstance(rest["state"], Mapping | None):
                compilation.report((*path, "state"), "state must be the app's state, a mapping")
            else:
                app.load_state(rest["state"])
            return
        shape = section_shape(type(app))
        if shape is None:
            for key in rest:
                compilation.report((*path, key), f"{type(app).__name__} has no {key!r}", key=True)
            return
        conversion = Conversion(start=compilation.start)
        converted = shape.convert(rest, conversion, path)
        if compilation.take(conversion) and converted is not INVALID:
            app.populate(converted)
    except (ValueError, KeyError) as error:
        message = str(error.args[0]) if error.args else str(error)
        compilation.report((*path, "state") if "state" in rest else path, message)
