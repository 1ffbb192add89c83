"""The apps of an hf file as sections of a scenario file.

Each state is loaded as the app itself loads it, told as a tidy section, and the section is read back: only one that
gives the same state is used. Whatever has no such section becomes `state:`, the documented raw state.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.core.app import App, section_shape
from pare_runner.apps.core.services import FileStore, Services, building
from pare_runner.apps.core.shapes import INVALID, Conversion
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.atomic import json_bytes
from pare_runner.errors import did_you_mean
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.ids import IdSource
from pare_runner.scenarios.compiler.sections import MAX_NAME, RESERVED
from pare_runner.scenarios.json_schema import default_handle
from pare_runner.traces.hf_models import HfApp, HfDocument
from pare_runner.traces.importing.entries import EntryWriter
from pare_runner.traces.importing.sections import WRITERS
from pare_runner.traces.importing.times import written_time
from pare_runner.traces.importing.usual import put_right, usual_state
from pare_runner.traces.importing.work import Work

OTHER_NAMES: Mapping[str, str] = {
    "AgentUserInterface": "PAREAgentUserInterface",
    "ApartmentListingApp": "StatefulApartmentApp",
    "CabApp": "StatefulCabApp",
    "Calendar": "StatefulCalendarApp",
    "CalendarApp": "StatefulCalendarApp",
    "CalendarV2": "StatefulCalendarApp",
    "Contacts": "StatefulContactsApp",
    "ContactsApp": "StatefulContactsApp",
    "EmailClientApp": "StatefulEmailApp",
    "EmailClientV2": "StatefulEmailApp",
    "Files": "SandboxLocalFileSystem",
    "InternalContacts": "StatefulContactsApp",
    "Mail": "StatefulEmailApp",
    "MessagingAppV2": "StatefulMessagingApp",
    "ReminderApp": "StatefulReminderApp",
    "RentAFlat": "StatefulApartmentApp",
    "Shopping": "StatefulShoppingApp",
    "ShoppingApp": "StatefulShoppingApp",
    "SystemApp": "HomeScreenSystemApp",
    "VirtualFileSystem": "SandboxLocalFileSystem",
}
"""Meta-ARE's classes → those of the phone that have their tools."""


def class_name_of(source: HfApp) -> str:
    """The class that an app of a file has here."""
    return OTHER_NAMES.get(source.class_name, source.class_name)


def names_here(document: HfDocument) -> dict[str, str]:
    """Name of an app in the file → its name here, where that is another one: the agent interface has one name only."""
    names = {
        other: cls.name_in_benchmark
        for cls in RESERVED.values()
        for other, meant in OTHER_NAMES.items()
        if meant == cls.__name__
    }
    for source in document.apps:
        own = PAREAgentUserInterface.name_in_benchmark
        names[source.name] = own if class_name_of(source) == PAREAgentUserInterface.__name__ else source.name
    return names


@dataclass(slots=True)
class ImportedApp:
    """An app of the file: its handle, an app in its initial state, and its section with `type:`."""

    source: HfApp
    handle: str
    app: App
    section: dict[str, Any]


