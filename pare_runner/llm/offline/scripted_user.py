"""The user who plays the oracle's user steps, tap by tap, and answers proposals as the oracle does."""

from __future__ import annotations

from collections.abc import Sequence

from pare_runner.kernel.events import EventType
from pare_runner.llm.offline.calls import interface_call, is_answer, is_never_offered
from pare_runner.llm.offline.policy import OfflineSession
from pare_runner.llm.offline.steps import OpenSteps, Tries
from pare_runner.policy.policy import Step, TapCall, View
from pare_runner.policy.request import Request, Role


class ScriptedUser(OfflineSession):
    """One tap a reply, from wherever the user is. A step without a way is passed over until there is one."""

    name = "scripted"

    def __init__(self, role: Role, view: View) -> None:
        super().__init__(role, view)
        self._tries = Tries()

    def decide(self, request: Request) -> TapCall | None:
        """The answer to a proposal, else the next tap, else None."""
        if self.view.proposal is not None:
            return self.answer()[1]
        found = self._plan(self.open_steps()).next()
        if found is None:
            return None
        self._tries.note(*found)
        return found[1]

    def next_due(self) -> float | None:
        """When the answer or the next step is due."""
        if self.view.proposal is not None:
            return self.answer()[0]
        return self._plan(self.open_steps()).next_due()

    def answer(self) -> tuple[float | None, TapCall | None]:
        """When the pending proposal is answered, and the call if that is now.

        The oracle's answer if its turn has come, when it is due; whatever the oracle does not answer is rejected.
        """
        now = self.view.time
        answers = [step for step in self.view.open_steps(EventType.USER) if is_answer(step.event)]
        plan = self._plan(answers)
        for step in answers:
            call = plan.call(step)
            if call is not None:
                return (now, call) if step.due <= now else (step.due, None)
        return self.answer_with("reject_proposal")

    def answer_with(self, function: str) -> tuple[float | None, TapCall | None]:
        """This answer, now."""
        return self.view.time, interface_call(self.view.phone, function)

    def open_steps(self) -> Sequence[Step]:
        """The steps to make, answers left out."""
        steps = self.view.open_steps(EventType.USER)
        return [step for step in steps if not (is_answer(step.event) or is_never_offered(step.event))]

    def _plan(self, steps: Sequence[Step]) -> OpenSteps:
        return OpenSteps(self.view, EventType.USER, steps, self.view.next_tap, self._tries)
