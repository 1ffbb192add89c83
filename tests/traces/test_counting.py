"""Counts of runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pare_runner.episode.oracle import run_oracle
from pare_runner.library.catalog import register_pare_scenarios
from pare_runner.noise.config import ToolAugmentationConfig
from pare_runner.noise.settings import NoiseSettings
from pare_runner.policy.request import ModelError, Usage
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.counting import Counting
from pare_runner.traces.documents import parse_hf
from pare_runner.traces.from_hf import record_of_hf
from pare_runner.traces.hf import HfWriter
from pare_runner.traces.hf_models import HfDocument
from pare_runner.traces.record import RunTrace, record_of
from pare_runner.traces.sources import RunSource
from tests.episode.conftest import (
    ACCEPT,
    ACCEPTS,
    ASKS,
    DONE,
    LOOK,
    NONSENSE,
    PROPOSE,
    REJECT,
    Play,
    calling,
    events,
    news,
)
from tests.noise.conftest import settings


def counted(*plays: Play, **context: Any) -> dict[str, Any]:
    """The only group."""
    counting = Counting()
    for play in plays:
        add(counting, record_of(play.outcome, TraceContext("id", **context)), 100)
    (group,) = counting.sorted()
    return group.as_json()


def nothing() -> HfDocument:
    """Counts are made of records alone."""
    raise AssertionError


def add(counting: Counting, trace: RunTrace, size: int = 0, format: str = "hf") -> None:
    counting.add(RunSource("id", format, Path("id.json"), lambda: trace, nothing, size=size), trace)


def test_two_runs() -> None:
    fails = calling(("Notes.delete_note", {"note_id": "beer"}))
    milk = replace(calling(("Notes.delete_note", {"note_id": "milk"})), usage=Usage(10, 5, reasoning_tokens=2))
    accepted = Play(
        events(news("a"), ASKS, ACCEPTS), user=[NONSENSE, calling("aui.wait"), ACCEPT], observe=[LOOK, PROPOSE],
        execute=[fails, milk, DONE],
    )  # fmt: skip
    rejected = Play(events(news("a"), ASKS), observe=[PROPOSE], user=[calling("aui.wait"), REJECT])
    found = counted(accepted, rejected, agent_id="a", model_id="m")

    assert (found["format"], found["agent_id"], found["model_id"], found["runs"]) == ("hf", "a", "m", 2)
    assert found["statuses"] == {"success": 0, "failed": 0, "exception": 0, "no_validation": 2}
    assert (found["proposals"], found["accepted"], found["rejected"]) == (2, 1, 1)
    calls = {(item["role"], item["tool"]): (item["calls"], item["failed"]) for item in found["calls"]}
    assert calls["execute", "Notes__delete_note"] == (2, 1)
    assert calls["observe", "Notes__list_folders"] == (1, 0)
    assert calls["user", "PAREAgentUserInterface__accept_proposal"] == (1, 0)
    numbers = [item["calls"] for item in found["calls"]]
    assert numbers == sorted(numbers, reverse=True)
    assert found["failures"] == {"call: its tool": 1, "reply: no_action": 1}
    assert found["model_calls"]["execute"] == 3
    assert (found["prompt_tokens"], found["completion_tokens"], found["reasoning_tokens"]) == (10, 5, 2)
    assert (found["events"], found["noise_events"], found["bytes"]) == (2, 0, 200)
    ends = [play.outcome.end_time - play.outcome.scenario.start for play in (accepted, rejected)]
    assert found["virtual_seconds"] == sum(ends)
    assert found["turns"] == sum(max(x.request.turn for x in p.outcome.exchanges) + 1 for p in (accepted, rejected))


def test_noise_and_models_that_fail() -> None:
    failing = ToolAugmentationConfig(
        tool_failure_probability=1.0, apply_tool_name_augmentation=False, apply_tool_description_augmentation=False
    )
    noise = replace(settings(10, weight_per_app_class={"StatefulMessagingApp": 1.0}), tools=failing)
    play = Play(
        events(news("a"), news("b", "at: 600s")), observe=[LOOK, LOOK, ModelError("timeout", "slow")], noise=noise
    )
    found = counted(play)
    assert found["failures"] == {"call: noise": 2, "model call: timeout": 1, "run: ModelError": 1}
    assert found["statuses"]["exception"] == 1
    assert found["noise_events"] == sum(event.noise for event in play.outcome.log)


def test_groups_by_format_models_and_agents() -> None:
    counting = Counting()
    record = record_of(Play(events(news("a"))).outcome)
    for format, models, agents in [("native", "a", "x"), ("hf", "b", "x"), ("hf", "a", "y"), ("hf", "a", "x")]:
        add(counting, replace(record, context=TraceContext("id", {}, agents, models)), format=format)
    add(counting, replace(record, context=TraceContext("id", {}, "x", "a")))
    found = [(group.format, group.model_id, group.agent_id, group.runs) for group in counting.sorted()]
    assert found == [("hf", "a", "x", 2), ("hf", "a", "y", 1), ("hf", "b", "x", 1), ("native", "a", "x", 1)]


def test_without_noise_settings_nothing_is_noise() -> None:
    assert counted(Play(events(news("a")), noise=NoiseSettings()))["noise_events"] == 0


def test_an_oracle_run_counts_what_the_scenario_plans() -> None:
    scenario = register_pare_scenarios().get("dinner_headcount_change")()
    trace = record_of(run_oracle(scenario), TraceContext("id"))
    counting = Counting()
    add(counting, trace)
    (group,) = counting.sorted()
    assert (group.proposals, group.accepted, group.rejected, group.events) == (1, 1, 0, 1)
    assert group.calls["execute", "Calendar__edit_calendar_event"] == 1
    read = record_of_hf(parse_hf(HfWriter().render(trace)[0].data, "id.json"))
    again = Counting()
    add(again, read)
    assert again.sorted() == counting.sorted()
    assert not group.turns
