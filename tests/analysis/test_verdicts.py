"""Runs whose status nobody knows have no verdict that counts, and are told of everywhere."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from pare_runner.analysis.diff.compare import diff
from pare_runner.analysis.frame import read_results
from pare_runner.analysis.report.document import report
from pare_runner.analysis.schema import STATUSES
from pare_runner.analysis.verdicts import odd_notes, odd_verdicts, verdict
from pare_runner.cli.app import main as pare
from tests.analysis.diff.conftest import Rows, rows
from tests.analysis.report.made import reported, row

__all__ = ["rows"]

KNOWN = [{"base_scenario_id": "s", "run_number": n, "ok": n > 1} for n in range(1, 5)]
ODD = [
    {"base_scenario_id": "s", "run_number": 5, "status": "done", "success_numeric": 1.0},
    {"base_scenario_id": "t", "run_number": 1, "status": None, "success_numeric": 0.0},
]


@pytest.mark.parametrize("status", STATUSES)
def test_known_statuses_keep_their_value(status: str) -> None:
    frame = pl.DataFrame({"status": [status], "success_numeric": [1.0]})
    assert frame.select(verdict()).item() == 1.0


@pytest.mark.parametrize(
    ("status", "value"),
    [
        ("done", 1.0),
        ("Success", 1.0),
        (None, 0.0),
        ("success", math.nan),
        ("success", 7.0),
        ("failed", -1.0),
        ("success", math.inf),
    ],
)
def test_an_unknown_status_and_a_number_that_is_none_are_no_verdict(status: str | None, value: float) -> None:
    frame = pl.DataFrame({"status": [status], "success_numeric": [value]}, schema_overrides={"status": pl.String()})
    assert frame.select(verdict()).item() is None


def test_runs_that_contradict_themselves_are_told_of(rows: Rows) -> None:
    against = [
        {"base_scenario_id": "t", "run_number": n, "status": status, "success_numeric": value}
        for n, (status, value) in enumerate([("success", 0.0), ("failed", 1.0), ("success", 0.5), ("exception", 1.0)])
    ]
    folder = rows("a", [*KNOWN, *against])
    (found,) = (str(note) for note in read_results([folder]).notes() if note.code == "contradictory")
    assert found == (
        "warning: 3 runs contradict themselves, success_numeric is not what the status says: "
        f"{folder}/x_result.json (rates are of success_numeric: 1 is a success, 0 a failure)"
    )
    assert [item.code for item in diff(folder, folder).notes].count("contradictory") == 2
    assert not [note for note in read_results([rows("b", KNOWN)]).notes() if note.code == "contradictory"]


IMPOSSIBLE = [
    {"base_scenario_id": "t", "run_number": n, "status": status, "success_numeric": value}
    for n, (status, value) in enumerate([("success", 7.0), ("failed", -0.5), ("success", 7.0), ("exception", 2.0)])
]


def test_a_success_that_cannot_be_is_no_verdict(rows: Rows, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = rows("a", [*KNOWN, *IMPOSSIBLE]), rows("b", [*KNOWN, *IMPOSSIBLE])
    said = f"4 runs have an impossible success_numeric, 7, -0.5, 2, and no verdict that counts: {a}/x_result.json"
    found = report(a)
    assert [note.message for note in found.report.notes if note.code == "unknown_success"] == [said]
    assert "contradictory" not in [note.code for note in found.report.notes]
    assert found.report.configurations[0].rate.estimate == pytest.approx(0.75)
    compared = diff(a, b)
    assert compared.success is not None
    assert compared.success.rates == (0.75, 0.75)
    assert f"A: {said}" in [note.message for note in compared.notes]
    assert pare(["diff", str(a), str(b), "--fail-on", "regression:0.02"]) == 0
    assert pare(["results", str(a)]) == 0
    assert said in capsys.readouterr().err


def test_a_line_of_a_journal_that_somebody_changed(alone: Path) -> None:
    (alone / "results.parquet").unlink()
    journal = alone / "results.jsonl"
    journal.write_text(re.sub(r'"success_numeric":[01].0', '"success_numeric":7', journal.read_text(), count=1))
    (note,) = (note for note in report(alone).report.notes if note.code == "unknown_success")
    assert note.message == f"1 run has an impossible success_numeric, 7, and no verdict that counts: {alone}"
    assert report(alone).report.configurations[0].rate.scenarios == 1
    assert diff(alone, alone).success is not None


def test_a_number_that_is_none_contradicts_a_status(rows: Rows) -> None:
    folder = rows("a", KNOWN)
    frame = read_results([folder]).frame.with_columns(
        success_numeric=pl.when(pl.col("run_number") == 2).then(math.nan).otherwise("success_numeric")
    )
    assert [note.code for note in odd_notes(odd_verdicts(frame).collect())] == ["contradictory"]


def test_they_are_told_of_with_the_job_they_are_in(rows: Rows) -> None:
    folder = rows("a", [*KNOWN, *ODD])
    results = read_results([folder])
    (found,) = (str(note) for note in results.notes() if note.code == "unknown_status")
    assert found == (
        f"warning: 2 runs have an unknown status, 'done', none, and no verdict that counts: {folder}/x_result.json "
        "(a status is success, failed, exception or no_validation)"
    )
    kept = results.frame.filter(status="done").collect()
    assert kept["success_numeric"].to_list() == [1.0], "the frame has what the file has"


def test_a_report_does_not_count_them(rows: Rows) -> None:
    found = report(rows("a", [*KNOWN, *ODD])).report
    (config,) = found.configurations
    assert config.rate.estimate == pytest.approx(0.75), "3 of the 4 runs with a known status"
    assert config.rate.scenarios == 1
    assert "unknown_status" in [note.code for note in found.notes]
    (documented,) = found.documented
    assert documented["success_rate"] == pytest.approx(75.0)


def test_a_diff_does_not_count_them_and_names_the_side(rows: Rows) -> None:
    a = rows("a", [*KNOWN, *ODD])
    b = rows("b", [*KNOWN, *({**item, "status": "failed", "success_numeric": 0.0} for item in ODD)])
    found = diff(a, b)
    assert found.success is not None
    assert found.success.comparison.scenarios == 1
    assert found.success.rates == (0.75, 0.75)
    (note,) = (note for note in found.notes if note.code == "unknown_status")
    assert note.message.startswith("A: 2 runs have an unknown status, 'done', none")


def test_known_statuses_are_no_note() -> None:
    found = reported([row("s", True), row("s", False, run=2), row("s", None, run=3)])
    assert [note.code for note in found.notes] == ["exceptions"]


DERIVED = [{"base_scenario_id": name, "ok": True, "scoring": kind} for name, kind in
           (("t", "derived"), ("s", "derived"), ("u", "authored"), ("v", None))]  # fmt: skip
SAID = "2 scenarios are judged by checks that an import derived, and nobody wrote: s, t"


def test_derived_checks_are_told_of_in_one_line(rows: Rows) -> None:
    a, b = rows("a", DERIVED), rows("b", DERIVED[1:])
    assert [note.message for note in report(a).report.notes if note.code == "derived_checks"] == [SAID]
    assert [note.message for note in diff(a, b).notes if note.code == "derived_checks"] == [SAID]
    assert SAID in " ".join(report(a).text().split())
    (config,) = report(a).report.configurations
    assert config.scenarios == 4, "they count as any other"


def test_results_of_before_the_column_are_read_and_no_other_results(alone: Path, own: Path) -> None:
    """A copy that an earlier version wrote is of the same runs."""
    old = Path(shutil.copytree(alone, own / "old"))
    frame = pl.read_parquet(old / "results.parquet")
    assert frame["scoring"].unique().to_list() == ["authored"]
    frame.drop("scoring").write_parquet(old / "results.parquet")
    results = read_results([alone, old])
    assert [note.code for note in results.notes() if note.code in ("differing_runs", "repeated_runs")] == [
        "repeated_runs"
    ]
    assert read_results([old]).frame.collect()["scoring"].to_list() == [None, None]
    assert report(old).report.configurations[0].runs == 2


def test_the_command_counts_them(rows: Rows, capsys: pytest.CaptureFixture[str]) -> None:
    folder: Path = rows("a", [*KNOWN, *ODD])
    assert pare(["results", str(folder)]) == 0
    said = capsys.readouterr()
    assert "6 runs in 1 job: 3 success, 1 failed, 1 without a status, 1 done" in said.out + said.err
    assert "2 runs have an unknown status" in said.err
