"""The lite format: conversations and tokens of each agent."""

from __future__ import annotations

from typing import Any

import orjson

from pare_runner.episode.oracle import run_oracle
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.lite import LiteWriter
from pare_runner.traces.record import record_of
from tests.batch.situations import NotesScenario
from tests.traces.test_world_logs import helped


def lite(outcome: Any) -> dict[str, Any]:
    context = TraceContext("a_run", agent_id="user:screen|proactive:x", model_id="user:a|observe:b|execute:c")
    (file,) = LiteWriter().render(record_of(outcome, context))
    assert file.name == "a_run.json"
    document: dict[str, Any] = orjson.loads(file.data)
    return document


def test_layout() -> None:
    document = lite(helped().outcome)

    assert list(document) == [
        *("scenario_id", "model_id", "main_agent_type", "validation_decision", "validation_rationale", "run_duration"),
        *("per_agent_interaction_histories", "per_agent_llm_usage_stats"),
    ]
    assert document["model_id"] == "user:a|observe:b|execute:c"
    assert document["main_agent_type"] == "user:screen|proactive:x"
    assert list(document["per_agent_interaction_histories"]) == list(document["per_agent_llm_usage_stats"])
    assert len(document["per_agent_llm_usage_stats"]) == 3
    assert document["run_duration"] > 0


def test_a_conversation_leaves_out_calls_rationales_and_actions() -> None:
    histories = list(lite(helped().outcome)["per_agent_interaction_histories"].values())

    assert {tuple(message) for history in histories for message in history} == {
        ("role", "content", "attachments", "timestamp")
    }
    execute = histories[2]
    assert [message["role"] for message in execute] == [
        *("system", "user", "assistant", "tool-response", "assistant"),
    ]
    assert execute[-1]["content"] == "Done."
    times = [message["timestamp"] for message in execute]
    assert times == sorted(times)


def test_usage_counts_every_call() -> None:
    usages = list(lite(helped().outcome)["per_agent_llm_usage_stats"].values())

    assert [usage["total_llm_calls"] for usage in usages] == [3, 3, 2]
    for usage in usages:
        for name in ("prompt_tokens", "completion_tokens", "total_tokens", "reasoning_tokens", "completion_duration"):
            assert len(usage[name]) == usage["total_llm_calls"]


def test_an_oracle_run_has_no_agents() -> None:
    document = lite(run_oracle(NotesScenario()))

    assert document["per_agent_interaction_histories"] == {}
    assert document["validation_decision"] == "Valid"
