"""Environment events for people who write Python: put on a scenario, or looked at beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pare_runner.kernel.events import CompletedEvent
from pare_runner.noise.config import EnvEventsConfig
from pare_runner.noise.data import parse_augmentation_data
from pare_runner.noise.env_events.lanes import check_events
from pare_runner.noise.env_events.stream import open_stream, with_own_events
from pare_runner.noise.settings import NoiseSettings
from pare_runner.scenarios.scenario import PAREScenario


class PAREEnvEventsExpander:
    """Gives scenarios environment events; name and call as PARE documents them.

    Unlike there the events are not written into the flow: every run of the scenario draws its own, for as long as it
    lasts, unless the run is configured to have others.
    """

    def __init__(self, env_events_config: EnvEventsConfig | None = None) -> None:
        self.env_events_config = env_events_config or EnvEventsConfig()

    def add_env_events_to_scenario(
        self, scenario: PAREScenario, apps_augmentation_data: Sequence[Mapping[str, Any]] | Mapping[str, Any] = ()
    ) -> None:
        """From now on runs of `scenario` have these events, made of `apps_augmentation_data`, `{name, app_state}` each.

        That is the list below `apps` in the documented layout; the data as a whole may be given, too.
        Without data they are made of what the run has. To be called at any time before the run, also in
        `apply_augmentation_configs`. InputError for data of another layout or that does not fit its app, ConfigError if
        it has nothing for any of the apps with a weight.
        """
        if apps_augmentation_data:
            given = apps_augmentation_data
            whole = given if isinstance(given, Mapping) else {"apps": given}
            whole = {**whole, "apps": [_plain(entry) for entry in whole.get("apps", ())]}
            data = parse_augmentation_data(whole, f"{scenario.scenario_id}, apps_augmentation_data")
            check_events(self.env_events_config, data)
            scenario.augmentation_data = scenario.augmentation_data | {"apps": whole["apps"]}
        scenario.env_events_config = self.env_events_config


def _plain(entry: object) -> object:
    return dict(entry) if isinstance(entry, Mapping) else entry


def rehearse(
    scenario: PAREScenario, noise: NoiseSettings, seconds: float, *, seed: int = 0, run_number: int = 1
) -> list[CompletedEvent]:
    """The environment events of a run's first `seconds`, on a phone to which nothing else happens.

    They are those of the run itself, whoever acts in it. Errors as for a run, but raised.
    """
    scenario.initialize()
    noise = with_own_events(noise, scenario)
    phone = scenario.new_phone(seed, run_number)
    stream = open_stream(noise, scenario, phone, seed=seed, run_number=run_number)
    found: list[CompletedEvent] = []
    while stream is not None:
        due = stream.next_time()
        if due is None or due >= scenario.start + seconds:
            break
        phone.services.clock.advance_to(due)
        found += [completed for completed in [stream.deliver(phone)] if completed is not None]
    return found


def apps_without_data(noise: NoiseSettings, scenario: PAREScenario) -> list[str]:
    """App classes that have a weight and for which there is no data; none where there are no environment events."""
    noise = with_own_events(noise, scenario)
    return [] if noise.events is None else check_events(noise.events, noise.data)
