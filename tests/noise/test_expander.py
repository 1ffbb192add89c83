"""Environment events that a Python scenario asks for itself, and events looked at beforehand."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner import EnvEventsConfig, PAREEnvEventsExpander, default_weight_per_app_class, run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.errors import ConfigError, InputError
from pare_runner.kernel.events import CompletedEvent, Event
from pare_runner.noise.env_events.expander import apps_without_data, rehearse
from pare_runner.noise.settings import NO_NOISE, NoiseSettings
from pare_runner.scenarios.scenario import PAREScenario
from tests.noise.conftest import (
    DATA,
    PHONE,
    data,
    emails,
    flat,
    lasting,
    mail,
    noise_of,
    noisy,
    settings,
    without_results,
)
from tests.scenarios.conftest import START, scenario

FOUR = EnvEventsConfig(num_env_events_per_minute=4)
MAILS = [{"name": "Emails", "app_state": emails([mail(n) for n in range(20)])}]


class Evening(PAREScenario):
    """Nothing but a note after ten minutes."""

    start_time = START

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        self.apps = list(scenario(PHONE).apps)

    def build_events_flow(self) -> None:
        notes = self.get_app("Notes")
        self.events = [Event.from_function(notes.create_note, title="x").delayed(600).with_id("end")]  # type: ignore[attr-defined]


def raised(outcome: Outcome) -> list[CompletedEvent]:
    if outcome.result.exception is not None:
        raise outcome.result.exception
    return noise_of(outcome)


def test_the_documented_default_weights() -> None:
    assert default_weight_per_app_class() == EnvEventsConfig().weight_per_app_class
    assert default_weight_per_app_class() == {
        "StatefulEmailApp": 1.0,
        "StatefulMessagingApp": 1.0,
        "StatefulShoppingApp": 1.0,
    }
    assert default_weight_per_app_class() is not default_weight_per_app_class()


def test_a_scenarios_own_events_happen_where_the_run_has_none() -> None:
    own = Evening(env_events_config=FOUR)
    run = NoiseSettings(data=DATA)
    mine = raised(run_oracle(own, noise=run))
    assert len(mine) > 24
    assert without_results(mine) == without_results(
        raised(run_oracle(Evening(), noise=NoiseSettings(events=FOUR, data=DATA)))
    )
    ten = settings(10)
    assert without_results(raised(run_oracle(own, noise=ten))) == without_results(
        raised(run_oracle(Evening(), noise=ten))
    )
    assert raised(run_oracle(Evening(), noise=run)) == []


def test_a_scenarios_own_data_serve_its_own_events() -> None:
    class WithData(Evening):
        def load_augmentation_data(self) -> dict[str, Any]:
            return {"apps": MAILS}

    events = raised(run_oracle(WithData(env_events_config=FOUR)))
    assert {event.app_name() for event in events} == {"Emails"}
    outcome = run_oracle(Evening(env_events_config=FOUR))
    assert isinstance(outcome.result.exception, ConfigError)
    assert run_oracle(WithData(env_events_config=FOUR), noise=settings(2)).noise == settings(2)


@pytest.mark.parametrize("early", [True, False], ids=["before initialize", "in apply_augmentation_configs"])
def test_the_expander(early: bool) -> None:
    class Expanded(Evening):
        def apply_augmentation_configs(self) -> None:
            PAREEnvEventsExpander(FOUR).add_env_events_to_scenario(self, MAILS)

    made = Evening() if early else Expanded()
    if early:
        PAREEnvEventsExpander(FOUR).add_env_events_to_scenario(made, MAILS)
    made.scenario_id = "evening"
    events = raised(run_oracle(made))
    assert {event.function_name() for event in events} == {"create_and_add_email"}
    assert [event.event_id for event in made.events] == ["end"]
    assert len(events) >= 24


def test_the_expander_takes_the_data_as_a_whole() -> None:
    whole = {"apps": MAILS, "tool_names_mapping": {"StatefulNotesApp__create_note": "jot_down"}}
    made, twin = Evening(), Evening()
    PAREEnvEventsExpander(FOUR).add_env_events_to_scenario(made, whole)
    PAREEnvEventsExpander(FOUR).add_env_events_to_scenario(twin, MAILS)
    assert made.augmentation_data == twin.augmentation_data


def test_the_expander_names_mistakes_at_once() -> None:
    expander = PAREEnvEventsExpander()
    assert expander.env_events_config == EnvEventsConfig()
    with pytest.raises(InputError, match=r"Evening, apps_augmentation_data: apps\[0\] needs the key 'app_state'"):
        expander.add_env_events_to_scenario(Evening(), [{"name": "Emails"}])
    flats = [{"name": "RentAFlat", "app_state": {"apartments": {"f": flat(1)}}}]
    with pytest.raises(ConfigError, match="has nothing for StatefulEmailApp"):
        expander.add_env_events_to_scenario(Evening(), flats)
    with pytest.raises(InputError, match=r"apps\[0\] must be an object, not a text"):
        expander.add_env_events_to_scenario(Evening(), ["apps"])  # type: ignore[list-item]
    untouched = Evening()
    expander.add_env_events_to_scenario(untouched)
    assert untouched.env_events_config == EnvEventsConfig()


def test_rehearsed_events_are_those_of_the_run() -> None:
    for noise in (settings(4), settings(10, arrivals="poisson")):
        there = noise_of(noisy(lasting(900), noise, seed=3, run=2))
        before = rehearse(scenario(lasting(900)), noise, 900.0, seed=3, run_number=2)
        assert without_results(before) == without_results(there)
    assert rehearse(scenario(lasting(900)), NO_NOISE, 900.0) == []


def test_apps_without_data() -> None:
    made = scenario(lasting(60))
    assert apps_without_data(settings(4, of=data(Emails=None)), made) == ["StatefulEmailApp"]
    assert apps_without_data(NO_NOISE, made) == []
