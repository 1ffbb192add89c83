"""Oracle runs: the flow as written, without agents."""

from __future__ import annotations

import copy

from pare_runner.episode.outcome import Outcome, tried_to_leave
from pare_runner.kernel.events import CompletedEvent, EventType, OperationType
from pare_runner.noise.env_events.simulation import NoisySimulation
from pare_runner.noise.env_events.stream import open_stream, with_own_events
from pare_runner.noise.settings import NO_NOISE, NoiseSettings
from pare_runner.scenarios.checks.conditions import accepted_proposals, list_proposals
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.result import PAREScenarioValidationResult
from pare_runner.scenarios.scenario import PAREScenario


def run_oracle(
    scenario: PAREScenario, *, seed: int = 0, run_number: int = 1, noise: NoiseSettings = NO_NOISE
) -> Outcome:
    """Run the oracle of `scenario` and judge it.

    Of `noise` the environment events matter: tools fail for agents only. If the run has none, those of a Python
    scenario's own `env_events_config` do. Never raises for what a scenario does: an error in it or in one of its checks
    is the result's `exception`, and the outcome holds whatever had happened by then.
    """
    outcome = Outcome(scenario, run_number, seed, True, PAREScenarioValidationResult(success=None), 0.0)
    try:
        _run(outcome, noise)
    except Exception as error:  # whatever a scenario raises is the outcome of its run
        outcome.result.exception = error
        outcome.result.success = None
    except SystemExit as error:  # a run must not end the others, either
        outcome.result.exception = tried_to_leave(error)
        outcome.result.success = None
    if outcome.phone is not None:
        outcome.end_time = outcome.phone.services.clock.now
        outcome.log = list(outcome.phone.log)
        outcome.failed_events = [event for event in outcome.log if event.scheduled and event.failed()]
    return outcome


def _run(outcome: Outcome, noise: NoiseSettings) -> None:
    scenario = outcome.scenario
    scenario.initialize()
    outcome.end_time = scenario.start
    outcome.noise = with_own_events(noise, scenario)
    phone = outcome.phone = scenario.new_phone(outcome.seed, outcome.run_number)
    stream = open_stream(outcome.noise, scenario, phone, seed=outcome.seed, run_number=outcome.run_number)
    environment = Environment(phone, scenario.flow, oracle=True, start_time=scenario.start)
    simulation = NoisySimulation(
        scenario.flow,
        phone,
        phone.services.clock,
        phone.log,
        noise=stream,
        duration=scenario.duration,
        environment=environment,
    )
    reason = simulation.run()
    environment.validation_failure = simulation.failed
    # `validate` of a Python scenario may ask its own apps: it gets those of this run.
    judge = copy.copy(scenario)
    judge.apps = environment.apps
    judge.run_number = outcome.run_number
    # Should a check raise, the run it was to judge has still ended, and its counts stand.
    outcome.result.termination_reason = reason
    count_actions(outcome.result, environment)
    result = judge.validate(environment)
    if not isinstance(result, PAREScenarioValidationResult):
        raise TypeError(f"validate() must return a PAREScenarioValidationResult, not {type(result).__name__}")
    result.termination_reason = reason
    count_actions(result, environment)
    outcome.result = result


def count_actions(result: PAREScenarioValidationResult, environment: Environment) -> None:
    """Fill in proposals, acceptances, reads and writes, counted from completed events of agent and user."""
    calls = [event for event in environment.phone.log if event.event_type in (EventType.AGENT, EventType.USER)]
    result.proposal_count = len(list_proposals(environment))
    result.acceptance_count = len(accepted_proposals(environment))
    result.write_actions = sum(_is_write(event) for event in calls)
    result.read_only_actions = len(calls) - result.write_actions


def _is_write(event: CompletedEvent) -> bool:
    return event.action is not None and event.action.operation_type is OperationType.WRITE
