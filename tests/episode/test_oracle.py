"""Oracle runs: what an outcome holds, how runs end, and what is left of runs that crash."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from pare_runner.apps.core.capture import EventRegisterer
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.errors import ConfigError, InputError
from pare_runner.kernel.events import ConditionCheckEvent, Event, EventType, OperationType, StopEvent, ValidationEvent
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.result import PAREScenarioValidationResult
from pare_runner.scenarios.scenario import PAREScenario
from tests.scenarios.conftest import START, lines, run, scenario

SHIPPED = Path(__file__).parents[2] / "scenarios"

APPS = "apps: {notes: {type: StatefulNotesApp, notes: [{id: milk, title: Milk}]}}\n"
EVENTS = """\
events:
  - {id: news, env: notes.create_note, at: 10s, args: {content: News}}
  - {id: looks, agent: notes.list_folders, after: news, delay: 5s}
  - {id: one, agent: aui.send_message_to_user, after: looks, delay: 5s}
  - {id: rejects, user: aui.reject_proposal, after: one, delay: 5s}
  - {id: opens, user: notes.open, after: rejects, delay: 5s, args: {note_id: milk}}
  - {id: two, agent: aui.send_message_to_user, after: opens, delay: 5s}
  - {id: accepts, user: aui.accept_proposal, after: two, delay: 5s}
  - {id: gone, agent: notes.delete_note, after: accepts, delay: 5s, args: {note_id: milk}}
  - {id: again, agent: notes.delete_note, after: gone, delay: 5s, args: {note_id: milk}}
