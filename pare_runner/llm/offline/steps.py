"""The next of a player's own steps: in file order, each after those before it, given up when it fails too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from pare_runner.kernel.events import AbstractEvent, EventType, OracleEvent
from pare_runner.llm.offline.calls import failures, logged_forms
from pare_runner.policy.policy import Step, TapCall, View

TRIES = 3
"""How often a step is tried."""


class Tries(Counter[str]):
    """Step → how often its own call was made."""

    def note(self, step: Step, call: TapCall) -> None:
        """The step's next call is made; taps on the way to it do not count."""
        action = step.event.action
        if action is not None and (action.app, action.function) == (call.app, call.function):
            self[step.event_id] += 1


class OpenSteps:
    """Open steps of one actor at one moment.

    `call_of` gives the next call of a step, None while there is none. A step that is not due yet is waited for, unless
    `patient` is false. A step waits for those of the same actor that stand directly before it and will still be made:
    what may be left out does not keep the rest of the flow from going on, but one's own steps are played in order.
    """

    def __init__(
        self,
        view: View,
        actor: EventType,
        steps: Sequence[Step],
        call_of: Callable[[Step], TapCall | None],
        tries: Tries,
        *,
        patient: bool = True,
    ) -> None:
        self._view, self._actor, self._steps, self._call_of, self._tries = view, actor, steps, call_of, tries
        self._patient = patient
        self._by_id = {step.event_id: step for step in steps}
        self._calls: dict[str, TapCall | None] = {}
        self._given_up: list[TapCall] = []

    def next(self) -> tuple[Step, TapCall] | None:
        """The first step that can be made now, and its next call."""
        for step in self._steps:
            if not self._early(step) and not self._blocked(step):
                call = self.call(step)
                if call is not None:
                    return step, call
        return None

    def next_due(self) -> float | None:
        """Now if a step can be made, else when the next one is due; None if none will be."""
        if self.next() is not None:
            return self._view.time
        return min((step.due for step in self._steps if self._early(step)), default=None)

    def call(self, step: Step) -> TapCall | None:
        """The next call of a step; None if there is none, its arguments do not fit, or it was tried often enough."""
        if step.event_id not in self._calls:
            self._calls[step.event_id] = self._find_call(step)
        return self._calls[step.event_id]

    def _find_call(self, step: Step) -> TapCall | None:
        call = self._call_of(step)
        if call is None or not logged_forms(self._view.phone, self._actor, call):
            return None
        # The log does not say for which step a call was made: of two steps with equal calls, the second has tries left.
        allowed = TRIES * (1 + self._given_up.count(call))
        if self._tries[step.event_id] < TRIES and failures(self._view.phone, self._actor, call) < allowed:
            return call
        self._given_up.append(call)
        return None

    def _early(self, step: Step) -> bool:
        return self._patient and step.due > self._view.time

    def _blocked(self, step: Step) -> bool:
        return any(self._will_be_made(other) for other in self._before(step))

    def _will_be_made(self, step: Step) -> bool:
        return self._early(step) or self.call(step) is not None or self._blocked(step)

    def _before(self, step: Step) -> list[Step]:
        """Open steps directly before `step`; the taps on the way to it are no steps and are looked through."""
        found: list[Step] = []
        waiting: list[AbstractEvent] = list(step.event.dependencies)
        while waiting:
            event = waiting.pop()
            if event.event_id in self._by_id:
                found.append(self._by_id[event.event_id])
            elif isinstance(event, OracleEvent) and event.opens:
                waiting += event.dependencies
        return found
