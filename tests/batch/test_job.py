"""One job from units to files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from pare_runner.batch import invocation, rendering
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.frame import PARE_RESULT_SCHEMA, WALL_CLOCK_COLUMNS
from pare_runner.batch.frames_io import UNIT_SCHEMA
from pare_runner.batch.identity import config_hash
from pare_runner.batch.invocation import job_units, run_job
from pare_runner.batch.job import Job
from pare_runner.batch.journal import read_journal
from pare_runner.batch.observer import Observer
from pare_runner.batch.work import Report, Task
from pare_runner.errors import ConfigError, InputError
from pare_runner.scenarios.environment import Environment
from pare_runner.scenarios.result import PAREScenarioValidationResult
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.traces.contract import TraceFile
from pare_runner.traces.hf import HfWriter
from pare_runner.traces.record import RunTrace
from tests.batch.situations import CrashingScenario, NotesScenario, all_scenarios, oracle_config

TWO_RUNS: dict[str, Any] = {"suite": {"runs": 2}}


def just_notes(config: MultiScenarioRunnerConfig) -> list[PAREScenario]:
    return [NotesScenario()]


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(path.read_bytes())
    return content


def files(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def test_all_files_of_a_job(tmp_path: Path) -> None:
    report = run_job(oracle_config(**TWO_RUNS), tmp_path / "job", load=all_scenarios)

    names = {name.split("/")[0] for name in files(tmp_path / "job")}
    assert names == {
        *("manifest.json", "plan.json", "run.log", "logs", "results.jsonl", "results.parquet", "summary.json"),
        *("traces", ".scenarios"),
    }
    assert report.exit_status == 1
    assert len(report.results.scenario_results) == 12
    frame = pl.read_parquet(tmp_path / "job/results.parquet")
    assert frame.schema == UNIT_SCHEMA
    assert frame.columns[: len(PARE_RESULT_SCHEMA)] == list(PARE_RESULT_SCHEMA)
    assert frame["job_duration"].to_list() == [report.results.duration] * 12
    assert frame["run_number"].min() == 1
    for row in frame.iter_rows(named=True):
        assert row["export_path"] == f"traces/hf/{row['run_id']}.json"
        assert (tmp_path / "job" / row["export_path"]).exists()
    assert frame.filter(status="success")["termination_reason"].unique().to_list() == ["idle"]
    journal = read_journal(tmp_path / "job")
    assert sorted(line["run_id"] for line in journal.lines) == sorted(frame["run_id"])
    assert set(frame["attempt"]) == {None}, "runs without models are not tried again in part"


def test_kd_40_oracle_runs_leave_traces_named_by_their_config(tmp_path: Path) -> None:
    """Known defect 40: oracle runs left no trace, names lacked the hash, and `export` was ignored."""
    for seed in (0, 1):
        run_job(oracle_config(seed=seed), tmp_path / f"{seed}", load=just_notes)
    run_job(oracle_config(export=False), tmp_path / "none", load=just_notes)

    names = [name for seed in (0, 1) for name in files(tmp_path / f"{seed}") if name.startswith("traces/")]
    assert len(set(names)) == 2, "another seed, another name"
    hashes = [read(tmp_path / f"{seed}/manifest.json")["config_hash"][:8] for seed in (0, 1)]
    assert names == [f"traces/hf/notes_{digest}.json" for digest in hashes]
    trace = read(tmp_path / "1" / names[1])
    assert trace["metadata"]["runner_config"]["seed"] == 1
    assert len(trace["completed_events"]) == 5
    assert not (tmp_path / "none/traces").exists()
    assert read_journal(tmp_path / "none").lines[0]["export_path"] is None


def test_kd_44_a_crash_is_an_exception_not_a_failure(tmp_path: Path) -> None:
    """Known defect 44: a run that crashed was counted as failed."""
    report = run_job(oracle_config(), tmp_path, load=all_scenarios)

    statuses = {line["base_scenario_id"]: line["status"] for line in read_journal(tmp_path).lines}
    assert statuses == {
        "notes": "success",
        "failing": "failed",
        "crashing": "exception",
        "unbuildable": "exception",
        "unjudged": "no_validation",
        "every_sort": "failed",
    }
    crash = next(line for line in read_journal(tmp_path).lines if line["base_scenario_id"] == "crashing")
    assert (crash["exception_type"], crash["exception_message"]) == ("RuntimeError", "the check is broken")
    assert crash["success_bool"] is None
    assert (report.summary["exception"], report.summary["failed"]) == (2, 2)
    assert report.summary["success_rate"] == pytest.approx(1 / 3)
    assert report.exit_status == 1


def test_all_well_is_status_zero(tmp_path: Path) -> None:
    report = run_job(oracle_config(), tmp_path, load=just_notes)

    assert report.exit_status == 0
    summary = read(tmp_path / "summary.json")
    assert summary["config_hash"] == read(tmp_path / "manifest.json")["config_hash"]
    assert {name: summary[name] for name in report.summary} == report.summary
    assert summary["wall_clock"] == {"job_duration": report.results.duration}


RUN_TWICE = """
import sys
from pathlib import Path
from pare_runner.batch.invocation import run_job
from tests.batch.situations import all_scenarios, oracle_config
config = oracle_config(log_level="DEBUG", suite={"runs": 2})
for folder in sys.argv[1:]:
    run_job(config, Path(folder), load=all_scenarios, command_line=["pare"])
