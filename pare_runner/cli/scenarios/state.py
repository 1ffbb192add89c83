"""`pare scenarios state`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
import yaml

from pare_runner.apps.core.dates import to_text
from pare_runner.cli.console import mark, say, say_json
from pare_runner.cli.scenarios.finding import find_one, handles_of
from pare_runner.cli.scenarios.flow import offset
from pare_runner.cli.scenarios.moments import Moment, Value, moment_of, state_expressions
from pare_runner.errors import InputError, did_you_mean
from pare_runner.scenarios.scenario import PAREScenario


def state(
    name: Annotated[str, typer.Argument(metavar="ID|FILE", help="Id of a scenario, or path of its file.")],
    at: Annotated[
        str | None, typer.Option("--at", metavar="start|EVENT|end", help="The moment; right after an event.")
    ] = None,
    app: Annotated[
        list[str] | None, typer.Option("--app", metavar="HANDLE", help="Only the state of this app.")
    ] = None,
    evaluate: Annotated[
        list[str] | None, typer.Option("--eval", metavar="EXPRESSION", help="Evaluate this expression too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the states of the apps at a moment of the oracle run, and what the file's state expressions give there.

    \b
    pare scenarios state dinner_headcount_change --at cancels --app calendar
    pare scenarios state my_scenario.yaml --eval "notes.folders | length"
    """
    scenario = find_one(name)
    wanted = _wanted(app or [], scenario)
    moment = moment_of(scenario, at, [*state_expressions(scenario), *(evaluate or [])])
    states = {handle: value for handle, value in moment.states.items() if handle in wanted}
    if as_json:
        say_json(
            {
                "id": scenario.scenario_id,
                "at": moment.event.event_id if moment.event else at or "end",
                "time": moment.time,
                "failure": moment.event.metadata.exception if moment.event else None,
                "states": states,
                "expressions": [
                    {"expression": value.expression, "value": value.value, "error": value.error}
                    for value in moment.values
                ],
            }
        )
    else:
        _print(scenario, at, moment, states)


def _wanted(handles: list[str], scenario: PAREScenario) -> list[str]:
    known = handles_of(scenario)
    names = {name: handle for handle, name in known.items()}
    for handle in handles:
        if handle not in known and handle not in names:
            raise InputError(f"{scenario.scenario_id} has no app {handle!r}", hint=did_you_mean(handle, known))
    return [names.get(handle, handle) for handle in handles] or list(known)


def _print(scenario: PAREScenario, at: str | None, moment: Moment, states: dict[str, Any]) -> None:
    when = f"right after {moment.event.event_id}" if moment.event else f"at the {at or 'end'}"
    time = f"{to_text(moment.time)} UTC, {offset(moment.time - scenario.start)} after the start"
    say(mark(f"{scenario.scenario_id} {when}", "bold") + f" ({time})")
    if moment.event is not None and moment.event.failed():
        say(mark(f"{moment.event.event_id} failed: {moment.event.metadata.exception}", "error"))
    for handle, value in states.items():
        if value is not None:
            say()
            say(yaml.safe_dump({handle: value}, sort_keys=False, allow_unicode=True, width=120).rstrip())
    if moment.values:
        say()
        for item in moment.values:
            say(f"{_shown(item)}  {item.expression}")


def _shown(value: Value) -> str:
    if value.error is not None:
        return mark(f"error: {value.error}", "error")
    text = json.dumps(value.value, ensure_ascii=False)
    return mark(text, "ok" if value.value is True else "error" if value.value is False else "bold")
