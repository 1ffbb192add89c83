"""The class of all scenarios: fields, the order of its methods, phones of its own."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.apps.calendar.app import StatefulCalendarApp
from pare_runner.apps.core.capture import EventRegisterer
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.episode.oracle import run_oracle
from pare_runner.errors import InputError
from pare_runner.kernel.events import Event
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.result import PAREScenarioValidationResult, rate, status_of
from pare_runner.scenarios.scenario import PAREScenario

from .conftest import START, lines


class Shelf(PAREScenario):
    """Two notes, one more after ten seconds."""

    start_time = "2025-11-18T09:00:00Z"

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        self.notes = StatefulNotesApp("Notes")
        self.notes.create_note(title="A")
        self.notes.create_note(title="B")
        self.apps = [self.notes]

    def build_events_flow(self) -> None:
        with EventRegisterer.capture_mode():
            self.events = [self.notes.create_note(title="C").delayed(10).with_id("c")]  # type: ignore[attr-defined]


def titles(environment: Environment) -> list[str]:
    return [note.title for note in environment.get_typed_app(StatefulNotesApp).folders["Inbox"].notes.values()]


def test_methods_are_called_once_in_their_order() -> None:
    called: list[str] = []

    class Ordered(PAREScenario):
        def load_augmentation_data(self) -> dict[str, Any]:
            called.append("data")
            return {"apps": []}

        def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
            called.append(f"apps {args} {kwargs} {self.augmentation_data}")

        def build_events_flow(self) -> None:
            called.append(f"events {[type(app).__name__ for app in self.apps]}")

        def apply_augmentation_configs(self) -> None:
            called.append("augmentation")

    scenario = Ordered()
    scenario.initialize(1, x=2)
    scenario.initialize(3)
    run_oracle(scenario)
    assert called == [
        "data",
        "apps (1,) {'x': 2} {'apps': []}",
        "events ['PAREAgentUserInterface', 'HomeScreenSystemApp']",
        "augmentation",
    ]


def test_what_is_missing_is_added() -> None:
    scenario = Shelf()
    scenario.initialize()
    assert [app.name for app in scenario.apps] == ["Notes", "PAREAgentUserInterface", "System"]

    class Given(Shelf):
        def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
            super().init_and_populate_apps()
            self.apps.insert(0, HomeScreenSystemApp("Phone"))

    scenario = Given()
    scenario.initialize()
    assert [app.name for app in scenario.apps] == ["Phone", "Notes", "PAREAgentUserInterface"]


def test_fields_may_be_given() -> None:
    scenario = Shelf(scenario_id="mine", duration=60.0, start_time=5, tags=("a",))
    assert (scenario.scenario_id, scenario.duration, scenario.start, scenario.tags) == ("mine", 60.0, 5.0, ("a",))
    assert (Shelf().scenario_id, Shelf().start) == ("Shelf", START)
    with pytest.raises(TypeError, match=r"Shelf has no field 'durations' \(did you mean 'duration'\?\)"):
        Shelf(durations=60)


@pytest.mark.parametrize("start", ["today", "+1d"])
def test_a_start_that_is_no_date(start: str) -> None:
    with pytest.raises(InputError, match="start_time: "):
        Shelf(start_time=start)


def test_each_run_starts_anew_and_the_scenario_keeps_its_apps() -> None:
    scenario = Shelf()
    found: list[list[str]] = []

    class Judging(Shelf):
        def validate(self, env: Environment) -> PAREScenarioValidationResult:
            found.append(titles(env))
            assert self.apps is not scenario.apps
            assert self.get_typed_app(StatefulNotesApp) is env.get_typed_app(StatefulNotesApp)
            return PAREScenarioValidationResult(success=True)

    judging = Judging()
    outcomes = [run_oracle(judging, run_number=number) for number in (1, 2)]
    assert found == [["A", "B", "C"]] * 2
    assert [lines(outcome.log) for outcome in outcomes] == [["10 c Notes__create_note"]] * 2
    assert len(judging.notes.folders["Inbox"].notes) == 2


def test_ids_of_the_initial_state_follow_from_scenario_and_seed() -> None:
    def ids(**fields: Any) -> list[str]:
        scenario = Shelf(**fields)
        scenario.initialize()
        return list(scenario.notes.folders["Inbox"].notes)

    assert ids() == ids()
    assert not set(ids()) & set(ids(seed=1))
    assert not set(ids()) & set(ids(scenario_id="other"))


def test_draws_of_a_run_are_keyed_by_seed_scenario_and_run() -> None:
    def number(scenario: PAREScenario, seed: int = 0, run_number: int = 1) -> float:
        return scenario.new_phone(seed, run_number).apps["Notes"].draw("x")

    shelf, other = Shelf(), Shelf(scenario_id="other")
    numbers = {number(shelf), number(shelf, seed=1), number(shelf, run_number=2), number(other)}
    assert len(numbers) == 4
    assert number(shelf) == number(Shelf())


def test_an_app_may_be_open_at_the_start() -> None:
    phone = Shelf(open_app="Notes").new_phone()
    assert phone.active is phone.apps["Notes"]
    assert Shelf().new_phone().active is None


def test_apps_by_name_and_class() -> None:
    scenario = Shelf()
    scenario.initialize()
    assert scenario.get_app("Notes") is scenario.get_typed_app(StatefulNotesApp)
    with pytest.raises(InputError, match=r"Shelf: there is no app 'Note' \(did you mean 'Notes'\?\)"):
        scenario.get_app("Note")
    with pytest.raises(InputError, match="there is no StatefulCalendarApp"):
        scenario.get_typed_app(StatefulCalendarApp)


def test_a_flow_that_cannot_be_ordered() -> None:
    class Twice(Shelf):
        def build_events_flow(self) -> None:
            super().build_events_flow()
            self.events.append(Event("c"))

    with pytest.raises(InputError, match="Twice: event 'c': two events have this id"):
        Twice().initialize()
    outcome = run_oracle(Twice())
    assert (outcome.result.status, outcome.phone, outcome.log) == ("exception", None, [])


def test_user_steps() -> None:
    class Opens(Shelf):
        def build_events_flow(self) -> None:
            first = next(iter(self.notes.folders["Inbox"].notes))
            opens = self.user_step("Notes", "edit", on={"note_id": first})
            opens[0].delayed(5)
            saves = self.user_step("Notes", "update", {"title": "Z", "content": ""}, {"note_id": first})
            saves[0].depends_on(opens[-1], delay_seconds=1)
            self.events = [*opens, *saves]

    outcome = run_oracle(Opens())
    assert [line.split(" ")[0::2] for line in lines(outcome.log)] == [
        ["5", "System__open_app"],
        ["5", "Notes__open"],
        ["5", "Notes__edit"],
        ["6", "Notes__update"],
    ]
    assert not outcome.failed_events


def test_without_a_validation_there_is_no_verdict() -> None:
    assert run_oracle(Shelf()).result.status == "no_validation"


@pytest.mark.parametrize(
    ("success", "exception", "status"),
    [
        (True, None, "success"),
        (False, None, "failed"),
        (None, None, "no_validation"),
        (True, ValueError(), "exception"),
        (None, ValueError(), "exception"),
    ],
)
def test_statuses(success: bool | None, exception: Exception | None, status: str) -> None:
    assert status_of(success, exception) == status
    assert PAREScenarioValidationResult(success, exception).status == status


def test_rates_without_a_whole_are_zero() -> None:
    result = PAREScenarioValidationResult(True, proposal_count=3, acceptance_count=2, number_of_turns=4)
    assert (result.proposal_rate, result.acceptance_rate) == (0.75, 2 / 3)
    assert (rate(1, 0), PAREScenarioValidationResult(True).proposal_rate) == (0.0, 0.0)
