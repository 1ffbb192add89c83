"""What a run will meet: its scripted events and its noise, as one list of moments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pare_runner.batch.agents import noise_settings
from pare_runner.batch.config import ScenarioRunnerConfig
from pare_runner.cli.scenarios.flow import kind_of
from pare_runner.episode.oracle import run_oracle
from pare_runner.errors import InputError
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.events import CompletedEvent
from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig
from pare_runner.noise.env_events.expander import apps_without_data, rehearse
from pare_runner.noise.env_events.stream import with_own_events
from pare_runner.noise.failures import Outage, may_fail, outages
from pare_runner.noise.settings import NO_NOISE, NoiseSettings, with_own_tools
from pare_runner.scenarios.scenario import PAREScenario

NOISE = "noise"
SCRIPTED = "scripted"


@dataclass(frozen=True, slots=True)
class Moment:
    """An event `seconds` after the start; `kind` is `noise`, or what a scenario file calls the event."""

    seconds: float
    kind: str
    event_id: str
    app: str
    call: str
    args: dict[str, Any]

    @property
    def lane(self) -> str:
        """The row it is drawn in: one for all that is scripted, one for the noise of each app."""
        return self.app if self.kind == NOISE else SCRIPTED


@dataclass(frozen=True, slots=True)
class Preview:
    """The moments of the first `seconds` of a run, in order, and the noise they come from."""

    scenario: PAREScenario
    seed: int
    run_number: int
    seconds: float
    moments: Sequence[Moment]
    tools: ToolAugmentationConfig | None
    events: EnvEventsConfig | None
    without_data: Sequence[str] = field(default=())
    outages: Sequence[Outage] = field(default=())
    failable: int = 0

    def share_down(self, seconds: float) -> float:
        """The share of the `failable` tools that are down at a time, with the pattern `outage`."""
        return sum(outage.begin <= seconds < outage.end for outage in self.outages) / max(self.failable, 1)

    @property
    def failing(self) -> float:
        """The share of the assistant's calls that fail."""
        return self.tools.tool_failure_probability if self.tools is not None else 0.0

    @property
    def counts(self) -> dict[str, int]:
        """App → how much noise comes to it."""
        return dict(Counter(moment.app for moment in self.moments if moment.kind == NOISE))

    def lanes(self) -> list[str]:
        """The rows: what is scripted, then each app with noise in the order of the phone."""
        names = [app.name for app in self.scenario.apps if app.name in self.counts]
        return [SCRIPTED, *names]

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {
            "scenario": self.scenario.scenario_id,
            "seed": self.seed,
            "run": self.run_number,
            "seconds": self.seconds,
            "arrivals": self.events.arrivals if self.events else None,
            "num_env_events_per_minute": self.events.num_env_events_per_minute if self.events else 0,
            "tool_failure_probability": self.failing,
            "tool_failure_pattern": self.tools.pattern if self.tools else None,
            "outages": [asdict(outage) for outage in self.outages],
            "apps_without_data": list(self.without_data),
            "counts": self.counts,
            "events": [
                {"seconds": m.seconds, "kind": m.kind, "id": m.event_id, "app": m.app, "call": m.call, "args": m.args}
                for m in self.moments
            ],
        }


def preview(
    scenario: PAREScenario, config: ScenarioRunnerConfig, *, run_number: int = 1, minutes: float | None = None
) -> Preview:
    """What `config` brings to a run of `scenario`, for `minutes`, by default as long as the oracle takes.

    Scripted events are those of the oracle's run without noise, which changes none of them. InputError for a scenario
    that cannot be run and for noise that cannot be had.
    """
    quiet = run_oracle(scenario, seed=config.seed, run_number=run_number, noise=NO_NOISE)
    if quiet.phone is None:
        raise InputError(f"cannot be run: {quiet.result.exception}", where=scenario.scenario_id)
    noise = _in_force(config, scenario)
    seconds = max(quiet.end_time - scenario.start, 60.0) if minutes is None else minutes * 60.0
    kinds = {event.event_id: kind_of(event) for event in scenario.flow.events}
    scripted = [_moment(scenario, event, kinds.get(event.event_id, "env")) for event in quiet.log if not event.noise]
    arriving = rehearse(scenario, noise, seconds, seed=config.seed, run_number=run_number)
    moments = [*scripted, *(_moment(scenario, event, NOISE) for event in arriving)]
    return Preview(
        scenario,
        config.seed,
        run_number,
        seconds,
        sorted((moment for moment in moments if moment.seconds <= seconds), key=lambda moment: moment.seconds),
        noise.tools,
        noise.events,
        apps_without_data(noise, scenario),
        *_down(scenario, noise.tools, Draws(config.seed, scenario.scenario_id, run_number), seconds),
    )


def _down(
    scenario: PAREScenario, tools: ToolAugmentationConfig | None, draws: Draws, seconds: float
) -> tuple[list[Outage], int]:
    """The outages of a run in order of time, and the number of tools that may have them."""
    if tools is None or tools.pattern != "outage" or not tools.tool_failure_probability:
        return [], 0
    names = [(app.name, tool) for app in scenario.apps for tool in may_fail(app)]
    found = [outage for app, tool in names for outage in outages(tools, draws, app, tool, seconds)]
    return sorted(found, key=lambda outage: outage.begin), len(names)


def _in_force(config: ScenarioRunnerConfig, scenario: PAREScenario) -> NoiseSettings:
    noise = noise_settings(config, scenario)
    tools = with_own_tools(noise, scenario).tools
    events = with_own_events(noise, scenario)
    return NoiseSettings(tools, events.events, events.data)


def _moment(scenario: PAREScenario, event: CompletedEvent, kind: str) -> Moment:
    seconds = round(event.event_time - scenario.start, 3)
    return Moment(
        seconds, kind, event.event_id, event.app_name() or "", event.function_name() or "", dict(event.get_args())
    )
