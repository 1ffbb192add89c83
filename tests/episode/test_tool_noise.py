"""Tool noise through the real loop: what fails, what an agent is told of it, and what speaks of the real names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pare_runner.apps.core.tools import ToolKind
from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.errors import ConfigError, InputError
from pare_runner.kernel.events import EventType
from pare_runner.library.noise_data import load_augmentation_data
from pare_runner.library.prompts import load_prompts
from pare_runner.noise.config import ToolAugmentationConfig
from pare_runner.noise.data import AugmentationData
from pare_runner.noise.failures import failed_by_noise
from pare_runner.noise.settings import NO_NOISE, NoiseSettings
from pare_runner.policy.request import Request
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.hf import hf_document
from pare_runner.traces.record import record_of
from tests.episode.conftest import ACCEPT, DONE, PROPOSE, Play, acting, calling, events, news
from tests.llm.offline import conftest as offline
from tests.scenarios.conftest import scenario

SHIPPED = Path(__file__).parents[2] / "scenarios"
DATA = load_augmentation_data({})
QUIET = events()
OFF = {
    "tool_failure_probability": 0.0,
    "apply_tool_name_augmentation": False,
    "apply_tool_description_augmentation": False,
}


def noise(data: AugmentationData = DATA, **fields: Any) -> NoiseSettings:
    return NoiseSettings(ToolAugmentationConfig(**{**OFF, **fields}), data=data)


def failing(p: float, **fields: Any) -> NoiseSettings:
    return noise(tool_failure_probability=p, **fields)


RENAMED = noise(apply_tool_name_augmentation=True)
REDESCRIBED = noise(apply_tool_description_augmentation=True)
CREATES = ("Notes.create_note", {"title": "Jam"})
JOTS = ("Notes.write_note", {"title": "Jam"})
"""The same call by its shipped other name."""


def shipped(name: str, given: NoiseSettings, assistant: str = "scripted", **settings: Any) -> Outcome:
    made = compile_scenario((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8"), name)
    return offline.play(made, assistant, noise=given, **settings)


def asked(play: Play, role: str) -> list[Request]:
    return [item.request for item in play.asked if item.role == role]


def last_text(request: Request) -> str:
    return request.messages[-1].content


def executing(given: NoiseSettings, *calls: Any, made: str = QUIET, **settings: Any) -> Play:
    """A proposal, an acceptance, then these replies."""
    ask, wait, accept = PROPOSE, calling("aui.wait"), ACCEPT
    if settings.get("protocol") == "react":
        ask, wait = acting("aui.send_message_to_user", content="Shall I?"), acting("aui.wait")
        accept = acting("aui.accept_proposal", content="Please.")
    return Play(made, observe=[ask], user=[wait, accept], execute=calls, noise=given, **settings)


# Failures -----------------------------------------------------------------------------------------------------------


def test_a_failed_call_is_told_logged_and_changes_nothing() -> None:
    play = executing(failing(1.0), calling(CREATES), DONE)
    (failed,) = (event for event in play.outcome.log if failed_by_noise(event))
    assert (failed.event_type, failed.tool_name) == (EventType.AGENT, "Notes__create_note")
    assert failed.action is not None
    assert failed.action.operation_type is not None
    assert failed.get_args()["title"] == "Jam"
    assert failed.get_args()["folder"] == "Inbox"  # as in any entry, defaults are filled in
    assert failed.metadata.exception_type == "ToolFailure"
    text = last_text(asked(play, "execute")[1])
    assert text.startswith("Error: Notes__create_note did not run: a temporary internal error.")
    notes = play.outcome.phone.apps["Notes"] if play.outcome.phone else None
    assert isinstance(notes, StatefulNotesApp)
    assert "Jam" not in [note.title for note in notes.folders["Inbox"].notes.values()]
    assert play.metrics.noise_failures == 1
    assert [(draw.tool, draw.call, draw.failed) for draw in play.outcome.tool_draws] == [("create_note", 1, True)]


def test_attempted_sees_a_failed_call_and_called_does_not() -> None:
    checks = "checks: [{attempted: notes.create_note, name: attempted}, {called: notes.create_note, name: called}]\n"
    play = executing(failing(1.0), calling(CREATES), made=events(rest=checks))
    assert (play.result.checks["attempted"], play.result.checks["called"]) == (True, False)


def test_nothing_fails_but_what_the_assistant_calls() -> None:
    taps = [calling(("System.open_app", {"app_name": "Notes"})), calling("Notes.list_folders")]
    play = Play(
        events(news("n")),
        user=[*taps, calling("aui.wait")],
        observe=[calling("Notes.list_folders", "System.get_current_time"), PROPOSE],
        noise=failing(1.0),
        user_iterations=3,
    )
    failed = [event for event in play.outcome.log if event.failed()]
    assert [(event.event_type, event.tool_name) for event in failed] == [(EventType.AGENT, "Notes__list_folders")]
    assert {event.event_type for event in play.outcome.log} == {EventType.AGENT, EventType.USER, EventType.ENV}


def test_ids_and_other_draws_are_those_of_an_undisturbed_run() -> None:
    """Two tries of which the first fails make the note of the one try that nothing disturbs, and its log entry."""
    first_fails = next(seed for seed in range(100) if [draw.failed for draw in tried(seed).tool_draws] == [True, False])
    disturbed, plain = tried(first_fails), tried(first_fails, NO_NOISE, tries=1)
    assert note_ids(disturbed) == note_ids(plain)
    ids = [
        [event.event_id for event in outcome.log if event.event_type is EventType.AGENT]
        for outcome in (disturbed, plain)
    ]
    assert set(ids[0]) - set(ids[1]) == {"AGENT-Notes-create_note-failure-1"}
    assert set(ids[1]) <= set(ids[0])


def tried(seed: int, given: NoiseSettings | None = None, tries: int = 2) -> Outcome:
    replies = [calling(CREATES)] * tries
    return executing(given or failing(0.5), *replies, DONE, seed=seed).outcome


def note_ids(outcome: Outcome) -> list[str]:
    assert outcome.phone is not None
    notes = outcome.phone.apps["Notes"]
    assert isinstance(notes, StatefulNotesApp)
    return [note.note_id for note in notes.folders["Inbox"].notes.values()]


def test_the_draws_are_the_same_for_all_assistants() -> None:
    """Whatever they call before and meanwhile: the n-th call of a tool in a run has one number."""
    numbers: dict[tuple[str, ...], float] = {}
    met_again = 0
    for name in ("dinner_headcount_change", "camping_cart_code", "cab_late_for_review", "family_recipe_folder"):
        for assistant, protocol in (("scripted", "native"), ("scripted", "react"), ("random", "native")):
            for draw in shipped(name, failing(0.2), assistant, protocol=protocol).tool_draws:
                key = (name, draw.app, draw.tool, str(draw.call))
                met_again += key in numbers
                assert numbers.setdefault(key, draw.number) == draw.number
    assert met_again > 10


def test_the_scripted_assistant_gets_through_failing_tools() -> None:
    """It tries a step three times: at 0.2 three failures in a row are one in 125 steps."""
    names = sorted(path.stem for path in SHIPPED.glob("*.yaml"))
    outcomes = [shipped(name, failing(0.2)) for name in names]
    assert sum(outcome.metrics.noise_failures for outcome in outcomes) > 10
    for outcome in outcomes:
        failed = [event for event in outcome.log if failed_by_noise(event)]
        assert outcome.metrics.noise_failures == len(failed) == sum(draw.failed for draw in outcome.tool_draws)
        assert not any(event.scheduled for event in failed)
    assert [outcome.result.status for outcome in outcomes].count("success") >= len(names) - 1


def test_the_same_noise_gives_the_same_run() -> None:
    one, other = (shipped("camping_cart_code", failing(0.4, pattern="outage", outage_seconds=20.0)) for _ in range(2))
    context = TraceContext("x", {})
    assert hf_document(record_of(one, context)) == hf_document(record_of(other, context))
    assert one.metrics.noise_failures > 0


# Names and descriptions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["native", "react"])
def test_the_agent_knows_renamed_tools_by_their_other_names_alone(protocol: str) -> None:
    say = calling if protocol == "native" else lambda item: acting(item[0], **item[1])
    replies = [say(CREATES), say(("Notes.write_note", {"titel": "Jam"})), say(JOTS)]
    play = executing(RENAMED, *replies, protocol=protocol, prompts=load_prompts())
    requests = asked(play, "execute")
    offered = play.tools(0, "execute")
    assert "Notes__write_note" in offered
    assert "Notes__create_note" not in offered
    assert {"PAREAgentUserInterface__send_message_to_user", "System__get_current_time"} <= offered
    seen = "".join(message.content for request in requests for message in request.messages[:1]) + "".join(
        tool.name for request in requests for tool in request.tools.tools
    )
    assert "Notes__write_note" in seen
    assert "Notes__create_note" not in seen
    unknown, wrong = (last_text(request) for request in requests[1:3])
    assert "there is no tool 'Notes__create_note' here" in unknown
    assert "write_note has no argument 'titel'" in wrong
    assert "create_note" not in wrong
    made = [event.tool_name for event in play.outcome.log if event.function_name() == "create_note"]
    assert made == ["Notes__create_note"]
    assert play.problems == ["unknown_tool", "bad_arguments"]


def test_a_failure_names_the_tool_as_the_agent_knows_it_and_the_log_as_it_is() -> None:
    play = executing(failing(1.0, apply_tool_name_augmentation=True), calling(JOTS), DONE)
    (failed,) = (event for event in play.outcome.log if failed_by_noise(event))
    assert failed.tool_name == "Notes__create_note"
    assert str(failed.metadata.exception).startswith("Notes__create_note did not run")
    assert last_text(asked(play, "execute")[1]).startswith("Error: Notes__write_note did not run")


def test_each_treatment_is_applied_on_its_own() -> None:
    def tool(given: NoiseSettings) -> tuple[str, str]:
        request = asked(executing(given, DONE), "execute")[0]
        (found,) = (item for item in request.tools.tools if item.spec.name == "create_note")
        return found.name, found.description

    plain, renamed, redescribed = map(tool, (NO_NOISE, RENAMED, REDESCRIBED))
    assert plain[0] == redescribed[0] != renamed[0]
    assert plain[1] == renamed[1] != redescribed[1]
    assert tool(noise(apply_tool_name_augmentation=True, apply_tool_description_augmentation=True)) == (
        renamed[0],
        redescribed[1],
    )


def test_the_user_taps_what_he_has_always_tapped() -> None:
    lists = [executing(given, DONE, user_iterations=2).tools(0, "user") for given in (NO_NOISE, RENAMED)]
    assert lists[0] == lists[1]


@pytest.mark.parametrize("protocol", ["native", "react"])
@pytest.mark.parametrize("given", [RENAMED, REDESCRIBED], ids=["renamed", "redescribed"])
def test_offline_assistants_play_as_ever(given: NoiseSettings, protocol: str) -> None:
    """What they do does not depend on names, so the traces are the same to the byte, models' own words aside."""
    context = TraceContext("x", {})
    for assistant in ("scripted", "random", "eager"):
        documents = []
        for item in (NO_NOISE, given):
            outcome = shipped("camping_cart_code", item, assistant, protocol=protocol)
            document = hf_document(record_of(outcome, context))
            document["metadata"]["definition"].pop("has_tool_augmentation")
            logs = [json.loads(text) for text in document.pop("world_logs")]
            document["calls"] = [entry for entry in logs if entry["log_type"] in ("tool_call", "action")]
            for entry in document["calls"]:
                entry.pop("id")  # counts the entries of an agent, and only one of two protocols thinks aloud
            documents.append(json.dumps(document))
        assert documents[0] == documents[1]


