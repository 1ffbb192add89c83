"""Defects of PARE that concern the whole: the same run in every process, the order of events, what is logged and told.

Those of one app are tested beside that app. The last test here sees that none of the list is forgotten.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pare_runner.apps.notifications import PAREMessageType
from pare_runner.apps.reminder.app import StatefulReminderApp
from pare_runner.apps.reminder.models import Reminder
from pare_runner.batch.agents import turns_limit
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.journal import read_journal
from pare_runner.batch.metrics import metric_columns
from pare_runner.batch.multi_runner import MultiScenarioRunner
from pare_runner.batch.work import SOURCE
from pare_runner.episode.metrics import RunMetrics
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.kernel.events import (
    AbstractEvent,
    Action,
    CompletedEvent,
    Event,
    EventType,
    OracleEvent,
    ValidationEvent,
)
from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig
from pare_runner.noise.settings import NO_NOISE, NoiseSettings
from pare_runner.prove.proof import prove
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.scenario import PAREScenario
from tests.episode.conftest import ACCEPT, PROPOSE, WAIT, Play, calling
from tests.noise.conftest import lasting, noisy, settings

START = 1763456400.0
HEAD = "id: s\nstart_time: 2025-11-18T09:00:00Z\n"

DAY = """\
apps:
  notes: {type: StatefulNotesApp, notes: [{title: A, content: x}, {title: B}]}
  messages:
    type: StatefulMessagingApp
    users: {tom: Tom Abel, ann: Ann Berg, jo: Jo Cox}
    conversations: [{title: Trip, participants: [tom, ann, jo], messages: [{from: tom, content: Hi}]}]
  calendar: {type: StatefulCalendarApp, events: [{title: T, start_datetime: +1d 10:00, end_datetime: +1d 11:00}]}
  emails: {type: StatefulEmailApp, emails: [{sender: a@b.org, subject: Hi}]}
  contacts: {type: StatefulContactsApp, contacts: [{first_name: Tom, last_name: Abel}]}
  shop: {type: StatefulShoppingApp, products: [{name: Lamp, variants: [{price: 5}]}]}
  cab: {type: StatefulCabApp}
  reminders: {type: StatefulReminderApp, reminders: [{title: Tea, due_datetime: +0d 09:01}]}
events:
  - {id: news, env: notes.create_note, at: 10s, args: {title: News}}
  - {id: mail, env: emails.send_email_to_user_only, at: 10s, args: {sender: a@b.org, subject: S, content: C}}
  - id: quote
    agent: cab.get_quotation
    after: mail
    args: {start_location: Here, end_location: There, service_type: Default}
  - {id: asks, agent: aui.send_message_to_user, after: [news, quote], args: {content: Add it?}}
  - {id: yes, user: aui.accept_proposal, after: asks}
  - id: adds
    agent: calendar.add_calendar_event
    after: yes
    args: {title: X, start_datetime: "2025-11-20 10:00:00", end_datetime: "2025-11-20 11:00:00"}
  - {id: copies, agent: notes.create_note, after: adds, delay: 2m, args: {title: {from: adds}}}
"""

SHOW = """\
import json, sys
from pare_runner.episode.oracle import run_oracle
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.apps.core.codec import to_json

