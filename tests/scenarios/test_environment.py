"""The environment: where an event stands in the log, what has a result, which calls were made."""

from __future__ import annotations

import pytest

from pare_runner.apps.calendar.app import StatefulCalendarApp
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.errors import InputError
from pare_runner.kernel.events import EventType
from pare_runner.kernel.references import ReferenceFailed
from pare_runner.kernel.simulation import Simulation
from pare_runner.scenarios.environment import Environment, find_typed_app, is_ui

from .conftest import START, scenario

TEXT = """\
apps: {notes: {type: StatefulNotesApp, notes: [{id: n1, title: A}]}}
events:
  - {id: news, env: notes.create_note, at: 10s}
  - {id: bad, env: notes.delete_folder, after: news, args: {folder_name: Attic}}
  - {id: looks, agent: notes.list_folders, after: bad}
  - {id: fails, agent: notes.get_note_by_id, after: looks, args: {note_id: n9}}
  - {id: taps, user: notes.refresh, on: {note_id: n1}, after: fails}
  - {id: sees, when: {called: notes.delete_note}, timeout: 5s}
  - {id: holds, when: {called: notes.create_note, by: env}}
  - {id: never, env: notes.create_note, after: sees}
"""


def environment(*, oracle: bool = True, until: float | None = None) -> Environment:
    """The environment after a run of TEXT; with `oracle=False` without the oracle's own steps."""
    made = scenario(TEXT)
    phone = made.new_phone()
    found = Environment(phone, made.flow, oracle=oracle, start_time=made.start)
    Simulation(made.flow, phone, phone.services.clock, phone.log, oracle=oracle, environment=found).run(until)
    return found


def test_positions_of_a_finished_oracle_run() -> None:
    found = environment()
    stand_at = {event_id: found.position(event_id) is not None for event_id in found.flow.index}
    assert stand_at == {
        "news": True,
        "bad": True,  # what the environment did, even if it failed
        "looks": True,
        "fails": False,  # a step that failed is not met
        "taps-tap-1": True,
        "taps-tap-2": True,
        "taps": True,
        "sees": False,  # a condition that timed out
        "holds": True,
        "never": False,
    }
    assert found.position("unknown") is None


def test_results() -> None:
    found = environment()
    assert found.result_of("looks") == ["Inbox", "Personal", "Work"]
    for event_id in ("bad", "fails", "sees", "never", "unknown"):
        with pytest.raises(ReferenceFailed, match=f"event '{event_id}' has no result"):
            found.result_of(event_id)


def test_with_agents_an_oracle_event_is_where_it_was_met() -> None:
    found = environment(oracle=False, until=START + 60)
    assert [event.event_id for event in found.event_log] == ["sees", "news", "holds", "bad"]
    assert found.position("looks") is None
    assert found.position("news") is not None
    call = found.phone.call(EventType.AGENT, "Notes", "list_folders", {})
    assert found.position("looks") is None
    found.met["looks"] = call
    assert found.position("looks") is call
    assert found.result_of("looks") == ["Inbox", "Personal", "Work"]


def test_calls_are_those_that_did_not_fail_in_the_order_of_the_log() -> None:
    found = environment(until=START + 1)
    assert found.calls(EventType.ENV) == []
    found = environment()
    assert [event.event_id for event in found.calls(EventType.ENV)] == ["news"]
    assert [event.event_id for event in found.calls(EventType.AGENT)] == ["looks"]
    both = found.calls(EventType.USER, EventType.AGENT, EventType.ENV)
    assert [event.event_id for event in both] == ["news", "looks", "taps-tap-1", "taps-tap-2", "taps"]
    assert found.calls() == []


def test_calls_made_later_are_found() -> None:
    found = environment()
    assert len(found.calls(EventType.AGENT)) == 1
    found.phone.call(EventType.AGENT, "Notes", "list_folders", {})
    found.phone.call(EventType.AGENT, "Notes", "delete_note", {"note_id": "n9"})
    assert len(found.calls(EventType.AGENT)) == 2
    found.calls(EventType.AGENT).clear()
    assert len(found.calls(EventType.AGENT)) == 2


def test_time_state_and_apps() -> None:
    found = environment()
    assert (found.start_time, found.current_time, found.state) == (START, START + 10, "STOPPED")
    found.validation_failure = "v: timed out"
    assert found.state == "FAILED"
    assert [app.name for app in found.apps] == ["Notes", "PAREAgentUserInterface", "System"]
    assert found.event_log is found.phone.log


def test_apps_by_name_and_class() -> None:
    found = environment()
    assert (
        found.get_app("Notes")
        is found.get_typed_app(StatefulNotesApp)
        is found.get_typed_app(StatefulNotesApp, "Notes")
    )
    with pytest.raises(InputError, match=r"there is no app 'Note' \(did you mean 'Notes'\?\)"):
        found.get_app("Note")
    with pytest.raises(InputError, match="there is no StatefulCalendarApp"):
        found.get_typed_app(StatefulCalendarApp)
    with pytest.raises(InputError, match="there is no StatefulNotesApp called 'Jotter'"):
        find_typed_app(found.phone.apps, StatefulNotesApp, "Jotter")


def test_calls_on_the_agent_interface() -> None:
    found = environment()
    message = found.phone.call(EventType.AGENT, "PAREAgentUserInterface", "send_message_to_user", {"content": "Hi"})
    assert [is_ui(event) for event in (message, found.event_log[0])] == [True, False]
