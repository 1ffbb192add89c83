"""The proof of a scenario: five claims, each tried by running variants of its oracle.

(a) The oracle passes and none of its events fails. (b) Without the assistant it fails; a silence passes, and fails when
something is proposed. (c) Without any one of the assistant's writes it fails, unless the step is optional. (d) One
write too many, of any tool that can be called, makes it fail. (e) Every user step can be reached, and each timed step
of the user's rules can be made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pare_runner.apps.arguments import argument_sets
from pare_runner.apps.core.app import App
from pare_runner.apps.core.tools import ToolKind, ToolSpec
from pare_runner.apps.files.app import SandboxLocalFileSystem
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.events import Action, EventType, OperationType
from pare_runner.prove.rules import steps_never_made
from pare_runner.prove.variants import (
    Place,
    agent_writes_of,
    function_of,
    variant,
    with_call,
    without_agent,
    without_event,
)
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.yaml_scenario import YamlScenario

INSERTED = "(inserted by prove)"
"""Id of the call that is one too many, unlike any that an author gives."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing tried: what should be, whether it was, and what was seen."""

    part: str
    what: str
    holds: bool
    seen: str = ""


@dataclass(slots=True)
class Proof:
    """All claims about a scenario; `skipped` names tools that could not be called in its state."""

    scenario_id: str
    claims: list[Claim] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every claim holds."""
        return all(claim.holds for claim in self.claims)

    @property
    def failing(self) -> list[Claim]:
        """The claims that do not hold."""
        return [claim for claim in self.claims if not claim.holds]


def prove(scenario: YamlScenario, on_claim: Callable[[Claim], None] | None = None) -> Proof:
    """Try everything; `on_claim` hears of each claim as it is decided."""
    proof = Proof(scenario.scenario_id)
    for claim in _claims(scenario, proof):
        proof.claims.append(claim)
        if on_claim is not None:
            on_claim(claim)
    return proof


def _claims(scenario: YamlScenario, proof: Proof) -> Iterator[Claim]:
    oracle = run_oracle(scenario)
    yield _passes("a", "the oracle passes", oracle)
    for event in oracle.failed_events:
        part = "e" if event.event_type is EventType.USER else "a"
        yield Claim(part, f"{event.event_id} succeeds", False, event.metadata.exception or "")
    if not oracle.failed_events:
        yield Claim("e", "every user step is reachable", True)
    for step, seen in steps_never_made(scenario):
        yield Claim("e", f"the user's rules: {step} can be made", False, seen)
    if not _proves_something(scenario):
        seen = "there is no mandatory write, no rejected proposal and no silence"
        yield Claim("a", "the scenario proves something", False, seen)
    yield from _without_the_assistant(scenario, oracle)
    for write in agent_writes_of(scenario.events):
        if not write.optional:
            events = without_event(scenario.events, write.event_id, scenario.steps.values())
            left = run_oracle(variant(scenario, events))
            yield _fails("c", f"without {write.event_id} it fails", left)
    yield from _meddling(scenario, oracle, proof)


def _proves_something(scenario: YamlScenario) -> bool:
    mandatory = any(not write.optional for write in agent_writes_of(scenario.events))
    rejected = any(function_of(event) == "reject_proposal" for event in scenario.events)
    return scenario.file.silence or mandatory or rejected


def _without_the_assistant(scenario: YamlScenario, oracle: Outcome) -> Iterator[Claim]:
    nothing = run_oracle(variant(scenario, without_agent(scenario.events)))
    if not scenario.file.silence:
        yield _fails("b", "doing nothing fails", nothing)
        return
    yield _passes("b", "doing nothing passes", nothing)
    interface = next(app for app in scenario.apps if type(app).__name__ == "PAREAgentUserInterface")
    action = Action(
        interface.name,
        type(interface).__name__,
        "send_message_to_user",
        {"content": "Shall I take care of this?"},
        OperationType.WRITE,
    )
    events = with_call(scenario.events, action, INSERTED, Place.FIRST_NOTIFICATION, oracle.log)
    yield _fails("b", "a proposal at the first notification fails", run_oracle(variant(scenario, events)))


def _meddling(scenario: YamlScenario, oracle: Outcome, proof: Proof) -> Iterator[Claim]:
    if oracle.phone is None:
        return
    for app in oracle.phone.apps.values():
        if type(app).__name__ == "PAREAgentUserInterface":
            continue
        for name, tool in type(app).tools(ToolKind.AGENT).items():
            if tool.operation is OperationType.WRITE:
                outcome = _inserted(scenario, oracle, app, tool)
                if outcome is None:
                    proof.skipped.append(f"{app.name}.{name}")
                else:
                    yield _fails("d", f"one {app.name}.{name} too many fails", outcome)


def _inserted(scenario: YamlScenario, oracle: Outcome, app: App, tool: ToolSpec) -> Outcome | None:
    """The run with one more call of `tool` that completed and that nothing allows; None if no attempt gave one.

    The call comes after the last accept, or, where that is too early for any, at the end.
    """
    draws = Draws(scenario.seed, scenario.scenario_id, 1, "prove")
    phone = scenario.new_phone()
    fresh = phone.apps[app.name]
    paths = [path for files in phone.apps.values() if isinstance(files, SandboxLocalFileSystem) for path in files.files]
    sets = (argument_sets(source, tool, draws, scenario.start, paths, ("prove",)) for source in (app, fresh))
    drawn = [args for found in sets for args in found]
    different = [args for number, args in enumerate(drawn) if args not in drawn[:number]]
    for place in (Place.AFTER_ACCEPT, Place.END):
        for args in different:
            action = Action(app.name, type(app).__name__, tool.name, args, tool.operation)
            events = with_call(scenario.events, action, INSERTED, place, oracle.log)
            outcome = run_oracle(variant(scenario, events))
            if _counts(scenario, outcome):
                return outcome
    return None


def _counts(scenario: YamlScenario, outcome: Outcome) -> bool:
    """Whether the inserted call was one too many: it was made, no `allow` entry covers it, it displaced no other.

    A call that comes before the oracle's own and makes that one fail does the same once, not too much.
    """
    call = outcome.phone.log.get(INSERTED) if outcome.phone else None
    if outcome.phone is None or call is None or call.failed():
        return False
    if outcome.result.success and outcome.failed_events:
        return False
    environment = Environment(outcome.phone, scenario.flow, oracle=True, start_time=scenario.start)
    return not any(entry.covers(call, environment) for entry in scenario.allowed)


def _passes(part: str, what: str, outcome: Outcome) -> Claim:
    result = outcome.result
    if result.exception is not None:
        return Claim(part, what, False, f"exception: {result.exception}")
    return Claim(part, what, result.success is True, result.rationale or "")


def _fails(part: str, what: str, outcome: Outcome) -> Claim:
    result = outcome.result
    if result.exception is not None:
        return Claim(part, what, False, f"exception: {result.exception}")
    return Claim(part, what, result.success is False, "" if result.success is False else "it passes")
