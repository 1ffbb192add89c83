"""Registering scenario classes: ids, duplicates, and who sees them."""

from __future__ import annotations

import pytest

from pare_runner.errors import InputError
from pare_runner.scenarios.registration import (
    DuplicateScenario,
    ScenarioRegistry,
    collecting,
    register_scenario,
    registry,
)
from pare_runner.scenarios.scenario import PAREScenario


class First(PAREScenario):
    pass


class Second(PAREScenario):
    scenario_id = "second_one"


def test_a_class_is_known_by_the_id_it_is_given() -> None:
    with collecting() as found:
        assert register_scenario("first")(First) is First
    assert First.scenario_id == "first"
    assert First().scenario_id == "first"
    assert found.ids() == ("first",)
    assert found.get("first") is First


def test_the_bare_decorator_takes_the_class_s_own_id_or_its_name() -> None:
    with collecting() as found:
        register_scenario(Second)

        @register_scenario
        class Third(Second):
            pass

        @register_scenario()
        class Fourth(PAREScenario):
            pass

    assert found.ids() == ("Fourth", "Third", "second_one")
    assert [item.make for item in found.list()] == [Fourth, Third, Second]


def test_the_same_class_twice_is_one() -> None:
    own = ScenarioRegistry()
    own.register(Second)
    own.register(Second)
    assert own.ids() == ("second_one",)


def test_two_classes_with_one_id_are_both_named() -> None:
    own = ScenarioRegistry()
    own.register(First, "same")
    with pytest.raises(ValueError, match=r"two scenarios are called 'same': First in .* and Second in ") as caught:
        own.register(Second, "same")
    assert isinstance(caught.value, DuplicateScenario)
    assert all("test_registration.py" in place for place in caught.value.places)


@pytest.mark.parametrize("scenario_id", ["a b", "../a", "a.b"])
def test_an_id_is_letters_digits_and_dashes(scenario_id: str) -> None:
    with pytest.raises(ValueError, match="must be letters, digits, _ and -"):
        ScenarioRegistry().register(First, scenario_id)


@pytest.mark.parametrize("thing", [3, object, lambda: None])
def test_only_scenarios_can_be_registered(thing: object) -> None:
    with pytest.raises(TypeError, match="is not a subclass of PAREScenario"):
        register_scenario(thing)  # type: ignore[call-overload]


def test_an_unknown_id_has_a_suggestion() -> None:
    own = ScenarioRegistry()
    own.register(First, "late_guest")
    with pytest.raises(InputError, match=r"there is no scenario 'late_gest' \(did you mean 'late_guest'\?\)"):
        own.get("late_gest")


def test_collecting_leaves_the_global_registry_alone() -> None:
    before = registry.ids()
    with collecting():
        register_scenario("nobody_else_sees_this")(First)
    assert registry.ids() == before
