"""Small scenarios of the notes app, written in Python, that tests of traces and jobs run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.core.capture import EventRegisterer
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.kernel.events import ConditionCheckEvent, Event, EventType, OracleEvent, StopEvent, ValidationEvent
from pare_runner.kernel.references import Ref
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.result import PAREScenarioValidationResult
from pare_runner.scenarios.scenario import PAREScenario

START = 1763456400.0


class NotesScenario(PAREScenario):
    """The environment deletes a folder; the assistant proposes, the user accepts, a note is written and read."""

    scenario_id = "notes"
    start_time = START
    tags = ("writing",)

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        self.notes = StatefulNotesApp()
        self.ui = PAREAgentUserInterface()
        self.notes.new_folder("Trip")
        self.notes.create_note(folder="Work", title="Kick-off", content="Bring the plan.")
        self.apps = [self.notes, self.ui]

    def build_events_flow(self) -> None:
        with EventRegisterer.capture_mode():
            gone = self.notes.delete_folder("Trip").with_id("gone").depends_on(None, 10)  # type: ignore[attr-defined]
            asks = self.ui.send_message_to_user("Write it down?").oracle()  # type: ignore[union-attr]
            yes = self.ui.accept_proposal("Yes").oracle()  # type: ignore[attr-defined]
            writes = self.notes.create_note(folder="Inbox", title="Trip", content="").oracle()  # type: ignore[attr-defined]
        asks.with_id("asks").depends_on(gone, 2)
        yes.with_id("yes").depends_on(asks, 5)
        writes.with_id("writes").depends_on(yes, 1)
        reads = self.read(Ref("writes")).with_id("reads").depends_on(writes, 1.5)
        self.events = [gone, asks, yes, writes, reads]

    def read(self, note_id: Any) -> OracleEvent:
        """The oracle event of reading a note."""
        return Event.from_function(self.notes.get_note_by_id, note_id=note_id).oracle()

    def validate(self, env: Environment) -> PAREScenarioValidationResult:
        held = any(note.title == "Trip" for note in env.get_typed_app(StatefulNotesApp).folders["Inbox"].notes.values())
        return PAREScenarioValidationResult(success=held, rationale=None if held else "no note", checks={"noted": held})


class FailingScenario(NotesScenario):
    """The note is never written, because a call of the oracle fails."""

    scenario_id = "failing"

    def build_events_flow(self) -> None:
        self.events = [self.read("no-such-note").with_id("reads").depends_on(None, 3)]


class CrashingScenario(NotesScenario):
    """The verdict raises."""

    scenario_id = "crashing"

    def validate(self, env: Environment) -> PAREScenarioValidationResult:
        raise RuntimeError("the check is broken")


class UnbuildableScenario(NotesScenario):
    """There is not even a phone."""

    scenario_id = "unbuildable"

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        raise ValueError("no apps today")


class UnjudgedScenario(NotesScenario):
    """There is no verdict."""

    scenario_id = "unjudged"

    def validate(self, env: Environment) -> PAREScenarioValidationResult:
        return PAREScenarioValidationResult(success=None)


class EverySortScenario(NotesScenario):
    """One event of every sort."""

    scenario_id = "every_sort"

    def build_events_flow(self) -> None:
        absolute = Event.from_function(self.notes.delete_folder, folder_name="Trip").with_id("absolute")
        absolute.at_absolute_time(START + 30)

        def is_gone(env: Environment) -> bool:
            return "Trip" not in env.get_typed_app(StatefulNotesApp).folders

        condition = ConditionCheckEvent.from_condition(is_gone).with_id("gone").depends_on(None, 1)
        goal = ValidationEvent(milestones=[is_gone], event_id="goal").depends_on(condition)
        user = Event.from_function(self.ui.accept_proposal, EventType.USER, content="").with_id("user")
        user.depends_on([condition, goal], 2)
        stop = StopEvent(event_id="stop").depends_on(user, 1)
        self.events = [absolute, condition, goal, user, stop]


def all_scenarios(config: MultiScenarioRunnerConfig | None = None) -> Sequence[PAREScenario]:
    """One of each."""
    kinds = (NotesScenario, FailingScenario, CrashingScenario, UnbuildableScenario, UnjudgedScenario, EverySortScenario)
    return [kind() for kind in kinds]


def oracle_config(**fields: Any) -> MultiScenarioRunnerConfig:
    """An oracle experiment with hf traces, one run after the other."""
    return MultiScenarioRunnerConfig.model_validate(
        {"oracle": True, "export": True, "executor_type": "async", **fields}
    )
