"""What the tables say of a run, for those who read them directly."""

from __future__ import annotations

import json

import pytest

from pare_runner.traces.native.packing import run_files
from pare_runner.traces.native.rows import RunRows, named, rows_of
from pare_runner.traces.native.schema import TABLES
from tests.episode.conftest import ASKS, LOOK, PROPOSE, REJECT, WAIT, Play, events, news
from tests.traces.native.runs import helped, record


@pytest.fixture(scope="module")
def rows() -> RunRows:
    return rows_of(record(helped()))


def test_every_column_is_filled_and_no_other(rows: RunRows) -> None:
    for table, columns in TABLES.items():
        assert rows[table]
        for row in rows[table]:
            assert set(row) == set(columns), table


def test_turns_count_what_happened_in_them(rows: RunRows) -> None:
    turns = rows["turns"]
    assert [turn["turn"] for turn in turns] == list(range(len(turns)))
    assert sum(turn["proposals"] for turn in turns) == 1
    assert [turn["accepted"] for turn in turns] == [int(turn["calls_execute"] > 0) for turn in turns]
    calls = sum(turn[f"calls_{role}"] for turn in turns for role in ("user", "observe", "execute"))
    assert calls == len(rows["calls"])
    assert all(turn["start"] <= turn["end"] for turn in turns)


def test_a_rejected_proposal() -> None:
    turns = rows_of(record(Play(events(news("hello"), ASKS), user=[WAIT, REJECT], observe=[LOOK, PROPOSE])))["turns"]
    assert sum(turn["rejected"] for turn in turns) == 1
    assert not any(turn["accepted"] for turn in turns)


def test_events_name_the_call_that_made_them(rows: RunRows) -> None:
    for event in rows["events"]:
        if event["event_type"] == "ENV":
            assert event["call"] is None
        else:
            call = rows["calls"][event["call"]]
            names = [item["name"] for item in json.loads(call["tool_calls"])]
            assert any(name.endswith(event["function"]) for name in names)


def test_the_pool_has_what_is_named_each_once(rows: RunRows) -> None:
    ids = [row["message_id"] for row in rows["messages"]]
    assert len(set(ids)) == len(ids)
    assert sorted(ids) == sorted(named(rows["runs"][0], rows["calls"]))


def test_the_same_run_gives_the_same_bytes() -> None:
    assert run_files(rows_of(record(helped()))) == run_files(rows_of(record(helped())))
