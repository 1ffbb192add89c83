"""Faults that pass change nothing: fifty scenarios come out the same with them and without, however many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from pare_runner.batch.invocation import run_job
from pare_runner.batch.journal import read_journal
from pare_runner.batch.verification import Tally, verify_job
from pare_runner.kernel.draws import word
from pare_runner.llm.config import LLMEngineConfig
from tests.faults.jobs import calls, job_config, outcomes, rows_of, traces
from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import (
    PASSING,
    Fault,
    FaultServer,
    Reply,
    Script,
    stall,
    too_many,
    with_faults,
)

SCENARIOS = 50
RATE = 0.2
IMPATIENT = {"read_timeout": 0.25}
"""Seconds: what a reply that stalls costs. Without faults nobody is in a hurry, however busy the machine is."""


def stalled() -> Fault:
    """Silence that is longer than the client's patience."""
    return stall(60.0)


def busy() -> Fault:
    """429 that asks for a short pause."""
    return too_many(0.001)


FAULTS: tuple[Callable[[], Fault], ...] = (*PASSING, busy, stalled)


def thinking(script: Script) -> Script:
    """`script`, each of whose replies takes a time of its own, up to 8 ms: calls do not end in the order they began."""

    def think(body: dict[str, Any], n: int) -> Reply | Fault:
        answer = script(body, n)
        if isinstance(answer, Fault):
            return answer
        drawn = word("thinking", orjson.dumps(body).decode()) / 2**64
        return Fault(body=orjson.dumps(answer.value), stall=0.008 * drawn)

    return think


def slowly(script: Script, rate: float, met: Counter[str]) -> Script:
    """`script`, with a share of its replies sent one byte at a time, counted as `slow`."""

    def slow(body: dict[str, Any], n: int) -> Reply | Fault:
        answer = script(body, n)
        drawn = word("slow", orjson.dumps(body).decode()) / 2**64
        if isinstance(answer, Fault) or drawn >= rate:
            return answer
        met["slow"] += 1
        return Fault(body=orjson.dumps(answer.value), slow=0.0002)

    return slow


class Jobs:
    """The same experiment three times: few at once, many at once, and behind faults."""

    def __init__(self, folder: Path) -> None:
        self.scenarios = write_picnics(folder / "picnics", [f"thing{number}" for number in range(SCENARIOS)])
        self.faults: Counter[str] = Counter()
        self.most: dict[str, int] = {}
        self.few = self.job(folder / "few", thinking(playing()), 2)
        self.many = self.job(folder / "many", thinking(playing()), 16)
        self.faulty = self.job(
            folder / "faulty",
            slowly(with_faults(playing(), RATE, faults=self.counted()), 0.03, self.faults),
            16,
            **IMPATIENT,
        )

    def counted(self) -> list[Callable[[], Fault]]:
        def count(fault: Callable[[], Fault]) -> Fault:
            self.faults[fault.__name__] += 1
            return fault()

        return [lambda fault=fault: count(fault) for fault in FAULTS]  # type: ignore[misc]

    def job(self, directory: Path, script: Script, at_once: int, **engine: Any) -> Path:
        """Run it; the server plays the assistant only, which halves the requests."""
        with FaultServer(script).in_thread() as server:
            config = job_config(
                server,
                self.scenarios,
                user_engine_config=LLMEngineConfig(model_name="always_accept", adapter="offline"),
                max_concurrent_scenarios=at_once,
                engine=engine,
            )
            assert run_job(config, directory).exit_status == 0
        self.most[directory.name] = server.most
        return directory


def in_order(job: Path) -> list[str]:
    """The runs in the order they ended."""
    return [line["run_id"] for line in read_journal(job).lines]


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    return Jobs(tmp_path_factory.mktemp("jobs"))


def test_the_faults_were_met(jobs: Jobs) -> None:
    retries = sum(row["model_retries"] for row in rows_of(jobs.faulty).values())
    asked = sum(row["model_calls"] - row["calls_by_role"]["user"] for row in rows_of(jobs.faulty).values())
    faults = {fault.__name__: jobs.faults[fault.__name__] for fault in FAULTS}
    assert jobs.faults["slow"] > 0
    assert list(faults.values()).count(0) <= 1, "which ones are drawn changes with the prompts"
    assert sum(faults.values()) > 0.7 * RATE / (1 - RATE) * asked
    assert retries >= sum(faults.values())


def test_outcomes_and_traces_are_those_without_faults(jobs: Jobs) -> None:
    assert {row["status"] for row in outcomes(jobs.many)} == {"success"}
    assert len(outcomes(jobs.many)) == SCENARIOS
    assert outcomes(jobs.faulty) == outcomes(jobs.many)
    assert traces(jobs.faulty) == traces(jobs.many)
    assert calls(jobs.faulty) == calls(jobs.many)


def test_outcomes_do_not_depend_on_how_many_runs_are_in_flight(jobs: Jobs) -> None:
    assert jobs.most["few"] <= 2 < jobs.most["many"] <= 16
    assert in_order(jobs.few) != in_order(jobs.many), "else this says nothing"
    assert outcomes(jobs.few) == outcomes(jobs.many)
    assert traces(jobs.few) == traces(jobs.many)
    assert calls(jobs.few) == calls(jobs.many)


@pytest.mark.parametrize("name", ["many", "faulty"])
def test_both_are_verified_without_a_server(jobs: Jobs, name: str) -> None:
    tally = Tally()
    verify_job(getattr(jobs, name), tally)
    assert (tally.runs, tally.partly) == (SCENARIOS, [])
    assert tally.calls == sum(row["model_calls"] for row in rows_of(getattr(jobs, name)).values())
