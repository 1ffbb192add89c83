"""`pare verify`: what was recorded comes out again, and whatever differs is named."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pare_runner.batch.bench import UnitTimeout
from pare_runner.batch.config import MultiScenarioRunnerConfig, SuiteConfig
from pare_runner.batch.invocation import job_units, run_job
from pare_runner.batch.plan import Plan, PlannedJob
from pare_runner.batch.sweep_files import write_sweep
from pare_runner.batch.verification import row_difference
from pare_runner.library.prompts import shipped_texts
from pare_runner.llm.adapters import Adapters
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.llm.recording.keys import UnitKey
from pare_runner.llm.recording.store import CallStore
from pare_runner.policy.policy import Policy, Session, View
from pare_runner.policy.request import ModelError, Request, Response, Role, Usage
from tests.cli.conftest import SHIPPED, Pare

SCENARIOS = tuple(str(SHIPPED / f"{name}.yaml") for name in ("dinner_headcount_change", "quiet_friday_afternoon"))


def offline(name: str) -> LLMEngineConfig:
    return LLMEngineConfig(adapter="offline", model_name=name)


def experiment(**changes: Any) -> MultiScenarioRunnerConfig:
    assistant = offline("scripted")
    settings: dict[str, Any] = {
        "user_engine_config": assistant,
        "observe_engine_config": assistant,
        "execute_engine_config": assistant,
        "observe_max_iterations": 5,
        "execute_max_iterations": 10,
        "simulated_generation_time_mode": "fixed",
        "cache": "bypass",
        "export": True,
        "executor_type": "async",
        "scenarios": SCENARIOS,
    }
    return MultiScenarioRunnerConfig(**(settings | changes))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("verify") / "job"
    assert run_job(experiment(), directory, command_line=()).exit_status == 0
    return directory


@pytest.fixture
def job(original: Path, tmp_path: Path) -> Path:
    """A job of its own to change something in."""
    return Path(shutil.copytree(original, tmp_path / "job"))


def change(path: Path, old: str, new: str) -> None:
    """Replace the first `old` in a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_identical(pare: Pare, job: Path) -> None:
    before = {path: path.read_bytes() for path in job.rglob("*") if path.is_file()}
    calls = sum(line.startswith('{"kind":"call"') for line in (job / "calls.jsonl").read_text().splitlines())
    said = pare("verify", str(job))
    assert said == replace(said, status=0, out=f"verified 2 runs, {calls} model calls: identical\n", err="")
    assert {path: path.read_bytes() for path in job.rglob("*") if path.is_file()} == before


def test_json(pare: Pare, job: Path) -> None:
    said = pare("verify", str(job), "--json")
    assert said.json["identical"] is True
    assert (said.json["jobs"], said.json["runs"], said.json["partly"]) == (1, 2, [])
    change(job / "results.jsonl", '"status":"success"', '"status":"failed"')
    said = pare("verify", str(job), "--json")
    assert said.status == 1
    assert "status is not the recorded one" in said.json["differences"][str(job)]


