"""Writes against the oracle's: which expected write was made, and which write nobody expected.

A write matches an expected one when the tool is the same and the identifying arguments are equal; arguments the tool
declares free text need only be non-empty where the expected one is. Matching is one to one and as large as possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.tools import ToolSpec
from pare_runner.kernel.events import Action, CompletedEvent, EventType, OperationType
from pare_runner.kernel.references import ReferenceFailed, contains_ref, resolve
from pare_runner.scenarios.checks.matchers import Matcher, equal
from pare_runner.scenarios.environment import Environment, is_ui
from pare_runner.scenarios.order import ancestors

TextRule = Literal["nonempty", "contains", "equal"]


@dataclass(frozen=True, slots=True)
class ExpectedWrite:
    """A write of the oracle outside the agent interface.

    `args` are as logged, defaults filled in; where they use results (`refs`) they are as written and become complete
    when the results are there.
    """

    event_id: str
    app: str
    tool: ToolSpec
    args: dict[str, Any]
    optional: bool = False
    refs: bool = False

    @classmethod
    def of(cls, event_id: str, action: Action, tool: ToolSpec, *, optional: bool) -> ExpectedWrite:
        """The expectation of an oracle event's action."""
        refs = contains_ref(action.args)
        args = action.args if refs else to_json(tool.bind(action.args))
        return cls(event_id, action.app, tool, args, optional, refs)


@dataclass(frozen=True, slots=True)
class Allowed:
    """A call that is no side effect."""

    app: str
    function: str
    arguments: dict[str, Matcher] = field(default_factory=dict)

    def covers(self, event: CompletedEvent, environment: Environment) -> bool:
        """Whether `event` is such a call."""
        if event.app_name() != self.app or event.function_name() != self.function:
            return False
        args = event.get_args()
        return all(test(args.get(name), environment.result_of) for name, test in self.arguments.items())


def agent_writes(environment: Environment) -> list[CompletedEvent]:
    """Completed writes of the agent outside its interface, oldest first."""
    return [
        event
        for event in environment.calls(EventType.AGENT)
        if event.action is not None and event.action.operation_type is OperationType.WRITE and not is_ui(event)
    ]


def match_writes(
    expected: Sequence[ExpectedWrite],
    made: Sequence[CompletedEvent],
    environment: Environment,
    text: TextRule = "nonempty",
) -> dict[int, int]:
    """Position in `expected` → position in `made`, a largest one-to-one matching (Kuhn's algorithm).

    Optional writes come last, so that none takes the place of a mandatory one.
    """
    calls: dict[tuple[str | None, str | None], list[int]] = {}
    for number, event in enumerate(made):
        calls.setdefault((event.app_name(), event.function_name()), []).append(number)
    fits: list[list[int]] = []
    for write in expected:
        candidates = calls.get((write.app, write.tool.name), [])
        wanted = _complete(write, environment) if candidates else {}
        fits.append([number for number in candidates if _fits(write, wanted, made[number].get_args(), text)])
    taken: dict[int, int] = {}
    for position in sorted(range(len(expected)), key=lambda number: expected[number].optional):
        _place(position, fits, taken, set())
    return {position: number for number, position in sorted(taken.items(), key=lambda pair: pair[1])}


def _place(position: int, fits: Sequence[Sequence[int]], taken: dict[int, int], seen: set[int]) -> bool:
    """Find a call for the expected write at `position`, moving those that have one to another where needed."""
    for number in fits[position]:
        if number not in seen:
            seen.add(number)
            if number not in taken or _place(taken[number], fits, taken, seen):
                taken[number] = position
                return True
    return False


def side_effects(
    expected: Sequence[ExpectedWrite], allowed: Sequence[Allowed], environment: Environment
) -> list[CompletedEvent]:
    """Agent writes that no expected write accounts for and `allowed` does not cover, or made outside execute mode."""
    made = agent_writes(environment)
    # What is allowed needs no expectation; matching it first could leave none for a write that does.
    judged = [event for event in made if not any(entry.covers(event, environment) for entry in allowed)]
    matched = set(match_writes(expected, judged, environment).values())
    unexpected = {event.sequence for number, event in enumerate(judged) if number not in matched}
    accepts = _accepts(environment)
    return [event for event in made if event.sequence in unexpected or not in_execute_mode(event, environment, accepts)]


def in_execute_mode(event: CompletedEvent, environment: Environment, accepts: frozenset[int]) -> bool:
    """Whether the agent acted on an accepted proposal: by mode, or in oracle mode by an accept among the ancestors.

    `accepts` are the positions in the flow of the accepts that completed.
    """
    if event.proactive_mode is not None:
        return event.proactive_mode == "execute"
    number = environment.flow.index.get(event.event_id)
    return number is not None and not accepts.isdisjoint(ancestors(environment.flow, number))


def _accepts(environment: Environment) -> frozenset[int]:
    positions = environment.flow.index
    answers = (*environment.calls(EventType.USER), *environment.calls(EventType.ENV))
    accepts = (call.event_id for call in answers if call.function_name() == "accept_proposal")
    return frozenset(positions[event_id] for event_id in accepts if event_id in positions)


def _complete(write: ExpectedWrite, environment: Environment) -> dict[str, Any] | None:
    """The arguments an expected write has in this run; None while a result it uses is not there."""
    if not write.refs:
        return write.args
    try:
        completed: dict[str, Any] = to_json(write.tool.bind(resolve(write.args, environment.result_of)))
    except (ReferenceFailed, TypeError):
        return None
    return completed


def _fits(write: ExpectedWrite, wanted: dict[str, Any] | None, given: dict[str, Any], text: TextRule) -> bool:
    if wanted is None:
        return False
    for argument in write.tool.arguments:
        expected, actual = wanted.get(argument.name), given.get(argument.name)
        if not argument.free_text or text == "equal":
            if not equal(actual, expected):
                return False
        elif text == "contains":
            if str(expected or "").casefold() not in str(actual or "").casefold():
                return False
        elif expected and not actual:
            return False
    return True