def test_other_names_are_another_recording() -> None:
    hashes = {
        asked(executing(given, DONE), "execute")[0].hash for given in (NO_NOISE, RENAMED, REDESCRIBED, failing(0.2))
    }
    assert len(hashes) == 3  # failures change no request by themselves


def test_own_assistants_call_by_either_name() -> None:
    class Calls:
        def __init__(self, setup: Any) -> None:
            self.results: list[bool] = []

        async def observe(self, phase: Any) -> None:
            for name in ("Notes__list_folders", "Notes__list_notebooks", "Notes__list_folder"):
                self.results.append(phase.call_tool(name).failed)
            phase.call_tool("PAREAgentUserInterface__wait")

        async def execute(self, phase: Any) -> None:
            raise AssertionError("nothing was accepted")

    made: list[Calls] = []

    def make(setup: Any) -> Calls:
        made.append(Calls(setup))
        return made[0]

    play = Play(events(), assistant=make, noise=RENAMED, max_turns=1)
    assert play.result.exception is None
    assert made[0].results[:3] == [False, False, True]


# Where noise comes from ---------------------------------------------------------------------------------------------


class Busy(PAREScenario):
    """A scenario in Python, with noise of its own."""

    scenario_id = "busy"
    start_time = 1763456400.0
    own_data: dict[str, Any] | None = None

    def load_augmentation_data(self) -> dict[str, Any]:
        return self.own_data or {}

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        self.apps = [StatefulNotesApp("Notes")]


