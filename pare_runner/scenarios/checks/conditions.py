"""Checks compiled: each is a function of the environment that says whether it holds, and what was seen if not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from pare_runner.apps.core.app import App
from pare_runner.errors import CheckError
from pare_runner.kernel.events import AbstractEvent, CompletedEvent, ConditionCheckEvent, Event, EventType, OracleEvent
from pare_runner.kernel.flow import Flow
from pare_runner.scenarios.checks.matchers import Matcher
from pare_runner.scenarios.checks.writes import ExpectedWrite, TextRule, agent_writes, match_writes
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.order import ancestors
from pare_runner.scenarios.text.expressions import Expression
from pare_runner.scenarios.text.views import app_view


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a check holds, and what was seen instead."""

    holds: bool
    seen: str = ""


Condition = Callable[[Environment], Finding]


@dataclass(frozen=True, slots=True)
class Window:
    """Where in the log a call must stand to count."""

    after: str | None = None
    before: str | None = None
    not_before: str | None = None
    within: tuple[float, str] | None = None

    def select(self, found: Sequence[CompletedEvent], environment: Environment) -> tuple[list[CompletedEvent], str]:
        """Those of `found` that stand in the window; a text says why the window itself is not there or was broken."""
        kept = list(found)
        for bound in (self.after, self.not_before, self.before, self.within[1] if self.within else None):
            if bound is not None and environment.position(bound) is None:
                return [], _missing(bound, environment)
        for bound in filter(None, (self.after, self.not_before)):
            start = _sequence(environment, bound)
            if bound == self.not_before and any(event.sequence < start for event in kept):
                return [], f"one came before {bound}"
            kept = [event for event in kept if event.sequence > start]
        if self.before is not None:
            end = _sequence(environment, self.before)
            kept = [event for event in kept if event.sequence < end]
        if self.within is not None:
            seconds, origin = self.within
            first = environment.position(origin)
            if first is not None:
                limit = first.event_time + seconds
                kept = [event for event in kept if event.sequence > first.sequence and event.event_time <= limit]
        return kept, ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many are wanted."""

    least: int = 1
    most: int | None = None

    def accepts(self, number: int) -> bool:
        """Whether `number` is right."""
        return number >= self.least and (self.most is None or number <= self.most)

    def __str__(self) -> str:
        if self.most == self.least:
            return f"exactly {self.least}"
        return f"at least {self.least}" if self.most is None else f"{self.least} to {self.most}"


@dataclass(frozen=True, slots=True)
class CallCheck:
    """Calls of a tool: completed ones, or with `attempted` failed ones too."""

    app: str
    function: str
    actors: tuple[EventType, ...]
    arguments: dict[str, Matcher] = field(default_factory=dict)
    window: Window = Window()
    count: Count = Count()
    attempted: bool = False

    def __call__(self, environment: Environment) -> Finding:
        calls = [
            event
            for event in environment.phone.log
            if event.action is not None
            and not event.noise
            and event.action.app == self.app
            and event.action.function == self.function
            and event.event_type in self.actors
            and (self.attempted or not event.failed())
        ]
        result_of = environment.result_of
        fitting = [
            call
            for call in calls
            if all(test(call.get_args().get(name), result_of) for name, test in self.arguments.items())
        ]
        kept, broken = self.window.select(fitting, environment)
        if not broken and self.count.accepts(len(kept)):
            return Finding(True)
        if broken:
            return Finding(False, broken)
        if calls and not fitting:
            return Finding(False, f"called with {_short(calls[-1].get_args())}")
        return Finding(False, f"{len(kept)} such calls, {self.count} wanted")


@dataclass(frozen=True, slots=True)
class MessageCheck:
    """Proposals, or with `accepted` the answers that accepted one."""

    about: Matcher | None = None
    window: Window = Window()
    count: Count = Count()
    accepted: bool = False

    def __call__(self, environment: Environment) -> Finding:
        found: list[CompletedEvent] = []
        texts: list[str] = []
        proposals = list_proposals(environment)
        for event in accepted_proposals(environment) if self.accepted else [(p, p) for p in proposals]:
            answer, proposal = event
            text = proposal.get_args().get("content", "")
            texts.append(str(text))
            if self.about is None or self.about(text, environment.result_of):
                found.append(answer)
        kept, broken = self.window.select(found, environment)
        if not broken and self.count.accepts(len(kept)):
            return Finding(True)
        if broken:
            return Finding(False, broken)
        what = "acceptances" if self.accepted else "proposals"
        if texts and not found:
            return Finding(False, f"the {'accepted ' if self.accepted else ''}proposal was {_short(texts[-1])}")
        return Finding(False, f"{len(kept)} such {what}, {self.count} wanted")


@dataclass(frozen=True, slots=True)
class StateCheck:
    """An expression over the states of apps; `apps` maps the handles it uses to app names."""

    expression: Expression
    apps: dict[str, str]

    def __call__(self, environment: Environment) -> Finding:
        value = evaluate(self.expression, self.apps, environment.phone.apps)
        if not isinstance(value, bool):
            raise TypeError(f"a state check must be true or false, not {_short(value)}")
        return Finding(value, "" if value else "it is false")


@dataclass(frozen=True, slots=True)
class Combination:
    """`all`, `any` or `not` of other checks."""

    kind: str
    parts: tuple[tuple[str, Condition], ...]

    def __call__(self, environment: Environment) -> Finding:
        findings = [(name, part(environment)) for name, part in self.parts]
        failing = "; ".join(f"{name}: {finding.seen}" for name, finding in findings if not finding.holds)
        if self.kind == "all":
            return Finding(not failing, failing)
        holding = [name for name, finding in findings if finding.holds]
        if self.kind == "any":
            return Finding(bool(holding), "" if holding else failing)
        return Finding(not holding, f"{holding[0]} holds" if holding else "")


@dataclass(frozen=True, slots=True)
class OracleWrites:
    """Every expected write was made."""

    expected: tuple[ExpectedWrite, ...]
    text: TextRule = "nonempty"

    def __call__(self, environment: Environment) -> Finding:
        made = agent_writes(environment)
        matched = match_writes(self.expected, made, environment, self.text)
        missing = [w for n, w in enumerate(self.expected) if n not in matched and not w.optional]
        names = ", ".join(f"{write.app}.{write.tool.name} ({write.event_id})" for write in missing)
        return Finding(not missing, f"not made: {names}" if missing else "")


def ask(name: str, check: Condition, environment: Environment) -> Finding:
    """What a check finds; CheckError, naming the check, if it raises."""
    try:
        return check(environment)
    except Exception as error:
        raise CheckError(name, error) from error


def list_proposals(environment: Environment) -> list[CompletedEvent]:
    """Messages to the user that propose something, oldest first.

    With agents these are the messages sent while observing; in oracle mode those an accept or reject depends on, or
    marked as proposals.
    """
    messages = [
        event for event in environment.calls(EventType.AGENT) if event.function_name() == "send_message_to_user"
    ]
    if not environment.oracle:
        return [event for event in messages if event.proactive_mode == "observe"]
    wanted = proposal_ids(environment.flow)
    return [event for event in messages if event.event_id in wanted]


_PROPOSALS: WeakKeyDictionary[Flow, frozenset[str]] = WeakKeyDictionary()


def proposal_ids(flow: Flow) -> frozenset[str]:
    """Ids of the oracle events that propose; worked out once for a flow."""
    if flow not in _PROPOSALS:
        _PROPOSALS[flow] = frozenset(_proposal_ids(flow))
    return _PROPOSALS[flow]


def _proposal_ids(flow: Flow) -> set[str]:
    found: set[str] = set()
    for number, event in enumerate(flow.events):
        action = getattr(event, "action", None)
        if getattr(event, "proposal", False):
            found.add(event.event_id)
        if action is not None and action.function in ("accept_proposal", "reject_proposal"):
            messages = [above for above in ancestors(flow, number) if _is_message(flow.events[above])]
            nearest = {m for m in messages if not any(m in ancestors(flow, other) for other in messages)}
            found |= {flow.events[m].event_id for m in messages if m in nearest or not _reports_execution(flow, m)}
    return found


def _is_message(event: AbstractEvent) -> bool:
    return (
        isinstance(event, OracleEvent) and event.action is not None and event.action.function == "send_message_to_user"
    )


def _reports_execution(flow: Flow, number: int) -> bool:
    """Whether a message stands below an accept with nothing of the environment in between: a report, no proposal."""
    above = ancestors(flow, number)
    for accept in above:
        event = flow.events[accept]
        if isinstance(event, OracleEvent) and event.action and event.action.function == "accept_proposal":
            between = (flow.events[n] for n in above if accept in ancestors(flow, n))
            if not any(isinstance(other, Event | ConditionCheckEvent) for other in between):
                return True
    return False


def accepted_proposals(environment: Environment) -> list[tuple[CompletedEvent, CompletedEvent]]:
    """(acceptance, proposal it answers): each acceptance goes with the last proposal before it that has no answer."""
    proposals = list_proposals(environment)
    answered: set[int] = set()
    found: list[tuple[CompletedEvent, CompletedEvent]] = []
    for event in environment.calls(EventType.USER, EventType.ENV):
        if event.function_name() not in ("accept_proposal", "reject_proposal"):
            continue
        open_ones = [p for p in proposals if p.sequence < event.sequence and p.sequence not in answered]
        if open_ones:
            answered.add(open_ones[-1].sequence)
            if event.function_name() == "accept_proposal":
                found.append((event, open_ones[-1]))
    return found


def evaluate(expression: Expression, handles: dict[str, str], apps: dict[str, App]) -> Any:
    """The value of a state expression now."""
    context: dict[str, object] = {}
    for handle, name in handles.items():
        app = apps[name]
        context[handle] = app_view({item: getattr(app, item) for item in app.state_fields})
    return expression.evaluate(context)


def _missing(event_id: str, environment: Environment) -> str:
    number = environment.flow.index.get(event_id)
    oracle = number is not None and isinstance(environment.flow.events[number], OracleEvent)
    return f"no call met the step {event_id}" if oracle and not environment.oracle else f"{event_id} did not happen"


def _sequence(environment: Environment, event_id: str) -> int:
    completed = environment.position(event_id)
    return completed.sequence if completed is not None else -1


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."
