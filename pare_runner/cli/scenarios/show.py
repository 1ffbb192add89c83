"""`pare scenarios show`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pare_runner.apps.core.dates import to_text
from pare_runner.cli.console import mark, say, say_json, table, warn
from pare_runner.cli.scenarios.finding import find_one, handles_of
from pare_runner.cli.scenarios.flow import FlowRow, by_time, flow_rows, mermaid, offset
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.errors import InputError
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.yaml_scenario import scoring_of


def show(
    name: Annotated[str, typer.Argument(metavar="ID|FILE", help="Id of a scenario, or path of its file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_mermaid: Annotated[bool, typer.Option("--mermaid", help="Print the flow as Mermaid text.")] = False,
) -> None:
    """Show a scenario: its flow with the times and taps of the oracle run, its checks and the verdict.

    \b
    pare scenarios show dinner_headcount_change
    pare scenarios show my_scenario.yaml --mermaid > flow.mmd
    """
    if as_json and as_mermaid:
        raise InputError("--json and --mermaid cannot stand together")
    scenario = find_one(name)
    outcome = run_oracle(scenario)
    if outcome.phone is None and outcome.result.exception is not None:
        error = outcome.result.exception
        raise InputError(f"cannot be run: {type(error).__name__}: {error}", where=scenario.scenario_id) from error
    rows = flow_rows(scenario, outcome)
    if as_mermaid:
        say(mermaid(rows))
    elif as_json:
        say_json(_described(scenario, outcome, rows))
    else:
        _print(scenario, outcome, rows)


def _described(scenario: PAREScenario, outcome: Outcome, rows: list[FlowRow]) -> dict[str, Any]:
    return {
        "id": scenario.scenario_id,
        "title": scenario.title,
        "tags": list(map(str, scenario.tags)),
        "start_time": to_text(scenario.start),
        "duration": scenario.duration,
        "apps": {handle: _class_of(scenario, app) for handle, app in handles_of(scenario).items()},
        "events": [row.as_json() for row in rows],
        "scoring": scoring_of(scenario),
        "checks": outcome.result.checks,
        "oracle": {
            "status": outcome.result.status,
            "rationale": _why(outcome),
            "termination_reason": outcome.result.termination_reason,
            "seconds": outcome.end_time - scenario.start,
        },
    }


def _print(scenario: PAREScenario, outcome: Outcome, rows: list[FlowRow]) -> None:
    warn(getattr(scenario, "warnings", ()))
    say(mark(scenario.scenario_id, "bold") + (f": {scenario.title}" if scenario.title else ""))
    say(f"start  {to_text(scenario.start)} UTC")
    if scenario.tags:
        say(f"tags   {', '.join(map(str, scenario.tags))}")
    say(f"apps   {', '.join(handles_of(scenario))}")
    say()
    table(("time", "event", "who", "call", "after"), [row.cells() for row in by_time(rows, outcome)])
    say()
    for name, holds in outcome.result.checks.items():
        say(f"{mark('holds', 'ok') if holds else mark('fails', 'error')}  {name}")
    status = outcome.result.status
    verdict = mark(status, "ok" if status == "success" else "error" if status != "no_validation" else "dim")
    say(f"oracle run: {verdict} after {offset(outcome.end_time - scenario.start)}" + _because(outcome))


def _because(outcome: Outcome) -> str:
    why = _why(outcome)
    return f" ({why})" if why else ""


def _why(outcome: Outcome) -> str | None:
    error = outcome.result.exception
    return outcome.result.rationale if error is None else f"{type(error).__name__}: {error}"


def _class_of(scenario: PAREScenario, name: str) -> str:
    return type(scenario.get_app(name)).__name__
