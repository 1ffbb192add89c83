"""The contract suite accepts an app that keeps the contract, and each of its tests finds the breach it is there for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from pare_runner.apps.contract import AppContract
from pare_runner.apps.contract.samples import wrong_values
from pare_runner.apps.core.app import Screen
from pare_runner.apps.core.fields import Timestamp, identifier, timestamp
from pare_runner.apps.core.notices import Notice
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import READ, WRITE, ToolSpec, agent_tool, env_tool, user_tool
from pare_runner.apps.core.transitions import arg, clear, push, replace


@dataclass(slots=True, kw_only=True)
class Lamp:
    """A lamp."""

    lamp_id: str = identifier()
    room: str = ""
    on: bool = False
    since: Timestamp = timestamp(alias="at")


@dataclass(slots=True, kw_only=True)
class LampSection:
    """The YAML section."""

    lamps: list[Lamp] = field(default_factory=list)


@dataclass
class LampScreen(Screen):
    """A screen of the lamp app."""

    app: LampApp


@dataclass
class LampList(LampScreen):
    """All lamps."""

    @user_tool(READ)
    def list_lamps(self) -> list[Lamp]:
        """List the lamps."""
        return self.app.list_lamps()

    @user_tool(READ, to=push("LampDetail", lamp_id=arg("lamp_id")))
    def open(self, lamp_id: str) -> Lamp:
        """Open a lamp.

        Args:
            lamp_id: Id of the lamp.
        """
        return self.app.get_lamp(lamp_id)


@dataclass
class LampDetail(LampScreen):
    """One lamp."""

    lamp_id: str

    @user_tool(WRITE)
    def switch(self) -> bool:
        """Switch the lamp."""
        return self.app.switch(self.lamp_id)


class LampApp(StatefulApp):
    """Lamps in rooms."""

    state_fields: ClassVar[tuple[str, ...]] = ("lamps",)
    section: ClassVar[type | None] = LampSection
    screens: ClassVar[tuple[type[Screen], ...]] = (LampList, LampDetail)
    notices: ClassVar[Mapping[str, Notice]] = {"power_cut": Notice("power cut", user=("message?",))}

    lamps: dict[str, Lamp]

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self.lamps = {}

    def root_screen(self) -> Screen:
        return self.screens[0](self)

    def populate(self, section: LampSection) -> None:
        for lamp in section.lamps:
            lamp.lamp_id = lamp.lamp_id or self.new_id("Lamp", self.lamps)
            self.lamps[lamp.lamp_id] = lamp

    @agent_tool(READ)
    def list_lamps(self) -> list[Lamp]:
        """List the lamps."""
        return list(self.lamps.values())

    @agent_tool(READ)
    def get_lamp(self, lamp_id: str) -> Lamp:
        """Read a lamp.

        Args:
            lamp_id: Id of the lamp.
        """
        if lamp_id not in self.lamps:
            raise KeyError(f"there is no lamp {lamp_id!r}")
        return self.lamps[lamp_id]

    @agent_tool(WRITE)
    def add_lamp(self, room: str) -> str:
        """Put up a lamp.

        Args:
            room: Where.
        """
        lamp_id = self.new_id("Lamp", self.lamps)
        self.lamps[lamp_id] = Lamp(lamp_id=lamp_id, room=room, since=self.now)
        return lamp_id

    @agent_tool(WRITE)
    def switch(self, lamp_id: str) -> bool:
        """Switch a lamp on or off.

        Args:
            lamp_id: Id of the lamp.
        """
        lamp = self.get_lamp(lamp_id)
        lamp.on = not lamp.on
        return lamp.on

    @env_tool(WRITE, text=("message",))
    def power_cut(self, message: str = "") -> None:
        """All lamps go out.

        Args:
            message: What the supplier says.
        """
        for lamp in self.lamps.values():
            lamp.on = False


SECTION = {"lamps": [{"id": "desk", "room": "study", "on": True, "at": "-1d"}, {"room": "hall"}]}


class TestLampApp(AppContract):
    app_class = LampApp
    section = SECTION


def findings(app: type[LampApp], test: str, **attributes: Any) -> str:
    """What one test of the suite says of an app."""
    suite = type("Suite", (AppContract,), {"app_class": app, "section": SECTION, **attributes})
    with pytest.raises(AssertionError) as caught:
        getattr(suite(), test)()
    return str(caught.value)


def test_descriptions_are_missed() -> None:
    class App(LampApp):
        @agent_tool(READ)
        def count(self, room: str = 3) -> int:  # type: ignore[assignment]
            return len(self.lamps)

    found = findings(App, "test_every_tool_is_described")
    assert "App.count has no description" in found
    assert "does not describe 'room'" in found
    assert "the default of 'room' must be str" in found


class TitledApp(LampApp):
    @agent_tool(WRITE)
    def label(self, lamp_id: str, title: str) -> None:
        """Label a lamp.

        Args:
            lamp_id: Id of the lamp.
            title: What to write on it.
        """
        self.get_lamp(lamp_id).room = title


def test_wording_that_is_not_free_text_is_found() -> None:
    assert "'title' is wording" in findings(TitledApp, "test_wording_is_declared_free_text")


class TestWordingMayIdentify(AppContract):
    app_class = TitledApp
    section = SECTION
    identifying = frozenset({"label.title"})


@pytest.mark.parametrize(
    ("notices", "says"),
    [
        ({"power_cutt": Notice("x")}, "did you mean 'power_cut'"),
        ({"switch": Notice("x")}, "no environment tool"),
        ({"power_cut": Notice("x", agent=("mesage",))}, "did you mean 'message'"),
        ({"power_cut": Notice("x", agent=("message..",))}, "has no length"),
        ({"power_cut": Notice("")}, "no headline"),
    ],
)
def test_notices_of_nothing_are_found(notices: dict[str, Notice], says: str) -> None:
    app = type("App", (LampApp,), {"notices": notices})
    assert says in findings(app, "test_notices_name_tools_and_arguments")


def test_a_section_that_is_no_dataclass_is_found() -> None:
    app = type("App", (LampApp,), {"section": dict})
    assert "is no dataclass" in findings(app, "test_the_section_has_a_schema")


def test_a_section_that_does_not_fit_is_told() -> None:
    section = {"lamps": [{"rom": "hall"}]}
    assert "did you mean 'room'" in findings(LampApp, "test_the_state_survives", section=section)


def with_screens(*screens: type[Screen]) -> type[LampApp]:
    return type("App", (LampApp,), {"screens": screens})


@dataclass
class Lost(LampList):
    """Taps lead to screens that do not exist, or with the wrong values."""

    @user_tool(READ, to=push("LampDetails"))
    def misspelt(self) -> None:
        """Go nowhere."""

    @user_tool(READ, to=push("LampDetail", lamp=arg("id")))
    def without(self) -> None:
        """Go to no lamp."""

    @user_tool(READ)
    def go_back(self) -> None:
        """Go back."""


@dataclass
class Trap(LampList):
    """A tap that forgets the way back."""

    @user_tool(READ, to=clear("LampDetail", lamp_id=arg("lamp_id")))
    def open(self, lamp_id: str) -> Lamp:
        """Open a lamp.

        Args:
            lamp_id: Id of the lamp.
        """
        return self.app.get_lamp(lamp_id)


@dataclass
class Shut(LampList):
    """A tap that never works."""

    @user_tool(READ, to=replace("LampDetail", lamp_id=arg("lamp_id")))
    def open(self, lamp_id: str) -> Lamp:
        """Open a lamp.

        Args:
            lamp_id: Id of the lamp.
        """
        raise ValueError("not today")


def test_transitions_to_nowhere_are_found() -> None:
    found = findings(with_screens(Lost, LampDetail), "test_transitions_connect_the_screens")
    assert "did you mean 'LampDetail'" in found
    assert "gives LampDetail 'lamp', which it does not take" in found
    assert "reads the argument 'id'" in found
    assert "does not give LampDetail its 'lamp_id'" in found
    assert "a go_back of its own" in found


def test_screens_without_a_way_in_or_out_are_found() -> None:
    test = "test_every_screen_is_reached_by_taps_and_left_again"
    assert "no transition leads to Lost" in findings(
        with_screens(LampList, LampDetail, Lost), "test_transitions_connect_the_screens"
    )
    assert "no way back to Trap" in findings(with_screens(Trap, LampDetail), test)
    found = findings(with_screens(Shut, LampDetail), test)
    assert "Shut.open: no tap succeeds" in found
    assert "no taps lead to LampDetail" in found


def test_taps_that_write_in_secret_are_found() -> None:
    @dataclass
    class Sly(LampList):
        @user_tool(READ, to=push("LampDetail", lamp_id=arg("lamp_id")))
        def open(self, lamp_id: str) -> Lamp:
            """Open a lamp.

            Args:
                lamp_id: Id of the lamp.
            """
            self.app.lamps["desk"].on = not self.app.lamps["desk"].on
            return self.app.get_lamp(lamp_id)

    found = findings(with_screens(Sly, LampDetail), "test_taps_keep_the_rules")
    assert "is READ and changes the state" in found
    assert "fails and changes the state" in found


def test_a_state_that_does_not_come_back_is_found() -> None:
    class Forgetful(LampApp):
        def load_state(self, state: Mapping[str, Any] | None) -> None:
            super().load_state(state)
            self.lamps.pop("desk", None)

    class Merging(LampApp):
        def load_state(self, state: Mapping[str, Any] | None) -> None:
            before = self.lamps
            super().load_state(state)
            self.lamps = before | self.lamps

    class Hiding(LampApp):
        added = 0

        @agent_tool(WRITE)
        def add_lamp(self, room: str) -> str:
            """Put up a lamp.

            Args:
                room: Where.
            """
            self.added += 1
            return f"lamp {self.added}"

    assert "loaded into a new app" in findings(Forgetful, "test_the_state_survives")
    assert "loaded over another" in findings(Merging, "test_the_state_survives")
    assert "after loading, add_lamp" in findings(Hiding, "test_the_state_survives")


def test_results_that_differ_from_run_to_run_are_found() -> None:
    numbers = itertools.count()

    class Chaotic(LampApp):
        @agent_tool(WRITE)
        def switch(self, lamp_id: str) -> bool:
            """Switch a lamp on or off.

            Args:
                lamp_id: Id of the lamp.
            """
            lamp = self.get_lamp(lamp_id)
            lamp.since = float(next(numbers))
            return bool(next(numbers) % 3)

        @agent_tool(READ)
        def list_lamps(self) -> list[Lamp]:
            """List the lamps."""
            return list(self.lamps.values())[: next(numbers) % 2]

    assert "the next time" in findings(Chaotic, "test_the_same_calls_give_the_same")
    assert "list_lamps() answers" in findings(Chaotic, "test_reading_changes_nothing")


def test_arguments_that_are_kept_are_found() -> None:
    class Keeping(LampApp):
        @env_tool(WRITE)
        def install(self, lamp: Lamp) -> None:
            """Put up a lamp that is there already.

            Args:
                lamp: The lamp.
            """
            self.lamps[lamp.lamp_id] = lamp

    hints = {"lamp": [{"id": "spot", "on": True}]}
    assert "install(lamp=" in findings(Keeping, "test_arguments_stay_as_given", arguments=hints)


def test_ids_that_ignore_their_cause_are_found() -> None:
    class Counting(LampApp):
        @agent_tool(WRITE)
        def add_lamp(self, room: str) -> str:
            """Put up a lamp.

            Args:
                room: Where.
            """
            lamp_id = f"lamp-{len(self.lamps)}"
            self.lamps[lamp_id] = Lamp(lamp_id=lamp_id, room=room)
            return lamp_id

    class Colliding(LampApp):
        @agent_tool(WRITE)
        def add_lamp(self, room: str) -> str:
            """Put up a lamp.

            Args:
                room: Where.
            """
            lamp_id = self.new_id("Lamp")
            self.lamps[lamp_id] = Lamp(lamp_id=lamp_id, room=room)
            return lamp_id

    assert "whatever its cause" in findings(Counting, "test_ids_follow_their_cause")
    assert "takes an id that the initial state has" in findings(Colliding, "test_ids_follow_their_cause")


def test_reading_that_writes_is_found() -> None:
    class Touching(LampApp):
        @agent_tool(READ)
        def get_lamp(self, lamp_id: str) -> Lamp:
            """Read a lamp.

            Args:
                lamp_id: Id of the lamp.
            """
            self.lamps["desk"].since += 1
            return self.lamps[lamp_id]

    found = findings(Touching, "test_reading_changes_nothing")
    assert "get_lamp(lamp_id='desk') is READ and changes the state" in found
    assert "get_lamp(lamp_id='there-is-no-such-thing') is READ and changes the state" in found


def test_failures_that_write_or_say_nothing_are_found() -> None:
    class Hasty(LampApp):
        @agent_tool(WRITE)
        def switch(self, lamp_id: str) -> bool:
            """Switch a lamp on or off.

            Args:
                lamp_id: Id of the lamp.
            """
            self.lamps["desk"].on = not self.lamps["desk"].on
            if lamp_id not in self.lamps:
                raise ValueError
            return bool(self.lamps.get(lamp_id, None).on)  # type: ignore[union-attr]

        @agent_tool(READ)
        def get_lamp(self, lamp_id: str) -> Lamp:
            """Read a lamp.

            Args:
                lamp_id: Id of the lamp.
            """
            lamp = self.lamps.get(lamp_id)
            return Lamp(room=lamp.room)  # type: ignore[union-attr]

    found = findings(Hasty, "test_failing_changes_nothing")
    assert "and changes the state" in found
    assert "raises a ValueError that says nothing" in found
    assert "breaks with AttributeError" in found


def test_a_result_without_json_form_is_found() -> None:
    class Opaque(LampApp):
        @agent_tool(READ)
        def list_lamps(self) -> list[Lamp]:
            """List the lamps."""
            return [object()]  # type: ignore[list-item]

    assert "the result of list_lamps: object has no JSON form" in findings(Opaque, "test_reading_changes_nothing")


def test_offers_that_cannot_be_taken_are_found() -> None:
    class Stingy(LampApp):
        def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
            return [7] if argument == "room" else []

    found = findings(Stingy, "test_the_state_offers_arguments")
    assert "argument_values has nothing for 'lamp_id' of switch" in found
    assert "no call of switch succeeds" in found
    assert "argument_values gives 7 for 'room'" in findings(Stingy, "test_wrong_types_raise_type_errors")


def test_a_timer_that_stays_due_is_found() -> None:
    class Ringing(LampApp):
        def next_timer(self) -> float | None:
            return 0.0

        def fire_timers(self, time: float) -> list[str]:
            return [""]

    found = findings(Ringing, "test_timers_end")
    assert "still due" in found
    assert "notifies of nothing" in found


def test_wrong_values_follow_the_schema() -> None:
    @dataclass
    class Tools(Screen):
        @user_tool(READ)
        def tap(self, text: str, number: float, whole: int | None, anything: Any) -> None:
            """Tap.

            Args:
                text: Text.
                number: Number.
                whole: Whole number.
                anything: Anything.
            """

    spec = Tools.tools()["tap"]
    kinds = {name: [type(value) for value in wrong_values(item)] for name, item in spec.by_name.items()}
    assert kinds == {
        "text": [int, float, bool, list, dict, type(None)],
        "number": [str, bool, list, dict, type(None)],
        "whole": [str, float, bool, list, dict],
        "anything": [],
    }
