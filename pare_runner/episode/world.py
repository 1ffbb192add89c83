"""The episode as it stands: phone, flow, mode, who has been told what. Policies of ours read it, agents act on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.notifications import Notification
from pare_runner.apps.phone import Phone
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.episode.live import LiveSimulation
from pare_runner.episode.toolsets import ANSWERS, is_wait
from pare_runner.errors import InputError
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.events import CompletedEvent, Event, EventType, OperationType, OracleEvent
from pare_runner.kernel.references import ReferenceFailed, resolve
from pare_runner.kernel.simulation import DURATION
from pare_runner.noise.env_events.stream import NoiseStream
from pare_runner.policy.policy import Mode, Step, TapCall
from pare_runner.policy.request import Role
from pare_runner.scenarios.compiler.taps import NavigationPlanner
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.scenario import PAREScenario


class EpisodeEnded(Exception):
    """The episode is over; `reason` is a termination reason, `detail` says who brought it about, and how."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason} ({detail})" if detail else reason)


class World:
    """A `policy.View`, and what changes it: time that passes, calls, answers to proposals."""

    def __init__(
        self, scenario: PAREScenario, phone: Phone, duration: float | None, noise: NoiseStream | None = None
    ) -> None:
        self.scenario, self.phone = scenario, phone
        self.environment = Environment(phone, scenario.flow, oracle=False, start_time=scenario.start)
        self.simulation = LiveSimulation(
            scenario.flow,
            phone,
            phone.services.clock,
            phone.log,
            duration=duration,
            environment=self.environment,
            matches=getattr(scenario, "matches", {}),
            happened=self._end_wait,
            noise=noise,
        )
        self.mode: Mode = "observe"
        self.proposal: CompletedEvent | None = None
        self.accepted: tuple[CompletedEvent, CompletedEvent] | None = None
        self.turn = 0
        self.lapsed = 0
        self.acted = False
        self._waiting_since = 0.0
        self._scanned = 0
        self._told: dict[Role, int] = {"user": 0, "observe": 0, "execute": 0}
        self._latest: dict[Role, list[Notification]] = {}
        self._seen: set[str] = set()
        self._system = next((app for app in phone.apps.values() if isinstance(app, HomeScreenSystemApp)), None)
        phone.log.turn = 0

    # What policies read ---------------------------------------------------------------------------------------------

    @property
    def time(self) -> float:
        """Virtual seconds since the epoch."""
        return self.phone.services.clock.now

    @property
    def draws(self) -> Draws:
        """The run's keyed draws."""
        return self.phone.services.draws

    @property
    def rules(self) -> Any:
        """`user.rules` of the scenario."""
        return getattr(self.scenario, "rules", None)

    def notifications(self, role: Role) -> Sequence[Notification]:
        """What the newest request told `role` for the first time."""
        return self._latest.get(role, ())

    def open_steps(self, actor: EventType) -> list[Step]:
        """Steps that could be made now; a user step of several taps counts once, by its last event."""
        flow = self.scenario.flow
        firsts = self._first_events() if actor is EventType.USER else {}
        ons: Mapping[str, Mapping[str, Any]] = getattr(self.scenario, "step_ons", {})
        steps: list[Step] = []
        for number in self.simulation.open_events(actor):
            event = flow.events[number]
            if not isinstance(event, OracleEvent) or (firsts and event.event_id not in firsts):
                continue
            first = flow.index[firsts.get(event.event_id, event.event_id)]
            steps.append(Step(event.event_id, event, self.simulation.due(first), ons.get(event.event_id, {})))
        return steps

    def arguments(self, step: Step) -> dict[str, Any] | None:
        """A step's arguments with results put in; None while one is not there."""
        return self._resolved(step.event.action.args if step.event.action else {})

    def next_tap(self, step: Step) -> TapCall | None:
        """The next tap towards a user step, planned from where the user is."""
        action, args, on = step.event.action, self.arguments(step), self._resolved(step.on)
        if action is None or args is None or on is None:
            return None
        planner = NavigationPlanner.at(self.phone)
        try:
            tap = planner.step(action.app, action.function, args, on, step.event_id)[0]
        except InputError:
            return None
        return TapCall(tap.app, tap.spec.name, tap.args)

    # What the episode does ------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Let virtual time pass; EpisodeEnded if the flow stops or the duration is over meanwhile."""
        self.run_until(self.time + seconds)

    def run_until(self, time: float) -> None:
        """Run everything due at or before `time` and stand there; EpisodeEnded as for `advance`."""
        reason = self.simulation.run(until=max(time, self.time))
        self._read_answers()
        if reason is None and self.time == self.simulation.end_time:
            reason = DURATION
        if reason is not None:
            raise EpisodeEnded(reason)

    def settle(self) -> None:
        """Run what is due now: at equal times scheduled events come before requests and calls."""
        self.run_until(self.time)

    def call(self, actor: EventType, app: str, function: str, args: Mapping[str, Any]) -> CompletedEvent:
        """Make a call of the user or the assistant: log, flow and mode follow it."""
        mode = self.mode if actor is EventType.AGENT else None
        completed = self.phone.call(actor, app, function, args, mode=mode)
        if not is_wait(completed):
            self.acted = True
        if not completed.failed() and actor is EventType.AGENT and mode == "observe" and self._proposes(completed):
            self.proposal, self.mode, self._waiting_since = completed, "awaiting_confirmation", self.time
        if actor is EventType.USER and _reads(completed):
            self._waiting_since = self.time
        self.simulation.meet(completed)
        self._read_answers()
        return completed

    def tell(self, role: Role) -> list[Notification]:
        """What `role` has not been told yet; from now on it has."""
        queue = self._queue(role)
        news = queue[self._told[role] :]
        self._told[role] = len(queue)
        if role == "execute" and self.accepted is not None:
            answer = self.accepted[1]
            news = [item for item in news if item.event is not answer]
        self._latest.setdefault(role, []).extend(news)
        if role != "user":
            self._seen |= {item.event.event_id for item in news if item.event is not None}
        return news

    def take_told(self, role: Role) -> tuple[Notification, ...]:
        """What `role` was told for the request now answered; the next one begins with nothing."""
        return tuple(self._latest.pop(role, ()))

    def untold(self, role: Role) -> bool:
        """Whether there is something `role` has not been told; noise, which wakes nobody, is nothing."""
        news = self._queue(role)[self._told[role] :]
        return any(item.event is None or not item.event.noise for item in news)

    def begin_execution(self) -> None:
        """The executing assistant is told what the observing one has not been told either."""
        self._told["execute"] = self._told["observe"]

    def end_execution(self) -> None:
        """Back to observing."""
        self.mode, self.accepted = "observe", None

    def lapses_at(self, timeout: float | None) -> float | None:
        """When the proposal that waits lapses: `timeout` seconds after it was made or the user looked something up."""
        return None if timeout is None or self.proposal is None else self._waiting_since + timeout

    def lapse(self, timeout: float | None) -> None:
        """Drop a proposal that has waited too long."""
        end = self.lapses_at(timeout)
        if end is not None and self.time >= end:
            self.proposal, self.mode = None, "observe"
            self.lapsed += 1

    def unseen_events(self) -> int:
        """Scripted events that notify, whose parents are met, and that the assistant was never told of."""
        return sum(
            isinstance(event, Event)
            and self._notifies(event)
            and self.simulation.reached(number)
            and event.event_id not in self._seen
            for number, event in enumerate(self.scenario.flow.events)
        )

    def screen(self) -> tuple[str | None, str | None, Mapping[str, Any]]:
        """App in front, its screen, what it shows."""
        app = self.phone.active
        if app is None:
            return None, None, {}
        shown = app.current_state
        values = {item.name: getattr(shown, item.name) for item in shown.constructor_arguments()}
        return app.name, type(shown).__name__, {name: to_json(v) for name, v in values.items() if v is not None}

    def openable(self) -> list[str]:
        """Names of the apps with screens."""
        return [name for name, app in self.phone.apps.items() if isinstance(app, StatefulApp)]

    def _end_wait(self) -> None:
        """The assistant waits for a notification: the wait is over as soon as there is one it has not been told."""
        if self._system is not None and self.untold("observe"):
            self._system.end_wait()

    def _queue(self, role: Role) -> list[Notification]:
        return self.phone.notifications.user if role == "user" else self.phone.notifications.agent

    def _notifies(self, event: Event) -> bool:
        app = self.phone.apps.get(event.action.app) if event.action else None
        return app is not None and event.action is not None and event.action.function in app.notices

    def _proposes(self, completed: CompletedEvent) -> bool:
        on_interface = isinstance(self.phone.apps.get(completed.app_name() or ""), PAREAgentUserInterface)
        return on_interface and completed.function_name() == "send_message_to_user"

    def _read_answers(self) -> None:
        """An accept or reject, whoever made it, answers the proposal that waits."""
        for completed in self.phone.log[self._scanned :]:
            if (
                self.proposal is not None
                and completed.event_type in (EventType.USER, EventType.ENV)
                and completed.function_name() in ANSWERS
                and completed.app_class_name() == PAREAgentUserInterface.__name__
                and not completed.failed()
            ):
                accepts = completed.function_name() == "accept_proposal"
                self.accepted = (self.proposal, completed) if accepts else None
                self.mode, self.proposal = ("execute" if accepts else "observe"), None
        self._scanned = len(self.phone.log)

    def _resolved(self, args: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            resolved: dict[str, Any] = resolve(dict(args), self.environment.result_of)
        except ReferenceFailed:
            return None
        return resolved

    def _first_events(self) -> dict[str, str]:
        """Id of a step's last event → id of its first one."""
        steps: Mapping[str, Sequence[str]] = getattr(self.scenario, "steps", {})
        return {ids[-1]: ids[0] for ids in steps.values() if ids}


def _reads(completed: CompletedEvent) -> bool:
    """Whether a call looked something up; waiting, which is declared to read since it changes nothing, does not."""
    reads = completed.action is not None and completed.action.operation_type is OperationType.READ
    return reads and not completed.failed() and not is_wait(completed)
