"""Scenarios with other contents."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pare_runner.analysis.diff.contents import Contents, ScenarioChange, contents, texts, unified
from pare_runner.analysis.diff.sides import Side, read_side
from pare_runner.analysis.diff.steps import Record
from pare_runner.analysis.discover import Job
from pare_runner.analysis.frame import Results
from tests.analysis.diff.conftest import Rows


def of_job(folder: Path, *scenarios: str) -> Side:
    manifest = {"config": {"scenarios": list(scenarios)}, "working_directory": str(folder)}
    return Side("A", "A", Results(pl.LazyFrame(), (Job("job", None, manifest=manifest),), ()))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (("w", "s"), ("w", "s"), ()),
        (("w", "s"), ("x", "s"), (ScenarioChange("s", True, False),)),
        (("w", "s"), ("w", "t"), (ScenarioChange("s", False, True),)),
        (("w", "s"), ("x", "t"), (ScenarioChange("s", True, True),)),
        (("w", None), (None, "t"), ()),
    ],
)
def test_hashes_tell_what_changed(
    rows: Rows, a: tuple[str, str | None], b: tuple[str | None, str], expected: tuple[ScenarioChange, ...]
) -> None:
    sides = [
        read_side(name, rows(name, [{"base_scenario_id": "s", "world_hash": world, "scoring_hash": scoring}]))
        for name, (world, scoring) in (("A", a), ("B", b))
    ]
    assert contents(sides[0], sides[1], (["s"], ["s"])) == Contents(((), ()), expected, ())


def test_scenarios_of_one_side_only(rows: Rows) -> None:
    side = read_side("A", rows("a", [{"base_scenario_id": "s"}]))
    assert contents(side, side, (["s", "t"], ["s", "u"])).only == (("t",), ("u",))


CHANGE = ScenarioChange("s", True, False)


def test_files_that_the_jobs_named_are_compared(tmp_path: Path) -> None:
    for name, line in (("one", "title: x"), ("two", "title: y")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "s.yaml").write_text(f"id: s\n{line}\n")
        (tmp_path / name / "other.yaml").write_text("id: other\n")
    a, b = (of_job(tmp_path / name, "other.yaml", "s.yaml", "missing.yaml", "known_id") for name in ("one", "two"))
    (found,) = texts(CHANGE, a, b, None)
    assert (found.name, found.lines[-2:]) == ("s.yaml", ("-title: x", "+title: y"))


def test_a_file_that_was_edited_in_place_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("id: s\n")
    side = of_job(tmp_path, "s.yaml")
    assert texts(CHANGE, side, side, None) == ()


def test_traces_tell_states_and_plans(tmp_path: Path) -> None:
    one = Record("trace", (), {"Calendar": {"events": 1}, "Notes": {}}, ("e: AGENT Calendar.edit", "  who: x"))
    two = Record("trace", (), {"Calendar": {"events": 2}, "Notes": {}}, ("e: AGENT Calendar.edit", "  who: y"))
    side = of_job(tmp_path)
    state, plan = texts(CHANGE, side, side, (one, two))
    assert (state.name, plan.name) == ("initial state of Calendar", "planned events")
    assert [line for line in state.lines if line[0] in "+-"] == ['-  "events": 1', '+  "events": 2']
    assert [line for line in plan.lines if line[0] in "+-"] == ["-  who: x", "+  who: y"]
    assert texts(ScenarioChange("s", False, True), side, side, (one, two)) == ()


def test_a_unified_diff_has_two_lines_around() -> None:
    assert unified("a\nb\nc\nd", "a\nb\nc\ne") == ("@@ -2,3 +2,3 @@", " b", " c", "-d", "+e")
    assert unified("a", "a") == ()
