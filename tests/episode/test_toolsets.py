"""Which tools each role is offered."""

from __future__ import annotations

import pytest

from pare_runner.apps.core.tools import READ, WRITE, ToolKind
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.apps.phone import Phone
from pare_runner.apps.registry import ALL_APPS
from pare_runner.episode.toolsets import Toolsets, tool_list
from pare_runner.kernel.events import EventType
from pare_runner.policy.tools import ToolList
from tests.episode.conftest import ACCEPT, PROPOSE, REJECT, WAIT, Play, calling, events, news
from tests.scenarios.conftest import scenario

AUI, SYSTEM = "PAREAgentUserInterface", "System"
EVERYTHING = "apps:\n" + "".join(
    f"  a{number}: {{type: {cls.__name__}}}\n"
    for number, cls in enumerate(ALL_APPS)
    if cls.__name__ not in (AUI, "HomeScreenSystemApp")
)


def assistant(role: str) -> ToolList:
    made = scenario(EVERYTHING)
    return Toolsets(made).assistant("observe" if role == "observe" else "execute", made.new_phone())


def test_observe_has_the_tools_that_read_and_waits_and_proposes() -> None:
    tools = assistant("observe").tools
    writing = [tool.name for tool in tools if tool.spec.operation is not READ]
    assert writing == [f"{AUI}__send_message_to_user"]
    names = {tool.name for tool in tools}
    assert {f"{AUI}__wait", f"{SYSTEM}__wait_for_notification", f"{SYSTEM}__get_current_time"} <= names
    reading = {
        f"{cls.name_in_benchmark}__{name}"
        for cls in ALL_APPS
        if cls.__name__ != AUI
        for name, spec in cls.tools(ToolKind.AGENT).items()
        if spec.operation is READ
    }
    assert reading == names - {f"{AUI}__wait", f"{AUI}__send_message_to_user"}


def test_execute_has_everything_but_waiting() -> None:
    names = {tool.name for tool in assistant("execute").tools}
    writing = {
        f"{cls.name_in_benchmark}__{name}"
        for cls in ALL_APPS
        for name, spec in cls.tools(ToolKind.AGENT).items()
        if spec.operation is WRITE
    }
    assert writing <= names
    assert {tool.name for tool in assistant("observe").tools} - names == {
        f"{AUI}__wait",
        f"{SYSTEM}__wait_for_notification",
    }


@pytest.mark.parametrize("role", ["observe", "execute"])
def test_no_assistant_reads_the_agent_interface_or_acts_as_the_user(role: str) -> None:
    on_interface = {tool.spec.name for tool in assistant(role).tools if tool.app == AUI}
    assert on_interface == {"send_message_to_user"} | ({"wait"} if role == "observe" else set())


def test_the_user_is_offered_what_can_be_tapped_on_the_present_screen() -> None:
    taps = [calling(("System.open_app", {"app_name": "Notes"})), calling(("Notes.open", {"note_id": "milk"}))]
    play = Play(events(), user=[*taps, calling("Notes.go_back"), calling("System.go_home"), WAIT], user_iterations=9)
    home, listed, opened, back, again = (play.tools(number, "user") for number in range(5))
    assert home == {f"{AUI}__wait", f"{SYSTEM}__go_home", f"{SYSTEM}__open_app", f"{SYSTEM}__switch_app"}
    assert {name for name in listed if name.startswith("Notes")} == {
        f"Notes__{name}" for name in ("list_notes", "open", "search", "new_note", "list_folders")
    }
    assert "Notes__edit" in opened
    assert "Notes__list_notes" not in opened
    assert back == listed
    assert again == home


def test_apps_are_opened_on_the_home_screen_only_and_go_back_needs_a_history() -> None:
    made = scenario(events())
    phone, tools = made.new_phone(), Toolsets(made)

    def offered() -> tuple[bool, bool]:
        names = tools.user(phone, answers=False).by_name
        return f"{SYSTEM}__open_app" in names, "Notes__go_back" in names

    def tap(phone: Phone, app: str, tool: str, **args: str) -> None:
        assert not phone.call(EventType.USER, app, tool, args).failed()

    assert offered() == (True, False)
    tap(phone, SYSTEM, "open_app", app_name="Notes")
    assert offered() == (False, False)
    tap(phone, "Notes", "open", note_id="milk")
    assert offered() == (False, True)
    tap(phone, "Notes", "go_back")
    assert offered() == (False, False)
    tap(phone, "Notes", "list_folders")
    tap(phone, "Notes", "open", folder="Work")
    assert offered() == (False, True)
    tap(phone, SYSTEM, "go_home")
    assert offered() == (True, False)


def test_accept_and_reject_are_offered_only_while_a_proposal_is_pending() -> None:
    answers = {f"{AUI}__accept_proposal", f"{AUI}__reject_proposal"}
    text = events(news("a", "at: 90s"))
    play = Play(text, user=[WAIT, WAIT, REJECT, ACCEPT, WAIT], observe=[PROPOSE, WAIT], format_retries=1)
    offered = [asked.tools & answers for asked in play.asked if asked.role == "user"]
    assert offered == [frozenset(), answers, answers, frozenset(), frozenset()]
    assert play.problems == ["unknown_tool"]


def test_users_write_no_messages_of_their_own_to_the_assistant() -> None:
    play = Play(events(), user=[WAIT, ACCEPT], observe=[PROPOSE])
    assert not any("send_message_to_agent" in name for asked in play.asked for name in asked.tools)


def test_names_are_letters_and_lengths_that_every_provider_takes() -> None:
    app = StatefulNotesApp("My notes: äöü, and a name that is very long")
    specs = [(app, spec) for spec in StatefulNotesApp.tools(ToolKind.AGENT).values()]
    names = list(tool_list([*specs, *specs]).by_name)
    assert len(names) == 2 * len(specs)
    assert names[0] == "My_notes_______and_a_name_that_is_very_long__new_folder"
    assert f"{names[0]}_2" in names
    assert all(len(name) <= 64 and name.replace("-", "_").replace("_", "a").isalnum() for name in names)


def test_kd_48_a_tool_is_found_wherever_it_stands_in_the_list() -> None:
    tools = assistant("execute")
    assert all(tools.get(tool.name) is tool for tool in tools.tools)
    assert tools.get("Nothing__here") is None
