"""What a run leaves: verdict, log, and the states it began and ended with."""

from __future__ import annotations

from dataclasses import dataclass, field

from pare_runner.apps.phone import Phone
from pare_runner.episode.exchange import Exchange
from pare_runner.episode.metrics import RunMetrics
from pare_runner.kernel.events import CompletedEvent
from pare_runner.noise.failures import ToolDraw
from pare_runner.noise.settings import NO_NOISE, NoiseSettings
from pare_runner.scenarios.result import PAREScenarioValidationResult
from pare_runner.scenarios.scenario import PAREScenario


@dataclass(slots=True)
class Outcome:
    """A finished run of `scenario`.

    `end_time` is virtual. `log` and `exchanges` (the model calls) are in order. `failed_events` are the scheduled
    events whose call failed. `phone` is as the run left it; it is None when the run ended before there was one. `noise`
    is what was in force, `tool_draws` the draws for calls of the assistant, in order.
    """

    scenario: PAREScenario
    run_number: int
    seed: int
    oracle: bool
    result: PAREScenarioValidationResult
    end_time: float
    log: list[CompletedEvent] = field(default_factory=list)
    failed_events: list[CompletedEvent] = field(default_factory=list)
    phone: Phone | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    metrics: RunMetrics = field(default_factory=RunMetrics)
    noise: NoiseSettings = NO_NOISE
    tool_draws: list[ToolDraw] = field(default_factory=list)


def tried_to_leave(error: SystemExit) -> RuntimeError:
    """What a run that would end the process ends in instead."""
    return RuntimeError(f"the run tried to end the process: SystemExit({error.code!r})")
