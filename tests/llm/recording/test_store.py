"""What a job leaves of its model calls: while it runs, when it is killed, when it is over."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import orjson
import pytest

from pare_runner.errors import InputError
from pare_runner.llm.recording.keys import Due, UnitKey
from pare_runner.llm.recording.recording import Recording
from pare_runner.llm.recording.store import CallStore, merge
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Response
from tests.llm.recording.exchange import DINNER, EXCHANGE, READ, SYSTEM, TASK, record, request


def lines(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(text) for text in path.read_bytes().splitlines()]


def test_a_finished_recording_is_one_sorted_file(recorded: Path) -> None:
    assert os.listdir(recorded) == ["calls.jsonl"]
    head, *rest = lines(recorded / "calls.jsonl")
    kinds = [line["kind"] for line in rest]
    assert head["lines"] == {"message": 4, "tool": 2, "tools": 2, "call": 5, "due": 0}
    assert kinds == ["message"] * 4 + ["tool"] * 2 + ["tools"] * 2 + ["call"] * 5
    for kind in ("message", "tool", "tools"):
        hashes = [line["hash"] for line in rest if line["kind"] == kind]
        assert hashes == sorted(set(map(str, hashes)))
    assert [(line["run"], line["role"], line["index"]) for line in rest if line["kind"] == "call"] == [
        (1, "user", 0),
        (1, "observe", 0),
        (1, "observe", 1),
        (1, "execute", 0),
        (2, "user", 0),
    ]


def test_a_call_line_says_all_there_is_to_say(recorded: Path) -> None:
    (line,) = [
        line for line in lines(recorded / "calls.jsonl") if (line.get("role"), line.get("index")) == ("observe", 0)
    ]
    asked = request()
    assert line.pop("sum")
    assert line == {
        "kind": "call",
        "scenario": "dinner",
        "run": 1,
        "attempt": 1,
        "role": "observe",
        "index": 0,
        "turn": 0,
        "request": asked.hash,
        "messages": [SYSTEM.hash, TASK.hash],
        "tools": asked.tools.hash,
        "stop": [],
        "sampling": "s1",
        "reply": {
            "content": "",
            "tool_calls": [{"id": "c1", "name": "Calendar__read", "arguments": '{"event_id": "t"}'}],
            "reasoning": "I look first.",
            "finish_reason": "tool_calls",
        },
        "usage": {"prompt_tokens": 120, "completion_tokens": 14, "cached_tokens": 100, "reasoning_tokens": 5},
        "served_model": "tiny-2025",
        "retries": 2,
        "latency": 0.731,
    }


def test_the_order_of_completion_does_not_matter(recorded: Path, tmp_path: Path) -> None:
    units = [(UnitKey("dinner", 2), EXCHANGE[:1]), (DINNER, EXCHANGE)]
    threads = []
    with CallStore(tmp_path / "b") as store, CallStore(tmp_path / "b") as other:
        for writer, (unit, exchange) in zip((store, other), units, strict=True):
            threads.append(threading.Thread(target=record, args=(writer, unit, exchange)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        other.close()
        store.finish()
    assert (tmp_path / "b" / "calls.jsonl").read_bytes() == (recorded / "calls.jsonl").read_bytes()


def test_one_store_serves_many_threads(tmp_path: Path) -> None:
    with CallStore(tmp_path) as store:
        runs = range(1, 9)
        threads = [threading.Thread(target=record, args=(store, UnitKey("dinner", n), EXCHANGE)) for n in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        store.finish()
    assert Recording.load(tmp_path).call_count == 8 * len(EXCHANGE)


def test_a_text_stands_once_in_a_shard(tmp_path: Path) -> None:
    with CallStore(tmp_path) as store:
        for run in (1, 2, 3):
            record(store, UnitKey("dinner", run), EXCHANGE)
    (shard,) = (tmp_path / "calls").iterdir()
    texts = [line["hash"] for line in lines(shard) if "hash" in line]
    assert len(texts) == len(set(texts)) == 8


def test_a_killed_process_loses_no_finished_call(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from pare_runner.llm.recording.store import CallStore
from tests.llm.recording.exchange import DINNER, EXCHANGE, record
record(CallStore(Path(sys.argv[1])), DINNER, EXCHANGE)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=Path(__file__).parents[3], check=False)
    assert done.returncode == -9
    assert not (tmp_path / "calls.jsonl").exists()
    assert len(Recording.load(tmp_path).unit(DINNER).calls) == len(EXCHANGE)


def test_a_shard_cut_at_any_byte_loses_only_what_was_cut(tmp_path: Path) -> None:
    with CallStore(tmp_path) as store:
        record(store, DINNER, EXCHANGE)
    shard = tmp_path / "calls" / "0.jsonl"
    whole = shard.read_bytes()
    for size in random.Random(5).sample(range(len(whole)), 60):
        shard.write_bytes(whole[:size])
        complete = whole[:size].count(b'"kind":"call"') - (b'"kind":"call"' in whole[:size].rpartition(b"\n")[2])
        assert Recording.load(tmp_path).call_count == complete


def test_a_job_that_goes_on_writes_another_shard_and_merges_all(recorded: Path, tmp_path: Path) -> None:
    directory = tmp_path / "killed"
    with CallStore(directory) as store:
        record(store, DINNER, EXCHANGE)
    shard = directory / "calls" / "0.jsonl"
    shard.write_bytes(shard.read_bytes() + b'{"kind":"call","scen')
    with CallStore(directory) as store:
        record(store, UnitKey("dinner", 2), EXCHANGE[:1])
        store.finish()
    assert (directory / "calls.jsonl").read_bytes() == (recorded / "calls.jsonl").read_bytes()
    assert not (directory / "calls").exists()


def test_merging_again_changes_nothing(recorded: Path) -> None:
    """A process may die between the new file and the removal of the shards."""
    before = (recorded / "calls.jsonl").read_bytes()
    (recorded / "calls").mkdir()
    (recorded / "calls" / "0.jsonl").write_bytes(before.partition(b"\n")[2])
    assert Recording.load(recorded).call_count == 5
    merge(recorded)
    assert (recorded / "calls.jsonl").read_bytes() == before
    assert os.listdir(recorded) == ["calls.jsonl"]


def test_a_call_recorded_twice_differently_is_refused(tmp_path: Path) -> None:
    for answer in (READ, Response("else")):
        with CallStore(tmp_path) as store:
            record(store, DINNER, [(request(), answer)])
    with pytest.raises(InputError, match=r"1\.jsonl:6 \(scenario dinner, run 1, .*twice, differently"):
        merge(tmp_path)
    with pytest.raises(InputError, match="twice, differently"):
        Recording.load(tmp_path)


def test_dues_stand_after_the_calls_of_their_unit(tmp_path: Path) -> None:
    with CallStore(tmp_path) as store:
        store.record_due(DINNER, Due("user", 3, 1, 1763456400.25))
        record(store, DINNER, EXCHANGE[:1])
        record(store, UnitKey("dinner", 2), EXCHANGE[:1])
        store.finish()
    units = [(line["kind"], line["run"]) for line in lines(tmp_path / "calls.jsonl") if "run" in line]
    assert units == [("call", 1), ("due", 1), ("call", 2)]
    assert Recording.load(tmp_path).unit(DINNER).dues == {("user", 3): Due("user", 3, 1, 1763456400.25)}


def test_a_write_that_fails_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with CallStore(tmp_path) as store:
        record(store, DINNER, EXCHANGE[:1])
        write, full = os.write, [False]

        def fill(file: int, data: bytes) -> int:
            if full[0]:
                raise OSError(28, "No space left on device")
            full[0] = True
            return write(file, bytes(data)[:20])

        monkeypatch.setattr(os, "write", fill)
        with pytest.raises(OSError, match="No space"):
            store.record(DINNER, request(messages=[Message("user", "new")]), "s1", READ)
        monkeypatch.undo()
        store.record(DINNER, request(messages=[Message("user", "new")]), "s1", READ)
        store.sync()
    assert Recording.load(tmp_path).call_count == 2