scenario = compile_scenario(sys.stdin.read(), "s.yaml")
outcome = run_oracle(scenario, seed=3)
states = {name: app.get_state() for name, app in outcome.phone.apps.items()}
notes = outcome.phone.notifications
told = [note.message for note in (*notes.user, *notes.agent)]
print(json.dumps([scenario.world_hash, scenario.blueprint.states, to_json(outcome.log), states, told]))
"""


def run(text: str) -> Outcome:
    return run_oracle(compile_scenario(HEAD + text, "s.yaml"))


def ids(outcome: Outcome) -> list[str]:
    return [f"{event.event_time - START:g} {event.event_id}{'!' if event.failed() else ''}" for event in outcome.log]


def write(title: str) -> Action:
    return Action("Notes", "StatefulNotesApp", "create_note", {"title": title})


class Flow(PAREScenario):
    """A Python scenario of given events on a phone with notes."""

    start_time = START

    def __init__(self, *events: AbstractEvent, duration: float | None = None) -> None:
        super().__init__(scenario_id="flow", duration=duration)
        self.given = events

    def init_and_populate_apps(self, *args: object, **kwargs: object) -> None:
        self.apps = list(compile_scenario(HEAD + "apps: {notes: {type: StatefulNotesApp}}\n").apps)

    def build_events_flow(self) -> None:
        self.events = list(self.given)


def test_kd_4_the_same_run_in_every_process() -> None:
    shown = set()
    for seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", SHOW]
        done = subprocess.run(command, input=HEAD + DAY, env=environment, capture_output=True, text=True, check=True)
        shown.add(done.stdout)
    assert len(shown) == 1
    assert run(DAY).failed_events == []


def test_kd_9_a_due_reminder_is_no_event() -> None:
    outcome = run(DAY)
    assert outcome.phone is not None
    assert [line.split()[1] for line in ids(outcome)] == ["news", "mail", "quote", "asks", "yes", "adds", "copies"]
    told = [note.message for note in outcome.phone.notifications.agent if note.timestamp == START + 60]
    assert len(told) == 1
    assert "Tea" in told[0]


def test_kd_10_only_what_has_a_notice_is_told_and_never_without_a_text() -> None:
    outcome = run(DAY)
    assert outcome.phone is not None
    user, agent = outcome.phone.notifications.user, outcome.phone.notifications.agent
    assert [note.event.event_id if note.event else "timer" for note in user] == ["mail", "asks", "timer"]
    assert [note.event.event_id if note.event else "timer" for note in agent] == ["mail", "yes", "timer"]
    assert all(note.message for note in (*user, *agent))


def test_kd_10_a_failed_event_is_told_to_nobody() -> None:
    outcome = run(
        "apps: {notes: {type: StatefulNotesApp}}\n"
        "events: [{id: bad, env: notes.delete_folder, args: {folder_name: None there}}]\n"
    )
    assert outcome.phone is not None
    assert ids(outcome) == ["0 bad!"]
    assert outcome.phone.notifications.user == outcome.phone.notifications.agent == []


def test_kd_11_an_event_waits_for_all_its_parents() -> None:
    early, late = Event("b", action=write("early")).delayed(1), Event("c", action=write("late")).delayed(5)
    child = Event("a", action=write("child")).depends_on([early, late])
    assert ids(run_oracle(Flow(child, early, late))) == ["1 b", "5 c", "5 a"]


def test_kd_11_ties_keep_the_order_of_the_list() -> None:
    events = [Event(event_id, action=write(event_id)).delayed(1) for event_id in "zma"]
    outcome = run_oracle(Flow(*events))
    assert ids(outcome) == ["1 z", "1 m", "1 a"]
    assert [event.sequence for event in outcome.log] == [0, 1, 2]


@pytest.mark.parametrize(
    ("wanted", "state", "rationale"),
    [("note", "STOPPED", None), ("nothing", "FAILED", "valid: milestones not reached")],
)
def test_kd_15_validation_events_do_not_break_the_run(wanted: str, state: str, rationale: str | None) -> None:
    seen: list[str] = []

    def reached(environment: Environment) -> bool:
        return any(event.event_id == wanted for event in environment.event_log)

    class Validated(Flow):
        def validate(self, env: Environment):  # type: ignore[no-untyped-def]
            seen.append(env.state)
            return super().validate(env)

    note = Event("note", action=write("note")).delayed(1)
    end = Event("end", action=write("end")).delayed(9)
    outcome = run_oracle(Validated(ValidationEvent("valid", milestones=[reached]), note, end))
    assert ids(outcome)[-1] == "9 end"
    assert seen == [state]
    assert (outcome.result.exception, outcome.result.rationale) == (None, rationale)


REFS = """\
apps:
  notes: {type: StatefulNotesApp, notes: [{id: n1, title: A}]}
events:
  - {id: reads, agent: notes.list_notes, args: {folder: Inbox}}
  - {id: asks, agent: aui.send_message_to_user, after: reads, args: {content: Copy it?}}
  - {id: yes, user: aui.accept_proposal, after: asks}
  - {id: copies, agent: notes.create_note, after: yes, args: {title: {from: reads, path: "PATH"}, content: kept}}
  - {id: ends, agent: notes.list_folders, after: copies}
