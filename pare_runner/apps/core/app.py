"""The app: state, tools, ids, and the YAML section that fills it."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Container, Mapping
from typing import Any, ClassVar

from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.fields import id_field
from pare_runner.apps.core.notices import Notice
from pare_runner.apps.core.services import FileStore, Services, current_services
from pare_runner.apps.core.shapes import Conversion, Model, Shape, shape_of
from pare_runner.apps.core.tools import ToolKind, ToolSpec, specs_of
from pare_runner.kernel.draws import Key


class App:
    """Base of all apps.

    A subclass names its state in `state_fields` (annotated attributes, in the order of `get_state`), its YAML section
    in `section` (a dataclass) and fills itself from it in `populate`. Methods decorated as tools are its API. The class
    docstring is what people read about the app.
    """

    name_in_benchmark: ClassVar[str] = ""
    state_fields: ClassVar[tuple[str, ...]] = ()
    section: ClassVar[type | None] = None
    notices: ClassVar[Mapping[str, Notice]] = {}
    """Environment tool → how user and agent are told that it happened; a tool not listed tells nobody."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name or type(self).__name__
        self.services: Services = current_services()

    @property
    def now(self) -> float:
        """Virtual seconds since the epoch."""
        return self.services.clock.now

    @property
    def file_store(self) -> FileStore:
        """The phone's file store; ValueError if it has none."""
        if self.services.files is None:
            raise ValueError("there is no file system on this phone")
        return self.services.files

    def new_id(self, kind: str, taken: Container[str] = ()) -> str:
        """A new id for an object of `kind` (the model's name), not in `taken`; keyed by what caused the call."""
        return self.services.ids.next(self.name, kind, taken)

    def draw(self, *key: Key, low: float = 0.0, high: float = 1.0) -> float:
        """A random float in [low, high), keyed by (seed, scenario, run, app, key): the same key, the same number."""
        return self.services.draws.uniform("app", self.name, *key, low=low, high=high)

    def get_state(self) -> dict[str, Any] | None:
        """The whole state as JSON; `load_state` restores it without loss. None for an app without state."""
        if not self.state_fields:
            return None
        return {name: to_json(getattr(self, name)) for name in self.state_fields}

    def load_state(self, state: Mapping[str, Any] | None) -> None:
        """Replace the state; a key not given keeps its value, an unknown one is ignored (old files have some).

        Raises ValueError naming the place of the first value that does not fit; the state is then unchanged.
        """
        if state is None:
            return
        conversion = Conversion(ignore_unknown=True)
        shapes = state_shapes(type(self))
        loaded = {
            name: shapes[name].convert(state[name], conversion, (name,)) for name in self.state_fields if name in state
        }
        if conversion.problems:
            path, message, hint = conversion.problems[0]
            place = ".".join(map(str, path))
            raise ValueError(f"{type(self).__name__} state, {place}: {message}{f' ({hint})' if hint else ''}")
        for name, value in loaded.items():
            setattr(self, name, value)

    def populate(self, section: Any) -> None:
        """Fill the app from its section, an instance of `section`."""
        raise TypeError(f"{type(self).__name__} has no YAML section")

    def next_timer(self) -> float | None:
        """When something in the app falls due by itself; None if nothing will."""
        return None

    def fire_timers(self, time: float) -> list[str]:
        """Do what is due at or before `time`; return the texts that notify user and agent."""
        return []

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        """Values of `argument` that exist in the state (ids of objects), in state order; empty if it refers to none.

        `prove` and the random policy make calls with them. By default an argument called like the id field of a data
        model takes the ids of all such objects in the state.
        """
        return self.known_ids().get(argument, [])

    def known_ids(self) -> dict[str, list[str]]:
        """Id field → ids of all objects in the state that have it."""
        found: dict[str, list[str]] = {}
        for name in self.state_fields:
            _collect_ids(getattr(self, name), found)
        return found

    @classmethod
    def tools(cls, *kinds: ToolKind) -> dict[str, ToolSpec]:
        """Name → tool for those of any of `kinds` (all if none is given)."""
        if (cls, kinds) not in _TOOLS:
            specs = specs_of(cls)
            _TOOLS[cls, kinds] = {name: s for name, s in specs.items() if not kinds or s.kinds & set(kinds)}
        return dict(_TOOLS[cls, kinds])


_TOOLS: dict[tuple[type[App], tuple[ToolKind, ...]], dict[str, ToolSpec]] = {}


@dataclasses.dataclass
class Screen:
    """A screen of an app: its constructor arguments say what is shown, its user tools what can be tapped.

    A subclass narrows `app` to its class. Screens hold drafts but no app state. Their tools call the app's methods
    directly, so one tap is one event.
    """

    app: Any

    @classmethod
    def constructor_arguments(cls) -> list[dataclasses.Field[Any]]:
        """Fields that say what is shown."""
        return [item for item in dataclasses.fields(cls) if item.name != "app" and item.init]

    @classmethod
    def tools(cls) -> dict[str, ToolSpec]:
        """Name → user tool."""
        return specs_of(cls)


_STATE_SHAPES: dict[type[App], dict[str, Shape]] = {}


def state_shapes(cls: type[App]) -> dict[str, Shape]:
    """State field → shape, from the class annotations."""
    if cls not in _STATE_SHAPES:
        hints = typing.get_type_hints(cls, include_extras=True)
        _STATE_SHAPES[cls] = {name: shape_of(hints[name]) for name in cls.state_fields}
    return _STATE_SHAPES[cls]


def section_shape(cls: type[App]) -> Model | None:
    """Shape of the YAML section of an app class."""
    shape = shape_of(cls.section) if cls.section is not None else None
    return shape if isinstance(shape, Model) else None


def _collect_ids(value: Any, found: dict[str, list[str]]) -> None:
    if isinstance(value, dict):
        for item in value.values():
            _collect_ids(item, found)
    elif isinstance(value, list):
        for item in value:
            _collect_ids(item, found)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        name = id_field(type(value))
        if name is not None:
            ids = found.setdefault(name, [])
            identifier = getattr(value, name)
            if identifier not in ids:
                ids.append(identifier)
        for item in dataclasses.fields(value):
            _collect_ids(getattr(value, item.name), found)