"""


def without_wall_clock(directory: Path) -> dict[str, Any]:
    """All that a job left, as bytes where there is no wall clock in it."""
    found: dict[str, Any] = files(directory)
    del found["run.log"]
    for name in ("manifest.json", "summary.json"):
        found[name] = {key: value for key, value in read(directory / name).items() if key != "wall_clock"}
    found["results.jsonl"] = [
        {key: value for key, value in line.items() if key not in WALL_CLOCK_COLUMNS}
        for line in read_journal(directory).lines
    ]
    found["results.parquet"] = pl.read_parquet(directory / "results.parquet").drop(WALL_CLOCK_COLUMNS).rows()
    return found


def test_the_same_inputs_give_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    for seed, folders in {"0": ["a", "b"], "1": ["c"]}.items():
        command = [sys.executable, "-c", RUN_TWICE, *(str(tmp_path / folder) for folder in folders)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed}, cwd=Path.cwd())

    first = without_wall_clock(tmp_path / "a")
    assert len([name for name in first if name.startswith(("traces/", "logs/"))]) == 24
    assert without_wall_clock(tmp_path / "b") == first
    assert without_wall_clock(tmp_path / "c") == first


STOP_MIDWAY = """
import sys
from pathlib import Path
from pare_runner.batch.invocation import run_job
from pare_runner.batch.observer import Observer
from tests.batch.situations import NotesScenario, oracle_config
class Listener(Observer):
    rows = 0
    def began(self, task):
        if self.rows == 3:
            sys.stdin.read()
    def finished(self, job, row, source):
        self.rows += 1
        print(row["run_id"], flush=True)
config = oracle_config(suite={"runs": 9})
run_job(config, Path(sys.argv[1]), load=lambda config: [NotesScenario()], observer=Listener())
"""


def test_kill_9_leaves_a_journal_of_what_was_finished(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STOP_MIDWAY, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(3)]
        process.kill()
    assert process.returncode == -signal.SIGKILL

    journal = read_journal(tmp_path)
    assert [line["run_id"] for line in journal.lines] == said
    assert journal.unusable == []
    assert sorted(path.stem for path in (tmp_path / "traces/hf").iterdir()) == sorted(said)
    assert read(tmp_path / "manifest.json")["wall_clock"]["finished"] is None
    assert not (tmp_path / "summary.json").exists()


class InterruptedJob(Job):
    """Ctrl-C is pressed before the second run is written down."""

    def record(self, report: Report) -> None:
        if report.task.unit.run == 2:
            signal.raise_signal(signal.SIGINT)
        super().record(report)


@pytest.mark.parametrize("moment", ["in a run", "while it is recorded"])
def test_ctrl_c_ends_the_job_with_what_was_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    verdicts = count(1)

    class InterruptedNotes(NotesScenario):
        def validate(self, env: Environment) -> PAREScenarioValidationResult:
            if next(verdicts) == 2:
                signal.raise_signal(signal.SIGINT)
            return super().validate(env)

    scenario = InterruptedNotes() if moment == "in a run" else NotesScenario()
    if moment != "in a run":
        monkeypatch.setattr(invocation, "Job", InterruptedJob)
    report = run_job(oracle_config(suite={"runs": 9}), tmp_path, load=lambda config: [scenario])

    # A run that does not wait for anything is made to its end, and so may be the one that has just begun.
    done = len(read_journal(tmp_path).lines)
    assert done in (2, 3)
    assert report.exit_status == 130
    assert [line["run_number"] for line in read_journal(tmp_path).lines] == list(range(1, done + 1))
    assert len(list((tmp_path / "traces/hf").iterdir())) == done
    assert (report.summary["runs"], report.summary["planned"], report.summary["complete"]) == (done, 9, False)
    assert read(tmp_path / "summary.json")["success"] == done
    assert read(tmp_path / "manifest.json")["wall_clock"]["finished"] is not None
    assert not (tmp_path / "results.parquet").exists(), "it holds complete jobs only"


def test_results_are_never_mixed(tmp_path: Path) -> None:
    run_job(oracle_config(), tmp_path, load=just_notes)
    before = files(tmp_path)

    with pytest.raises(InputError, match="holds results already") as caught:
        run_job(oracle_config(seed=1), tmp_path, load=just_notes)

    assert caught.value.exit_status == 2
    assert files(tmp_path) == before


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(InputError, match=r"^cannot write .*file.*: \w[\w ]+$") as caught:
        run_job(oracle_config(), tmp_path / "file/job", load=just_notes)

    assert caught.value.exit_status == 2


@pytest.fixture
def nobody() -> Iterator[None]:
    """Run the test as a user to whom read-only means something."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield
    os.seteuid(user)


