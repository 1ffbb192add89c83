"""The phone: opening apps, making calls, moving between screens, defects of PARE that concern all apps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.cab.app import StatefulCabApp
from pare_runner.apps.core.app import Screen
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import READ, WRITE, ToolKind, agent_tool, user_tool
from pare_runner.apps.core.transitions import arg, clear, computed, pop, push
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.apps.phone import Phone
from pare_runner.apps.registry import ALL_APPS
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.events import Action, Event, EventType, OracleEvent

from .conftest import START, Failed, Handset, MakePhone, new_services

NOTES: dict[str, Any] = {"notes": [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}]}


@pytest.fixture
def phone(make_phone: MakePhone) -> Handset:
    return make_phone((StatefulNotesApp, NOTES), (StatefulCabApp, None))


def error_of(phone: Handset, actor: EventType, tool: str, **args: Any) -> str | None:
    return phone.event(actor, tool, **args).metadata.exception_type


# Opening apps ---------------------------------------------------------------------------------------------------------


def test_opening_leaving_and_returning(phone: Handset) -> None:
    phone.user("System.open_app", app_name="Notes")
    phone.user("Notes.open", note_id="a")
    phone.user("System.go_home")
    assert phone.phone.active is None
    phone.user("System.open_app", app_name="Cab")
    phone.user("System.switch_app", app_name="Notes")
    assert phone.screens == ["NoteList", "NoteDetail"]
    assert phone.phone.background == ["Cab"]


def test_an_app_in_front_can_be_opened_again_without_effect(phone: Handset) -> None:
    phone.user("System.open_app", app_name="Notes")
    phone.user("Notes.open", note_id="a")
    assert phone.phone.open_app("Notes") == "Notes is already open."
    assert phone.user("System.switch_app", app_name="Notes") == "Notes is already in front."
    assert phone.screens == ["NoteList", "NoteDetail"]
    phone.user("System.go_home")
    assert phone.user("System.go_home") == "The home screen is already shown."


@pytest.mark.parametrize("tool", ["open_app", "switch_app"])
@pytest.mark.parametrize(
    ("app_name", "error"),
    [("Note", "KeyError"), ("System", "TypeError"), ("PAREAgentUserInterface", "TypeError")],
)
def test_what_cannot_be_opened(phone: Handset, tool: str, app_name: str, error: str) -> None:
    assert error_of(phone, EventType.USER, f"System.{tool}", app_name=app_name) == error
    assert phone.phone.active is None


def test_switching_to_an_app_that_was_not_opened(phone: Handset) -> None:
    assert error_of(phone, EventType.USER, "System.switch_app", app_name="Notes") == "ValueError"


def test_what_can_be_tapped(phone: Handset) -> None:
    at_home = {
        "System__go_home",
        "System__open_app",
        "System__switch_app",
        *(f"PAREAgentUserInterface__{name}" for name in PAREAgentUserInterface.tools(ToolKind.USER)),
    }
    assert set(phone.phone.user_tools()) == at_home
    phone.user("System.open_app", app_name="Notes")
    in_app = {f"Notes__{name}" for name in ("list_notes", "open", "search", "new_note", "list_folders")}
    assert set(phone.phone.user_tools()) == at_home - {"System__open_app"} | in_app


# Making calls ---------------------------------------------------------------------------------------------------------


def test_a_call_leaves_one_event_with_all_its_arguments(phone: Handset) -> None:
    event = phone.event(EventType.AGENT, "Notes.list_notes", folder="Inbox")
    assert list(phone.phone.log) == [event]
    assert event.action == Action(
        "Notes", "StatefulNotesApp", "list_notes", {"folder": "Inbox", "offset": 0, "limit": 10}, READ, EventType.AGENT
    )
    assert (event.event_time, event.event_type, event.sequence, event.scheduled) == (START, EventType.AGENT, 0, False)
    assert event.metadata.return_type == "ReturnedNotes"
    assert event.metadata.return_value["total_notes"] == 2


def test_a_result_is_a_snapshot(phone: Handset) -> None:
    event = phone.event(EventType.AGENT, "Notes.get_note_by_id", note_id="a")
    phone.agent("Notes.update_note", note_id="a", title="Changed")
    assert event.metadata.return_value["title"] == "A"


def test_a_failed_call_says_why_without_paths_and_lines(phone: Handset) -> None:
    event = phone.event(EventType.AGENT, "Notes.get_note_by_id", note_id="x")
    assert (event.metadata.exception_type, event.metadata.exception) == ("KeyError", "there is no note 'x'")
    frames = (event.metadata.exception_stack_trace or "").splitlines()
    assert frames[-1] == "pare_runner.apps.notes.app:_find"
    assert not any("/" in frame or "line" in frame for frame in frames)


@pytest.mark.parametrize(
    ("actor", "tool", "says"),
    [
        (EventType.AGENT, "Nodes.list_folders", "did you mean 'Notes'"),
        (EventType.AGENT, "Notes.list_folder", "did you mean 'list_folders'"),
        (EventType.AGENT, "Notes.create_note_with_time", "has no tool"),
        (EventType.AGENT, "Cab.end_ride", "has no tool"),
        (EventType.AGENT, "System.open_app", "has no tool"),
        (EventType.USER, "Notes.list_notes", "Notes is not in front, the home screen is"),
        (EventType.USER, "System.get_current_time", "does not offer"),
    ],
)
def test_unavailable_tools_are_named(phone: Handset, actor: EventType, tool: str, says: str) -> None:
    event = phone.event(actor, tool)
    assert event.metadata.exception_type == "ToolUnavailable"
    assert says in (event.metadata.exception or "")


def test_a_screen_offers_its_own_tools_only(phone: Handset) -> None:
    phone.user("System.open_app", app_name="Notes")
    with pytest.raises(Failed, match="NoteList of Notes does not offer 'delete'"):
        phone.user("Notes.delete")
    with pytest.raises(Failed, match="Cab is not in front, Notes is"):
        phone.user("Cab.list_rides", start_location="A", end_location="B")


@pytest.mark.parametrize(
    "args", [{}, {"note_id": 3}, {"note_id": None}, {"note_id": ["a"]}, {"note_id": "a", "noteid": "a"}]
)
def test_wrong_arguments_are_type_errors(phone: Handset, args: dict[str, Any]) -> None:
    event = phone.event(EventType.AGENT, "Notes.get_note_by_id", **args)
    assert event.metadata.exception_type == "TypeError"
    assert "note" in (event.metadata.exception or "")


def test_scheduled_events_are_performed_under_their_id(phone: Handset) -> None:
    action = Action("Notes", "StatefulNotesApp", "create_note")
    event = phone.phone.perform(Event(event_id="e1", action=action), {"title": "C"}, ("e0",), None)
    assert (event.event_id, event.dependencies, event.scheduled) == ("e1", ("e0",), True)
    assert event.event_type is EventType.ENV
    tapped = OracleEvent(event_id="e2", event_type=EventType.USER, action=Action("System", "", "open_app"))
    phone.phone.perform(tapped, {"app_name": "Notes"}, (), None)
    assert phone.screens == ["NoteList"]
    failed = phone.phone.perform(Event(event_id="e3", action=action), {}, (), LookupError("no result"))
    assert failed.metadata.exception == "no result"
    assert len(phone.app(StatefulNotesApp).folders["Inbox"].notes) == 3


# Defects --------------------------------------------------------------------------------------------------------------


def test_kd_1_the_user_can_go_back(phone: Handset) -> None:
    phone.user("System.open_app", app_name="Notes")
    phone.user("Notes.open", note_id="a")
    phone.user("Notes.edit")
    assert phone.user("Notes.go_back") == "Back to NoteDetail."
    assert phone.user("Notes.go_back") == "Back to NoteList."
    assert error_of(phone, EventType.USER, "Notes.go_back") == "ToolUnavailable"
    assert [event.function_name() for event in phone.phone.log] == ["open_app", "open", "edit", *["go_back"] * 3]


def test_kd_3_each_cause_makes_ids_of_its_own(make_phone: MakePhone) -> None:
    def ids(*causes: str) -> list[str]:
        phone = make_phone((StatefulNotesApp, {"notes": [{"title": "Given"}]}))
        made = list(phone.app(StatefulNotesApp).folders["Inbox"].notes)
        for cause in causes:
            if cause == "call":
                made.append(phone.agent("Notes.create_note"))
            else:
                event = Event(event_id=cause, action=Action("Notes", "", "create_note"))
                made.append(phone.phone.perform(event, {}, (), None).metadata.return_value)
        return made

    assert len(set(ids("call", "call", "e1", "e2"))) == 5
    assert ids("call", "e1") == ids("call", "e1")
    assert set(ids("call", "e1")) == set(ids("e1", "call"))


def test_kd_3_what_others_do_does_not_change_an_id(phone: Handset, make_phone: MakePhone) -> None:
    other = make_phone((StatefulNotesApp, NOTES), (StatefulCabApp, None))
    other.env("Notes.create_note")
    other.agent("Cab.order_ride", start_location="A", end_location="B", service_type="Van")
    assert phone.agent("Notes.create_note") == other.agent("Notes.create_note")


@dataclass
class Door(Screen):
    """A screen whose taps go wrong in every way."""

    number: int = 0

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("there is no such door")

    @user_tool(READ, to=push("Door", number=arg("number")))
    def knock(self, number: int) -> str:
        """Knock at a door.

        Args:
            number: Which.
        """
        if number == 13:
            raise ValueError("nobody answers")
        return "Come in"

    @user_tool(READ, to=clear("Door", number=computed(lambda screen, args, result: result)))
    def jump(self, number: int) -> int | None:
        """Go to a door without a way back.

        Args:
            number: Which; none for 0.
        """
        return number or None

    @user_tool(READ, to=pop(2))
    def leave(self) -> None:
        """Go two doors back."""


class HouseApp(StatefulApp):
    """Doors behind doors."""

    screens: ClassVar[tuple[type[Screen], ...]] = (Door,)

    def root_screen(self) -> Door:
        return Door(self)

    @agent_tool(WRITE)
    def burn(self) -> object:
        """Return what has no JSON form."""
        return object()


@pytest.fixture
def house() -> Handset:
    services = new_services()
    phone = Handset(Phone([HomeScreenSystemApp("System"), HouseApp("House")], services))
    phone.user("System.open_app", app_name="House")
    return phone


def doors(phone: Handset) -> list[int]:
    app = phone.app(HouseApp)
    return [screen.number for screen in (*app.navigation_stack, app.current_state)]


@pytest.mark.parametrize("number", [13, -1])
def test_kd_14_a_failed_tap_leaves_screen_and_stack(house: Handset, number: int) -> None:
    house.user("House.knock", number=7)
    with pytest.raises(Failed):
        house.user("House.knock", number=number)
    assert doors(house) == [0, 7]
    house.user("House.go_back")
    assert doors(house) == [0]


def test_transitions_of_every_effect(house: Handset) -> None:
    for number in (1, 2, 3):
        house.user("House.knock", number=number)
    house.user("House.leave")
    assert doors(house) == [0, 1]
    house.user("House.leave")
    assert doors(house) == [0]
    house.user("House.knock", number=5)
    house.user("House.jump", number=0)
    assert doors(house) == [0, 5]
    house.user("House.jump", number=9)
    assert doors(house) == [9]


def test_a_result_without_json_form_fails_the_call(house: Handset) -> None:
    assert error_of(house, EventType.AGENT, "House.burn") == "TypeError"


def test_kd_34_every_app_is_named_after_its_class_by_default() -> None:
    for cls in ALL_APPS:
        assert cls().name == cls.__name__


def test_kd_36_opening_starts_at_the_first_screen_and_switching_returns(phone: Handset) -> None:
    phone.user("System.open_app", app_name="Notes")
    phone.user("Notes.open", note_id="a")
    phone.user("System.go_home")
    phone.user("System.open_app", app_name="Notes")
    assert phone.screens == ["NoteList"]
    assert phone.phone.background == []
    tools = HomeScreenSystemApp.tools(ToolKind.USER)
    assert "first screen" in tools["open_app"].description
    assert "as it was left" in tools["switch_app"].description


def test_kd_37_the_home_screen_is_no_app_to_open_whatever_its_name(phone: Handset) -> None:
    assert phone.phone.app_names() == ["Notes", "Cab"]
    named = Phone([HomeScreenSystemApp("Phone"), StatefulNotesApp("Notes")], new_services())
    assert named.app_names() == ["Notes"]
    assert "Phone__go_home" in named.user_tools()
