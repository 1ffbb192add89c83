"""The plan of an invocation: all units, before anything runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import config_hash, experiment_key
from pare_runner.batch.invocation import job_units
from pare_runner.batch.plan import HERE, PLAN, Plan, PlannedJob, find_plan, read_plan
from pare_runner.batch.request import JobRequest
from pare_runner.errors import InputError
from tests.batch.situations import NotesScenario, all_scenarios, oracle_config

SEEDS = (0, 1, 2)


def config(seed: int) -> MultiScenarioRunnerConfig:
    return oracle_config(seed=seed, suite={"runs": 2})


def job(seed: int, folder: str | None = None) -> PlannedJob:
    units = job_units(config(seed), load=all_scenarios)
    return PlannedJob.of(folder or f"seed={seed}", (f"seed={seed}",), config(seed), units)


def plan() -> Plan:
    return Plan(tuple(map(job, SEEDS)), True, ("pare", "-m"), "/somewhere")


def test_it_names_all_units_of_all_jobs(tmp_path: Path) -> None:
    plan().write(tmp_path / "sweep")

    content = orjson.loads((tmp_path / "sweep/plan.json").read_bytes())
    assert (content["sweep"], content["units"], content["command_line"]) == (True, 36, ["pare", "-m"])
    assert content["working_directory"] == "/somewhere"
    assert [job["folder"] for job in content["jobs"]] == ["seed=0", "seed=1", "seed=2"]
    assert content["jobs"][0]["units"] == {scenario.scenario_id: 2 for scenario in all_scenarios()}
    assert content["jobs"][1]["overrides"] == ["seed=1"]
    assert [job["config_hash"] for job in content["jobs"]] == [config_hash(config(seed)) for seed in SEEDS]
    assert content["jobs"][2]["experiment_key"] == experiment_key(config(2))
    assert read_plan(tmp_path / "sweep") == plan()
    assert find_plan(tmp_path) is None


def test_a_request_is_planned_as_it_is() -> None:
    units = job_units(config(1), load=lambda config: [NotesScenario()])
    planned = JobRequest(config(1), units).planned

    assert (planned.folder, planned.overrides, planned.units, planned.planned) == (HERE, (), {"notes": 2}, 2)


def test_more_jobs_and_more_units_join_what_is_planned() -> None:
    first, second, _ = plan().jobs
    more = PlannedJob(first.folder, ("typed=anew",), first.config_hash, "another key", {"notes": 1, "new": 3})
    whole = Plan((first, second)).joined([more, job(2)])

    assert [item.folder for item in whole.jobs] == ["seed=0", "seed=1", "seed=2"]
    assert whole.jobs[0].units == {**first.units, "new": 3}, "what was planned stays so"
    assert whole.jobs[0].overrides == ("typed=anew",), "a job is called as it was asked for last"
    assert whole.planned == plan().planned + 3
    assert whole.in_folder("seed=1") == second
    assert whole.in_folder("seed=7") is None


def test_a_job_is_known_by_its_configuration_wherever_it_is() -> None:
    known = plan()

    assert known.folder_for(job(1), {"seed=1"}) == "seed=1"
    assert known.folder_for(job(1, "renamed"), {"renamed"}) == "seed=1"
    assert known.folder_for(job(1, "renamed"), {"renamed", "seed=1"}) is None, "somebody else asks for that folder"
    assert known.folder_for(job(3), {"seed=3"}) is None
    twice = Plan((job(1, "a"), job(1, "b")))
    assert twice.folder_for(job(1, "c"), {"c"}) is None, "nobody knows which"
    assert twice.folder_for(job(1, "c"), {"c", "a"}) == "b"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 7}, "has format 7, not 1"),
        ({"jobs": [{"folder": "a"}]}, "KeyError"),
        ({"jobs": 3}, "TypeError"),
        ({"command_line": None}, "TypeError"),
    ],
)
def test_a_plan_that_is_none(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    plan().write(tmp_path)
    (tmp_path / PLAN).write_text(json.dumps(json.loads((tmp_path / PLAN).read_text()) | change))

    with pytest.raises(InputError, match="is not a plan") as caught:
        find_plan(tmp_path)
    assert says in str(caught.value)


def test_a_plan_that_is_no_json(tmp_path: Path) -> None:
    (tmp_path / PLAN).write_text("{")

    with pytest.raises(InputError, match=PLAN):
        read_plan(tmp_path)
