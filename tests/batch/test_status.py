"""How far an invocation is, from its files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pare_runner.batch.invocation import job_units, run_job
from pare_runner.batch.journal import JOURNAL
from pare_runner.batch.plan import Plan, PlannedJob, read_plan
from pare_runner.batch.status import job_statuses, newest_unfinished
from pare_runner.errors import ConfigError
from tests.batch.situations import NotesScenario, all_scenarios, oracle_config


def test_jobs_are_counted_by_how_their_units_ended(tmp_path: Path) -> None:
    config = oracle_config(log_to_file=False)
    run_job(config, tmp_path / "a", load=all_scenarios)
    units = job_units(config, load=all_scenarios)
    plan = Plan(tuple(PlannedJob.of(folder, (), config, units) for folder in ("a", "b")))

    done, waiting = job_statuses(tmp_path, plan)

    assert done.counts == {"success": 1, "failed": 2, "exception": 2, "no_validation": 1}
    assert (done.missing, done.finished) == (0, False), "exceptions are left to do"
    assert set(waiting.counts.values()) == {0}
    assert (waiting.missing, waiting.finished) == (6, False)
    assert [status.job.folder for status in (done, waiting)] == ["a", "b"]


def test_a_run_that_was_made_again_counts_once(tmp_path: Path) -> None:
    for _ in range(2):
        run_job(oracle_config(), tmp_path, load=all_scenarios, resume=True)

    (status,) = job_statuses(tmp_path, read_plan(tmp_path))
    assert sum(status.counts.values()) == 6
    assert status.missing == 0
    assert len((tmp_path / JOURNAL).read_bytes().splitlines()) == 8


def make(directory: Path, age: float, *, finished: bool) -> Path:
    run_job(oracle_config(log_to_file=False), directory, load=lambda config: [NotesScenario()])
    if not finished:
        (directory / JOURNAL).write_bytes(b"")
    os.utime(directory / "plan.json", (1e9 - age, 1e9 - age))
    return directory


def test_the_newest_one_with_something_left_to_do(tmp_path: Path) -> None:
    make(tmp_path / "2026/old", 30, finished=False)
    wanted = make(tmp_path / "2026/wanted", 20, finished=False)
    broken = make(tmp_path / "2026/broken", 10, finished=False)
    (broken / "plan.json").write_text("{")
    os.utime(broken / "plan.json", (1e9 - 10, 1e9 - 10))
    make(tmp_path / "2026/done", 0, finished=True)

    crashed = tmp_path / "2026/crashed"
    run_job(oracle_config(log_to_file=False), crashed, load=all_scenarios)

    assert newest_unfinished(tmp_path) == wanted, "what is missing comes before what would be tried again"
    (wanted / "plan.json").unlink()
    (tmp_path / "2026/old/plan.json").unlink()
    assert newest_unfinished(tmp_path) == crashed


def test_there_may_be_none(tmp_path: Path) -> None:
    make(tmp_path / "done", 0, finished=True)

    with pytest.raises(ConfigError, match=r"resume=last: nothing below .* is unfinished"):
        newest_unfinished(tmp_path)
    with pytest.raises(ConfigError, match="resume=last"):
        newest_unfinished(tmp_path / "nowhere")