def test_a_bar_on_a_terminal(pare: Pare, job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "█" * 12 + "·" * 12 + " 1/2 runs" in pare("verify", str(job)).err


def test_the_wall_clock_is_not_compared(pare: Pare, job: Path) -> None:
    lines = [json.loads(line) for line in (job / "results.jsonl").read_text().splitlines()]
    (job / "results.jsonl").write_text("".join(json.dumps({**line, "run_duration": 99.0}) + "\n" for line in lines))
    assert pare("verify", str(job)).status == 0
    assert row_difference({"latency_mean": 1.0, "a": 1}, {"latency_mean": 2.0, "a": 1}) is None
    assert row_difference({"a": 1}, {"a": True}) is not None
    assert row_difference({"a": None}, {}) is not None


def test_one_changed_character_of_the_recording(pare: Pare, job: Path) -> None:
    path = job / "calls.jsonl"
    whole = path.read_bytes()
    for place in [0, len(whole) - 1, *random.Random(3).sample(range(len(whole)), 12)]:
        path.write_bytes(whole[:place] + (b"x" if whole[place : place + 1] != b"x" else b"y") + whole[place + 1 :])
        said = pare("verify", str(job))
        assert said.status == 2
        assert f"calls.jsonl:{whole[:place].count(10) + 1}" in said.err


def test_a_changed_result(pare: Pare, job: Path) -> None:
    change(job / "results.jsonl", '"number_of_turns":', '"number_of_turns":1')
    said = pare("verify", str(job))
    assert said.status == 1
    assert "dinner_headcount_change run 1: results.jsonl: number_of_turns is not the recorded one" in said.err


def test_a_changed_trace(pare: Pare, job: Path) -> None:
    path = sorted((job / "traces" / "hf").iterdir())[-1]
    change(path, "quiet_friday_afternoon", "quiet_monday_afternoon")
    said = pare("verify", str(job))
    assert said.status == 1
    assert f"traces/hf/{path.name} is not the recorded one" in said.err
    assert 'quiet_monday_afternoon"' in said.err
    path.unlink()
    said = pare("verify", str(job))
    assert said.status == 1
    assert said.err == f"{job}: quiet_friday_afternoon run 1: its trace traces/hf/{path.name} is gone\n"


def test_a_line_that_cannot_be_read(pare: Pare, job: Path) -> None:
    change(job / "results.jsonl", '{"run_id"', '["run_id"')
    said = pare("verify", str(job))
    assert said.status == 2
    assert 'results.jsonl: a line that cannot be read: ["run_id"' in said.err


def test_a_result_that_is_gone_or_came_from_nowhere(pare: Pare, job: Path) -> None:
    path = job / "results.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[1:]))
    said = pare("verify", str(job))
    assert (said.status, "dinner_headcount_change run 1: missing in results.jsonl" in said.err) == (1, True)
    path.write_text("".join(lines) + lines[0].replace('"run_number":1', '"run_number":7'))
    said = pare("verify", str(job))
    assert (said.status, "dinner_headcount_change run 7" in said.err) == (1, True)


def test_another_configuration(pare: Pare, job: Path) -> None:
    change(job / "manifest.json", '"max_turns": 10', '"max_turns": 11')
    change(job / "manifest.json", '"max_turns": 10', '"max_turns": 11')
    said = pare("verify", str(job))
    assert said.status == 1
    assert "does not stand for this configuration" in said.err
    change(job / "manifest.json", '"max_turns": 11', '"max_turns": "many"')
    change(job / "manifest.json", '"max_turns": 11', '"max_turns": "many"')
    said = pare("verify", str(job))
    assert (said.status, "manifest.json: no configuration that can be used" in said.err) == (2, True)


def test_one_changed_word_of_a_prompt(pare: Pare, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    template = prompts / "user.jinja"
    first, _, rest = shipped_texts()["user"].partition("\n")
    template.write_text(f"{first}\nKeep an eye on the clock.\n{rest}")
    run_job(experiment(prompts_dir=str(prompts)), tmp_path / "job", command_line=())
    assert pare("verify", str(tmp_path / "job")).status == 0
    change(template, "eye on", "ear on")
    said = pare("verify", str(tmp_path / "job"))
    assert said.status == 1
    assert "dinner_headcount_change run 1, turn 0, user call 0: message 1 of " in said.err
    assert "(system, system_prompt) is not the recorded one" in said.err
    assert "\n- Keep an eye on the clock.\n+ Keep an ear on the clock.\n" in said.err


def test_a_changed_scenario(pare: Pare, dinner: Path, tmp_path: Path) -> None:
    run_job(experiment(scenarios=(str(dinner),)), tmp_path / "job", command_line=())
    assert pare("verify", str(tmp_path / "job")).status == 0
    change(dinner, "Table for", "Tables for")
    said = pare("verify", str(tmp_path / "job"))
    assert said.status == 1
    assert "dinner_headcount_change run 1: the scenario has changed since: world_hash " in said.err


def test_changed_checks_are_the_likely_cause(pare: Pare, dinner: Path, tmp_path: Path) -> None:
    run_job(experiment(scenarios=(str(dinner),)), tmp_path / "job", command_line=())
    change(dinner, 'contains: "5"', 'contains: "999"')
    said = pare("verify", str(tmp_path / "job"))
    assert said.status == 1
    assert "dinner_headcount_change run 1: results.jsonl: " in said.err
    assert "\n(likely because the checks of the scenario have changed since; `pare rescore` " in said.err
    change(dinner, 'contains: "999"', 'contains: "5"')
    change(tmp_path / "job" / "results.jsonl", '"status":"success"', '"status":"failed"')
    said = pare("verify", str(tmp_path / "job"))
    assert (said.status, "have changed" in said.err) == (1, False)


def test_calls_that_are_not_made_any_more(pare: Pare, job: Path) -> None:
    """A recording with a call too many, whole in itself."""
    with CallStore(job) as store:
        store.record(UnitKey("quiet_friday_afternoon", 1), Request("observe", 99, (), turn=40), "", Response("late"))
        store.finish()
    said = pare("verify", str(job))
    assert said.status == 1
    assert "quiet_friday_afternoon run 1, turn 40, observe call 99: this recorded call was not made" in said.err


def test_sweeps_and_several_directories(pare: Pare, original: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        shutil.copytree(original, tmp_path / "sweep" / name)
    assert pare("verify", str(tmp_path / "sweep"), str(original)).out.startswith("verified 6 runs, ")
    change(tmp_path / "sweep" / "a" / "results.jsonl", '"status":"success"', '"status":"failed"')
    said = pare("verify", str(tmp_path / "sweep"))
    assert (said.status, said.err.startswith(str(tmp_path / "sweep" / "a"))) == (1, True)
    assert said.out.endswith(f"identical: {tmp_path / 'sweep' / 'b'}; not identical: {tmp_path / 'sweep' / 'a'}\n")
    (tmp_path / "sweep" / "b" / "calls.jsonl").write_text("?")
    said = pare("verify", str(tmp_path / "sweep"), str(original), "--json")
    assert (said.status, said.json["jobs"], len(said.json["differences"])) == (2, 3, 2)


@pytest.fixture
def sweep(original: Path, tmp_path: Path) -> Path:
    """A sweep of two jobs, the second of which has not begun."""
    shutil.copytree(original, tmp_path / "sweep" / "0")
    config = experiment()
    jobs = [PlannedJob.of(folder, (), config, job_units(config)) for folder in ("0", "1")]
    (tmp_path / "sweep/0/plan.json").unlink()
    Plan(tuple(jobs)).write(tmp_path / "sweep")
    write_sweep(tmp_path / "sweep", jobs)
    return tmp_path / "sweep"


def test_the_files_of_a_sweep(pare: Pare, sweep: Path) -> None:
    files = {path: path.read_bytes() for path in sweep.rglob("*") if path.is_file()}
    said = pare("verify", str(sweep))
    assert (said.status, said.err) == (0, "")
    assert said.out.endswith(f": identical\n{sweep}: 1 of 2 planned jobs has not begun\n")
    assert {path: path.read_bytes() for path in sweep.rglob("*") if path.is_file()} == files
    change(sweep / "sweep.json", '"success": 2', '"success": 3')
    said = pare("verify", str(sweep))
    assert (said.status, "sweep.json is not what its jobs come to" in said.err) == (1, True)
    (sweep / "sweep.json").write_bytes(files[sweep / "sweep.json"])
    pl.read_parquet(sweep / "results.parquet").head(1).write_parquet(sweep / "results.parquet")
    said = pare("verify", str(sweep))
    assert (said.status, "results.parquet is not what its jobs say: number of rows: 1, not 2" in said.err) == (1, True)


def test_a_sweep_whose_jobs_differ_is_not_called_identical(pare: Pare, sweep: Path) -> None:
    change(next((sweep / "0" / "traces").rglob("*.json")), "0", "1")
    said = pare("verify", str(sweep))
    assert said.status == 1
    assert said.out.splitlines()[0].endswith(f": identical: none; not identical: {sweep / '0'}")


def test_jobs_of_a_sweep_that_are_gone_or_came_from_nowhere(pare: Pare, sweep: Path, original: Path) -> None:
    change(sweep / "sweep.json", '"started": false', '"started": true')
    said = pare("verify", str(sweep))
    assert said.status == 1
    assert f"{sweep}: sweep.json knows of a job in 1, but there is no run in its results.jsonl" in said.err
    shutil.copytree(original, sweep / "2")
    change(sweep / "sweep.json", '"started": true', '"started": false')
    change(sweep / "sweep.json", '"started": true', '"started": false')
    said = pare("verify", str(sweep))
    assert (said.status, f"{sweep / '2'}: plan.json has no such job" in said.err) == (1, True)


def test_a_changed_frame(pare: Pare, job: Path) -> None:
    path = job / "results.parquet"
    frame = pl.read_parquet(path)
    frame.with_columns(run_duration=pl.lit(99.0), job_duration=None).write_parquet(path)
    assert pare("verify", str(job)).status == 0
    frame.with_columns(number_of_turns=pl.lit(99, dtype=pl.Int64())).write_parquet(path)
    said = pare("verify", str(job))
    assert said.status == 1
    what = "results.parquet is not what results.jsonl says: number_of_turns of dinner_headcount_change run 1"
    assert said.err.startswith(f"{job}: {what}\n")
    frame.drop("seed").write_parquet(path)
    assert "column seed is missing, not Int64" in pare("verify", str(job)).err
    frame.head(1).write_parquet(path)
    assert "number of rows: 1, not 2" in pare("verify", str(job)).err
    path.write_bytes(path.read_bytes()[:500])
    said = pare("verify", str(job))
    assert (said.status, f"cannot read {path}" in said.err) == (2, True)


def test_results_of_before_a_column_was_written(pare: Pare, job: Path) -> None:
    rows = [json.loads(line) for line in (job / "results.jsonl").read_text().splitlines()]
    assert [row.pop("scoring") for row in rows] == ["authored", "authored"]
    (job / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = job / "results.parquet"
    pl.read_parquet(path).drop("scoring").write_parquet(path)
    assert pare("verify", str(job)).status == 0
    rows[0]["scoring"] = "derived"
    (job / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert "scoring is not the recorded one" in pare("verify", str(job)).err


def test_a_changed_summary(pare: Pare, job: Path) -> None:
    change(job / "summary.json", '"job_duration": ', '"job_duration": 1')
    assert pare("verify", str(job)).status == 0
    change(job / "summary.json", '"success": 2', '"success": 3')
    said = pare("verify", str(job))
    assert (said.status, "summary.json is not what results.jsonl comes to" in said.err) == (1, True)
    assert '\n-   "success": 3,\n+   "success": 2,\n' in said.err


def test_a_line_that_stands_twice(pare: Pare, job: Path) -> None:
    path = job / "results.jsonl"
    path.write_text(path.read_text() + path.read_text().splitlines(keepends=True)[0])
    said = pare("verify", str(job))
    assert said.status == 1
    assert said.err == f"{job}: dinner_headcount_change run 1: results.jsonl has 2 lines of this run\n"


def test_half_a_line_in_a_job_that_ended(pare: Pare, job: Path) -> None:
    with (job / "results.jsonl").open("a") as journal:
        journal.write('{"half')
    said = pare("verify", str(job))
    assert (said.status, said.err) == (2, f'{job / "results.jsonl"}: a line that cannot be read: {{"half\n')


def test_a_trace_of_nobody(pare: Pare, job: Path) -> None:
    (job / "traces" / "hf" / "extra.json").write_text("{}")
    said = pare("verify", str(job))
    assert (said.status, said.err) == (1, f"{job}: traces/hf/extra.json belongs to no run in results.jsonl\n")


def test_from_another_directory(pare: Pare, dinner: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths count from where the job ran, then from here, and else it is said where it ran."""
    run_job(experiment(scenarios=("dinner.yaml",)), tmp_path / "job", command_line=())
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    said = pare("verify", "../job")
    assert (said.status, said.err, said.out.startswith("verified 1 run, ")) == (0, "", True)
    change(tmp_path / "job" / "results.jsonl", '"status":"success"', '"status":"failed"')
    assert pare("verify", "../job").err.startswith("../job: dinner_headcount_change run 1: results.jsonl: status")
    change(tmp_path / "job" / "results.jsonl", '"status":"failed"', '"status":"success"')
    dinner.rename(tmp_path / "elsewhere" / dinner.name)
    assert pare("verify", "../job").status == 0
    (tmp_path / "elsewhere" / dinner.name).unlink()
    said = pare("verify", "../job")
    assert said.status == 2
    assert "dinner.yaml: there is no such file" in said.err
    assert f"(relative paths count from {tmp_path}, where the job ran)" in said.err
    change(
        tmp_path / "job" / "manifest.json", f'"working_directory": "{tmp_path}', f'"working_directory": "{tmp_path}/no'
    )
    assert f"{tmp_path}/no, where the job ran, which is not there)" in pare("verify", "../job").err


def test_a_job_that_was_killed(pare: Pare, job: Path) -> None:
    """Half a line in the journal, a shard with half a call, no frame: what finished is verified, the rest is told."""
    (job / "results.parquet").unlink()
    (job / "summary.json").unlink()
    lines = (job / "results.jsonl").read_text().splitlines(keepends=True)
    (job / "results.jsonl").write_text(lines[0] + lines[1][:50])
    (job / "calls").mkdir()
    (job / "calls.jsonl").rename(job / "calls" / "0.jsonl")
    with (job / "calls" / "0.jsonl").open("a") as shard:
        shard.write('{"kind":"call","scen')
    said = pare("verify", str(job))
    assert (said.status, said.out.startswith("verified 1 run, ")) == (0, True)
    assert said.out.endswith(f": identical\n{job}: 1 of 2 planned runs; 1 has not run\n")
    assert pare("verify", str(job), "--json").json["planned"] == 2


def test_an_oracle_run_needs_no_recording(pare: Pare, tmp_path: Path) -> None:
    run_job(experiment(oracle=True), tmp_path / "job", command_line=())
    assert pare("verify", str(tmp_path / "job")).out == "verified 2 runs, 0 model calls: identical\n"


@pytest.mark.parametrize("assistant", ["eager", "random", "passive"])
def test_runs_that_failed(pare: Pare, tmp_path: Path, assistant: str) -> None:
    engines = {"observe_engine_config": offline(assistant), "execute_engine_config": offline(assistant)}
    run_job(experiment(**engines, user_engine_config=offline("always_accept")), tmp_path / "job", command_line=())
    assert pare("verify", str(tmp_path / "job")).status == 0


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["nowhere"], "nowhere is no directory (each job has a manifest.json, a sweep has jobs below it)"),
        (["."], ". holds no job (each job has a manifest.json, a sweep has jobs below it)"),
    ],
)
def test_bad_input(pare: Pare, argv: list[str], says: str) -> None:
    said = pare("verify", *argv)
    assert (said.status, said.err) == (2, f"pare: {says}\n")


def test_nothing_to_verify(pare: Pare, job: Path) -> None:
    shutil.rmtree(job / "traces")
    (job / "results.parquet").unlink()
    (job / "summary.json").unlink()
    (job / "results.jsonl").unlink()
    assert "no finished run in" in pare("verify", str(job)).err
    (job / "calls.jsonl").unlink()
    said = pare("verify", str(job))
    assert (said.status, "no finished run in" in said.err) == (2, True)


def test_a_recording_that_is_gone(pare: Pare, job: Path) -> None:
    (job / "calls.jsonl").unlink()
    said = pare("verify", str(job))
    assert (said.status, "holds no recorded model calls" in said.err) == (2, True)


@dataclass
class Networked:
    """The scripted policies as if behind a network: replies take time, cost tokens, and may fail."""

    fails_at: int | None = None
    stalls_at: int | None = None

    def start(self, role: Role, view: View) -> Session:
        """A session."""
        return NetworkedSession(offline_policy("scripted", role).start(role, view), self)


@dataclass
class NetworkedSession:
    """A session of `Networked`."""

    session: Session
    policy: Networked
    calls: int = 0

    async def complete(self, request: Request) -> Response:
        """The scripted reply, later."""
        self.calls += 1
        if request.role == "observe" and self.calls == self.policy.fails_at:
            raise ModelError("server_error", "the server is on fire", retries=6)
        if request.role == "observe" and self.calls == self.policy.stalls_at:
            raise UnitTimeout("the run took longer than 1 s")
        reply = await self.session.complete(request)
        await asyncio.sleep(0)
        return replace(reply, latency=0.1 + self.calls / 7, usage=Usage(100, self.calls), served_model="m-1", retries=1)

    def next_due(self) -> float | None:
        """As scripted."""
        return self.session.next_due()


@contextmanager
def behind_a_network(policy: Policy) -> Iterator[None]:
    """Every model that needs a network is `policy`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Adapters, "policy", lambda self, config, endpoints: policy)
        yield


Networking = Callable[..., Path]


@pytest.fixture
def networked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Networking:
    """Runs a job of a model behind a network, with a key that nobody has when it is verified."""

    def run(mode: str, policy: Networked | None = None, runs: int = 1, **changes: Any) -> Path:
        model = LLMEngineConfig(model_name="m", endpoint="https://127.0.0.1:9/v1", api_key_env="LOST_KEY")
        engines = {"user_engine_config": model, "observe_engine_config": model, "execute_engine_config": model}
        once_at_a_time = {"max_concurrent_scenarios": 1, "simulated_generation_time_mode": mode}
        config = experiment(**engines, **once_at_a_time, suite=SuiteConfig(runs=runs), **changes)
        with monkeypatch.context() as environment, behind_a_network(policy or Networked()):
            environment.setenv("LOST_KEY", "k-123")
            run_job(config, tmp_path / "job", command_line=())
        return tmp_path / "job"

    return run


@pytest.mark.parametrize("mode", ["measured", "tokens"])
def test_time_that_replies_took_is_replayed(pare: Pare, networked: Networking, mode: str) -> None:
    said = pare("verify", str(networked(mode, runs=2)))
    assert (said.err, said.status) == ("", 0)
    assert said.out.startswith("verified 4 runs, ")


def test_a_run_that_ended_in_a_model_error(pare: Pare, networked: Networking) -> None:
    job = networked("measured", Networked(fails_at=3))
    rows = [json.loads(line) for line in (job / "results.jsonl").read_text().splitlines()]
    assert {row["exception_type"] for row in rows} == {"ModelError"}
    assert pare("verify", str(job)).out.startswith("verified 2 runs, ")


@pytest.mark.parametrize("export", ["hf", "native"])
def test_a_run_that_something_else_ended(pare: Pare, networked: Networking, export: str) -> None:
    """It can be repeated up to there only, and that is said."""
    job = networked("measured", Networked(stalls_at=7), runs=2, trace_dump_format=export)
    statuses = [json.loads(line)["status"] for line in (job / "results.jsonl").read_text().splitlines()]
    assert statuses == ["success", "exception"] * 2
    said = pare("verify", str(job))
    assert said.status == 0
    assert "quiet_friday_afternoon run 1 ended in UnitTimeout: compared up to its last model call\n" in said.out