def test_a_scenario_may_bring_noise_of_its_own() -> None:
    own = ToolAugmentationConfig(**{**OFF, "tool_failure_probability": 1.0})
    look = [calling("Notes.list_folders")]
    assert Play(Busy(tool_augmentation_config=own), observe=look).metrics.noise_failures == 1
    outcome = Play(Busy(tool_augmentation_config=own), observe=look, noise=RENAMED).outcome
    assert outcome.metrics.noise_failures == 0  # the run's own configuration wins
    assert outcome.noise is RENAMED
    assert hf_document(record_of(outcome, TraceContext("x", {})))["metadata"]["definition"]["has_tool_augmentation"]


def test_a_scenario_may_bring_names_of_its_own() -> None:
    own = ToolAugmentationConfig(**{**OFF, "apply_tool_name_augmentation": True})
    data = {"tool_names_mapping": {"StatefulNotesApp__list_folders": "shelves"}}
    play = Play(Busy(tool_augmentation_config=own, own_data=data), observe=[calling("Notes.shelves")])
    assert "Notes__shelves" in play.tools(0, "observe")
    assert play.problems == []


@pytest.mark.parametrize(
    ("fields", "kind", "message"),
    [
        ({"tool_augmentation_config": 0.1}, ConfigError, "busy: tool_augmentation_config must be a ToolAugm"),
        ({"tool_augmentation_config": ToolAugmentationConfig()}, InputError, "tools are to be renamed, but"),
        (
            {"tool_augmentation_config": ToolAugmentationConfig(), "own_data": {"tool_names": {}}},
            InputError,
            "busy, augmentation_data: there is no key 'tool_names'",
        ),
    ],
)
def test_a_scenario_whose_noise_cannot_be_made(fields: dict[str, Any], kind: type[Exception], message: str) -> None:
    error = Play(Busy(**fields)).result.exception
    assert isinstance(error, kind)
    assert message in str(error)


