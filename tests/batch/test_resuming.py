"""Going on: the same experiment in its place, and one message that names what differs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import BEHAVIOUR_VERSION
from pare_runner.batch.invocation import job_units, run_job
from pare_runner.batch.journal import JOURNAL, read_journal
from pare_runner.batch.manifest import read_manifest
from pare_runner.batch.plan import Plan, read_plan
from pare_runner.batch.request import JobRequest
from pare_runner.batch.resuming import check_same, placed
from pare_runner.batch.units import plan_units
from pare_runner.errors import ConfigError
from pare_runner.scenarios.scenario import PAREScenario
from tests.batch.situations import CrashingScenario, NotesScenario, UnjudgedScenario, oracle_config


def request(folder: str, **fields: Any) -> JobRequest:
    config = oracle_config(**fields)
    return JobRequest(config, plan_units(config, [NotesScenario()]), folder)


def hashed(world: str = "w", scoring: str = "s", kind: type[PAREScenario] = NotesScenario) -> PAREScenario:
    scenario = kind()
    scenario.world_hash, scenario.scoring_hash = world, scoring  # type: ignore[attr-defined]
    return scenario


def again(directory: Path, config: MultiScenarioRunnerConfig, *scenarios: PAREScenario, **options: Any) -> Any:
    return run_job(config, directory, load=lambda config: scenarios, resume=True, command_line=(), **options)


def refused(directory: Path, config: MultiScenarioRunnerConfig, *scenarios: PAREScenario) -> str:
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    with pytest.raises(ConfigError) as caught:
        again(directory, config, *scenarios)
    assert {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()} == before
    return str(caught.value)


# --- folders


def test_jobs_get_the_folders_they_have(tmp_path: Path) -> None:
    plan = Plan(tuple(request(f"old{seed}", seed=seed).planned for seed in (1, 2)))

    found = placed([request("new2", seed=2), request("new3", seed=3)], plan, tmp_path)

    assert [(item.folder, item.config.seed) for item in found] == [("old2", 2), ("new3", 3)]


def test_the_folder_of_another_job_is_refused(tmp_path: Path) -> None:
    run_job(oracle_config(seed=1), tmp_path / "a", load=lambda config: [NotesScenario()])
    plan = Plan((request("a", seed=1).planned,))

    with pytest.raises(ConfigError, match="a holds another experiment: seed was 1, now 2"):
        placed([request("a", seed=2)], plan, tmp_path)


# --- the same experiment


def test_what_is_finished_is_not_made_again(tmp_path: Path) -> None:
    again(tmp_path, oracle_config(), NotesScenario())
    report = again(tmp_path, oracle_config(suite={"runs": 2}), NotesScenario(), UnjudgedScenario())

    lines = [(line["base_scenario_id"], line["run_number"]) for line in read_journal(tmp_path).lines]
    assert lines == [("notes", 1), ("unjudged", 1), ("notes", 2), ("unjudged", 2)]
    assert report.summary["complete"]
    assert read_plan(tmp_path).planned == 4
    assert len(read_manifest(tmp_path)["wall_clock"]["resumed"]) == 1
    assert set(read_manifest(tmp_path)["scenarios"]) == {"notes", "unjudged"}


def test_asking_for_less_takes_nothing_away(tmp_path: Path) -> None:
    again(tmp_path, oracle_config(suite={"runs": 2}), NotesScenario(), UnjudgedScenario())
    report = again(tmp_path, oracle_config(), NotesScenario())

    assert (report.summary["runs"], report.summary["planned"]) == (4, 4)
    assert read_plan(tmp_path).planned == 4


def test_exceptions_are_made_again_and_nothing_else_with_only(tmp_path: Path) -> None:
    again(tmp_path, oracle_config(), CrashingScenario())
    fixed = NotesScenario()
    fixed.scenario_id = "crashing"
    report = again(tmp_path, oracle_config(), fixed, UnjudgedScenario(), only_exceptions=True)

    lines = [(line["base_scenario_id"], line["status"]) for line in read_journal(tmp_path).lines]
    assert lines == [("crashing", "exception"), ("crashing", "success")]
    assert (report.summary["exception"], report.summary["runs"], report.summary["planned"]) == (0, 1, 2)


def test_a_directory_without_a_plan_is_empty_whatever_is_there(tmp_path: Path) -> None:
    (tmp_path / "run.log").write_text("killed before the plan\n")
    report = again(tmp_path, oracle_config(), NotesScenario())

    assert (report.exit_status, report.summary["runs"]) == (0, 1)


def test_lines_that_cannot_be_used_are_set_aside_and_made_again(tmp_path: Path) -> None:
    again(tmp_path, oracle_config(suite={"runs": 2}), NotesScenario())
    whole = (tmp_path / JOURNAL).read_bytes()
    (tmp_path / JOURNAL).write_bytes(whole[:-20])
    again(tmp_path, oracle_config(suite={"runs": 2}), NotesScenario())

    assert [line["run_number"] for line in read_journal(tmp_path).lines] == [1, 2]
    assert "1 unusable line of the journal set aside" in (tmp_path / "run.log").read_text()


# --- another one


def test_another_configuration_is_named_by_its_first_difference(tmp_path: Path) -> None:
    again(tmp_path, oracle_config(), NotesScenario())

    said = refused(tmp_path, oracle_config(seed=3), NotesScenario())
    assert said == f"{tmp_path} holds another experiment: seed was 0, now 3 (choose another directory)"
    deep = refused(tmp_path, oracle_config(observe_engine_config={"model_name": "other"}), NotesScenario())
    assert "observe_engine_config.model_name was gpt-5, now other" in deep


def test_a_changed_scenario_is_named(tmp_path: Path) -> None:
    again(tmp_path, oracle_config(), hashed())

    said = refused(tmp_path, oracle_config(), hashed(world="x"))
    assert "scenario 'notes' has changed since (world_hash w, now x)" in said
    assert "start it in another directory" in said


def test_other_checks_name_the_command_that_judges_anew(tmp_path: Path) -> None:
    again(tmp_path, oracle_config(), hashed())

    said = refused(tmp_path, oracle_config(), hashed(scoring="x"))
    assert said == f"{tmp_path}: other checks judge notes now (`pare rescore {tmp_path}` judges what is there anew)"


def test_many_scenarios_of_a_job_that_are_judged_otherwise_are_not_all_listed(tmp_path: Path) -> None:
    config = oracle_config()
    units = job_units(config, load=lambda config: [hashed(kind=kind) for kind in kinds()])
    recorded = {unit.scenario.scenario_id: {"world_hash": "w", "scoring_hash": "old"} for unit in units}

    job = tmp_path / "seed=0"
    sweep = re.escape(f"(`pare rescore {tmp_path}` judges")
    with pytest.raises(ConfigError, match=rf"judge s0, s1, s2, s3, s4, \.\.\. now {sweep}"):
        check_same(job, {"behaviour_version": BEHAVIOUR_VERSION, "scenarios": recorded}, config, units, tmp_path)


def kinds() -> list[type[PAREScenario]]:
    return [type(f"S{number}", (NotesScenario,), {"scenario_id": f"s{number}"}) for number in range(6)]


def test_another_behaviour_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again(tmp_path, oracle_config(), NotesScenario())
    monkeypatch.setattr("pare_runner.batch.resuming.BEHAVIOUR_VERSION", 99)

    assert f"was made by a version that behaves otherwise ({BEHAVIOUR_VERSION}, this is 99)" in refused(
        tmp_path, oracle_config(), NotesScenario()
    )


def test_long_texts_are_cut(tmp_path: Path) -> None:
    def config(word: str) -> MultiScenarioRunnerConfig:
        return oracle_config(observe_engine_config={"model_name": "m", "extra_body": {"note": f"{word} " * 40}})

    again(tmp_path, config("ab"), NotesScenario())
    said = refused(tmp_path, config("xy"), NotesScenario())
    assert f"extra_body.note was {('ab ' * 40)[:80]}..., now {('xy ' * 40)[:80]}..." in said