"""


def test_kd_20_fields_of_results_at_any_depth() -> None:
    outcome = run(REFS.replace("PATH", "notes[0].title"))
    copied = outcome.log[3]
    assert copied.get_args() == {"folder": "Inbox", "title": "A", "content": "kept", "pinned": False}


def test_kd_20_a_missing_path_fails_its_event_and_no_call_is_made_without_its_arguments() -> None:
    outcome = run(REFS.replace("PATH", "notes[1].title"))
    assert ids(outcome) == ["0 reads", "0 asks", "0 yes", "0 copies!", "0 ends"]
    assert outcome.log[3].metadata.exception == "the result has no 1 (path 'notes[1].title')"
    assert outcome.phone is not None
    assert len(outcome.phone.apps["Notes"].folders["Inbox"].notes) == 1  # type: ignore[attr-defined]


def test_kd_20_given_ids_can_be_referred_to() -> None:
    outcome = run(
        "apps: {notes: {type: StatefulNotesApp}}\n"
        "events:\n  - {env: notes.create_note}\n"
        "  - {env: notes.delete_note, after: env_1, args: {note_id: {from: env_1}}}\n"
    )
    assert ids(outcome) == ["0 env_1", "0 env_2"]


@pytest.mark.parametrize("early", [True, False], ids=["oracle first", "oracle last"])
def test_kd_21_oracle_may_be_called_after_depends_on(early: bool) -> None:
    parent, step = Event("parent", action=write("p")), Event("step", action=write("s"))
    made: OracleEvent
    if early:
        made = step.oracle().depends_on(parent, 2)
    else:
        step.depends_on(parent, 2)
        made = step.oracle()
    after = Event("after", action=write("a")).depends_on(made, 1)
    outcome = run_oracle(Flow(parent, made, after))
    assert ids(outcome) == ["0 parent", "2 step", "3 after"]
    assert [event.event_type for event in outcome.log] == [EventType.ENV, EventType.AGENT, EventType.ENV]


def test_kd_22_the_clock_does_not_pass_the_duration() -> None:
    first, second = Event("a", action=write("a")).delayed(4), Event("b", action=write("b")).delayed(99)
    outcome = run_oracle(Flow(first, second, duration=10.0))
    assert (ids(outcome), outcome.end_time - START) == (["4 a"], 10.0)
    assert outcome.result.termination_reason == "duration"


def test_kd_22_conditions_are_asked_as_often_as_the_file_says() -> None:
    text = "apps: {notes: {type: StatefulNotesApp}}\nevents:\n"
    text += "  - {id: sees, when: {called: notes.create_note, by: env}, every: 4s, timeout: 10s}\n"
    assert ids(run(text)) == ["10 sees!"]


FAILING = """\
apps: {notes: {type: StatefulNotesApp, notes: [{id: n1, title: A}]}}
events:
  - {id: asks, agent: aui.send_message_to_user, args: {content: Delete it?}}
  - {id: yes, user: aui.accept_proposal, after: asks}
  - {id: deletes, agent: notes.delete_note, after: yes, args: {note_id: n1}}
  - {id: bad, env: notes.delete_folder, after: deletes, args: {folder_name: Attic}}
checks: [{oracle_writes: true}]
"""


def test_kd_23_events_that_fail_are_reported_though_the_checks_pass() -> None:
    scenario = compile_scenario(HEAD + FAILING)
    outcome = run_oracle(scenario)
    assert outcome.result.success is True
    assert [event.event_id for event in outcome.failed_events] == ["bad"]
    failing = prove(scenario).failing
    assert [(claim.part, claim.what, claim.seen) for claim in failing] == [
        ("a", "bad succeeds", "there is no folder 'Attic' (known: Inbox, Personal, Work)")
    ]


def test_kd_7_reminders_survive_in_the_state_of_a_scenario() -> None:
    states = compile_scenario(HEAD + DAY).blueprint.states
    reminders = StatefulReminderApp("Reminders")
    reminders.load_state(states["Reminders"][1])
    assert [type(item) for item in reminders.reminders.values()] == [Reminder]


LOOP = """\
apps: {notes: {type: StatefulNotesApp}}
events:
  - {id: asks, agent: aui.send_message_to_user}
  - {id: yes, user: aui.accept_proposal, after: asks, delay: 5s}
  - {id: adds, agent: notes.create_note, after: yes, args: {title: T}}
  - {id: reacts, env: notes.create_note, after: adds, delay: 1m}
