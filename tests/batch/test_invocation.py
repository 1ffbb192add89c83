"""Many jobs in one directory, as one queue."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.executors.registry import EXECUTORS, make_executor
from pare_runner.batch.executors.situations import obeying, told
from pare_runner.batch.invocation import Invocation, job_units
from pare_runner.batch.job import Job
from pare_runner.batch.journal import read_journal
from pare_runner.batch.lock import locked
from pare_runner.batch.manifest import MANIFEST
from pare_runner.batch.observer import Observer
from pare_runner.batch.plan import PLAN, read_plan
from pare_runner.batch.request import JobRequest
from pare_runner.batch.work import Task
from pare_runner.errors import ConfigError, InputError
from tests.batch.situations import NotesScenario, oracle_config


def request(folder: str, config: MultiScenarioRunnerConfig) -> JobRequest:
    return JobRequest(config, job_units(config, load=lambda config: [NotesScenario()]), folder)


@pytest.mark.parametrize(
    "fields",
    [{"executor_type": "thread"}, {"max_concurrent_scenarios": 3}, {"log_level": "DEBUG"}, {"log_to_file": False}],
)
def test_what_one_queue_shares_is_the_same_in_all_jobs(fields: dict[str, Any], tmp_path: Path) -> None:
    requests = [request("a", oracle_config()), request("b", oracle_config(seed=1, **fields))]

    with pytest.raises(ConfigError, match=f"{next(iter(fields))} must be the same in all jobs"):
        Invocation(tmp_path / "out").run(requests)
    assert not (tmp_path / "out").exists()


def test_all_is_there_before_the_first_run(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    class Looking(Observer):
        def began(self, task: Task) -> None:
            seen.append(sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/manifest.json")))
            assert read_plan(tmp_path).planned == 2

    Invocation(tmp_path, Looking()).run([request("a", oracle_config()), request("b", oracle_config(seed=1))])

    assert seen == [[f"a/{MANIFEST}", f"b/{MANIFEST}"]] * 2
    assert not (tmp_path / "a" / PLAN).exists()


def test_a_slow_scenario_keeps_no_other_job_waiting(tmp_path: Path) -> None:
    heard: list[tuple[str, object]] = []

    class Listening(Observer):
        def began(self, task: Task) -> None:
            heard.append(("began", task.job))

        def job_over(self, job: Job) -> None:
            heard.append(("over", job.number))
            assert (job.directory / "summary.json").exists()

    quick = [told(f"s{number}", "wait 0") for number in range(3)]
    jobs = {str(seed): obeying(max_concurrent_scenarios=2, seed=seed) for seed in range(2)}
    requests = [
        JobRequest(config, job_units(config, load=lambda config, given=given: given), folder)  # type: ignore[misc]
        for (folder, config), given in zip(jobs.items(), ([told("slow", "wait 0.5"), *quick], quick), strict=True)
    ]
    Invocation(tmp_path, Listening(), (), executor=make_executor("async")).run(requests)

    assert heard[-2:] == [("over", 1), ("over", 0)], "the first one waits for its slow scenario alone"
    assert heard[:-2] == [("began", 0)] * 4 + [("began", 1)] * 3
    assert [line["base_scenario_id"] for line in read_journal(tmp_path / "0").lines] == ["s0", "s1", "s2", "slow"]


def test_a_directory_in_use_is_refused(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(InputError, match="is in use by process"):
        Invocation(tmp_path).run([request(".", oracle_config())])
    assert list(tmp_path.iterdir()) == []


def test_every_executor_has_the_name_it_is_chosen_by() -> None:
    here = [name for name in EXECUTORS if name != "ray" or find_spec("ray") is not None]
    assert [make_executor(name).name for name in here] == here
