"""The environment events of one run, one after another, as they happen on its phone."""

from __future__ import annotations

from dataclasses import replace

from pare_runner.apps.phone import Phone
from pare_runner.errors import ConfigError
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.events import Action, CompletedEvent, Event, EventType, OperationType
from pare_runner.noise.config import EnvEventsConfig
from pare_runner.noise.data import AugmentationData, parse_augmentation_data
from pare_runner.noise.env_events.lanes import lanes_of
from pare_runner.noise.env_events.planning import Arrival, plan
from pare_runner.noise.settings import NoiseSettings
from pare_runner.scenarios.scenario import PAREScenario


class NoiseStream:
    """Arrivals of a run that starts at `start`; they happen when `deliver` is called."""

    def __init__(self, config: EnvEventsConfig, data: AugmentationData, phone: Phone, draws: Draws, end: float | None):
        self._start = phone.services.clock.now
        self._off = frozenset(config.switched_off)
        lanes = lanes_of(phone.apps.values(), config, data, draws)
        self._arrivals = plan(config, lanes, draws, end)
        self._next = self._advance()

    def next_time(self) -> float | None:
        """When the next event is due, seconds since the epoch; None if none will come."""
        return None if self._next is None else self._start + self._next.seconds

    def deliver(self, phone: Phone) -> CompletedEvent | None:
        """Let the next event happen now; None if what it was about is gone."""
        arrival = self._next
        if arrival is None:
            return None
        self._next = self._advance()
        app, telling = phone.apps[arrival.app], arrival.telling
        call = telling.story.call(app, arrival.step, telling.results)
        if call is None:
            return None
        function, args = call
        action = Action(app.name, type(app).__name__, function, args, OperationType.WRITE, EventType.ENV)
        completed = phone.perform(Event(arrival.event_id, action=action), args, (), None)
        completed.noise = True
        telling.results[arrival.step] = completed.metadata.return_value
        return completed

    def _advance(self) -> Arrival | None:
        return next((item for item in self._arrivals if item.event_id not in self._off), None)


def with_own_events(noise: NoiseSettings, scenario: PAREScenario) -> NoiseSettings:
    """`noise`, with the scenario's own `env_events_config` if the run has none.

    Its events come from what the scenario's `load_augmentation_data` gave, if that has apps. Initialize the scenario
    first. Raises ConfigError for a config of another class, InputError for data of another layout.
    """
    own = scenario.env_events_config
    if noise.events is not None or own is None:
        return noise
    if not isinstance(own, EnvEventsConfig):
        message = f"env_events_config must be an EnvEventsConfig, not {type(own).__name__}"
        raise ConfigError(message, where=scenario.scenario_id)
    data = scenario.augmentation_data
    has_apps = bool(data.get("apps"))
    parsed = parse_augmentation_data(data, f"{scenario.scenario_id}, augmentation_data") if has_apps else noise.data
    return replace(noise, events=own, data=parsed)


def open_stream(
    noise: NoiseSettings, scenario: PAREScenario, phone: Phone, *, seed: int, run_number: int
) -> NoiseStream | None:
    """The environment events of a run whose `phone` is new; None if there are none.

    They are keyed by (`env_events_seed` or `seed`, scenario, run). Errors as for `check_events`.
    """
    config = noise.events
    if config is None or not config.num_env_events_per_minute:
        return None
    return NoiseStream(config, noise.data, phone, events_draws(config, scenario, seed, run_number), scenario.duration)


def events_draws(config: EnvEventsConfig, scenario: PAREScenario, seed: int, run_number: int) -> Draws:
    """The draws of a run's environment events: a channel of their own."""
    own = config.env_events_seed
    return Draws(seed if own is None else own, scenario.scenario_id, run_number, "env_events")
