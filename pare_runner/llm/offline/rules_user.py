"""The user who follows the rules of the scenario file: matchers for proposals, and steps at given times."""

from __future__ import annotations

from collections.abc import Sequence

from pare_runner.kernel.events import EventType
from pare_runner.llm.offline.calls import calls_like
from pare_runner.llm.offline.scripted_user import ScriptedUser
from pare_runner.policy.policy import Step, TapCall, View
from pare_runner.policy.request import Role
from pare_runner.scenarios.rules import UserRules


class RulesUser(ScriptedUser):
    """Answers every proposal as the rules say, and makes each of their timed steps once."""

    name = "rules"

    def __init__(self, role: Role, view: View, rules: UserRules) -> None:
        super().__init__(role, view)
        self._rules = rules

    def answer(self) -> tuple[float | None, TapCall | None]:
        """What the rules say to the pending proposal, now."""
        proposal = self.view.proposal
        text = str(proposal.get_args().get("content", "")) if proposal is not None else ""
        return self.answer_with("accept_proposal" if self._rules.accepts(text) else "reject_proposal")

    def open_steps(self) -> Sequence[Step]:
        """The timed steps that were not made yet.

        A step counts as made by the first equal tap at or after its time that no earlier step counts as its own.
        """
        found: list[Step] = []
        counted: set[int] = set()
        for rule in self._rules.steps:
            step = Step(rule.name, rule.event, rule.due, rule.on)
            made = self._made(step, counted)
            if made is None:
                found.append(step)
            else:
                counted.add(made)
        return found

    def _made(self, step: Step, counted: set[int]) -> int | None:
        """Position in the log of the tap that made a step."""
        action, args = step.event.action, self.view.arguments(step)
        if action is None or args is None or step.due > self.view.time:
            return None
        calls = calls_like(self.view.phone, EventType.USER, TapCall(action.app, action.function, args))
        made = [c.sequence for c in calls if not c.failed() and c.event_time >= step.due and c.sequence not in counted]
        return min(made, default=None)
