"""Logs are compared with those that a replay makes."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pare_runner.batch.invocation import run_job
from pare_runner.batch.verification import Difference, Tally, verify_job
from tests.batch.situations import all_scenarios, oracle_config
from tests.cli.test_verify import experiment


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("logs") / "job"
    assert run_job(experiment(), directory, command_line=()).exit_status == 0
    return directory


@pytest.fixture
def job(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "job"))


def verified(job: Path) -> list[str]:
    tally = Tally()
    verify_job(job, tally)
    return tally.partly


def dinner(job: Path) -> Path:
    return next((job / "logs").glob("dinner*"))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("accepts", "refuses", 1),
        lambda text: text + "[INFO] and they lived happily\n",
        lambda text: text.splitlines(keepends=True)[0],
        lambda text: "made up\n",
    ],
)
def test_a_log_that_tells_another_run(job: Path, change: Callable[[str], str]) -> None:
    text = dinner(job).read_text()
    assert change(text) != text
    dinner(job).write_text(change(text))
    with pytest.raises(Difference, match=r"dinner_headcount_change run 1: dinner_.*\.log is not the recorded log"):
        verified(job)


def test_one_that_is_gone_or_empty_says_nothing(job: Path) -> None:
    dinner(job).unlink()
    next((job / "logs").glob("quiet*")).write_text("")
    assert verified(job) == []


def test_what_others_have_logged_is_not_compared_and_that_is_said(job: Path) -> None:
    dinner(job).write_text("[INFO] HTTP Request: POST\n" + dinner(job).read_text())
    assert verified(job) == [f"{job}: 1 log holds lines of others, too, which were not compared"]


@pytest.mark.parametrize("level", ["DEBUG", "WARNING", "CRITICAL"])
def test_every_level(level: str, job: Path, tmp_path: Path) -> None:
    run_job(experiment(log_level=level), tmp_path / level, command_line=())
    assert verified(tmp_path / level) == []
    for path in (tmp_path / level / "logs").iterdir():  # as of a job that was gone on with at another level
        shutil.copy(path, job / "logs")
    assert verified(job) == []


def test_a_conversation_at_a_level_without_any_is_not_compared_and_that_is_said(job: Path, tmp_path: Path) -> None:
    run_job(experiment(log_level="ERROR"), tmp_path / "quiet", command_line=())
    dinner(tmp_path / "quiet").write_text("[INFO] user accepts all\n")
    assert verified(tmp_path / "quiet")[0].endswith("1 log holds lines of others, too, which were not compared")


def test_tracebacks_are_those_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_job(oracle_config(), tmp_path, load=all_scenarios)
    log = next((tmp_path / "logs").glob("crashing*"))
    log.write_text(log.read_text().replace('File "/', 'File "/elsewhere/'))
    monkeypatch.setattr("pare_runner.batch.verification.library_suite", all_scenarios)
    assert verified(tmp_path) == []
    log.write_text(log.read_text().replace("[INFO]", "[info]"))
    with pytest.raises(Difference, match=r"crashing_.*\.log is not the recorded log"):
        verified(tmp_path)


def test_logs_of_another_version_are_not_compared(job: Path) -> None:
    manifest = json.loads((job / "manifest.json").read_text())
    manifest["packages"]["pare-runner"] = "0.0.1"
    (job / "manifest.json").write_text(json.dumps(manifest))
    dinner(job).write_text("made up\n")
    assert verified(job) == [f"{job}: made by pare_runner 0.0.1, so its logs were not compared"]


def test_levels_are_as_they_were(job: Path) -> None:
    unit = logging.getLogger("pare_runner.unit")
    before = unit.level
    verified(job)
    assert unit.level == before
