"""Reading folders of native traces: in order, when asked for, and what is wrong is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pare_runner.errors import InputError
from pare_runner.traces.native import packing
from pare_runner.traces.native.packing import pack
from pare_runner.traces.native.reader import NativeReader, native_folders, read_native
from pare_runner.traces.native.schema import TABLES, polars_schema
from pare_runner.traces.record import RunTrace
from tests.traces.native.runs import helped, placed, record


@pytest.fixture(scope="module")
def traces() -> list[RunTrace]:
    play = helped()
    return [record(play, f"run_{number}") for number in range(3)]


@pytest.fixture(params=["loose", "joined"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, traces: list[RunTrace]) -> Path:
    placed(tmp_path / "traces/native", traces)
    if request.param == "joined":
        pack(tmp_path / "traces/native")
    return tmp_path / "traces/native"


def test_runs_come_in_order_and_one_by_one(folder: Path) -> None:
    reader = NativeReader(folder)
    assert reader.run_ids == ["run_0", "run_1", "run_2"]
    assert [trace.context.run_id for trace in read_native(folder)] == reader.run_ids
    assert [reader.run(name).context.run_id for name in ("run_2", "run_0", "run_1")] == ["run_2", "run_0", "run_1"]


def test_nothing_is_read_before_it_is_asked_for(folder: Path) -> None:
    next(read_native(folder))
    traces = read_native(folder)
    (folder / "events").rename(folder / "away")
    with pytest.raises(InputError, match=r"events/part-run_0\.parquet is missing"):
        next(traces)


def test_runs_that_share_messages_share_the_objects(folder: Path) -> None:
    first, second, _ = read_native(folder)
    assert first.exchanges[0].request.messages[0] is second.exchanges[0].request.messages[0]


def test_no_such_run(folder: Path) -> None:
    with pytest.raises(InputError, match=r"no run 'run_9' \(did you mean 'run_"):
        NativeReader(folder).run("run_9")


@pytest.mark.parametrize("place", [".", "traces", "traces/native"])
def test_a_folder_is_found_from_above(folder: Path, place: str) -> None:
    assert native_folders(folder.parents[1] / place) == [folder]


@pytest.mark.parametrize(("place", "says"), [(".", "holds no native traces"), ("none", "is no directory")])
def test_where_there_are_none(tmp_path: Path, place: str, says: str) -> None:
    (tmp_path / "runs").mkdir()
    with pytest.raises(InputError, match=says):
        native_folders(tmp_path / place)


def some(folder: Path, table: str) -> Path:
    return min((folder / table).glob("*.parquet"))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scramble(path: Path) -> None:
    path.write_bytes(b"PAR1" + bytes(200) + b"PAR1")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def other_columns(path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(path)


def without_rows(path: Path) -> None:
    pl.read_parquet(path).clear().write_parquet(path)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("damage", [truncate, scramble, empty, other_columns])
def test_damage_is_told_with_the_file(folder: Path, table: str, damage: Callable[[Path], None]) -> None:
    path = some(folder, table)
    damage(path)
    with pytest.raises(InputError) as caught:
        list(read_native(folder))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("table", ["runs", "messages"])
def test_rows_that_are_gone(folder: Path, table: str) -> None:
    without_rows(some(folder, table))
    with pytest.raises(InputError, match=r"run_0|is missing|holds no native traces"):
        list(read_native(folder))


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", ".", None])
def test_run_ids_that_are_none(tmp_path: Path, traces: list[RunTrace], name: str | None) -> None:
    placed(tmp_path, traces)
    pack(tmp_path)
    path = some(tmp_path, "runs")
    pl.read_parquet(path).with_columns(pl.lit(name, pl.String()).alias("run_id")).write_parquet(path)
    with pytest.raises(InputError, match=r"is no run id|holds no native traces"):
        NativeReader(tmp_path)


def test_another_format(folder: Path) -> None:
    path = some(folder, "runs")
    frame = pl.read_parquet(path).with_columns(format=pl.lit(7))
    frame.with_columns(surprise=1).drop("details").write_parquet(path)
    with pytest.raises(InputError, match=r"runs/part-.*: native traces of format 7; this version reads format 1"):
        list(read_native(folder))


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("runs", "details", "{"), ("events", "event_type", "PARTY"), ("calls", "told", "[1]"), ("events", "args", "﷐{")],
)
def test_values_that_are_none(folder: Path, table: str, column: str, value: str) -> None:
    path = some(folder, table)
    pl.read_parquet(path).with_columns(pl.lit(value).alias(column)).write_parquet(path)
    with pytest.raises(InputError, match=r"run_0 cannot be restored|a text that cannot be read"):
        list(read_native(folder))


def test_tables_are_there_while_a_job_runs(tmp_path: Path, traces: list[RunTrace]) -> None:
    """As documented: any part, joined or not, is read by its folder."""
    placed(tmp_path, traces[:2])
    for table in TABLES:
        frame = pl.scan_parquet(tmp_path / table / "*.parquet").collect()
        assert frame.schema == polars_schema(table)
    runs = pl.scan_parquet(tmp_path / "runs/*.parquet")
    calls = pl.scan_parquet(tmp_path / "calls/*.parquet")
    joined = runs.join(calls, on="run_id").group_by("run_id", "status").agg(pl.len()).sort("run_id").collect()
    assert joined.rows() == [(trace.context.run_id, trace.verdict.status, len(trace.exchanges)) for trace in traces[:2]]


def test_groups_of_runs_are_loaded_one_after_the_other(
    tmp_path: Path, traces: list[RunTrace], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "GROUP", 1)
    placed(tmp_path, traces)
    pack(tmp_path)
    for number in (1, 2):
        (tmp_path / f"events/part-0000{number}.parquet").write_bytes(b"damaged")
    reader = NativeReader(tmp_path)
    assert reader.run("run_0").context.run_id == "run_0"
    with pytest.raises(InputError, match=r"events/part-00001\.parquet"):
        reader.run("run_1")
