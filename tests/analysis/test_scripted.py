"""Scripted events that failed are told of at the end of jobs and sweeps, and wherever results are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.analysis.diff.compare import diff
from pare_runner.analysis.frame import read_results
from pare_runner.analysis.report.document import report
from pare_runner.analysis.scripted import NOISE, not_as_written
from pare_runner.cli.app import main as pare
from pare_runner.cli.hydra_entry import main as run_experiment
from pare_runner.noise.config import EVENT_PREFIX
from tests.analysis.diff.conftest import Rows, rows
from tests.cli.conftest import SHIPPED

__all__ = ["rows"]

WHY = "(the scenario has a mistake, which pare scenarios prove finds, or an agent was in the way)"


@pytest.fixture
def misspelt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A scenario whose first event names a conversation that does not exist, and what `scenarios=` takes to run it."""
    monkeypatch.chdir(tmp_path)
    text = (SHIPPED / "dinner_headcount_change.yaml").read_text()
    changed = text.replace("{conversation_id: dinner, sender_id", "{conversation_id: diner, sender_id")
    assert changed != text
    Path("wrong.yaml").write_text(changed.replace("id: dinner_headcount_change", "id: wrong"))
    return "scenarios=[wrong.yaml,quiet_friday_afternoon]"


def test_a_job_and_a_sweep_end_with_a_warning(misspelt: str, capsys: pytest.CaptureFixture[str]) -> None:
    shared = [misspelt, "export=none", "cache=bypass"]
    assert run_experiment([*shared, "output_dir=job"]) == 0
    alone = capsys.readouterr().out
    assert run_experiment([*shared, "seed=1,2", "output_dir=sweep", "-m"]) == 0
    sweep = capsys.readouterr().out

    said = "warning: scripted events failed in {}, not played as written: cancels in wrong " + WHY
    assert alone.count("scripted events failed") == sweep.count("scripted events failed") == 1
    assert said.format("1 of 2 runs") in " ".join(alone.split())
    assert said.format("2 of 4 runs") in " ".join(sweep.split())
    assert "2 runs: 2 success" in alone  # no verdict is another for it


def test_results_reports_and_diffs_say_so(misspelt: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_experiment([misspelt, "export=none", "output_dir=job"]) == 0
    capsys.readouterr()

    (found,) = read_results(["job"]).notes()
    assert (found.code, found.severity) == ("failed_events", "warning")
    assert [note.code for note in report("job").report.notes] == ["failed_events"]
    assert found.message in Path("job/report.md").read_text()
    assert [note.message for note in diff("job", "job").notes] == [f"A: {found.message}", f"B: {found.message}"]
    assert pare(["results", "job"]) == 0
    assert capsys.readouterr().err == f"{found}\n"


def test_only_scripted_events_count() -> None:
    assert NOISE == EVENT_PREFIX
    assert list(not_as_written([("calm", [], 3), ("loud", [f"{NOISE}0_1"], 2)])) == []
    (found,) = not_as_written([("calm", [], 3), ("loud", [f"{NOISE}0_1", "asks", "ends"], 2), ("loud", ["asks"], 1)])
    assert found.message == "scripted events failed in 3 of 6 runs, not played as written: asks in loud"


def test_the_first_scenarios_are_named() -> None:
    (found,) = not_as_written([(f"s{number}", ["asks"], 1) for number in range(5)])
    assert found.message.endswith("5 of 5 runs, not played as written: asks in s0, asks in s1, asks in s2 and 2 more")


def test_files_of_others_may_hold_anything(rows: Rows) -> None:
    folder = rows("a", [{"base_scenario_id": "s", "failed_events": text} for text in ("oops", "{}", "null", "[1]")])
    messages = [note.message for note in read_results([folder]).notes() if note.code == "failed_events"]
    assert messages == ["scripted events failed in 1 of 4 runs, not played as written: 1 in s"]
