"""The phone: its apps, the screen in front, and the one place where calls are made and logged."""

from __future__ import annotations

import traceback
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.services import Services
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import ToolKind, ToolSpec, specs_of
from pare_runner.apps.notifications import NotificationCenter
from pare_runner.errors import bracketed_hint, did_you_mean
from pare_runner.kernel.events import Action, CompletedEvent, Event, EventMetadata, EventType, OracleEvent
from pare_runner.kernel.log import EventLog

Obstacle = Callable[[App, str], Exception | None]
"""What keeps a call of a tool of an app from being carried out: the error it fails with; None lets it pass."""


class ToolUnavailable(LookupError):
    """No such app or tool, or not one this caller may use here and now."""


class Phone:
    """Apps that share clock, ids and files; carries out events for the kernel and calls for the agents.

    Every call goes through `call`: it binds the arguments, runs the tool, logs one event whatever comes of it, follows
    the tap's transition if it succeeded, and posts notifications.
    """

    def __init__(self, apps: Iterable[App], services: Services, log: EventLog | None = None) -> None:
        self.apps: dict[str, App] = {app.name: app for app in apps}
        self.services = services
        self.log = log if log is not None else EventLog()
        self.notifications = NotificationCenter()
        self.active: StatefulApp | None = None
        self.background: list[str] = []
        self.obstacle: Obstacle | None = None
        self._calls: dict[tuple[str, str, str, str], int] = {}
        self._timed = [app for app in self.apps.values() if type(app).next_timer is not App.next_timer]
        # Without a cycle a finished phone is freed at once, not by the garbage collector some runs later.
        services.launcher = weakref.proxy(self)
        for app in self.apps.values():
            app.services = services

    # What the kernel asks -------------------------------------------------------------------------------------------

    def perform(
        self,
        event: Event | OracleEvent,
        args: dict[str, Any],
        parents: tuple[str, ...],
        failure: Exception | None,
    ) -> CompletedEvent:
        """Carry out a scheduled event."""
        action = event.action
        if action is None:
            raise ValueError(f"event {event.event_id!r} has no action")
        self.services.begin("event", event.event_id)
        return self._call(
            event.event_type,
            action.app,
            action.function,
            args,
            event.event_id,
            parents,
            scheduled=True,
            failure=failure,
        )

    def next_timer(self) -> float | None:
        """Time of the earliest timer of any app."""
        times = [time for app in self._timed if (time := app.next_timer()) is not None]
        return min(times) if times else None

    def fire_timers(self, time: float) -> None:
        """Fire what is due in any app and notify both sides."""
        for app in self._timed:
            self.services.begin("timer", app.name, time)
            for text in app.fire_timers(time):
                self.notifications.post_timer(time, text)

    # What agents and users ask --------------------------------------------------------------------------------------

    def call(
        self, actor: EventType, app_name: str, function: str, args: Mapping[str, Any], *, mode: str | None = None
    ) -> CompletedEvent:
        """Make a call that no event scheduled; its id says who called what for the how-manyeth time.

        `mode` is what the assistant was doing, for the log. The assistant's calls may meet the `obstacle`; those that
        do are counted by themselves, so that the ids of all others are what they would be without it.
        """
        app = self.apps.get(app_name)
        met = self.obstacle(app, function) if self.obstacle and app and actor is EventType.AGENT else None
        caller, kind = (actor.value, app_name, function), "call" if met is None else "failure"
        number = self._calls[*caller, kind] = self._calls.get((*caller, kind), 0) + 1
        self.services.begin(kind, *caller, number)
        event_id = f"{'-'.join(caller)}-{kind}-{number}"
        return self._call(actor, app_name, function, args, event_id, (), obstacle=met, mode=mode)

    def user_tools(self) -> dict[str, ToolSpec]:
        """`App__tool` → what the user can tap now: home screen, agent interface, the screen in front."""
        found: dict[str, ToolSpec] = {}
        for app in self.apps.values():
            tools = app.user_tools() if app is self.active and isinstance(app, StatefulApp) else self._anywhere(app)
            found |= {f"{app.name}__{name}": spec for name, spec in tools.items()}
        return found

    # What the home screen asks --------------------------------------------------------------------------------------

    def app_names(self) -> Sequence[str]:
        """Names of the apps with screens."""
        return [name for name, app in self.apps.items() if isinstance(app, StatefulApp)]

    def open_app(self, app_name: str) -> str:
        """Show an app from its root screen; KeyError unknown, TypeError without screens."""
        app = self._openable(app_name)
        if app is self.active:
            return f"{app_name} is already open."
        self._leave()
        if app_name in self.background:
            self.background.remove(app_name)
        app.reset_screens()
        self.active = app
        return f"{app_name} is open."

    def switch_app(self, app_name: str) -> str:
        """Return to an app as it was left; ValueError if it was not opened before."""
        app = self._openable(app_name)
        if app is self.active:
            return f"{app_name} is already in front."
        if app_name not in self.background:
            raise ValueError(f"{app_name} has not been opened; open it from the home screen")
        self._leave()
        self.background.remove(app_name)
        self.active = app
        return f"{app_name} is in front."

    def go_home(self) -> str:
        """Show the home screen."""
        if self.active is None:
            return "The home screen is already shown."
        self._leave()
        return "The home screen is shown."

    def _leave(self) -> None:
        if self.active is not None:
            self.background.append(self.active.name)
            self.active = None

    def _openable(self, app_name: str) -> StatefulApp:
        app = self.apps.get(app_name)
        if app is None:
            raise KeyError(f"there is no app {app_name!r}; {did_you_mean(app_name, self.app_names())}")
        if not isinstance(app, StatefulApp):
            raise TypeError(f"{app_name} has no screens to open")
        return app

    # Making a call --------------------------------------------------------------------------------------------------

    def _call(
        self,
        actor: EventType,
        app_name: str,
        function: str,
        args: Mapping[str, Any],
        event_id: str,
        parents: tuple[str, ...],
        *,
        scheduled: bool = False,
        failure: Exception | None = None,
        obstacle: Exception | None = None,
        mode: str | None = None,
    ) -> CompletedEvent:
        time = self.services.clock.now
        app = self.apps.get(app_name)
        spec: ToolSpec | None = None
        logged: dict[str, Any] | None = None
        try:
            if failure is not None:
                raise failure
            target, spec = self._find(actor, app_name, function)
            bound = spec.bind(args)
            logged = to_json(bound)  # before the call, which must not be able to change what the log says
            if obstacle is not None:
                raise obstacle
            outcome = spec.function(target, **bound)
            metadata = EventMetadata(to_json(outcome), None if outcome is None else type(outcome).__name__)
            if actor is EventType.USER and spec.transitions and isinstance(app, StatefulApp):
                app.follow(spec, bound, outcome)
        except Exception as error:  # whatever a tool raises is the outcome of the call
            metadata = EventMetadata(
                exception=_message(error),
                exception_type=type(error).__name__,
                exception_stack_trace=_frames(error),
            )
        operation = spec.operation if spec else None
        action = Action(
            app_name,
            type(app).__name__ if app else "",
            function,
            _plain(args) if logged is None else logged,
            operation,
            actor,
        )
        completed = CompletedEvent(event_id, actor, time, action, metadata, parents, scheduled, proactive_mode=mode)
        self.log.append(completed)
        if app is not None:
            self.notifications.post(completed, app)
        return completed

    def _find(self, actor: EventType, app_name: str, function: str) -> tuple[Any, ToolSpec]:
        app = self.apps.get(app_name)
        if app is None:
            raise ToolUnavailable(f"there is no app {app_name!r}{bracketed_hint(app_name, self.apps)}")
        if actor is EventType.USER:
            return self._find_tap(app, function)
        spec = specs_of(type(app)).get(function)
        if spec is None or (actor is EventType.AGENT and ToolKind.AGENT not in spec.kinds):
            known = type(app).tools(ToolKind.AGENT) if actor is EventType.AGENT else type(app).tools()
            raise ToolUnavailable(f"{app_name} has no tool {function!r}{bracketed_hint(function, known)}")
        return app, spec

    def _find_tap(self, app: App, function: str) -> tuple[Any, ToolSpec]:
        if isinstance(app, StatefulApp):
            if app is not self.active:
                shown = self.active.name if self.active else "the home screen"
                raise ToolUnavailable(f"{app.name} is not in front, {shown} is")
            spec = app.user_tools().get(function)
            if spec is not None:
                return (app if function == "go_back" else app.current_state), spec
            screen = type(app.current_state).__name__
            raise ToolUnavailable(
                f"{screen} of {app.name} does not offer {function!r}{bracketed_hint(function, app.user_tools())}"
            )
        spec = self._anywhere(app).get(function)
        if spec is None:
            raise ToolUnavailable(f"{app.name} does not offer {function!r} here")
        return app, spec

    def _anywhere(self, app: App) -> dict[str, ToolSpec]:
        if isinstance(app, StatefulApp):
            return {}
        tools = type(app).tools(ToolKind.USER)
        if self.active is not None:
            tools.pop("open_app", None)
        return tools


def _plain(args: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments that did not fit the tool, for the log: as they are if JSON can hold them, else their repr."""
    plain: dict[str, Any] = {}
    for name, value in args.items():
        try:
            plain[name] = to_json(value)
        except TypeError:
            plain[name] = repr(value)
    return plain


def _message(error: Exception) -> str:
    if isinstance(error, KeyError) and len(error.args) == 1:
        return str(error.args[0])
    return str(error) or type(error).__name__


def _frames(error: Exception) -> str:
    """`module:function` of each frame, outermost first.

    Paths, lines and comprehension frames are left out: they differ by machine and Python version.
    """
    frames = traceback.walk_tb(error.__traceback__)
    names = [f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_name}" for frame, _ in frames]
    return "\n".join(name for name in names if ":<" not in name)
