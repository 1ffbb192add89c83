"""Short ways to compile and run scenario texts: a text without a head gets one."""

from __future__ import annotations

from collections.abc import Sequence

from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.errors import ScenarioError
from pare_runner.kernel.events import CompletedEvent
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.yaml_scenario import YamlScenario

START = 1763456400.0
"""2025-11-18 09:00 UTC, the start of every scenario here."""

HEAD = "id: s\nstart_time: 2025-11-18T09:00:00Z\n"


def scenario(text: str) -> YamlScenario:
    """The scenario of a text; it must be without mistakes."""
    return compile_scenario(text if text.startswith(("id:", "start_time:")) else HEAD + text, "s.yaml")


def mistakes(text: str) -> list[str]:
    """The messages of all mistakes of a text, each as `line:column: message`; none if it compiles."""
    try:
        scenario(text)
    except ScenarioError as error:
        return [str(problem).removeprefix("s.yaml:") for problem in error.problems]
    return []


def run(text: str) -> Outcome:
    """The oracle run of a text."""
    return run_oracle(scenario(text))


def lines(log: Sequence[CompletedEvent]) -> list[str]:
    """A log as text: seconds after the start, id, what was called, `!` for a failure."""
    return [
        f"{event.event_time - START:g} {event.event_id}"
        + (f" {event.tool_name}" if event.tool_name else "")
        + ("!" if event.failed() else "")
        for event in log
    ]


def taps(text: str, step: str) -> list[str]:
    """The planned taps of a user step, as `App.tool(argument=value)`."""
    made = scenario(text)
    events = {event.event_id: event for event in made.events}
    found: list[str] = []
    for event_id in made.steps[step]:
        action = getattr(events[event_id], "action", None)
        assert action is not None
        arguments = ", ".join(f"{name}={value}" for name, value in action.args.items())
        found.append(f"{action.app}.{action.function}({arguments})")
    return found
