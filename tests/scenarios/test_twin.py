"""A YAML scenario and its Python twin are the same scenario: their logs are equal byte for byte."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pare_runner import (
    ConditionCheckEvent,
    Environment,
    Event,
    EventRegisterer,
    PAREAgentUserInterface,
    PAREScenario,
    PAREScenarioValidationResult,
    Ref,
    StatefulCalendarApp,
    StatefulMessagingApp,
    StatefulNotesApp,
    StopEvent,
    compile_scenario,
    run_oracle,
)
from pare_runner.apps.calendar.models import CalendarEvent
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.messaging.section import ConversationEntry, MessagingSection
from pare_runner.apps.notes.models import Note
from pare_runner.episode.outcome import Outcome

NOTES = """\
id: twin_notes
start_time: 2025-11-18T09:00:00Z
apps:
  notes:
    type: StatefulNotesApp
    folders: [Recipes]
    notes: [{id: pasta, title: Pasta, content: Boil it, folder: Recipes, at: -2d}]
events:
  - {id: gone, env: notes.delete_folder, at: 10s, args: {folder_name: Recipes}}
  - {id: proposes, agent: aui.send_message_to_user, after: gone, delay: 2s, args: {content: Make a note?}}
  - {id: accepts, user: aui.accept_proposal, after: proposes, delay: 5s}
  - {id: makes, agent: notes.create_note, after: accepts, args: {title: Pasta, content: again}}
  - {id: edits, user: notes.edit, on: {note_id: {from: makes}}, after: makes, delay: 1s}
  - {id: seen, when: {state: "notes.folders | length == 3"}, after: gone}
  - {id: stop, stop: true, after: [edits, seen], delay: 3s}
checks:
  - called: notes.create_note
"""


class NotesTwin(PAREScenario):
    scenario_id = "twin_notes"
    start_time = "2025-11-18T09:00:00Z"

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        self.notes = StatefulNotesApp(name="Notes")
        self.ui = PAREAgentUserInterface()
        self.notes.new_folder("Recipes")
        two_days_ago = self.start - 2 * 86400
        self.notes.folders["Recipes"].notes["pasta"] = Note(
            note_id="pasta", title="Pasta", content="Boil it", created_at=two_days_ago, updated_at=two_days_ago
        )
        self.apps = [self.notes, self.ui]

    def build_events_flow(self) -> None:
        ui: Any = self.ui
        notes: Any = self.notes
        with EventRegisterer.capture_mode():
            gone = notes.delete_folder("Recipes").with_id("gone").depends_on(None, 10)
            proposes = ui.send_message_to_user("Make a note?").oracle().with_id("proposes").depends_on(gone, 2)
            accepts = ui.accept_proposal().oracle().with_id("accepts").depends_on(proposes, 5)
            makes = notes.create_note(title="Pasta", content="again").oracle().with_id("makes").depends_on(accepts)
        taps = self.user_step("Notes", "edit", on={"note_id": Ref("makes")})
        for number, tap in enumerate(taps[:-1], 1):
            tap.with_id(f"edits-tap-{number}")
        taps[0].depends_on(makes, 1)
        edits = taps[-1].with_id("edits")
        seen = ConditionCheckEvent.from_condition(
            lambda env: len(env.get_typed_app(StatefulNotesApp).folders) == 3
        ).with_id("seen")
        seen.depends_on(gone)
        stop = StopEvent().with_id("stop").depends_on([edits, seen], 3)
        self.events = [gone, proposes, accepts, makes, *taps, seen, stop]

    def validate(self, env: Environment) -> PAREScenarioValidationResult:
        made = [event for event in env.event_log if event.function_name() == "create_note" and not event.failed()]
        return PAREScenarioValidationResult(success=bool(made))


DINNER = """\
id: twin_dinner
start_time: 2025-11-18T09:00:00Z
open_app: messages
apps:
  messages:
    type: StatefulMessagingApp
    users: {priya: Priya Raman, tom: Tom Abel}
    conversations: [{id: dinner, title: Friday dinner, participants: [priya, tom]}]
  calendar:
    type: StatefulCalendarApp
    events:
      - {id: table, title: Dinner, start_datetime: +3d 19:00, end_datetime: +3d 21:00, description: Table for 6}
