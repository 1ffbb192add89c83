"""`pare rescore`: new checks judge what was done; whatever ends it, a job is all old or all new."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pare_runner.batch import rescored_files, rescoring, staging
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.invocation import Invocation, job_units, run_job
from pare_runner.batch.manifest import read_manifest
from pare_runner.batch.observer import Observer
from pare_runner.batch.request import JobRequest
from pare_runner.batch.scenario_texts import FOLDER
from pare_runner.batch.verification import Tally
from pare_runner.batch.verified_sweep import verify_sweep
from pare_runner.cli.next_steps import pare as advice
from tests.batch.cache.jobs import edit, rows, run_sweep, statuses, verified
from tests.cli.conftest import Pare
from tests.faults.jobs import job_config
from tests.faults.picnic import observing, playing, write_picnics
from tests.llm.fault_server import Fault, FaultServer, Reply, server_error

WORDS = ("salad", "bread")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(playing()).in_thread() as running:
        yield running


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    return write_picnics(tmp_path / "scenarios", WORDS)


@pytest.fixture
def config(server: FaultServer, scenarios: Path) -> MultiScenarioRunnerConfig:
    return job_config(server, scenarios)


def content(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def kept(job: Path) -> dict[str, str]:
    """Scenario → its text, as the manifest of a job says where it is."""
    scenarios = read_manifest(job)["scenarios"]
    return {name: (job / entry["file"]).read_text() for name, entry in scenarios.items()}


def test_an_edited_check_turns_its_runs_and_no_other(
    pare: Pare, tmp_path: Path, config: MultiScenarioRunnerConfig, server: FaultServer, scenarios: Path
) -> None:
    run_job(config, tmp_path / "job", command_line=())
    calls = len(server.bodies)
    edit(scenarios, "bread", "contains: bread", "contains: cake")
    said = pare("rescore", "job")

    assert said.status == 0
    assert len(server.bodies) == calls
    assert "picnic_bread  1    success  failed  proposed: fails" in said.out
    assert "1 run changed, 0 judged anew with the same verdict, 1 not touched" in said.out
    assert statuses(tmp_path / "job") == {"salad": "success", "bread": "failed"}
    assert verified(tmp_path / "job") == len(WORDS)
    run_job(config.model_copy(update={"cache": "bypass"}), tmp_path / "fresh", command_line=())
    assert rows(tmp_path / "job") == rows(tmp_path / "fresh")
    assert pare("rescore", "job", "--json").json["changed"] == 0


def test_a_sweep_is_judged_with_its_own_files(
    pare: Pare, tmp_path: Path, config: MultiScenarioRunnerConfig, scenarios: Path
) -> None:
    run_sweep([config.model_copy(update={"seed": seed}) for seed in range(2)], tmp_path / "sweep")
    edit(scenarios, "bread", "contains: bread", "contains: cake")
    assert "2 runs changed" in pare("rescore", "sweep").out
    assert pl.read_parquet(tmp_path / "sweep/results.parquet")["success_bool"].sum() == 2
    verify_sweep(tmp_path / "sweep", Tally())

    edit(scenarios, "bread", "contains: cake", "contains: bread")
    assert "1 run changed" in pare("rescore", "sweep/seed=1").out
    assert pl.read_parquet(tmp_path / "sweep/results.parquet")["success_bool"].sum() == 3
    verify_sweep(tmp_path / "sweep", Tally())


def test_jobs_have_the_names_they_have_elsewhere(
    pare: Pare, tmp_path: Path, config: MultiScenarioRunnerConfig, scenarios: Path
) -> None:
    configs = [config.model_copy(update={"seed": seed}) for seed in range(2)]
    requests = [
        JobRequest(config, job_units(config), f"place_{config.seed}", (f"seed={config.seed}", "suite.runs=1"))
        for config in configs
    ]
    Invocation(tmp_path / "sweep", Observer(), ()).run(requests)
    edit(scenarios, "bread", "contains: bread", "contains: cake")
    rescored = [line.split()[0] for line in pare("rescore", "sweep").out.splitlines()]
    status = [line.split()[0] for line in pare("status", "sweep").out.splitlines() if line.startswith("seed=")]
    assert rescored[:3] == ["JOB", "seed=0", "seed=1"]
    assert status == ["seed=0", "seed=1"]


def test_another_world_is_refused_by_name_and_nothing_is_written(
    pare: Pare, tmp_path: Path, config: MultiScenarioRunnerConfig, scenarios: Path
) -> None:
    run_job(config, tmp_path / "job", command_line=())
    before = content(tmp_path / "job")
    edit(scenarios, "salad", "contains: salad", "contains: cake")
    edit(scenarios, "bread", "Please bring", "Do bring")
    said = pare("rescore", "job")

    assert said.status == 2
    assert "picnic_bread: another world now" in said.err
    assert content(tmp_path / "job") == before


def test_the_texts_that_judge_are_kept_beside_those_that_ran(
    pare: Pare, tmp_path: Path, config: MultiScenarioRunnerConfig, scenarios: Path
) -> None:
    run_job(config, tmp_path / "job", command_line=())
    before = kept(tmp_path / "job")
    edit(scenarios, "bread", "contains: bread", "contains: cake")
    assert pare("rescore", "job").status == 0
    after = kept(tmp_path / "job")
    assert "contains: bread" in before["picnic_bread"]
    assert "contains: cake" in after["picnic_bread"]
    assert before["picnic_salad"] == after["picnic_salad"]
    assert len(list((tmp_path / "job" / FOLDER).iterdir())) == 3, "what had judged before is not lost"


def test_scenarios_of_another_folder_take_the_place_of_their_namesakes(
    pare: Pare, tmp_path: Path, config: MultiScenarioRunnerConfig, scenarios: Path
) -> None:
    run_job(config, tmp_path / "job", command_line=())
    shutil.copytree(scenarios, tmp_path / "stricter")
    (tmp_path / "stricter/00_salad.yaml").unlink()
    edit(tmp_path / "stricter", "bread", "contains: bread", "contains: cake")

    assert pare("rescore", "job", "--scenarios", "stricter").status == 0
    assert statuses(tmp_path / "job") == {"salad": "success", "bread": "failed"}
    assert pare("rescore", "job", "--scenarios", "nowhere").status == 2


def test_exceptions_stay_what_they_are(pare: Pare, tmp_path: Path, scenarios: Path) -> None:
    with FaultServer(playing({"bread": observing(server_error())})).in_thread() as server:
        run_job(job_config(server, scenarios, engine={"max_retries": 1}), tmp_path / "job", command_line=())
    edit(scenarios, "bread", "contains: bread", "contains: cake")

    assert "0 runs changed, 1 judged anew" in pare("rescore", "job").out
    assert statuses(tmp_path / "job") == {"salad": "success", "bread": "exception"}
    assert verified(tmp_path / "job") == len(WORDS)


@pytest.mark.parametrize("committed", [False, True], ids=["before", "after"])
def test_whatever_interrupts_it_a_job_is_all_old_or_all_new(
    pare: Pare,
    tmp_path: Path,
    config: MultiScenarioRunnerConfig,
    scenarios: Path,
    monkeypatch: pytest.MonkeyPatch,
    committed: bool,
) -> None:
    run_job(config, tmp_path / "job", command_line=())
    before = content(tmp_path / "job")
    edit(scenarios, "bread", "contains: bread", "contains: cake")

    class Cut(BaseException):
        pass

    def cut(*args: object) -> None:
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(*((staging, "_moved") if committed else (rescored_files, "_manifest")), cut)
        with pytest.raises(Cut):
            pare("rescore", "job")

    if committed:
        assert "judging it anew was interrupted" in pare("verify", "job").err
        assert pare("status", "job").status == 75
    else:
        kept = {name: data for name, data in content(tmp_path / "job").items() if not name.startswith(".resc")}
        assert kept == before
    said = pare("rescore", "job")
    assert said.status == 0
    assert "1 run changed, 0 judged anew with the same verdict, 1 not touched" in said.out
    assert ("this ended a rescore that had been interrupted" in said.out) == committed
    assert statuses(tmp_path / "job") == {"salad": "success", "bread": "failed"}
    assert verified(tmp_path / "job") == len(WORDS)
    assert pare("status", "job").status == 0
    assert not [name for name in content(tmp_path / "job") if name.startswith(".resc")]


def test_a_judge_gives_a_new_verdict_and_the_old_one_leaves_the_recording(pare: Pare, tmp_path: Path) -> None:
    judged = "checks:\n  - judge: The reply is polite.\nside_effects: forbid\n"
    scenarios = write_picnics(tmp_path / "scenarios", WORDS, {"salad": judged})
    verdict = "true"

    def script(body: dict[str, Any], n: int) -> Reply | Fault:
        return Reply(f'{{"holds": {verdict}, "why": "So it is."}}') if not body.get("tools") else playing()(body, n)

    with FaultServer(script).in_thread() as server:
        engine = {"model_name": "m", "endpoint": server.base_url}
        run_job(job_config(server, scenarios, judge_engine_config=engine), tmp_path / "job", command_line=())
        assert statuses(tmp_path / "job")["salad"] == "success"
        verdict = "false"
        calls = len(server.bodies)
        edit(scenarios, "salad", "is polite", "is short")
        assert "1 run changed" in pare("rescore", "job").out

        assert len(server.bodies) == calls + 1
        assert statuses(tmp_path / "job")["salad"] == "failed"
        assert verified(tmp_path / "job") == len(WORDS)
        recording = (tmp_path / "job/calls.jsonl").read_bytes()
        assert (b"is short" in recording, b"is polite" in recording) == (True, False)


@pytest.mark.parametrize("judged", [1, 3], ids=["before the first job is done", "after it"])
def test_ctrl_c_is_said_and_can_be_gone_on_with(
    judged: int,
    pare: Pare,
    tmp_path: Path,
    config: MultiScenarioRunnerConfig,
    scenarios: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_sweep([config.model_copy(update={"seed": seed}) for seed in range(2)], tmp_path / "sweep")
    edit(scenarios, "bread", "contains: bread", "contains: cake")
    edit(scenarios, "salad", "contains: salad", "contains: cake")
    real, left = rescoring.report_on, judged

    def interrupted(*args: Any) -> Any:
        nonlocal left
        left -= 1
        if not left:
            raise KeyboardInterrupt
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(rescoring, "report_on", interrupted)
        said = pare("rescore", "sweep")

    hint = f"some jobs are judged anew, others are not: {advice('rescore', 'sweep')} ends it\n" if judged > 1 else ""
    assert (said.status, said.out, said.err) == (130, "", f"{hint}pare: interrupted\n")
    verify_sweep(tmp_path / "sweep", Tally())
    assert pare("status", "sweep").status == (0 if judged == 1 else 75)
    said = pare("rescore", "sweep")
    assert ("4 runs changed" if judged == 1 else "2 runs changed") in said.out
    assert ("this ended a rescore that had been interrupted" in said.out) == (judged > 1)
    assert pare("status", "sweep").status == 0


def test_what_has_not_ended_is_ended_by_a_rescore_and_not_by_a_resume(
    pare: Pare, tmp_path: Path, config: MultiScenarioRunnerConfig, scenarios: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_sweep([config.model_copy(update={"seed": seed}) for seed in range(2)], tmp_path / "sweep")
    edit(scenarios, "bread", "contains: bread", "contains: cake")

    def cut(*args: object) -> None:
        raise OSError("no more room")

    with monkeypatch.context() as patch:
        patch.setattr(rescoring, "write_sweep", cut)
        assert pare("rescore", "sweep").status == 2

    stands = pare("status", "sweep")
    assert stands.status == 75
    assert "complete, but a rescore has not ended" in stands.out
    assert stands.out.endswith(f"end the rescore: {advice('rescore', 'sweep')}\n")
    refused = pare("resume", "sweep")
    assert (refused.status, refused.out) == (2, "")
    assert "sweep: a rescore has not ended" in refused.err
    assert f"{advice('rescore', 'sweep')} ends it" in refused.err
    assert pare("rescore", "sweep").status == 0
    assert pare("status", "sweep").status == 0
    verify_sweep(tmp_path / "sweep", Tally())


def test_what_is_left_of_moving_files_is_cleared_away(tmp_path: Path) -> None:
    staging.Staging(tmp_path).write("a", b"new")
    (tmp_path / staging.WRITING).rename(tmp_path / staging.READY)
    assert staging.settle(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
