"""Parts of a finished job are joined and taken apart; whatever breaks that off, nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pare_runner import atomic
from pare_runner.errors import InputError
from pare_runner.traces.native import packing
from pare_runner.traces.native.packing import has_own_parts, pack, unpack
from pare_runner.traces.native.reader import NativeReader
from pare_runner.traces.native.schema import RUN_TABLES, TABLES, polars_schema
from pare_runner.traces.record import RunTrace
from tests.episode.conftest import ASKS, LOOK, PROPOSE, Play, events, news
from tests.traces.native.runs import helped, placed, record

RUNS = 5


@pytest.fixture(scope="module")
def traces() -> list[RunTrace]:
    plays = [helped(), Play(events(news("hello"), ASKS), observe=[LOOK, PROPOSE])]
    return [record(plays[number % 2], f"run_{number}") for number in range(RUNS)]


@pytest.fixture
def folder(tmp_path: Path, traces: list[RunTrace], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Parts of five runs, to be joined by two."""
    monkeypatch.setattr(packing, "GROUP", 2)
    return placed(tmp_path / "native", traces)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(folder: Path) -> list[tuple[str, int, int]]:
    return [(trace.context.run_id, len(trace.log), len(trace.exchanges)) for trace in NativeReader(folder)]


def test_joined_parts_have_the_rows_of_all_runs_in_order(folder: Path) -> None:
    loose = {table: pl.read_parquet(folder / table / "*.parquet") for table in TABLES}
    pack(folder)

    assert sorted(files(folder)) == sorted(f"{table}/part-0000{n}.parquet" for table in TABLES for n in range(3))
    for table in TABLES:
        frame = pl.read_parquet(folder / table / "*.parquet")
        assert frame.schema == polars_schema(table)
        if table in RUN_TABLES:
            assert frame.equals(loose[table])
            assert frame["run_id"].is_sorted()
    assert pl.read_parquet(folder / "runs/part-00001.parquet")["run_id"].to_list() == ["run_2", "run_3"]


def test_each_message_is_stored_once_and_none_is_missing(folder: Path) -> None:
    pack(folder)
    pool = pl.read_parquet(folder / "messages/*.parquet")["message_id"]
    calls = pl.read_parquet(folder / "calls/*.parquet")
    runs = pl.read_parquet(folder / "runs/*.parquet")

    named = {*calls["messages"].explode(), *calls["tools"], *calls["choices"], *runs["documents"].explode()} - {None}
    assert pool.is_unique().all()
    assert set(pool) == named


def test_taking_apart_is_the_exact_opposite(folder: Path) -> None:
    loose, said = files(folder), told(folder)
    pack(folder)
    joined = files(folder)
    assert told(folder) == said
    assert not has_own_parts(folder)
    unpack(folder)
    assert files(folder) == loose
    assert has_own_parts(folder)
    unpack(folder)
    assert files(folder) == loose
    pack(folder)
    assert files(folder) == joined
    pack(folder)
    assert files(folder) == joined, "joining what is joined changes nothing"


@pytest.mark.parametrize("own", [["run_0"], ["run_3", "run_4"], ["run_0", "run_1", "run_2", "run_3", "run_4"]])
def test_a_run_of_its_own_comes_before_what_is_joined(folder: Path, traces: list[RunTrace], own: list[str]) -> None:
    pack(folder)
    changed = [
        replace(trace, verdict=replace(trace.verdict, rationale="anew"))
        for trace in traces
        if trace.context.run_id in own
    ]
    placed(folder, changed)
    rationales = {trace.context.run_id: trace.verdict.rationale for trace in NativeReader(folder)}
    assert {run for run, text in rationales.items() if text == "anew"} == set(own)
    before = told(folder)
    pack(folder)
    assert told(folder) == before
    assert {trace.context.run_id for trace in NativeReader(folder) if trace.verdict.rationale == "anew"} == set(own)


class Killed(BaseException):
    pass


@pytest.mark.parametrize("work", [pack, unpack])
@pytest.mark.parametrize("after", range(0, 40, 5))
def test_broken_off_anywhere_it_is_done_again(
    folder: Path, work: Callable[[Path], None], after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    opposite = unpack if work is pack else pack
    pack(folder)
    joined, said = files(folder), told(folder)
    opposite(folder)
    left = after

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*args: Any, **options: Any) -> Any:
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1
            return real(*args, **options)

        return act

    with monkeypatch.context() as patch:
        for owner in (atomic.os, packing.os):
            patch.setattr(owner, "replace", dying(os.replace))
        patch.setattr(Path, "unlink", dying(Path.unlink))
        with suppress(Killed):
            work(folder)
    assert told(folder) == said
    unpack(folder)
    pack(folder)
    assert files(folder) == joined


def test_a_damaged_part_is_named_and_nothing_is_lost(folder: Path) -> None:
    path = folder / "events/part-run_3.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    before = files(folder)
    with pytest.raises(InputError, match=r"cannot read .*events/part-run_3\.parquet"):
        pack(folder)
    assert {name: data for name, data in files(folder).items() if "/." not in name} == before
