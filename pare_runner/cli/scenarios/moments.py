"""A moment of an oracle run: the states of the apps, and what expressions give there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pare_runner.apps.phone import Phone
from pare_runner.cli.scenarios.finding import handles_of
from pare_runner.errors import InputError, did_you_mean
from pare_runner.kernel.events import CompletedEvent
from pare_runner.kernel.log import EventLog
from pare_runner.kernel.simulation import Simulation
from pare_runner.scenarios.checks.conditions import evaluate
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.language import CheckEntry
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.text.expressions import EvaluationError, Expression
from pare_runner.scenarios.text.views import plain
from pare_runner.scenarios.yaml_scenario import YamlScenario

START, END = "start", "end"


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression gives: a value, or why it has none."""

    expression: str
    value: Any = None
    error: str | None = None


@dataclass(slots=True)
class Moment:
    """The phone right after `event` (None at the start and at the end); `states` is by handle."""

    time: float
    event: CompletedEvent | None = None
    states: dict[str, Any] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)


class _WatchedLog(EventLog):
    """A log that calls `on_event` as soon as the event `wanted` is in it."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.moment: Moment | None = None
        self.look: Any = None

    def append(self, event: CompletedEvent) -> None:
        """Add `event`; the first one called `wanted` is the moment."""
        super().append(event)
        if event.event_id == self.wanted and self.moment is None:
            self.moment = self.look(event)


def moment_of(scenario: PAREScenario, at: str | None, expressions: Iterable[str] = ()) -> Moment:
    """The moment `at` of the oracle run: `start`, `end` (None means that too), or right after the event of that id.

    InputError for an event that is not in the flow or does not happen, and for an expression that is none.
    """
    handles = handles_of(scenario)
    flow, phone = scenario.flow, scenario.new_phone()
    parsed = _parsed(expressions, handles, phone)
    happens = at if at in flow.index else END if at is None else at
    if happens not in flow.index and happens not in (START, END):
        hint = did_you_mean(happens, [*flow.index, START, END])
        raise InputError(f"there is no event {happens!r} in {scenario.scenario_id}", hint=hint)

    def look(event: CompletedEvent | None = None) -> Moment:
        states = {handle: phone.apps[name].get_state() for handle, name in handles.items()}
        values = [_value(expression, handles, phone) for expression in parsed]
        return Moment(phone.services.clock.now, event, states, values)

    if happens == START and START not in flow.index:
        return look()
    log = _WatchedLog(happens)
    log.look = look
    phone.log = log
    environment = Environment(phone, flow, oracle=True, start_time=scenario.start)
    clock = phone.services.clock
    Simulation(flow, phone, clock, log, duration=scenario.duration, environment=environment).run()
    if happens == END and END not in flow.index:
        return look()
    if log.moment is None:
        raise InputError(f"the event {happens!r} does not happen in the oracle run of {scenario.scenario_id}")
    return log.moment


def state_expressions(scenario: PAREScenario) -> list[str]:
    """Every `state` expression in the checks and conditions of a file, each once, in file order."""
    if not isinstance(scenario, YamlScenario):
        return []
    entries = [entry.when for entry in scenario.file.events if entry.when is not None]
    return list(dict.fromkeys(_in_checks([*entries, *scenario.file.checks])))


def _in_checks(entries: Iterable[CheckEntry]) -> Iterator[str]:
    for entry in entries:
        if entry.state is not None:
            yield entry.state
        yield from _in_checks([*(entry.all or ()), *(entry.any or ()), *filter(None, [entry.not_])])


def _parsed(texts: Iterable[str], handles: dict[str, str], phone: Phone) -> list[Expression]:
    names = {handle: list(phone.apps[name].state_fields) for handle, name in handles.items()}
    return [Expression.parse(text, names) for text in texts]


def _value(expression: Expression, handles: dict[str, str], phone: Phone) -> Value:
    try:
        return Value(expression.text, plain(evaluate(expression, handles, phone.apps)))
    except EvaluationError as error:
        return Value(expression.text, error=error.reason)