"""


# What an outcome holds ------------------------------------------------------------------------------------------------


def test_the_log_and_what_was_counted() -> None:
    outcome = run(f"{APPS}{EVENTS}checks: [{{called: notes.delete_note}}]\n")
    assert lines(outcome.log) == [
        "10 news Notes__create_note",
        "15 looks Notes__list_folders",
        "20 one PAREAgentUserInterface__send_message_to_user",
        "25 rejects PAREAgentUserInterface__reject_proposal",
        "30 opens-tap-1 System__open_app",
        "30 opens Notes__open",
        "35 two PAREAgentUserInterface__send_message_to_user",
        "40 accepts PAREAgentUserInterface__accept_proposal",
        "45 gone Notes__delete_note",
        "50 again Notes__delete_note!",
    ]
    result = outcome.result
    assert (result.proposal_count, result.acceptance_count) == (2, 1)
    assert (result.read_only_actions, result.write_actions) == (3, 6)
    assert (result.number_of_turns, result.proposal_rate, result.acceptance_rate) == (0, 0.0, 0.5)
    assert (result.termination_reason, result.duration, result.export_path) == ("idle", None, None)


def test_reads_and_writes_of_agent_and_user_are_counted_not_those_of_the_environment() -> None:
    outcome = run(f"{APPS}{EVENTS}")
    counted = [event for event in outcome.log if event.event_type in (EventType.AGENT, EventType.USER)]
    operations = [event.action.operation_type for event in counted if event.action]
    assert outcome.result.write_actions == operations.count(OperationType.WRITE)
    assert outcome.result.read_only_actions == operations.count(OperationType.READ)
    assert outcome.log[0].event_type is EventType.ENV


def test_scheduled_events_that_failed_are_listed() -> None:
    outcome = run(f"{APPS}{EVENTS}  - {{id: waits, when: {{called: notes.new_folder}}, timeout: 60s}}\n")
    assert [event.event_id for event in outcome.failed_events] == ["again", "waits"]
    assert [event.metadata.exception for event in outcome.failed_events] == ["there is no note 'milk'", "timed out"]
    assert outcome.result.exception is None


def test_times_phone_and_arguments_of_the_run() -> None:
    made = scenario(f"{APPS}{EVENTS}")
    outcome = run_oracle(made, seed=5, run_number=3)
    assert (outcome.scenario, outcome.seed, outcome.run_number, outcome.oracle) == (made, 5, 3, True)
    assert outcome.end_time == START + 50
    assert outcome.phone is not None
    assert outcome.phone.log == outcome.log
    assert outcome.phone.log is not outcome.log
    notes = outcome.phone.apps["Notes"]
    assert isinstance(notes, StatefulNotesApp)
    assert [note.content for note in notes.folders["Inbox"].notes.values()] == ["News"]


def test_an_empty_scenario() -> None:
    outcome = run("apps: {}\n")
    assert (outcome.log, outcome.failed_events, outcome.end_time) == ([], [], START)
    assert (outcome.result.status, outcome.result.termination_reason) == ("no_validation", "idle")


# How a run ends -------------------------------------------------------------------------------------------------------

A, B = "{id: a, env: notes.create_note, at: 10s}", "{id: b, env: notes.create_note, after: a, delay: 50s}"
WHEN = "{id: w, when: {called: notes.create_note, by: env}}, {id: c, env: notes.create_note, after: w, delay: 25s}"
STOP = "{id: end, stop: true, after: a, delay: 50s}"


@pytest.mark.parametrize(
    ("events", "rest", "reason", "end", "ids"),
    [
        (f"{A}, {B}", "", "idle", 60, ["a", "b"]),
        (f"{A}, {B}", "duration: 61s", "idle", 60, ["a", "b"]),
        (f"{A}, {B}", "duration: 60s", "idle", 60, ["a", "b"]),
        (f"{A}, {WHEN}", "duration: 35s", "idle", 35, ["a", "w", "c"]),
        (f"{A}, {WHEN}", "duration: 30s", "duration", 30, ["a", "w"]),
        (f"{A}, {B}, {STOP}", "", "stop_event", 60, ["a", "b", "end"]),
        (f"{STOP}, {A}, {B}", "", "stop_event", 60, ["a", "end"]),
        ("{id: w, when: {proposed: true}, every: 5s}", "duration: 1h", "idle", 0, []),
    ],
)
def test_termination_reasons(events: str, rest: str, reason: str, end: float, ids: list[str]) -> None:
    outcome = run(f"{APPS}events: [{events}]\n{rest}\n")
    assert outcome.result.termination_reason == reason
    assert outcome.end_time == START + end
    assert [event.event_id for event in outcome.log] == ids


# Scenarios in Python --------------------------------------------------------------------------------------------------


class NotesScenario(PAREScenario):
    """One folder is made by the environment; `validate` looks into the run's own app."""

    scenario_id = "notes"
    start_time = "2025-11-18T09:00:00Z"

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        self.notes = StatefulNotesApp("Notes")
        self.apps = [self.notes]

    def build_events_flow(self) -> None:
        with EventRegisterer.capture_mode():
            made: Any = self.notes.new_folder("Trips")
        self.events = [made.with_id("made").delayed(10)]

    def validate(self, env: Environment) -> PAREScenarioValidationResult:
        mine = self.get_typed_app(StatefulNotesApp)
        same = mine is env.get_typed_app(StatefulNotesApp) is self.get_app("Notes") is not self.notes
        return PAREScenarioValidationResult(success=same and "Trips" in mine.folders, rationale=str(self.run_number))


def test_validate_asks_the_apps_of_its_run() -> None:
    made = NotesScenario()
    outcome = run_oracle(made, run_number=4)
    assert (outcome.result.status, outcome.result.rationale) == ("success", "4")
    assert outcome.result.termination_reason == "idle"
    assert (outcome.scenario, made.run_number) == (made, None)
    assert list(made.get_typed_app(StatefulNotesApp).folders) == ["Inbox", "Personal", "Work"]


def test_a_run_leaves_nothing_for_the_next() -> None:
    made = NotesScenario()
    first, second = run_oracle(made), run_oracle(made)
    assert first.result.status == second.result.status == "success"
    assert digest(first) == digest(second)