def test_a_read_only_directory(tmp_path: Path, nobody: None) -> None:
    if os.geteuid() != 65534:
        tmp_path.chmod(0o500)

    with pytest.raises(InputError, match=r"^cannot write .*: Permission denied$"):
        run_job(oracle_config(), tmp_path, load=just_notes)


def test_a_full_disk_ends_the_job_with_one_message_and_a_valid_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(HfWriter):
        def render(self, trace: RunTrace) -> tuple[TraceFile, ...]:
            if trace.run_number == 3:
                raise OSError(28, "No space left on device", "a.json")
            return super().render(trace)

    monkeypatch.setattr(rendering, "trace_writers", lambda name: [Full()])
    with pytest.raises(InputError, match=r"^cannot write a.json: No space left on device$"):
        run_job(oracle_config(suite={"runs": 9}), tmp_path, load=just_notes)

    assert [line["run_number"] for line in read_journal(tmp_path).lines] == [1, 2]


def test_nothing_is_written_for_an_experiment_that_cannot_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    for config in (oracle_config(oracle=False), oracle_config(trace_dump_format="xml")):
        with pytest.raises(ConfigError):
            run_job(config, tmp_path / "job", load=just_notes)
    with pytest.raises(ConfigError, match="no scenario"):
        run_job(oracle_config(), tmp_path / "job", load=lambda config: [])

    assert not (tmp_path / "job").exists()


def test_an_experiment_is_checked_without_running_it() -> None:
    job_units(oracle_config(), load=just_notes)
    with pytest.raises(ConfigError, match="no scenario"):
        job_units(oracle_config(), load=lambda config: [])


class Listener(Observer):
    """Notes what it is told, and what stands in the journal by then."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.heard: list[tuple[str, ...]] = []

    def opened(self, jobs: Sequence[Job]) -> None:
        self.heard.append(("opened", *(str(job.planned) for job in jobs)))

    def began(self, task: Task) -> None:
        self.heard.append(("began", task.run_id))

    def finished(self, job: Job, row: Mapping[str, Any], source: str) -> None:
        last = read_journal(self.directory).lines[-1]
        assert last["run_id"] == row["run_id"], "it counts before anybody hears of it"
        self.heard.append((source, row["run_id"], row["status"]))

    def job_over(self, job: Job) -> None:
        assert (self.directory / "summary.json").exists()
        self.heard.append(("over",))

    def closed(self) -> None:
        self.heard.append(("closed",))


def test_whoever_watches_hears_of_units_that_count(tmp_path: Path) -> None:
    config, listener = oracle_config(), Listener(tmp_path)
    run_job(config, tmp_path, load=lambda config: [NotesScenario(), CrashingScenario()], observer=listener)

    notes, crashing = (f"{name}_{config_hash(config)[:8]}" for name in ("notes", "crashing"))
    assert listener.heard == [
        *(("opened", "2"), ("began", notes), ("run", notes, "success")),
        *(("began", crashing), ("run", crashing, "exception"), ("over",), ("closed",)),
    ]
