"""A run read back from its hf trace tells the story that the run itself told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import Agents, finish, run_episode
from pare_runner.episode.settings import EpisodeSettings
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
from pare_runner.traces.documents import parse_hf
from pare_runner.traces.entry import EXTRA, Detail, Entry
from pare_runner.traces.from_hf import record_of_hf
from pare_runner.traces.hf import hf_document
from pare_runner.traces.record import RunTrace, record_of
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

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
ALL = Detail(frozenset(EXTRA), full=True)
TOLD = Detail(frozenset(EXTRA) - {"request"}, full=True)
"""What the dialect of Meta-ARE keeps of it, too, is less: it has no screens."""


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