"""
LOOK = calling("Notes.list_folders")
ADD = calling(("Notes.create_note", {"title": "Mine"}))


def test_kd_12_writes_of_assistant_and_user_are_counted() -> None:
    result = Play(LOOP, user=[WAIT, ACCEPT], observe=[PROPOSE], execute=[LOOK, ADD]).result
    assert result.write_actions == len(["proposal", "acceptance", "note"])
    assert result.read_only_actions > 0


def test_kd_16_what_follows_a_step_of_the_oracle_runs_when_a_call_meets_it() -> None:
    assert Play(LOOP).log == []
    play = Play(LOOP, user=[WAIT, ACCEPT], observe=[PROPOSE], execute=[ADD])
    assert play.log == ["10 send_message_to_user", "15 accept_proposal", "20 create_note", "80 reacts"]


def test_kd_17_a_stop_ends_the_run_at_once_and_no_message_of_it_goes_round() -> None:
    play = Play("apps: {}\nevents: [{id: end, stop: true, at: 12s}]\n", observe=[PROPOSE])
    assert (play.reason, play.outcome.end_time - START) == ("stop_event", 12.0)
    assert play.times() == ["0 user", "5 observe", "10 user"]
    assert play.outcome.phone is not None
    told = play.outcome.phone.notifications
    assert [item.message_type for item in (*told.user, *told.agent)] == [PAREMessageType.AGENT_MESSAGE]


def test_kd_24_the_assistants_mode_is_not_written_on_what_the_user_does() -> None:
    play = Play(LOOP, user=[calling("System.go_home"), ACCEPT], observe=[LOOK, PROPOSE], execute=[ADD])
    modes = {(event.event_type, event.proactive_mode) for event in play.outcome.log}
    assert modes == {
        (EventType.USER, None),
        (EventType.AGENT, "observe"),
        (EventType.AGENT, "execute"),
        (EventType.ENV, None),
    }


def test_kd_46_a_scenarios_own_limit_of_turns_stands_in_the_row_and_one_that_was_typed_wins() -> None:
    scenario = compile_scenario(f"{HEAD}max_turns: 3\n{LOOP}")
    config = MultiScenarioRunnerConfig(max_turns=7)
    typed = config.model_copy(update={"max_turns_fixed": True})
    assert (turns_limit(config, scenario), turns_limit(typed, scenario)) == (3, 7)
    assert turns_limit(config, compile_scenario(HEAD + LOOP)) == 7
    assert metric_columns(RunMetrics(), config, turns_limit(config, scenario))["max_turns"] == 3


@pytest.mark.parametrize("change", ["delay: 2m", "after: asks, delay: 1m", "after: adds, delay: 1m, args: {title: x}"])
def test_kd_46_the_hash_of_a_scenario_depends_on_what_its_events_hold(change: str) -> None:
    changed = LOOP.replace("after: adds, delay: 1m", change)
    assert changed != LOOP
    assert compile_scenario(HEAD + changed).world_hash != compile_scenario(HEAD + LOOP).world_hash
    assert compile_scenario(HEAD + LOOP).world_hash == compile_scenario(HEAD + LOOP).world_hash


def test_kd_47_a_proposal_that_is_never_answered_blocks_nothing() -> None:
    play = Play(f"{LOOP}  - {{id: later, env: notes.create_note, at: 2h}}\n", observe=[PROPOSE])
    assert (play.log, play.reason) == (["10 send_message_to_user", "7200 later"], "idle")
    assert play.times("user") == ["0 user", "10 user", "7200 user"]


def test_kd_47_an_answer_counts_whatever_was_said_or_tapped_since() -> None:
    home = calling("System.go_home")
    play = Play(LOOP, user=[WAIT, home, home, ACCEPT], observe=[PROPOSE], execute=[ADD])
    assert play.log[-3:] == ["35 accept_proposal", "40 create_note", "100 reacts"]


def test_kd_48_a_tool_is_found_in_whatever_place_and_a_pause_of_no_time_is_a_pause() -> None:
    last = calling("aui.send_message_to_user")
    play = Play(LOOP, observe=[LOOK, last], generation_seconds=0)
    assert play.log == ["0 list_folders", "0 send_message_to_user"]
    names = list(play.asked[1].request.choices.by_name)
    assert all(play.asked[1].request.choices.get(name) is not None for name in names)


FAILING_TOOLS = ToolAugmentationConfig(
    tool_failure_probability=1.0, apply_tool_name_augmentation=False, apply_tool_description_augmentation=False
)


def noise_log(outcome: Outcome) -> list[CompletedEvent]:
    return [event for event in outcome.log if event.noise]


def test_kd_13_noise_reaches_the_run() -> None:
    quiet, loud = noisy(lasting(360), NO_NOISE), noisy(lasting(360), settings(10))
    assert (len(noise_log(quiet)), len(noise_log(loud))) == (0, 60)
    play = Play(
        LOOP,
        user=[WAIT, ACCEPT],
        observe=[PROPOSE],
        execute=[ADD],
        noise=NoiseSettings(tools=FAILING_TOOLS),
    )
    assert play.log[2] == "20 create_note!"


def test_kd_13_the_default_weights_of_meta_are_are_weights_of_the_same_apps() -> None:
    theirs = ("EmailClientApp", "ApartmentListingApp", "MessagingApp", "MessagingAppV2", "ShoppingApp")
    loud = noisy(lasting(360), settings(10, weight_per_app_class=dict.fromkeys(theirs, 1.0)))
    assert {event.app_name() for event in noise_log(loud)} == {"Emails", "Messages", "Shopping", "Apartment"}
    with pytest.raises(ValueError, match="gives every app the weight 0"):
        EnvEventsConfig(weight_per_app_class={"StatefulEmailApp": 0.0})


def test_kd_39_noise_has_its_rate_targets_what_exists_and_comes_to_every_app() -> None:
    for rate in (2, 4, 10):
        loud = noisy(lasting(720), settings(rate))
        assert len(noise_log(loud)) == 12 * rate
        assert loud.failed_events == []
        counts = Counter(event.app_name() for event in noise_log(loud))
        assert set(counts) == {"Emails", "Messages", "Shopping", "Apartment"}
        assert min(counts.values()) >= 2 * rate


def experiment(directory: Path, **fields: Any) -> MultiScenarioRunnerConfig:
    """An experiment that needs no model, with its results in `directory`."""
    return MultiScenarioRunnerConfig(oracle=True, output_dir=str(directory), **fields)


def test_kd_46_the_cache_sees_a_changed_event(tmp_path: Path) -> None:
    text = HEAD + LOOP
    changed = text.replace("after: adds, delay: 1m", "after: adds, delay: 2m")
    for number, (version, source) in enumerate(((text, None), (text, "cache"), (changed, None))):
        config = experiment(tmp_path / str(number))
        MultiScenarioRunner().run(config, [compile_scenario(version, "s.yaml")])
        (line,) = read_journal(tmp_path / str(number)).lines
        assert line.get(SOURCE) == source


@pytest.mark.parametrize("executor", ["async", "thread"])
def test_kd_49_several_scenarios_at_once_take_their_arguments_as_they_are(tmp_path: Path, executor: str) -> None:
    called = Event(action=write("A")).at_absolute_time(START + 5)
    given = [Flow(called), compile_scenario(HEAD + LOOP, "s.yaml")]
    config = experiment(tmp_path, executor_type=executor, max_concurrent_scenarios=2)
    result = MultiScenarioRunner().run_with_scenarios(config, given)
    assert {key: item.exception for key, item in result.scenario_results.items()} == {("flow", 1): None, ("s", 1): None}


def test_kd_50_the_runner_of_several_scenarios_works_on_any_thread(tmp_path: Path) -> None:
    def run_all() -> int:
        result = MultiScenarioRunner().run(experiment(tmp_path), [compile_scenario(HEAD + LOOP, "s.yaml")])
        return result.exception_count

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(run_all).result(60) == 0
    assert len(read_journal(tmp_path).lines) == 1


MINE = {*range(1, 51)}


def test_every_known_defect_has_a_test_or_a_reason() -> None:
    """A test `test_kd_<n>_…`, or a line `- <n>: why` in docs/differences.md under a heading on what cannot occur."""
    root = Path(__file__).resolve().parent
    tested = {
        int(number)
        for path in root.rglob("test_*.py")
        for number in re.findall(r"def test_kd_(\d+)_", path.read_text("utf-8"))
    }
    page = (root.parent / "docs" / "differences.md").read_text("utf-8")
    reasons = {int(number) for number in re.findall(r"^- (\d+): .", page, re.MULTILINE)}
    assert MINE - tested - reasons == set()
