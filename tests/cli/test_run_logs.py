"""Logs of scenario runs through the command line, the same whatever executor makes them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Pare
from tests.cli.sweeps import CHOSEN, SCENARIOS

EXECUTORS = ("async", "sequential", "thread", "process")
WORDS = ("seed=0,1", "model=passive", CHOSEN, "-m")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run_lines(path: Path) -> list[str]:
    """Lines of a `run.log` that a scenario run logged itself."""
    return [line for line in path.read_text().splitlines() if "[pare_runner.unit]" in line]


def seed_of(job: Path) -> int:
    """The seed of a job by its composed config: a long directory name ends in a digest, whatever the seed."""
    composed = yaml.safe_load((job / ".hydra" / "config.yaml").read_text())
    return int(composed["seed"])


@pytest.mark.parametrize("executor", EXECUTORS)
def test_each_run_has_a_log_of_its_own(executor: str, experiment: Pare, tmp_path: Path) -> None:
    said = experiment(*WORDS, f"executor={executor}", "logs_dir=mine", "output_dir=sweep")

    assert said.status == 0
    logs = sorted(tmp_path.glob("sweep/*/mine/*.log"))
    assert len(logs) == 2 * len(SCENARIOS)
    for log in logs:
        name = log.stem.rpartition("_")[0]
        text = log.read_text()
        assert f"[INFO] {name} run 1" in text
        assert not any(other in text for other in SCENARIOS if other != name), "of this run alone"
    for job in tmp_path.glob("sweep/*/run.log"):
        assert run_lines(job) == []
        assert sum(": failed" in line or ": success" in line for line in job.read_text().splitlines()) == len(SCENARIOS)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_without_the_logs_of_runs_their_lines_stand_in_the_log_of_the_job(
    executor: str, experiment: Pare, tmp_path: Path
) -> None:
    said = experiment(*WORDS, f"executor={executor}", "use_custom_logger=false", "output_dir=sweep")

    assert said.status == 0
    jobs = {seed_of(log.parent): log for log in tmp_path.glob("sweep/*/run.log")}
    assert jobs.keys() == {0, 1}
    for seed, job in jobs.items():
        assert not (job.parent / "logs").exists()
        lines = run_lines(job)
        assert len(lines) == len(SCENARIOS), "of this job alone"
        assert all(f"run 1, seed {seed}, ended at" in line for line in lines)


def test_what_comes_from_the_cache_is_logged_as_if_it_had_been_made(experiment: Pare, tmp_path: Path) -> None:
    words = ("model=passive", CHOSEN)
    assert experiment(*words, "output_dir=first").status == 0
    assert experiment(*words, "use_custom_logger=false", "output_dir=job").status == 0

    assert not (tmp_path / "job" / "logs").exists()
    text = (tmp_path / "job" / "run.log").read_text()
    assert text.count(", from the cache") == len(run_lines(tmp_path / "job" / "run.log")) == len(SCENARIOS)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_levels_and_no_files(executor: str, experiment: Pare, tmp_path: Path) -> None:
    quiet = experiment(*WORDS, f"executor={executor}", "log_level=ERROR", "output_dir=quiet")
    assert quiet.err == ""
    assert {log.read_text() for log in tmp_path.glob("quiet/*/logs/*.log")} == {""}

    loud = experiment(*WORDS, f"executor={executor}", "log_level=DEBUG", "output_dir=loud")
    assert loud.status == 0
    assert all("[DEBUG] " in log.read_text() for log in tmp_path.glob("loud/*/logs/*.log"))

    bare = experiment(*WORDS, f"executor={executor}", "log_to_file=false", "output_dir=bare")
    assert "dinner_headcount_change run 1, seed 0, ended at" in bare.err
    assert not list(tmp_path.glob("bare/*/logs"))
    assert not list(tmp_path.glob("bare/*/run.log"))


def test_a_directory_of_logs_that_is_not_below_the_results(experiment: Pare, tmp_path: Path) -> None:
    assert experiment("model=passive", CHOSEN, f"logs_dir={tmp_path / 'mine'}", "output_dir=job").status == 0
    assert len(list((tmp_path / "mine").glob("*.log"))) == len(SCENARIOS)


def test_it_is_one_for_the_whole_invocation(experiment: Pare) -> None:
    said = experiment(*WORDS, "use_custom_logger=true,false", "output_dir=sweep")
    assert said.status == 2
    assert "use_custom_logger must be the same in all jobs" in said.err
