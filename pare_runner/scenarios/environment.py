"""What conditions, checks and `validate` look at: the phone, the log, and which oracle events were met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pare_runner.apps.core.app import App
from pare_runner.apps.phone import Phone
from pare_runner.errors import InputError, did_you_mean
from pare_runner.kernel.events import CompletedEvent, Event, EventType, OracleEvent
from pare_runner.kernel.flow import Flow
from pare_runner.kernel.log import EventLog
from pare_runner.kernel.references import ReferenceFailed

A = TypeVar("A", bound=App)


class Environment:
    """A run as it stands now. `oracle` says whether the oracle's own events ran.

    `met` maps the id of each oracle event that was met to the call that met it; in oracle mode that is its own call.
    `verdicts` are those of a judge, by the name of the check: whether it holds, and why; None without a judge.
    """

    def __init__(self, phone: Phone, flow: Flow, *, oracle: bool, start_time: float) -> None:
        self.phone = phone
        self.flow = flow
        self.oracle = oracle
        self.start_time = start_time
        self.met: dict[str, CompletedEvent] = {}
        self.validation_failure: str | None = None
        self.verdicts: Mapping[str, tuple[bool, str]] | None = None
        self._calls: dict[EventType, list[CompletedEvent]] = {}
        self._sorted_until = 0

    @property
    def event_log(self) -> EventLog:
        """Everything that happened, in order."""
        return self.phone.log

    @property
    def apps(self) -> list[App]:
        """The phone's apps."""
        return list(self.phone.apps.values())

    @property
    def current_time(self) -> float:
        """Virtual seconds since the epoch."""
        return self.phone.services.clock.now

    @property
    def state(self) -> str:
        """`FAILED` when a validation event failed, else `STOPPED`."""
        return "FAILED" if self.validation_failure else "STOPPED"

    def get_app(self, name: str) -> App:
        """The app called `name`; InputError with the nearest name if there is none."""
        app = self.phone.apps.get(name)
        if app is None:
            raise InputError(f"there is no app {name!r}", hint=did_you_mean(name, self.phone.apps))
        return app

    def get_typed_app(self, app_type: type[A], name: str | None = None) -> A:
        """The app of class `app_type` (called `name`, if given); InputError if there is none."""
        return find_typed_app(self.phone.apps, app_type, name)

    def position(self, event_id: str) -> CompletedEvent | None:
        """The log entry that stands for an event of the flow: its own, or the call that met it; None if neither.

        What the environment did counts even if it failed; a step of the oracle or a condition that failed does not.
        """
        number = self.flow.index.get(event_id)
        if number is None:
            return None
        event = self.flow.events[number]
        if isinstance(event, OracleEvent) and not self.oracle:
            return self.met.get(event_id)
        own = self.phone.log.get(event_id)
        return None if own is None or (own.failed() and not isinstance(event, Event)) else own

    def result_of(self, event_id: str) -> Any:
        """The result of an event of the flow; ReferenceFailed when it has none."""
        completed = self.position(event_id)
        if completed is None or completed.failed():
            raise ReferenceFailed(f"event {event_id!r} has no result")
        return completed.metadata.return_value

    def calls(self, *actors: EventType) -> list[CompletedEvent]:
        """Completed calls of `actors` that did not fail, oldest first; those of noise are nobody's."""
        for event in self.phone.log[self._sorted_until :]:
            if event.action is not None and not event.failed() and not event.noise:
                self._calls.setdefault(event.event_type, []).append(event)
        self._sorted_until = len(self.phone.log)
        if len(actors) == 1:
            return list(self._calls.get(actors[0], ()))
        found = [event for actor in actors for event in self._calls.get(actor, ())]
        return sorted(found, key=lambda event: event.sequence)


def find_typed_app(apps: Mapping[str, App], app_type: type[A], name: str | None = None) -> A:
    """The first app of a class, by name if one is given."""
    for app in apps.values():
        if isinstance(app, app_type) and (name is None or app.name == name):
            return app
    wanted = f"{app_type.__name__} called {name!r}" if name else app_type.__name__
    raise InputError(f"there is no {wanted}", hint=did_you_mean(name or app_type.__name__, apps))


def is_ui(event: CompletedEvent) -> bool:
    """Whether a call was made on the agent interface."""
    return event.app_class_name() == "PAREAgentUserInterface"
