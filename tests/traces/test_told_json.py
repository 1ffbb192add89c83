"""A conversation for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from pare_runner.policy.request import Usage
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.conversation import entries_of
from pare_runner.traces.record import RunTrace, record_of
from pare_runner.traces.told_json import ALL, entries_json, run_json
from tests.episode.conftest import ACCEPT, ACCEPTS, ASKS, DONE, LOOK, NONSENSE, PROPOSE, Play, calling, events, news


@pytest.fixture(scope="module")
def trace() -> RunTrace:
    play = Play(
        events(news("a"), ASKS, ACCEPTS, rest="checks:\n  - proposed: {about: {contains: Shall}}\n"),
        user=[NONSENSE, calling("aui.wait"), ACCEPT],
        observe=[replace(LOOK, usage=Usage(100, 20, reasoning_tokens=7), reasoning="Hm."), PROPOSE],
        execute=[calling(("Notes.delete_note", {"note_id": "milk"})), DONE],
    )
    return record_of(play.outcome, TraceContext("id", {}, "agents", "models"))


def told(trace: RunTrace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(json.dumps(entries_json(trace, entries_of(trace, ALL))))
    return found


def test_the_run(trace: RunTrace) -> None:
    assert run_json(trace) == {
        "run_id": "id",
        "scenario_id": trace.scenario_id,
        "run_number": 1,
        "agent_id": "agents",
        "model_id": "models",
        "start_time": "2025-11-18T09:00:00+00:00",
        "end_time": run_json(trace)["end_time"],
        "status": "failed",
        "termination_reason": "idle",
        "rationale": trace.verdict.rationale,
        "checks": dict(trace.verdict.checks),
        "exception_type": None,
        "exception_message": None,
        "lapsed_proposals": 0,
        "unseen_events": 0,
    } | {"status": trace.verdict.status}


def test_an_entry_without_a_call(trace: RunTrace) -> None:
    (entry,) = [entry for entry in told(trace) if entry["kind"] == "told" and entry["who"] == "user"]
    assert entry == {
        "seconds": 0.0,
        "time": "2025-11-18T09:00:00+00:00",
        "turn": 0,
        "who": "user",
        "role": "user",
        "kind": "told",
        "text": "sees: Chat: new message (sender id: ann; conversation id: talk; content: a)",
        "failed": False,
        "noise": False,
        "event": None,
        "model_call": None,
    }


def test_a_call_has_its_event(trace: RunTrace) -> None:
    (entry,) = [entry for entry in told(trace) if entry["kind"] == "write"]
    event = entry["event"]
    assert event.pop("id").startswith("AGENT-Notes-delete_note")
    assert isinstance(event.pop("result"), str)
    assert event == {
        "type": "AGENT",
        "app": "Notes",
        "tool": "delete_note",
        "operation": "WRITE",
        "arguments": {"note_id": "milk"},
        "error": None,
        "mode": "execute",
    }


def test_requests_have_what_is_new_in_them(trace: RunTrace) -> None:
    first, second = [entry["model_call"] for entry in told(trace) if entry["kind"] == "request"
                     and entry["role"] == "observe"][:2]  # fmt: skip
    assert (first["index"], first["earlier_messages"], second["index"], second["earlier_messages"]) == (0, 0, 1, 2)
    assert [message["role"] for message in first["messages"]] == ["system", "user"]
    assert [message["role"] for message in second["messages"]] == ["assistant", "tool"]
    assert second["messages"][0]["tool_calls"] == [{"name": "Notes__list_folders", "arguments": "{}"}]
    assert (first["reply"], first["reasoning"]) == ("", "Hm.")
    assert first["tool_calls"] == [{"name": "Notes__list_folders", "arguments": "{}"}]
    assert (first["prompt_tokens"], first["completion_tokens"], first["reasoning_tokens"]) == (100, 20, 7)
    assert first["seconds"] == 5.0


def test_a_reply_that_cannot_be_used(trace: RunTrace) -> None:
    call = next(entry["model_call"] for entry in told(trace) if entry["kind"] == "request")
    assert (call["problem"], call["error"], call["reply"]) == ("no_action", None, "What?")


def test_headings_are_no_entries_and_results_stand_with_their_calls(trace: RunTrace) -> None:
    assert not {entry["kind"] for entry in told(trace)} & {"turn", "result"}


def test_a_time_that_is_no_date(trace: RunTrace) -> None:
    far = replace(trace, definition={**trace.definition, "start_time": 1e300}, end_time=1e300)
    assert run_json(far)["start_time"] is None