events:
  - id: cancels
    env: messages.create_and_add_message
    at: 10s
    args: {conversation_id: dinner, sender_id: priya, content: Sorry!}
  - {id: opens, user: messages.open_conversation, args: {conversation_id: dinner}, after: cancels, delay: 1s}
  - {id: proposes, agent: aui.send_message_to_user, after: opens, delay: 2s, args: {content: Change it?}}
  - {id: accepts, user: aui.accept_proposal, after: proposes, delay: 5s}
  - {id: finds, agent: calendar.search_events, after: accepts, args: {query: dinner}}
  - id: edits
    agent: calendar.edit_calendar_event
    after: finds
    args: {event_id: {from: finds, path: "[0].event_id"}, description: Table for 5}
checks: [{oracle_writes: true}]
"""


class DinnerTwin(PAREScenario):
    scenario_id = "twin_dinner"
    start_time = "2025-11-18T09:00:00Z"
    open_app = "Messages"

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        self.messages = StatefulMessagingApp(name="Messages")
        self.calendar = StatefulCalendarApp(name="Calendar")
        self.ui = PAREAgentUserInterface()
        dinner = ConversationEntry(conversation_id="dinner", title="Friday dinner", participant_ids=["priya", "tom"])
        people = {"priya": "Priya Raman", "tom": "Tom Abel"}
        self.messages.populate(MessagingSection(users=people, conversations=[dinner]))
        day = self.start - self.start % 86400 + 3 * 86400
        self.calendar.set_calendar_event(
            CalendarEvent(
                event_id="table",
                title="Dinner",
                start_datetime=day + 19 * 3600,
                end_datetime=day + 21 * 3600,
                description="Table for 6",
            )
        )
        self.apps = [self.messages, self.calendar, self.ui]

    def build_events_flow(self) -> None:
        ui: Any = self.ui
        messages: Any = self.messages
        with EventRegisterer.capture_mode():
            cancels = messages.create_and_add_message("dinner", "priya", "Sorry!").with_id("cancels")
            proposes = ui.send_message_to_user("Change it?").oracle().with_id("proposes")
            accepts = ui.accept_proposal().oracle().with_id("accepts")
        finds = Event.from_function(self.calendar.search_events, query="dinner").oracle().with_id("finds")
        found, text = Ref("finds", "[0].event_id"), "Table for 5"
        edits = Event.from_function(self.calendar.edit_calendar_event, event_id=found, description=text)
        written = edits.oracle().with_id("edits")
        (opens,) = self.user_step("Messages", "open_conversation", {"conversation_id": "dinner"})
        cancels.depends_on(None, 10).followed_by(opens.with_id("opens"), 1)
        opens.followed_by(proposes, 2)
        proposes.followed_by(accepts, 5)
        accepts.followed_by(finds)
        finds.followed_by(written)
        self.events = [cancels, opens, proposes, accepts, finds, written]

    def validate(self, env: Environment) -> PAREScenarioValidationResult:
        event = env.get_typed_app(StatefulCalendarApp).events["table"]
        return PAREScenarioValidationResult(success=event.description == "Table for 5")


def bytes_of(outcome: Outcome) -> bytes:
    """The log as bytes."""
    return json.dumps([to_json(event) for event in outcome.log], sort_keys=True).encode()


@pytest.mark.parametrize(("text", "twin"), [(NOTES, NotesTwin), (DINNER, DinnerTwin)], ids=["notes", "dinner"])
def test_logs_are_equal_byte_for_byte(text: str, twin: type[PAREScenario]) -> None:
    written, programmed = run_oracle(compile_scenario(text)), run_oracle(twin())
    assert [event.event_id for event in programmed.log] == [event.event_id for event in written.log]
    assert bytes_of(programmed) == bytes_of(written)
    assert programmed.result.status == written.result.status == "success"
    assert programmed.result.termination_reason == written.result.termination_reason
    assert programmed.phone is not None
    assert written.phone is not None
    for name, app in written.phone.apps.items():
        assert programmed.phone.apps[name].get_state() == app.get_state(), name
