"""Calls found again in the log."""

from __future__ import annotations

from pare_runner.kernel.events import EventType
from pare_runner.llm.offline.calls import failures, logged_forms
from pare_runner.policy.policy import TapCall
from tests.llm.offline.conftest import APPS
from tests.scenarios.conftest import scenario

LISTS = TapCall("Notes", "list_notes", {"folder": "Trips"})


def test_failures_are_counted_since_the_last_success_of_the_same_actor() -> None:
    phone = scenario(APPS).new_phone()

    def call(function: str, folder: str, actor: EventType = EventType.AGENT) -> int:
        name = "folder" if function == "list_notes" else "folder_name"
        phone.call(actor, "Notes", function, {name: folder})
        return failures(phone, EventType.AGENT, LISTS)

    assert [call("list_notes", "Trips"), call("list_notes", "Trips"), call("list_notes", "Work")] == [1, 2, 2]
    assert call("list_notes", "Trips", EventType.ENV) == 2
    assert [call("new_folder", "Trips"), call("list_notes", "Trips")] == [2, 0]
    assert [call("delete_folder", "Trips"), call("list_notes", "Trips")] == [0, 1]


def test_arguments_are_as_the_log_writes_them() -> None:
    phone = scenario(APPS).new_phone()
    (form,) = logged_forms(phone, EventType.AGENT, LISTS)
    assert phone.call(EventType.AGENT, "Notes", "list_notes", LISTS.args).get_args() == form
    assert logged_forms(phone, EventType.AGENT, TapCall("Notes", "list_notes", {"folder": 7})) == []
    assert logged_forms(phone, EventType.AGENT, TapCall("Nothing", "list_notes", {})) == []
    opens = TapCall("Chat", "open_conversation", {"conversation_id": "talk"})
    assert len(logged_forms(phone, EventType.USER, opens)) == 1
    assert logged_forms(phone, EventType.AGENT, opens) == []
