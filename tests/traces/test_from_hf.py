"""A run read back from its hf trace tells the story that the run itself told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import Agents, finish, run_episode
from pare_runner.episode.settings import EpisodeSettings
from pare_runner.errors import InputError
from pare_runner.kernel.events import CompletedEvent
from pare_runner.library.noise_data import load_augmentation_data
from pare_runner.library.prompts import load_prompts
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig
from pare_runner.noise.settings import NO_NOISE, NoiseSettings
from pare_runner.policy.request import ModelError, Protocol, Response
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.conversation import entries_of
from pare_runner.traces.documents import parse_hf, read_hf
from pare_runner.traces.entry import EXTRA, Detail, Entry
from pare_runner.traces.exchanges import said_apart
from pare_runner.traces.from_hf import record_of_hf
from pare_runner.traces.hf import hf_document
from pare_runner.traces.record import RunTrace, record_of
from pare_runner.traces.world_logs import said_text
from tests.episode.conftest import (
    ACCEPT,
    ACCEPTS,
    ASKS,
    DONE,
    LOOK,
    NONSENSE,
    PROPOSE,
    REJECT,
    WAIT,
    Play,
    calling,
    events,
    news,
)
from tests.traces.worlds import START, World

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
ALL = Detail(frozenset(EXTRA), full=True)
NO_SCREENS = Detail(frozenset(EXTRA) - {"screen"}, full=True)
"""What the dialect of Meta-ARE keeps."""


def again(record: RunTrace) -> RunTrace:
    """The record, written as an hf trace and read again."""
    return record_of_hf(parse_hf(orjson.dumps(hf_document(record)), "trace.json"))


def story(record: RunTrace, detail: Detail = ALL) -> list[Entry]:
    return entries_of(record, detail)


def shipped(path: Path) -> PAREScenario:
    return compile_scenario(path.read_text(encoding="utf-8"), path.name)


def played(path: Path, assistant: str, protocol: Protocol, noise: NoiseSettings, user: str = "scripted") -> Outcome:
    policies = {"user": user, "observe": assistant, "execute": assistant}
    agents = Agents(
        {role: offline_policy(name, role) for role, name in policies.items()},  # type: ignore[arg-type]
        load_prompts(),
        EpisodeSettings(protocol=protocol),
    )
    return finish(run_episode(shipped(path), agents, noise=noise))


def without_type(event: CompletedEvent) -> CompletedEvent:
    """The event without the class of its exception, which is not in the file."""
    return replace(event, metadata=replace(event.metadata, exception_type=None))


def loud() -> NoiseSettings:
    return NoiseSettings(
        tools=ToolAugmentationConfig(tool_failure_probability=0.2),
        events=EnvEventsConfig(num_env_events_per_minute=1),
        data=load_augmentation_data(),
    )


SLOW = pytest.mark.slow
PLAYS = [
    ("scripted", "native", False),
    ("eager", "react", True),
    pytest.param("scripted", "react", True, marks=SLOW),
    pytest.param("eager", "native", True, marks=SLOW),
    pytest.param("random", "native", True, marks=SLOW),
    pytest.param("random", "react", False, marks=SLOW),
    pytest.param("passive", "native", False, marks=SLOW),
]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize(("assistant", "protocol", "noisy"), PLAYS)
def test_every_shipped_scenario(path: Path, assistant: str, protocol: Protocol, noisy: bool) -> None:
    record = record_of(played(path, assistant, protocol, loud() if noisy else NO_NOISE), TraceContext("id"))
    read = again(record)

    assert entries_of(read) == entries_of(record)
    assert story(read) == story(record)
    assert [x.events for x in read.exchanges] == [x.events for x in record.exchanges]
    assert [x.seconds for x in read.exchanges] == [x.seconds for x in record.exchanges]
    assert list(map(without_type, read.log)) == list(map(without_type, record.log))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_oracle_runs(path: Path) -> None:
    record = record_of(run_oracle(shipped(path)), TraceContext("id"))
    read = again(record)

    assert story(read) == story(record)
    assert read.exchanges == []


TAGS = '<tool_call>\n{"name": "x", "arguments": {}}\n</tool_call>'


def short_runs() -> dict[str, Outcome]:
    """Runs in which replies cannot be used, calls fail, models fail, the user answers, and several calls are made."""
    fails = calling(("Notes.delete_note", {"note_id": "beer"}))
    several = calling("Notes.list_folders", ("aui.send_message_to_user", {"content": "Shall I?"}), "Notes.list_folders")
    plays = {
        "nonsense": Play(
            events(ASKS, ACCEPTS), observe=[NONSENSE, PROPOSE], user=[WAIT, ACCEPT], execute=[NONSENSE, fails, DONE]
        ),
        "only nonsense": Play(events(news("a")), user=[NONSENSE] * 20),
        "rejected": Play(events(news("a"), ASKS), observe=[PROPOSE], user=[WAIT, REJECT]),
        "no reply": Play(events(news("a")), observe=[LOOK, ModelError("timeout", "too slow")]),
        "too long": Play(events(news("a")), observe=[ModelError("context_overflow", "too long")]),
        "several calls": Play(events(news("a"), news("b", "at: 7s")), observe=[several, several]),
        "thoughts": Play(
            events(news("a")),
            observe=[
                replace(PROPOSE, content="It may help.", reasoning="a: hm\n\nb"),
                replace(LOOK, reasoning="only this"),
                replace(NONSENSE, reasoning="What?"),
            ],
        ),
        "tags": Play(events(news("a")), observe=[Response(TAGS)]),
        "odd news": Play(
            events(news("a").replace("content: a", r'content: "a\n[2025-99-99 10:00:00] b\n[2011-01-01 00:00:00] c\n"'))
        ),
    }
    return {name: play.outcome for name, play in plays.items()}


@pytest.mark.parametrize("name", short_runs())
def test_short_runs(name: str) -> None:
    record = record_of(short_runs()[name], TraceContext("id"))
    assert story(again(record)) == story(record)


def test_the_dialect_of_meta_are_lacks_the_screens_only() -> None:
    play = Play(events(news("a"), ASKS, ACCEPTS), observe=[PROPOSE], user=[WAIT, ACCEPT], execute=[LOOK, DONE])
    record = record_of(play.outcome, TraceContext("id", dialect="meta_are"))
    assert story(again(record), NO_SCREENS) == story(record, NO_SCREENS)


def test_a_judge() -> None:
    checked = events(news("a"), ASKS, rest="checks:\n  - judge: Was it polite?\n")
    play = Play(checked, observe=[PROPOSE], judge=[Response('{"verdict": "pass", "reason": "It was."}')])
    record = record_of(play.outcome, TraceContext("id"))
    assert {x.request.role for x in record.exchanges} >= {"judge"}
    assert entries_of(again(record)) == entries_of(record)


def test_what_the_record_says_of_the_run() -> None:
    play = Play(events(news("a"), rest="user: {goal: Rest.}\nchecks:\n  - proposed: {about: {contains: Shall}}\n"))
    record = record_of(play.outcome, TraceContext("id", {"seed": 0}, "agents", "models"))
    read = again(record)
    assert read.verdict == record.verdict
    assert (read.context, read.end_time, read.definition) == (record.context, record.end_time, record.definition)
    assert (read.apps, read.events, read.conditions) == (record.apps, record.events, record.conditions)
    assert (read.goal, read.exchanges[0].told[0].message) == ("Rest.", record.exchanges[0].told[0].message)


def test_requests_share_their_messages() -> None:
    read = again(record_of(Play(events(news("a")), observe=[LOOK, LOOK, LOOK]).outcome, TraceContext("id")))
    first, second = [x.request.messages for x in read.exchanges if x.request.role == "observe"][:2]
    assert first[0] is second[0]
    assert [message.role for message in second] == ["system", "user", "assistant", "tool"]


# Files of others ------------------------------------------------------------------------------------------------------


def test_agents_that_no_phrase_tells_apart_are_told_by_their_calls() -> None:
    made = [
        completed("USER-1", "USER", "Notes", "open_note", START + 3, turn=0),
        completed("AGENT-1", "AGENT", "PAREAgentUserInterface", "send_message_to_user", START + 9, "observe", 0),
        completed("AGENT-2", "AGENT", "Notes", "delete_note", START + 15, "execute", 1),
    ]
    world = World()
    for agent, event in zip(("x", "y", "z"), made, strict=True):
        world.add(agent, "llm_input", content=[{"role": "user", "content": "now"}]).add(agent, "llm_output", content="")
        world.call(agent, f"{event['action']['app']}__{event['action']['function']}")
        world.add("unknown", "action", event_type=event["event_type"])
        world.logs[-1]["id"] = event["event_id"]
        world.add(agent, "observation", content="ok", attachments=[])
    read = record_of_hf(parse_hf(json.dumps({**world.data(), "completed_events": made}), "tidy.json"))

    assert [(x.request.role, x.request.turn, x.seconds) for x in read.exchanges] == [
        ("user", 0, 1.0), ("observe", 0, 1.0), ("execute", 1, 1.0),
    ]  # fmt: skip
    told = [(entry.role, entry.kind) for entry in entries_of(read)]
    assert told[:3] == [("user", "tap"), ("observe", "proposal"), ("observe", "mode")]
    assert ("execute", "write") in told
    assert told[-1] == (None, "end")


def test_a_run_of_pare(shared: Path) -> None:
    read = record_of_hf(read_hf(shared / "samples/traces/airport_return_ride_from_notes.agents.hf.json"))

    assert {x.request.role for x in read.exchanges} == {"user", "observe"}
    assert [x.request.turn for x in read.exchanges] == [turn for turn in range(10) for _ in range(2)]
    assert all(len(x.events) == 1 for x in read.exchanges)
    entries = story(read)
    assert [entry.text for entry in entries if entry.kind == "screen"] == ["screen: Current active app: System"]
    assert sum(entry.kind == "thought" for entry in entries) == 20
    assert [entry.text for entry in entries if entry.kind == "told"] == [
        "sees: Ride completed", "sees: Cab update: ride completed",
    ]  # fmt: skip
    assert entries[-1].text == "ended; failed"


def test_oracle_runs_of_pare(shared: Path) -> None:
    for path in sorted((shared / "samples/traces").glob("*.oracle.hf.json")):
        entries = story(record_of_hf(read_hf(path)))
        # PARE's own polling of reminders stands in its log as calls of the agent; nobody made them.
        assert {entry.who for entry in entries} == {"world", ""}, path.name
        assert entries[-1].text == "ended; success"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"pare_runner": 3}, "$.metadata.pare_runner"),
        ({"pare_runner": {"scheduled": {}}}, "$.metadata.pare_runner.scheduled"),
        ({"pare_runner": {"noise": [1]}}, "$.metadata.pare_runner.noise[0]"),
        ({"pare_runner": {"checks": {"a b": "yes"}}}, "$.metadata.pare_runner.checks['a b']"),
        ({"pare_runner": {"agents": []}}, "$.metadata.pare_runner.agents"),
        ({"annotation": {"comment": 3}}, "$.metadata.annotation.comment"),
        ({"simulation": {"model_id": {}}}, "$.metadata.simulation.model_id"),
        ({"runner_config": "x"}, "$.metadata.runner_config"),
    ],
)
def test_metadata_of_a_wrong_type(change: dict[str, Any], place: str) -> None:
    world = World(metadata=change).prompts().shows()
    with pytest.raises(InputError) as refused:
        record_of_hf(world.document())
    assert refused.value.problems[0].where == f"tidy.json: {place}"


@pytest.mark.parametrize("value", [[], {}, None, 3, "other"])
def test_a_log_type_of_a_wrong_type(value: Any) -> None:
    world = World()
    world.logs.append({"timestamp": START, "log_type": value})
    with pytest.raises(InputError, match=r"\$\.world_logs\[0\]\.log_type"):
        record_of_hf(world.document())


def test_an_empty_run() -> None:
    read = record_of_hf(World().document())
    assert (read.start, read.end_time, read.log, read.exchanges) == (0.0, 0.0, [], [])
    assert [entry.text for entry in entries_of(read)] == ["ended; no_validation"]


def completed(
    event_id: str, kind: str, app: str, function: str, time: float, mode: str | None = None, turn: int | None = None
) -> dict[str, Any]:
    """An entry of `completed_events`."""
    operation = "WRITE" if function == "delete_note" else "READ"
    return {
        "class_name": "CompletedEvent",
        "event_type": kind,
        "event_time": time,
        "event_id": event_id,
        "dependencies": [],
        "event_relative_time": None,
        "action": {"action_id": event_id, "app": app, "function": function, "operation_type": operation, "args": []},
        "metadata": {"return_value": None, "proactive_mode": mode, "turn_number": turn},
    }


@pytest.mark.parametrize(
    ("content", "calls"),
    [
        ("", []),
        ("text", [("a__b", "{}")]),
        ("", [("a__b", '{"x": "</tool_call>"}'), ("c__d", "not json")]),
        ("<tool_call>\nx\n</tool_call>", [("a__b", "{}")]),
        (TAGS, []),
    ],
)
def test_said_apart_is_the_inverse_of_said_text(content: str, calls: list[tuple[str, str]]) -> None:
    text = said_text(content, [{"name": name, "arguments": arguments} for name, arguments in calls])
    said, found = said_apart(text)
    assert (said, [(call.name, call.arguments) for call in found]) == (content, calls)
