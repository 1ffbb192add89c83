"""Jobs that are stopped and gone on with: nothing is lost, nothing is asked twice that had been answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.invocation import run_job
from pare_runner.batch.journal import read_journal
from pare_runner.batch.verification import Tally, verify_job
from tests.faults.jobs import job_config, outcomes, rows_of, traces
from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import Fault, FaultServer, Reply, Script, error

WORDS = [f"plate{number:02}" for number in range(8)]
IN_FLIGHT = 4


def undisturbed(folder: Path, picnics: Path) -> tuple[list[dict[str, Any]], dict[str, bytes], int]:
    """Rows and traces of a job that nothing happens to, and how many calls it takes."""
    with FaultServer(playing()).in_thread() as server:
        assert run_job(config_of(server, picnics), folder).exit_status == 0
    return outcomes(folder), traces(folder), len(server.bodies)


def config_of(server: FaultServer, picnics: Path, **fields: Any) -> MultiScenarioRunnerConfig:
    return job_config(server, picnics, max_concurrent_scenarios=IN_FLIGHT, executor_type="async", **fields)


def gone_at(at: int, seconds: float, servers: list[FaultServer]) -> Script:
    """A good model whose server vanishes when it is asked for the `at`-th time."""

    def script(body: dict[str, Any], n: int) -> Reply | Fault:
        reply = playing()(body, n)
        assert isinstance(reply, Reply)
        if n == at:
            servers[0].vanish_for(seconds)
        return Fault(body=reply.body, stall=0.02) if n >= at else reply

    return script


def test_a_service_that_stays_away_stops_the_job_and_a_resume_ends_it(tmp_path: Path) -> None:
    picnics = write_picnics(tmp_path / "picnics", WORDS)
    rows, files, needed = undisturbed(tmp_path / "there", picnics)
    servers: list[FaultServer] = []
    servers.append(FaultServer(gone_at(needed // 2, 1.0, servers)))
    with servers[0].in_thread() as server:
        stopped = run_job(config_of(server, picnics, offline_patience=0.3), tmp_path / "job")
        assert stopped.exit_status == 75
        assert stopped.summary["exception"] == 0
        assert not stopped.summary["complete"]
        # The service comes back while the resumed job waits for it.
        again = run_job(config_of(server, picnics, offline_patience=30), tmp_path / "job", resume=True)
    assert again.exit_status == 0
    assert (outcomes(tmp_path / "job"), traces(tmp_path / "job")) == (rows, files)
    assert len(server.bodies) <= needed + IN_FLIGHT
    tally = Tally()
    verify_job(tmp_path / "job", tally)
    assert (tally.runs, tally.calls) == (len(WORDS), needed)


def test_an_exception_is_tried_again_with_the_replies_it_had(tmp_path: Path) -> None:
    picnics = write_picnics(tmp_path / "picnics", WORDS[:3])
    _, files, needed = undisturbed(tmp_path / "there", picnics)
    broken = True

    def script(body: dict[str, Any], n: int) -> Reply | Fault:
        """The key runs out at the end of every run, as long as it is `broken`."""
        reply = playing()(body, n)
        assert isinstance(reply, Reply)
        return error(403, "no more") if broken and reply.content == "Done." else reply

    with FaultServer(script).in_thread() as server:
        first = run_job(config_of(server, picnics), tmp_path / "job")
        assert (first.exit_status, first.summary["exception"]) == (1, 3)
        asked = len(server.bodies)
        broken = False
        second = run_job(config_of(server, picnics), tmp_path / "job", resume=True, only_exceptions=True)
        assert second.exit_status == 0
        assert len(server.bodies) - asked == needed - (asked - 3), "only what had no answer is asked"
    assert {row["attempt"] for row in rows_of(tmp_path / "job").values()} == {2}
    assert len(read_journal(tmp_path / "job").lines) == 6, "the former attempts stay on record"
    assert traces(tmp_path / "job") == files
    tally = Tally()
    verify_job(tmp_path / "job", tally)
    assert tally.runs == 3


@pytest.mark.parametrize("executor", ["thread", "process"])
def test_all_workers_together_keep_to_the_limit_of_a_service(tmp_path: Path, executor: str) -> None:
    picnics = write_picnics(tmp_path / "picnics", WORDS)
    rows, files, needed = undisturbed(tmp_path / "there", picnics)

    def script(body: dict[str, Any], n: int) -> Fault:
        reply = playing()(body, n)
        assert isinstance(reply, Reply)
        return Fault(body=reply.body, stall=0.01)

    with FaultServer(script).in_thread() as server:
        config = job_config(
            server, picnics, max_concurrent_scenarios=8, executor_type=executor, engine={"max_concurrency": 2}
        )
        assert run_job(config, tmp_path / "job").exit_status == 0
    assert server.most == 2
    assert len(server.bodies) == needed
    assert (outcomes(tmp_path / "job"), traces(tmp_path / "job")) == (rows, files)


@pytest.mark.slow
def test_a_minute_without_the_service_under_200_runs_in_flight(tmp_path: Path) -> None:
    picnics = write_picnics(tmp_path / "picnics", [f"bowl{number:03}" for number in range(200)])
    rows, files, needed = undisturbed(tmp_path / "there", picnics)
    servers: list[FaultServer] = []
    in_work: list[int] = []

    def script(body: dict[str, Any], n: int) -> Fault:
        reply = playing()(body, n)
        assert isinstance(reply, Reply)
        if n == needed // 2:
            in_work.append(servers[0].in_work)
            servers[0].vanish_for(60)
        return Fault(body=reply.body, stall=2)

    servers.append(FaultServer(script))
    with servers[0].in_thread() as server:
        config = job_config(server, picnics, max_concurrent_scenarios=200, engine={"max_concurrency": 200})
        report = run_job(config, tmp_path / "job")
    assert (report.exit_status, report.summary["exception"]) == (0, 0)
    assert in_work[0] > 150
    assert needed <= len(server.bodies) <= needed + 200
    assert (outcomes(tmp_path / "job"), traces(tmp_path / "job")) == (rows, files)
