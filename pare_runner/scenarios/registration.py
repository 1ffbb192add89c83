"""Registration: scenarios written in Python, known by their ids."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from pare_runner.errors import InputError, did_you_mean
from pare_runner.scenarios.scenario import PAREScenario

S = TypeVar("S", bound=PAREScenario)
Maker = Callable[[], PAREScenario]

_ID = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class DuplicateScenario(InputError, ValueError):
    """Two scenarios have one id; `places` says where both are."""

    def __init__(self, scenario_id: str, first: str, second: str) -> None:
        self.places = (first, second)
        super().__init__(f"two scenarios are called {scenario_id!r}: {first} and {second}", hint="rename one of them")


@dataclass(frozen=True, slots=True)
class Registration:
    """A scenario somebody registered: `make()` gives a new one, `place` says where it comes from."""

    scenario_id: str
    make: Maker
    place: str


class ScenarioRegistry:
    """Scenarios by id; `registry` is the one that `register_scenario` fills."""

    def __init__(self) -> None:
        self._known: dict[str, Registration] = {}

    def register(self, make: Maker, scenario_id: str | None = None, place: str | None = None) -> None:
        """Make a scenario class, or a function that gives a scenario, known under `scenario_id`.

        Without an id a class is known by its own `scenario_id`, else by its name. The same place registered again
        replaces what was there; another place with the same id is a DuplicateScenario, which is a ValueError.
        """
        scenario_id = scenario_id or _own_id(make)
        if set(scenario_id) - _ID:
            raise ValueError(f"the id {scenario_id!r} must be letters, digits, _ and -")
        place = place or _place_of(make)
        known = self._known.get(scenario_id)
        if known is not None and known.place != place:
            raise DuplicateScenario(scenario_id, known.place, place)
        self._known[scenario_id] = Registration(scenario_id, make, place)

    def get(self, scenario_id: str) -> Maker:
        """What makes the scenario called `scenario_id`; InputError with the nearest id if there is none."""
        if scenario_id not in self._known:
            raise InputError(f"there is no scenario {scenario_id!r}", hint=did_you_mean(scenario_id, self._known))
        return self._known[scenario_id].make

    def ids(self) -> tuple[str, ...]:
        """All ids, sorted."""
        return tuple(sorted(self._known))

    def list(self) -> tuple[Registration, ...]:
        """Everything registered, by id."""
        return tuple(self._known[scenario_id] for scenario_id in self.ids())


registry = ScenarioRegistry()
"""Where `register_scenario` puts classes."""

_COLLECTING: ContextVar[ScenarioRegistry | None] = ContextVar("pare_runner_collecting", default=None)


@contextmanager
def collecting() -> Iterator[ScenarioRegistry]:
    """Classes registered inside go to a registry of their own, which is given."""
    own = ScenarioRegistry()
    token = _COLLECTING.set(own)
    try:
        yield own
    finally:
        _COLLECTING.reset(token)


@overload
def register_scenario(scenario_id: type[S]) -> type[S]: ...
@overload
def register_scenario(scenario_id: str | None = None) -> Callable[[type[S]], type[S]]: ...
def register_scenario(scenario_id: Any = None) -> Any:
    """Class decorator that makes a scenario known: `@register_scenario("my_id")`, or bare `@register_scenario`.

    The class gets the id as its `scenario_id`. Raises ValueError if another class has it, TypeError for anything that
    is not a subclass of PAREScenario.
    """

    def decorate(cls: Any, name: str | None = None) -> Any:
        if not (isinstance(cls, type) and issubclass(cls, PAREScenario)):
            raise TypeError(f"{cls!r} is not a subclass of PAREScenario")
        name = name or _own_id(cls)
        (_COLLECTING.get() or registry).register(cls, name)
        cls.scenario_id = name
        return cls

    if scenario_id is None or isinstance(scenario_id, str):
        return lambda cls: decorate(cls, scenario_id)
    return decorate(scenario_id)


def _own_id(make: Maker) -> str:
    """A class's own `scenario_id`, not one it inherits: that is another scenario's."""
    return str(vars(make).get("scenario_id") or getattr(make, "__name__", ""))


def _place_of(make: Maker) -> str:
    module = sys.modules.get(make.__module__)
    name = getattr(make, "__qualname__", repr(make))
    return f"{name} in {getattr(module, '__file__', None) or make.__module__}"