def test_concurrent_runs_of_one_scenario_do_not_disturb_one_another() -> None:
    meet = threading.Barrier(2, timeout=5)

    class Meeting(NotesScenario):
        def validate(self, env: Environment) -> PAREScenarioValidationResult:
            notes = self.get_typed_app(StatefulNotesApp)
            meet.wait()
            notes.new_folder(f"Run {self.run_number}")
            meet.wait()
            return PAREScenarioValidationResult(success=True, rationale=" ".join(notes.folders))

    made = Meeting()
    made.initialize()
    outcomes: dict[int, Outcome] = {}
    threads = [
        threading.Thread(target=lambda number=number: outcomes.update({number: run_oracle(made, run_number=number)}))
        for number in (1, 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in (1, 2):
        assert outcomes[number].result.rationale == f"Inbox Personal Work Trips Run {number}"
        assert lines(outcomes[number].log) == ["10 made Notes__new_folder"]


def test_without_a_validate_there_is_no_verdict() -> None:
    class Unjudged(NotesScenario):
        validate = PAREScenario.validate

    assert run_oracle(Unjudged()).result.status == "no_validation"


def test_the_default_validate_fails_for_a_failed_validation_event() -> None:
    class Watched(NotesScenario):
        validate = PAREScenario.validate

        def build_events_flow(self) -> None:
            super().build_events_flow()
            self.events.append(ValidationEvent("watch", milestones=[lambda env: False]))

    result = run_oracle(Watched()).result
    assert (result.status, result.rationale) == ("failed", "watch: milestones not reached")


def test_conditions_and_stops_see_the_run() -> None:
    class Waiting(NotesScenario):
        def build_events_flow(self) -> None:
            super().build_events_flow()
            seen = ConditionCheckEvent.from_condition(
                lambda env: "Trips" in env.get_typed_app(StatefulNotesApp).folders and env.oracle
            ).with_id("seen")
            self.events += [seen, StopEvent("stop").depends_on(seen, 5)]

    outcome = run_oracle(Waiting())
    assert lines(outcome.log) == ["10 made Notes__new_folder", "10 seen", "15 stop"]
    assert outcome.result.termination_reason == "stop_event"


# Crashes --------------------------------------------------------------------------------------------------------------


class Broken(Exception):
    """What the scenarios here raise."""


def crashing(method: str) -> type[NotesScenario]:
    def crash(self: NotesScenario, *args: Any) -> Any:
        raise Broken(method)

    return type("Crashing", (NotesScenario,), {method: crash})


@pytest.mark.parametrize(
    "method", ["load_augmentation_data", "init_and_populate_apps", "build_events_flow", "apply_augmentation_configs"]
)
def test_a_crash_before_the_run(method: str) -> None:
    outcome = run_oracle(crashing(method)())
    assert (outcome.result.status, outcome.result.success) == ("exception", None)
    assert isinstance(outcome.result.exception, Broken)
    assert str(outcome.result.exception) == method
    assert (outcome.log, outcome.failed_events, outcome.phone, outcome.end_time) == ([], [], None, 0.0)
    assert outcome.result.termination_reason is None


def test_a_phone_that_cannot_be_switched_on() -> None:
    outcome = run_oracle(NotesScenario(open_app="Notse"))
    assert str(outcome.result.exception) == "\"there is no app 'Notse'; did you mean 'Notes'?\""
    assert (outcome.log, outcome.phone, outcome.end_time) == ([], None, START)


def test_a_crash_in_validate_leaves_the_log() -> None:
    outcome = run_oracle(crashing("validate")())
    assert (outcome.result.status, outcome.result.success) == ("exception", None)
    assert isinstance(outcome.result.exception, Broken)
    assert lines(outcome.log) == ["10 made Notes__new_folder"]
    assert outcome.phone is not None
    assert outcome.end_time == START + 10


@pytest.mark.parametrize("kind", [ConditionCheckEvent, ValidationEvent])
def test_a_crash_in_a_condition_ends_the_run_there(kind: type) -> None:
    def crash(env: Environment) -> bool:
        if env.current_time > START:
            raise Broken
        return False

    class Waiting(NotesScenario):
        def build_events_flow(self) -> None:
            super().build_events_flow()
            waits = kind("waits", milestones=[crash]) if kind is ValidationEvent else kind("waits", condition=crash)
            self.events += [waits, Event("late", action=self.events[0].action).delayed(20)]

    outcome = run_oracle(Waiting())
    assert isinstance(outcome.result.exception, Broken)
    assert lines(outcome.log) == ["10 made Notes__new_folder"]


def test_a_crash_in_a_tool_is_a_failed_event() -> None:
    class BrokenNotes(StatefulNotesApp):
        def _unused(self, name: str) -> None:
            raise Broken("no paper")

    class Tooled(NotesScenario):
        def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
            self.notes = BrokenNotes("Notes")
            self.apps = [self.notes]

    outcome = run_oracle(Tooled())
    (event,) = outcome.failed_events
    assert (event.event_id, event.metadata.exception, event.metadata.exception_type) == ("made", "no paper", "Broken")
    assert str(event.metadata.exception_stack_trace).splitlines()[-1].endswith(":_unused")
    assert (outcome.result.status, outcome.result.exception) == ("failed", None)


def test_events_that_cannot_be_ordered() -> None:
    class Circular(NotesScenario):
        def build_events_flow(self) -> None:
            super().build_events_flow()
            self.events[0].depends_on(self.events[0])

    result = run_oracle(Circular()).result
    assert isinstance(result.exception, InputError)
    assert str(result.exception) == "notes: event 'made': it waits, directly or through others, for itself"


def test_a_scenarios_own_noise_must_be_a_configuration() -> None:
    result = run_oracle(NotesScenario(env_events_config=object())).result
    assert isinstance(result.exception, ConfigError)
    assert str(result.exception) == "notes: env_events_config must be an EnvEventsConfig, not object"


def test_what_stops_python_is_no_outcome() -> None:
    class Stopped(NotesScenario):
        def validate(self, env: Environment) -> PAREScenarioValidationResult:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_oracle(Stopped())


# The same inputs, the same bytes --------------------------------------------------------------------------------------

QUOTES = """\
apps: {cab: {type: StatefulCabApp}}
events:
  - {id: asks, agent: cab.list_rides, at: 5s, args: {start_location: Airport, end_location: Old Town}}
"""


def digest(outcome: Outcome) -> str:
    """Hash of log, states and verdict."""
    assert outcome.phone is not None
    states = {name: app.get_state() for name, app in outcome.phone.apps.items()}
    whole = [to_json(outcome.log), states, outcome.result.checks, outcome.end_time]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def test_the_same_seed_and_run_give_the_same_bytes_others_do_not() -> None:
    made = scenario(QUOTES)
    first = digest(run_oracle(made, seed=1))
    assert digest(run_oracle(made, seed=1)) == digest(run_oracle(scenario(QUOTES), seed=1)) == first
    assert first not in (digest(run_oracle(made, seed=2)), digest(run_oracle(made, seed=1, run_number=2)))


def shipped_digests() -> list[str]:
    names = ("dinner_headcount_change", "cab_late_for_review", "undeliverable_grinder")
    return [digest(run_oracle(compile_scenario((SHIPPED / f"{name}.yaml").read_text("utf-8"), name))) for name in names]


def test_the_hash_seed_of_python_changes_nothing() -> None:
    code = "from tests.episode.test_oracle import shipped_digests; print(*shipped_digests())"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            cwd=SHIPPED.parent,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]
    answers = [process.communicate(timeout=60)[0].split() for process in started]
    assert answers == [shipped_digests()] * 2


def test_a_scenario_that_would_end_the_process_ends_its_own_run() -> None:
    class Leaves(PAREScenario):
        def validate(self, env: Environment) -> PAREScenarioValidationResult:
            raise SystemExit(4)

    result = run_oracle(Leaves(scenario_id="leaves")).result

    assert (result.status, result.success) == ("exception", None)
    assert str(result.exception) == "the run tried to end the process: SystemExit(4)"
