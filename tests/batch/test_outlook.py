"""What is ahead of an invocation, from its directory and the cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.forecast import Forecast
from pare_runner.batch.invocation import job_units
from pare_runner.batch.outlook import look_ahead
from pare_runner.batch.request import JobRequest
from tests.batch.cache.jobs import edit, run
from tests.faults.jobs import job_config
from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import FaultServer, Reply

FREE = "which costs nothing"
PRICES = {"input": 10_000.0, "output": 20_000.0, "source": "here", "date": "2026-01-01"}
JUDGED = "checks:\n  - judge: The reply to Priya is polite.\n  - called: messages.send_message\nside_effects: forbid\n"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    judge = playing()
    verdict = Reply('{"holds": true, "why": "It is."}')
    script = lambda body, n: verdict if "polite" in str(body["messages"]) else judge(body, n)  # noqa: E731
    with FaultServer(script).in_thread() as running:
        yield running


@pytest.fixture
def config(server: FaultServer, tmp_path: Path) -> MultiScenarioRunnerConfig:
    picnics = write_picnics(tmp_path / "picnics", ["bread", "honey"])
    return job_config(server, picnics, cache="use", max_cost_usd=0.01, engine={"prices": PRICES})


def ahead(config: MultiScenarioRunnerConfig, directory: Path, **options: Any) -> tuple[Forecast, str | None]:
    found, budget = look_ahead([JobRequest(config, job_units(config))], directory, **options)
    return found, found.warning(budget)


def first_line(found: Forecast) -> str:
    return next(found.lines()).removeprefix("forecast: ")


def test_runs_that_the_cache_has_are_counted_and_cost_nothing(
    config: MultiScenarioRunnerConfig, tmp_path: Path, server: FaultServer
) -> None:
    found, warning = ahead(config, tmp_path / "outputs" / "first")
    assert (found.total.runs, found.total.cached) == (2, 0)
    assert warning is not None
    run(config.model_copy(update={"max_cost_usd": None}), tmp_path / "outputs" / "first")

    found, warning = ahead(config, tmp_path / "outputs" / "again")
    assert list(found.lines()) == [f"forecast: 2 runs, 2 of them from the cache, {FREE}"]
    assert warning is None

    more = config.model_copy(update={"suite": config.suite.model_copy(update={"runs": 3})})
    found, warning = ahead(more, tmp_path / "outputs" / "more")
    assert first_line(found).startswith("6 runs, 2 of them from the cache, 4 to make, about ")
    assert dict(found.total.based_on) == {"earlier runs of the same scenarios and models": 4}
    assert warning is not None

    asked = len(server.bodies)
    assert set(run(config, tmp_path / "outputs" / "again").values()) == {"cache"}
    assert len(server.bodies) == asked, "the forecast was true"


@pytest.mark.parametrize("changes", [{"cache": "refresh"}, {"cache": "bypass"}, {"enable_caching": False}, {"seed": 1}])
def test_runs_that_are_made_all_the_same(
    changes: dict[str, Any], config: MultiScenarioRunnerConfig, tmp_path: Path
) -> None:
    run(config.model_copy(update={"max_cost_usd": None}), tmp_path / "first")

    assert ahead(config.model_copy(update=changes), tmp_path / "again")[0].total.runs == 2


def test_other_prices_and_other_checks_are_free_as_well(config: MultiScenarioRunnerConfig, tmp_path: Path) -> None:
    run(config.model_copy(update={"max_cost_usd": None}), tmp_path / "first")
    edit(tmp_path / "picnics", "bread", "contains: bread", "contains: cake")
    engine = config.user_engine_config.model_copy(update={"prices": None})
    unpriced = config.model_copy(update={"user_engine_config": engine, "max_cost_usd": None})

    assert first_line(ahead(unpriced, tmp_path / "again")[0]) == f"2 runs, 2 of them from the cache, {FREE}"


def test_what_is_left_of_a_directory_comes_from_the_cache(config: MultiScenarioRunnerConfig, tmp_path: Path) -> None:
    both = config.model_copy(update={"max_cost_usd": None})
    bread = both.model_copy(update={"scenarios": (str(tmp_path / "picnics" / "00_bread.yaml"),)})
    run(both, tmp_path / "first")
    run(bread, tmp_path / "begun")

    found, _ = ahead(both, tmp_path / "begun", resume=True)
    assert first_line(found) == f"1 run, from the cache, {FREE}"
    assert set(run(both, tmp_path / "begun", resume=True).values()) == {"cache"}


def test_a_damaged_entry_is_found_out_later(
    config: MultiScenarioRunnerConfig, tmp_path: Path, fresh_cache: Path
) -> None:
    both = config.model_copy(update={"max_cost_usd": None})
    run(both, tmp_path / "first")
    first, second = sorted(fresh_cache.rglob("*.entry"))
    first.write_bytes(b"no entry\n")
    second.write_bytes(second.read_bytes()[:-1])

    found, _ = ahead(both, tmp_path / "again")
    assert (found.total.runs, found.total.cached) == (1, 1), "only first lines are read"
    assert set(run(both, tmp_path / "again").values()) == {"run"}


def test_a_run_that_a_judge_has_to_judge_anew_is_one_to_make(tmp_path: Path, server: FaultServer) -> None:
    picnics = write_picnics(tmp_path / "picnics", ["bread"], {"bread": JUDGED})
    config = job_config(server, picnics, cache="use")
    config = config.model_copy(update={"judge_engine_config": config.user_engine_config})
    run(config, tmp_path / "first")
    assert ahead(config, tmp_path / "again")[0].total.cached == 1

    edit(picnics, "bread", "polite", "not polite")
    assert ahead(config, tmp_path / "again")[0].total.cached == 0
