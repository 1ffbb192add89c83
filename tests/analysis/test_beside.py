"""What stands beside rows, and should."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from pare_runner.analysis.diff.compare import diff
from pare_runner.analysis.frame import read_results
from pare_runner.analysis.report.document import report
from pare_runner.cli.app import main as pare
from tests.analysis.conftest import edit, unfinish


def messages(code: str, *paths: Path) -> list[str]:
    return [note.message for note in read_results(paths).loading if note.code == code]


def test_a_job_without_a_manifest(own: Path, alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert messages("no_manifest", own) == []
    (alone / "manifest.json").unlink()
    what = "settings that no row says, and what ran them, are not known"
    said = f"there is no manifest.json: {what} ({alone})"
    assert messages("no_manifest", alone) == [said]
    assert messages("no_manifest", own) == [f"1 of 3 has no manifest.json: {what} ({alone})"]
    assert said in [note.message for note in report(alone).report.notes]
    assert f"A: {said}" in [note.message for note in diff(alone, alone).notes]
    assert pare(["results", str(alone)]) == 0
    assert said in capsys.readouterr().err
    shutil.copytree(alone, own / "other")
    assert messages("no_manifest", own)[0].startswith("2 of 4 have no manifest.json")
    (alone / "results.jsonl").unlink()
    assert messages("no_manifest", alone) == [said], "a frame alone"


def test_a_frame_that_has_what_manifests_say_needs_none(own: Path, alone: Path) -> None:
    (own / "kept").mkdir()
    assert pare(["results", str(alone), "--out", str(own / "kept/results.parquet")]) == 0
    assert read_results([own / "kept"]).loading == ()


def test_a_frame_that_is_not_what_its_summary_counts(own: Path, alone: Path) -> None:
    path = alone / "results.parquet"
    frame = pl.read_parquet(path)
    assert messages("unlike_summary", own) == []
    edit(alone / "summary.json", lambda content: content.update(success=1, failed=1))
    good = int((frame["status"] == "success").sum())
    said = f"results.parquet has 2 runs, {good} successful, where summary.json has 2 runs, 1 successful: {alone}"
    assert messages("unlike_summary", own) == [said]
    assert said in [note.message for note in report(alone).report.notes]
    assert messages("unlike_summary", path) == [said], "the file alone"
    frame.head(1).write_parquet(path)
    assert messages("unlike_summary", alone)[0].startswith("results.parquet has 1 run, ")


@pytest.mark.parametrize("content", ["{}", '{"runs": "two", "success": null}'])
def test_a_summary_that_counts_nothing(alone: Path, content: str) -> None:
    (alone / "summary.json").write_text(content)
    assert read_results([alone]).loading == ()


def test_a_job_that_goes_on_is_read_from_its_journal(alone: Path) -> None:
    edit(alone / "summary.json", lambda content: content.update(success=7, complete=False))
    assert messages("unlike_summary", alone) == []
    unfinish(alone)
    assert messages("unlike_summary", alone) == []
