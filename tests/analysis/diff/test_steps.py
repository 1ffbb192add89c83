"""The steps of a run, from each of the files that may tell them."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from pare_runner.analysis.diff.divergence import SAME, first_difference
from pare_runner.analysis.diff.steps import Record, Step, kind_of, read_calls, read_native, read_trace
from pare_runner.cli.hydra_entry import main as run_experiment
from tests.analysis.diff.conftest import SHIPPED

SCENARIO = "dinner_headcount_change"


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A job of the scripted assistant, and the same with `react` beside it."""
    target = tmp_path_factory.mktemp("steps") / "job"
    words = [
        "model=scripted",
        f"scenarios=[{SHIPPED / SCENARIO}.yaml]",
        "suite.runs=2",
        f"output_dir={target}",
        "cache=bypass",
    ]
    assert run_experiment(words) == 0
    return target


def trace_of(job: Path, run: int) -> Record:
    (path,) = (job / "traces" / "hf").glob(f"{SCENARIO}_run_{run}_*.json")
    found = read_trace(path)
    assert found is not None
    return found


def test_a_trace_has_decisions_and_events_in_order(job: Path) -> None:
    found = trace_of(job, 1)
    decisions = [(step.role, step.kind) for step in found.steps if step.decision and step.kind != "wait"]
    assert decisions == [("observe", "call"), ("observe", "propose"), ("user", "accept"), ("execute", "call")]
    (event,) = (step for step in found.steps if not step.decision)
    assert (event.event, event.tool, event.kind) == ("cancels", "Messages.create_and_add_message", "event")
    assert [step.event for step in found.steps].index("cancels") == 1


def test_arguments_of_a_trace_are_typed_and_those_without_a_value_left_out(job: Path) -> None:
    read, edit = (step for step in trace_of(job, 1).steps if step.kind == "call")
    assert read.arguments == {"conversation_id": "dinner", "offset": 0, "limit": 10}
    assert isinstance(read.result, dict)
    assert edit.arguments == {"event_id": "table", "description": "Table for 5"}
    assert edit.result == "table"


def test_a_trace_has_the_beginning_and_the_plan(job: Path) -> None:
    found = trace_of(job, 1)
    assert found.apps["Calendar"]["events"]["table"]["description"] == "Table for 6"
    first = (
        "cancels: ENV Messages.create_and_add_message",
        "  after the start, delay 10.0",
        "  conversation_id: dinner",
    )
    assert found.plan[:3] == first
    names = [line.partition(":")[0] for line in found.plan if not line.startswith(" ")]
    assert names == ["cancels", "reads", "proposes", "accepts", "edits"]


def test_calls_tell_the_same_decisions(job: Path) -> None:
    calls = read_calls(job, SCENARIO, 1, 1)
    assert calls is not None
    told = [(step.role, step.kind, step.tool) for step in calls.steps if step.kind != "text"]
    assert told == [(step.role, step.kind, step.tool) for step in trace_of(job, 1).steps if step.decision]
    assert [step.arguments for step in calls.steps if step.kind == "text"] == [{"content": "Done."}]


def test_the_calls_of_a_run_are_of_that_run_and_attempt(job: Path) -> None:
    one, two = (read_calls(job, SCENARIO, run, None) for run in (1, 2))
    assert one is not None
    assert two is not None
    assert first_difference(one, two).kind == SAME
    assert read_calls(job, SCENARIO, 1, 2) is None
    assert read_calls(job, SCENARIO, 3, None) is None
    assert read_calls(job, "dinner", 1, None) is None
    assert read_calls(job.parent, SCENARIO, 1, None) is None


def test_native_tables_tell_the_same(job: Path, tmp_path: Path) -> None:
    target = tmp_path / "native"
    words = ["model=scripted", f"scenarios=[{SHIPPED / SCENARIO}.yaml]", "suite.runs=2", "export=native"]
    assert run_experiment([*words, f"output_dir={target}", "cache=bypass"]) == 0
    (run_id,) = (path.stem for path in (job / "traces" / "hf").glob(f"{SCENARIO}_run_1_*.json"))
    found = read_native(target, run_id)
    assert found is not None
    assert found.steps == trace_of(job, 1).steps
    assert read_native(target, "another") is None
    assert read_native(job, run_id) is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        b'{"completed_events": "x"}',
        b'{"completed_events": [1]}',
        b'{"completed_events": [], "events": [[]]}',
    ],
)
def test_what_is_no_trace_is_none(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "trace.json"
    path.write_bytes(text)
    assert read_trace(path) is None
    assert read_trace(tmp_path / "missing.json") is None


def test_calls_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").write_bytes(b'{"kind":"call","scenario":"s","run":1,\n')
    assert read_calls(tmp_path, "s", 1, None) is None


@pytest.mark.parametrize(
    ("role", "app", "function", "kind"),
    [
        ("observe", "PAREAgentUserInterface", "send_message_to_user", "propose"),
        ("execute", "PAREAgentUserInterface", "send_message_to_user", "call"),
        ("observe", "System", "wait_for_notification", "wait"),
        ("user", "PAREAgentUserInterface", "reject_proposal", "reject"),
        ("user", "Notes", "wait", "call"),
    ],
)
def test_kinds(role: str, app: str, function: str, kind: str) -> None:
    assert kind_of(role, app, function) == kind


def test_a_reply_that_is_no_json_keeps_its_text(tmp_path: Path) -> None:
    call = {
        "kind": "call", "scenario": "s", "run": 1, "attempt": 1, "role": "execute", "index": 0, "turn": 0,
        "reply": {"content": "", "tool_calls": [{"id": "1", "name": "Emails__read", "arguments": "{oops"}]},
    }  # fmt: skip
    (tmp_path / "calls.jsonl").write_bytes(orjson.dumps(call) + b"\n")
    found = read_calls(tmp_path, "s", 1, 1)
    assert found is not None
    assert found.steps == (Step("execute", "call", "Emails.read", {"arguments": "{oops"}, turn=0),)
