"""Budgets of whole invocations, against a model that has a price: where they stop, and how they go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from pare_runner.batch.invocation import run_job
from pare_runner.batch.observer import Observer
from pare_runner.batch.plan import read_plan
from pare_runner.errors import ConfigError
from tests.faults.jobs import job_config, rows_of
from tests.faults.picnic import playing, sensible, write_picnics
from tests.llm.fault_server import Fault, FaultServer, Reply

WORDS = [f"thing{place:02}" for place in range(24)]
PRICES = {"input": 10_000.0, "output": 20_000.0, "source": "here", "date": "2026-01-01"}
"""A reply of the server (20 tokens and 5) costs 30 cents."""


class Said(Observer):
    def __init__(self) -> None:
        self.reasons: list[str] = []

    def stopping(self, reason: str) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.reasons.append(reason)


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer(playing()).in_thread() as running:
        yield running


@pytest.fixture
def picnics(tmp_path: Path) -> Path:
    return write_picnics(tmp_path / "picnics", WORDS)


def priced(server: FaultServer, picnics: Path, in_flight: int, **fields: Any) -> Any:
    values = {"max_concurrent_scenarios": in_flight, "executor_type": "async", "export": False, "log_to_file": False}
    return job_config(server, picnics, engine={"prices": PRICES}, **{**values, **fields})


@pytest.mark.parametrize("in_flight", [1, 16])
@pytest.mark.parametrize(("field", "column"), [("max_cost_usd", "cost_usd"), ("max_total_tokens", "prompt_tokens")])
def test_a_budget_is_overshot_by_what_is_in_flight_only_and_goes_on(
    in_flight: int, field: str, column: str, server: FaultServer, picnics: Path, tmp_path: Path
) -> None:
    def amount(row: dict[str, Any]) -> float:
        return float(row["cost_usd"]) if field == "max_cost_usd" else row["prompt_tokens"] + row["completion_tokens"]

    (probe,) = rows_of_one(server, picnics, tmp_path)
    assert probe["cost_usd"] == pytest.approx(0.3 * probe["model_calls"])
    limit = int(amount(probe) * 3.5)
    said = Said()
    report = run_job(priced(server, picnics, in_flight, **{field: limit}), tmp_path / "job", observer=said)

    used = [amount(row) for row in rows_of(tmp_path / "job").values()]
    assert report.exit_status == 75
    assert sum(used[:3]) < limit <= sum(used), "it stopped neither too early nor without reason"
    assert len(used) <= 4 + in_flight - 1, "nothing started after the limit was reached"
    (reason,) = said.reasons
    assert f"resume={tmp_path / 'job'}" in reason

    asked = len(server.bodies)
    again = Said()
    report = run_job(priced(server, picnics, 1, **{field: limit}), tmp_path / "job", observer=again, resume=True)
    assert report.exit_status == 75
    assert (len(server.bodies), len(again.reasons)) == (asked, 1), "used up already: nothing runs"

    report = run_job(priced(server, picnics, 16, **{field: limit * 100}), tmp_path / "job", resume=True)
    assert (report.exit_status, len(rows_of(tmp_path / "job"))) == (0, len(WORDS))


def rows_of_one(server: FaultServer, picnics: Path, folder: Path) -> list[dict[str, Any]]:
    run_job(priced(server, picnics, 1, suite={"source": "listed", "limit": 1}), folder / "one")
    return list(rows_of(folder / "one").values())


def test_a_budget_that_is_just_enough_is_no_stop(server: FaultServer, picnics: Path, tmp_path: Path) -> None:
    said = Said()
    config = priced(server, picnics, 1, suite={"source": "listed", "limit": 1}, max_total_tokens=1)

    assert run_job(config, tmp_path / "job", observer=said).exit_status == 0
    assert said.reasons == []


def test_time_is_over_though_nothing_finishes(picnics: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    logged: list[bool] = []

    def slow(body: dict[str, Any], n: int) -> Reply | Fault:
        logged.append(any("max_wall" in record.message for record in caplog.records))
        reply = sensible(body)
        return Fault(body=orjson.dumps(reply.value), stall=3.0) if n == 0 else reply

    with FaultServer(slow).in_thread() as server:
        said = Said()
        report = run_job(priced(server, picnics, 1, max_wall=1.5), tmp_path / "job", observer=said)

    assert report.exit_status == 75
    assert len(rows_of(tmp_path / "job")) == 1, "the run in flight ended as it would"
    assert logged[:2] == [False, True], "it was said while the run was in flight"
    (reason,) = said.reasons
    assert reason.startswith("limits.max_wall=1.5 is reached")


def test_an_unknown_price_stops_a_budgeted_run_before_it_starts(
    server: FaultServer, picnics: Path, tmp_path: Path
) -> None:
    asked = len(server.bodies)
    config = job_config(server, picnics, max_cost_usd=5.0)
    with pytest.raises(ConfigError, match=r"max_cost_usd=5: the price of a model is unknown.*user=m") as caught:
        run_job(config, tmp_path / "job")

    assert "model.prices={input: 1.0" in str(caught.value)
    assert not (tmp_path / "job").exists()
    assert len(server.bodies) == asked
    assert run_job(config.model_copy(update={"max_cost_usd": None}), tmp_path / "job").exit_status == 0
    assert read_plan(tmp_path / "job").planned == len(WORDS)


@pytest.mark.parametrize("executor", ["thread", "process"])
def test_a_budget_holds_with_workers_of_their_own(
    executor: str, server: FaultServer, picnics: Path, tmp_path: Path
) -> None:
    config = priced(server, picnics, 4, executor_type=executor, max_total_tokens=1)
    report = run_job(config, tmp_path / "job")

    assert report.exit_status == 75
    assert 1 <= len(rows_of(tmp_path / "job")) <= 4