def test_an_oracle_run_knows_no_tool_noise() -> None:
    made = scenario(events("{id: looks, agent: notes.list_folders}"))
    made.tool_augmentation_config = ToolAugmentationConfig(tool_failure_probability=1.0)
    outcome = run_oracle(made)
    assert outcome.result.exception is None
    assert outcome.failed_events == []
    assert [event.function_name() for event in outcome.log] == ["list_folders"]


# Defects of PARE ----------------------------------------------------------------------------------------------------


def test_kd_38_the_shipped_data_renames_and_redescribes_and_failures_repeat() -> None:
    tool = next(
        item
        for item in asked(executing(noise(apply_tool_name_augmentation=True), DONE), "execute")[0].tools.tools
        if item.app == "Chat" and item.spec.name == "send_message"
    )
    assert tool.name == "Chat__text_person"
    draws = [shipped("dinner_headcount_change", failing(0.4)).tool_draws for _ in range(2)]
    assert draws[0] == draws[1] != []


def test_kd_37_the_home_screen_is_known_by_its_class() -> None:
    play = Play(events(), observe=[calling("System.get_current_time")], noise=failing(1.0))
    assert [event.failed() for event in play.outcome.log if event.function_name() == "get_current_time"] == [False]


@pytest.mark.parametrize("protocol", ["native", "react"])
def test_kd_49_hints_about_ids_reach_the_agents(protocol: str) -> None:
    play = Play(events(), protocol=protocol, prompts=load_prompts())
    request = asked(play, "observe")[0]
    shown = request.tools.json.decode() + "".join(message.content for message in request.messages)
    spec = StatefulMessagingApp.tools(ToolKind.AGENT)["get_user_id"]
    assert "which is what the other tools want" in spec.description
    assert spec.description in shown
