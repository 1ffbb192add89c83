"""The assistant that plays the oracle's own steps through the real loop."""

from __future__ import annotations

from collections.abc import Sequence

from pare_runner.kernel.events import AbstractEvent, EventType, OperationType, OracleEvent
from pare_runner.llm.offline.calls import is_answer, is_message, is_never_offered
from pare_runner.llm.offline.policy import OfflineSession
from pare_runner.llm.offline.replies import find_tool
from pare_runner.llm.offline.steps import OpenSteps, Tries
from pare_runner.policy.policy import Step, TapCall, View
from pare_runner.policy.request import Request, Role
from pare_runner.policy.tools import ToolList


class ScriptedAssistant(OfflineSession):
    """Observing, it reads and proposes when that is due; executing, it does all the rest without waiting."""

    name = "scripted"

    def __init__(self, role: Role, view: View) -> None:
        super().__init__(role, view)
        self._tries = Tries()

    def decide(self, request: Request) -> TapCall | None:
        """The next step, or None."""
        plan = self._plan(request.choices)
        found = plan.next()
        if found is not None:
            self._tries.note(*found)
            return found[1]
        return self._ending_in_silence(request)

    def next_due(self) -> float | None:
        """When the next step that can be made while observing is due; never while the user has to answer."""
        if self.role != "observe" or self.view.mode != "observe":
            return None
        return self._plan(None).next_due()

    def _plan(self, choices: ToolList | None) -> OpenSteps:
        open_steps = [step for step in self.view.open_steps(EventType.AGENT) if not is_never_offered(step.event)]
        executing = self.role == "execute"
        steps = _to_execute(open_steps, self.view.time) if executing else [s for s in open_steps if _observes(s.event)]

        def call_of(step: Step) -> TapCall | None:
            action, args = step.event.action, self.view.arguments(step)
            if action is None or args is None:
                return None
            if choices is not None and find_tool(choices, action.app, action.function) is None:
                return None
            return TapCall(action.app, action.function, args)

        return OpenSteps(self.view, EventType.AGENT, steps, call_of, self._tries, patient=not executing)

    def _ending_in_silence(self, request: Request) -> TapCall | None:
        """In `react` only a message ends an execution, and it would be taken for a proposal that is still to come.

        While there is one, looking something up until the phase's replies are used up does no harm.
        """
        if self.role != "execute" or request.protocol != "react":
            return None
        if not any(is_message(step.event) for step in self.view.open_steps(EventType.AGENT)):
            return None
        looks = (tool for tool in request.choices.tools if tool.spec.operation is OperationType.READ)
        tool = next((tool for tool in looks if not any(argument.required for argument in tool.spec.arguments)), None)
        return None if tool is None else TapCall(tool.app, tool.spec.name, {})


def _observes(event: OracleEvent) -> bool:
    """Whether a step can be made while observing."""
    reads = event.action is not None and event.action.operation_type is OperationType.READ
    return reads or is_message(event)


def _to_execute(steps: Sequence[Step], time: float) -> list[Step]:
    """The steps of an execution. What ends it comes last: a message, unless it proposes something new.

    A look that is not due yet is left for later, when there is more to see, unless a write waits for it.
    """
    work = [
        step
        for step in steps
        if not is_message(step.event) and (not _observes(step.event) or step.due <= time or _is_for_a_write(step.event))
    ]
    return work + [step for step in steps if is_message(step.event) and not _proposes(step.event)]


def _is_for_a_write(event: AbstractEvent) -> bool:
    """Whether a write of the assistant follows, with only its own looks in between."""
    following = (child for child in event.successors if isinstance(child, OracleEvent) and not is_message(child))
    own = [child for child in following if child.event_type is EventType.AGENT]
    return any(not _observes(child) or _is_for_a_write(child) for child in own)


def _proposes(event: OracleEvent) -> bool:
    """Whether a message is a proposal: marked as one, or an answer follows with no other message in between."""
    if event.proposal:
        return True
    waiting: list[AbstractEvent] = list(event.successors)
    seen: set[int] = set()
    while waiting:
        child = waiting.pop()
        if id(child) in seen:
            continue
        seen.add(id(child))
        if isinstance(child, OracleEvent):
            if is_answer(child):
                return True
            if is_message(child):
                continue
        waiting += child.successors
    return False
