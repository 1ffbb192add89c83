"""The logs of a job."""

from __future__ import annotations

import asyncio
import logging
from contextlib import ExitStack
from pathlib import Path

import pytest

from pare_runner.batch.invocation import run_job
from pare_runner.batch.logs import (
    PACKAGE_LOG,
    RUN_LOG,
    UNIT_LOG,
    forget_frames,
    job_context,
    job_log,
    logging_runs,
    unit_log,
)
from tests.batch.situations import all_scenarios, oracle_config
from tests.cli.conftest import SHIPPED
from tests.cli.test_verify import experiment


def test_a_file_for_each_run_and_one_for_the_job(tmp_path: Path) -> None:
    config = oracle_config(log_level="DEBUG")
    handlers = [*UNIT_LOG.handlers, *PACKAGE_LOG.handlers, *logging.getLogger().handlers]
    run_job(config, tmp_path, load=all_scenarios)

    logs = {path.name.rsplit("_", 1)[0]: path.read_text() for path in (tmp_path / "logs").iterdir()}
    assert set(logs) == {scenario.scenario_id for scenario in all_scenarios()}
    assert logs["notes"].splitlines()[0] == "[DEBUG] 2025-11-18 09:00:10 ENV StatefulNotesApp__delete_folder (gone)"
    assert logs["notes"].splitlines()[-1] == "[INFO] notes run 1, seed 0, ended at 2025-11-18 09:00:19 (idle): success"
    assert "[WARNING]" in logs["failing"]
    assert "failed checks: noted; no note" in logs["failing"]
    assert logs["crashing"].endswith("RuntimeError: the check is broken\n")
    whole = (tmp_path / "run.log").read_text()
    assert [whole.count(f"{scenario.scenario_id}_") for scenario in all_scenarios()] == [1] * 6
    assert [*UNIT_LOG.handlers, *PACKAGE_LOG.handlers, *logging.getLogger().handlers] == handlers


def test_a_run_of_agents_can_be_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    dinner = (str(SHIPPED / "dinner_headcount_change.yaml"),)
    for name in ("one", "two"):
        run_job(experiment(scenarios=dinner), tmp_path / name, command_line=())

    (path,) = (tmp_path / "one/logs").iterdir()
    lines = path.read_text().splitlines()
    assert lines[0] == "[INFO] dinner_headcount_change run 1; times since 2025-11-18 09:00:00"
    assert sum("user       accepts" in line for line in lines) == 1
    assert lines[-1].startswith("[INFO] dinner_headcount_change run 1, seed 0, ended at 2025-11-18 ")
    assert path.read_bytes() == (tmp_path / "two/logs" / path.name).read_bytes()

    run_job(experiment(scenarios=dinner, log_to_file=False), tmp_path / "three", command_line=())
    elsewhere = (tmp_path / "one/run.log").read_text() + caplog.text + "".join(capfd.readouterr())
    assert "dinner_headcount_change run 1" in elsewhere
    assert "accepts" not in elsewhere


def test_the_level_is_the_configured_one(tmp_path: Path) -> None:
    run_job(oracle_config(log_level="ERROR"), tmp_path, load=all_scenarios)

    assert sorted(path.name.split("_")[0] for path in (tmp_path / "logs").iterdir() if path.read_text()) == [
        *("crashing", "unbuildable")
    ]
    assert (tmp_path / "run.log").read_text() == ""
    assert PACKAGE_LOG.level == logging.NOTSET


def test_without_files_all_goes_where_other_logs_go(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run_job(oracle_config(log_to_file=False), tmp_path, load=all_scenarios)

    assert "RuntimeError: the check is broken" in caplog.text

    assert not (tmp_path / "logs").exists()
    assert not (tmp_path / "run.log").exists()


def test_logs_dir_may_be_elsewhere(tmp_path: Path) -> None:
    run_job(oracle_config(logs_dir=str(tmp_path / "away")), tmp_path / "job", load=all_scenarios)

    assert len(list((tmp_path / "away").iterdir())) == 6


def test_a_run_log_that_is_written_already_is_not_written_twice(tmp_path: Path) -> None:
    root, handler = logging.getLogger(), logging.FileHandler(tmp_path / "run.log")
    root.addHandler(handler)
    try:
        with job_log(oracle_config(), tmp_path):
            PACKAGE_LOG.warning("once")
    finally:
        root.removeHandler(handler)
        handler.close()

    assert (tmp_path / "run.log").read_text() == "once\n"


def test_whoever_logs_in_a_run_is_heard() -> None:
    with logging_runs("INFO", to_file=True), unit_log() as collected:
        logging.getLogger("somebody.else").warning("hello")
    logging.getLogger("somebody.else").warning("too late")

    assert collected.getvalue() == "[WARNING] hello\n"


def test_runs_at_the_same_time_are_heard_apart() -> None:
    async def run(name: str) -> str:
        with unit_log() as collected:
            for _ in range(3):
                logging.getLogger("somebody.else").warning(name)
                await asyncio.sleep(0)
            await asyncio.to_thread(UNIT_LOG.info, "%s in a thread", name)
        return collected.getvalue()

    async def both() -> list[str]:
        return await asyncio.gather(run("a"), run("b"))

    with logging_runs("INFO", to_file=True):
        found = asyncio.run(both())

    assert found == ["[WARNING] a\n" * 3 + "[INFO] a in a thread\n", "[WARNING] b\n" * 3 + "[INFO] b in a thread\n"]


def test_each_job_has_its_own_log(tmp_path: Path) -> None:
    with ExitStack() as logs:
        for number in range(2):
            logs.enter_context(job_log(oracle_config(), tmp_path / str(number), number))
            with job_context(number):
                PACKAGE_LOG.warning("of job %d", number)
        PACKAGE_LOG.warning("of all")
    with job_log(oracle_config(), tmp_path / "0", resumed=True):
        PACKAGE_LOG.warning("later")

    texts = [
        [line.rpartition(" - ")[2] for line in (tmp_path / name / RUN_LOG).read_text().splitlines()] for name in "01"
    ]
    assert texts == [["of job 0", "of all", "later"], ["of job 1", "of all"]]


def test_frames_are_let_go() -> None:
    def fail(payload: list[int]) -> None:
        raise ValueError("x")

    try:
        fail([1])
    except ValueError as error:
        caught = error
    forget_frames(caught)

    assert caught.__traceback__ is not None
    last = caught.__traceback__.tb_next
    assert last is not None
    assert last.tb_frame.f_locals == {}
