"""Jobs as the experiment command runs them."""

from __future__ import annotations

import functools
import logging
import signal
from pathlib import Path

import polars as pl
import pytest

from pare_runner.batch.invocation import job_units, run_job
from pare_runner.batch.plan import PlannedJob
from pare_runner.batch.sweep_files import write_sweep
from pare_runner.cli.hydra_entry import main
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.result import PAREScenarioValidationResult
from tests.batch.situations import NotesScenario, all_scenarios, oracle_config

run_all = functools.partial(run_job, load=all_scenarios)
run_notes = functools.partial(run_job, load=lambda config: [NotesScenario()])


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_exceptions_are_status_1_and_the_log_is_written_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["output_dir=out", "suite.runs=2"], run_job=run_all) == 1

    assert "12 of 12 runs finished" in capsys.readouterr().err
    assert Path("out/.hydra/config.yaml").exists()
    assert Path("out/run.log").read_text().count("notes_run_2_") == 1
    assert len(list(Path("out/logs").iterdir())) == 12


def test_all_well_is_status_0() -> None:
    assert main(["output_dir=out"], run_job=run_notes) == 0


def test_the_shipped_scenarios_run() -> None:
    assert main(["output_dir=out", "suite=smoke"]) == 0

    assert pl.read_parquet("out/results.parquet")["world_hash"].null_count() == 0


def test_an_interrupt_is_status_130_and_starts_no_other_job() -> None:
    class Interrupted(NotesScenario):
        def validate(self, env: Environment) -> PAREScenarioValidationResult:
            signal.raise_signal(signal.SIGINT)
            return super().validate(env)

    job = functools.partial(run_job, load=lambda config: [Interrupted()])

    assert main(["-m", "output_dir=out", "oracle=true", "suite.runs=2", "seed=1,2"], run_job=job) == 130
    assert len(list(Path("out").glob("*/summary.json"))) == 1
    assert len(list(Path("out").glob("*/manifest.json"))) == 1


def test_a_wrong_job_is_found_before_the_first_one_starts(capsys: pytest.CaptureFixture[str]) -> None:
    empty = functools.partial(job_units, load=lambda config: [])

    assert main(["-m", "output_dir=out", "seed=1,2"], run_job=run_notes, check_job=empty) == 2
    assert "there is no scenario to run" in capsys.readouterr().err
    assert not Path("out").exists()


def test_a_sweep_adds_up() -> None:
    assert main(["-m", "output_dir=out", "seed=1,2"], run_job=run_all) == 1

    folders = sorted(path.parent.name for path in Path("out").glob("*/results.jsonl"))
    configs = [oracle_config(seed=seed) for seed in (1, 2)]
    jobs = [
        PlannedJob.of(folder, (), config, job_units(config, load=all_scenarios))
        for folder, config in zip(folders, configs, strict=True)
    ]
    content = write_sweep(Path("out"), jobs)

    assert (content["complete"], content["runs"]) == (True, 12)
    assert pl.read_parquet("out/results.parquet")["seed"].to_list() == [1] * 6 + [2] * 6
    assert not [
        item
        for item in logging.getLogger().handlers
        if isinstance(item, logging.FileHandler) and "out" in item.baseFilename
    ]