class AppImporter:
    """Makes the sections of one document."""

    def __init__(self, work: Work, classes: Mapping[str, type[App]]) -> None:
        self._work = work
        self._classes = classes
        self._write = EntryWriter(rounded=work.foreign)

    def apps(self, states: Mapping[str, dict[str, Any] | None]) -> dict[str, ImportedApp]:
        """Name in the file → app; `states` are those to use, by name."""
        found: dict[str, ImportedApp] = {}
        handles = set(RESERVED)
        services = Services(Clock(self._work.start), IdSource(self._work.document.definition.scenario_id))
        sources = self._work.document.apps
        with building(services):
            for source in sorted(sources, key=lambda item: not self._is_file_store(item)):
                cls = self._class_of(source)
                if cls is None or not self._can_be_called(source, cls):
                    continue
                handle = _handle(source.name, cls, handles)
                handles.add(handle)
                made = self._app(source, cls, states.get(source.name))
                if made is not None:
                    found[source.name] = ImportedApp(source, handle, *made)
        return {source.name: found[source.name] for source in sources if source.name in found}

    def reserved(self, apps: Mapping[str, ImportedApp]) -> dict[str, ImportedApp]:
        """The agent interface and the home screen by their usual names, where the file does not list them."""
        found: dict[str, ImportedApp] = {}
        with building(Services(Clock(self._work.start))):
            for handle, cls in RESERVED.items():
                if any(isinstance(item.app, cls) for item in apps.values()):
                    continue
                names = [name for name, meant in OTHER_NAMES.items() if meant == cls.__name__]
                app = self._new(cls, cls.name_in_benchmark)
                for name in (cls.__name__, cls.name_in_benchmark, *names):
                    found[name] = ImportedApp(HfApp("$.apps", name, name, None), handle, app, {})
        return found

    def _is_file_store(self, source: HfApp) -> bool:
        cls = self._classes.get(class_name_of(source))
        return cls is not None and issubclass(cls, FileStore)

    def _class_of(self, source: HfApp) -> type[App] | None:
        name = class_name_of(source)
        cls = self._classes.get(name)
        if cls is None:
            hint = did_you_mean(source.class_name, {*self._classes, *OTHER_NAMES})
            self._work.wrong(f"{source.path}.class_name", f"there is no app class {source.class_name!r}", hint)
        elif name != source.class_name:
            self._work.report.add("class", f"{source.path}.class_name", f"{source.class_name} is read as {name}")
        return cls

    def _can_be_called(self, source: HfApp, cls: type[App]) -> bool:
        if issubclass(cls, PAREAgentUserInterface):
            return True
        if not 0 < len(source.name) <= MAX_NAME:
            message = f"an app's name has 1 to {MAX_NAME} characters, {source.name!r} has {len(source.name)}"
            self._work.wrong(f"{source.path}.name", message)
            return False
        return True

    def _app(self, source: HfApp, cls: type[App], state: dict[str, Any] | None) -> tuple[App, dict[str, Any]] | None:
        app = self._new(cls, source.name)
        written: dict[str, Any] = {"type": cls.__name__}
        if app.name != cls.name_in_benchmark and not issubclass(cls, PAREAgentUserInterface):
            written["name"] = app.name
        if not state:
            self._tell_empty(source, app)
            return app, written
        wrong = _loading(app, state)
        if wrong and self._work.foreign:
            # Elsewhere null stands for whatever is not there, lists included.
            tidied = _readable(state, rounded=True)
            state, wrong = (state, wrong) if _loading(app, tidied) else (tidied, "")
        if wrong:
            self._work.wrong(f"{source.path}.app_state", wrong)
            return None
        section = self._section(app, cls)
        if section is not None:
            for message in put_right(cls.__name__, app.get_state() or {}) if self._work.foreign else ():
                self._work.report.add("state", f"{source.path}.app_state", message)
            return app, written | section
        return app, written | {"state": self._raw(app, cls, state)}

    def _tell_empty(self, source: HfApp, app: App) -> None:
        """Note that the file does not hold the state of an app that has one, unless that is told already."""
        where = f"{source.path}.app_state"
        if app.get_state() and not any(note.path == where for note in self._work.report.of("lost_state")):
            self._work.report.add("lost_state", where, "the file does not say what it holds; it is empty here")

    def _section(self, app: App, cls: type[App]) -> dict[str, Any] | None:
        """A section that gives the state `app` is in; None if there is none."""
        writer = WRITERS.get(cls.__name__)
        shape = section_shape(cls)
        if writer is None or shape is None:
            return {} if app.get_state() == self._new(cls, app.name).get_state() else None
        with _another(app) as again:
            try:
                section = writer(app, self._write)
                conversion = Conversion(start=self._work.start)
                converted = shape.convert(section, conversion)
                if conversion.problems or converted is INVALID or _has_template_keys(section):
                    return None
                again.populate(converted)
            except (ValueError, KeyError, TypeError, AttributeError, IndexError):
                return None  # a state that no section can tell
        return section if self._same(app, again) else None

    def _raw(self, app: App, cls: type[App], state: dict[str, Any]) -> dict[str, Any]:
        """The documented state, with readable times and without what the app takes for granted where that works."""
        tidied = _readable(state, rounded=self._work.foreign)
        with _another(app) as again:
            return tidied if not _loading(again, tidied) and self._same(app, again) else state

    def _same(self, app: App, other: App) -> bool:
        mine, theirs = app.get_state(), other.get_state()
        if json_bytes(mine) == json_bytes(theirs):
            return True
        if not self._work.foreign or mine is None or theirs is None:
            return False
        kind = type(app).__name__
        return json_bytes(usual_state(kind, mine)) == json_bytes(usual_state(kind, theirs))

    def _new(self, cls: type[App], name: str) -> App:
        return cls() if issubclass(cls, PAREAgentUserInterface) else cls(name=name)


@contextmanager
def _another(app: App) -> Iterator[App]:
    """A new app like `app`, with ids of its own: making it must not use up those of `app`."""
    services = Services(Clock(app.now), IdSource("another"), files=app.services.files)
    with building(services):
        cls = type(app)
        yield cls() if issubclass(cls, PAREAgentUserInterface) else cls(name=app.name)


def _handle(name: str, cls: type[App], taken: set[str]) -> str:
    if issubclass(cls, PAREAgentUserInterface):
        return "aui"
    if issubclass(cls, HomeScreenSystemApp):
        return "system"
    handle = default_handle(cls)
    if name != cls.name_in_benchmark or handle in taken or not handle.isidentifier():
        handle = re.sub(r"\W+", "_", name.casefold()).strip("_") or "app"
        handle = handle if handle.isidentifier() else f"app_{handle}"
    numbered = (f"{handle}_{number}" for number in range(2, len(taken) + 3))
    return handle if handle not in taken else next(item for item in numbered if item not in taken)


def _loading(app: App, state: dict[str, Any]) -> str:
    """Load a state; what is wrong with it, if anything is."""
    try:
        app.load_state(copy.deepcopy(state))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return str(error.args[0] if error.args else error) or type(error).__name__
    return ""


def _has_template_keys(value: Any) -> bool:
    """Whether a key holds what the language takes for a template: it allows none there, and keys cannot be escaped."""
    if isinstance(value, dict):
        return any("{{" in key or _has_template_keys(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_has_template_keys, value))


def _readable(value: Any, *, rounded: bool) -> Any:
    """A state without nulls and without texts that follow from times, and with times as texts."""
    if isinstance(value, list):
        return [_readable(item, rounded=rounded) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: written_time(float(item), rounded=rounded)
        if key in _TIMES and type(item) in (int, float)
        else _readable(item, rounded=rounded)
        for key, item in value.items()
        if item is not None and key not in _FOLLOWING
    }


_TIMES = frozenset(
    {
        "timestamp",
        "time_stamp",
        "last_updated",
        "created_at",
        "updated_at",
        "start_datetime",
        "end_datetime",
        "time_read",
        "time_notified",
        "mtime",
    }
)
"""Fields of states that hold seconds since the epoch."""
_FOLLOWING = frozenset({"start_strftime", "end_strftime"})
