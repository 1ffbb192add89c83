"""The figures of a display, as they follow from what an observer is told."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.cli.progress.tally import Tally, job_labels, short_labels
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.recording.keys import UnitKey
from pare_runner.policy.request import Usage
from tests.cli.progress.figures import Clock, Gone, OpenJob, row


def opened(clock: Clock, *jobs: Any) -> Tally:
    tally = Tally(clock)
    tally.opened(jobs)
    return tally


def test_runs_in_flight_and_their_ends_are_counted() -> None:
    clock, job, other = Clock(), OpenJob(0, 4, "job #0 (seed=1 x=1)"), OpenJob(1, 2, "job #1 (seed=2 x=1)")
    tally = opened(clock, job, other)
    for run in (1, 2, 3):
        tally.began(job.task(run))
    tally.began(job.task(3))  # a run that lost its worker begins again
    tally.began(other.task(1))
    tally.finished(job, row(1), "run")  # type: ignore[arg-type]
    tally.finished(job, row(2, "exception"), "run")  # type: ignore[arg-type]
    tally.finished(job, row(4, "failed"), "cache")  # type: ignore[arg-type]

    figures = tally.figures()
    first, second = figures.jobs
    assert (first.label, first.in_flight, first.done, first.success, first.failed) == ("seed=1", 1, 3, 1, 1)
    assert (second.label, second.in_flight, second.done) == ("seed=2", 1, 0)
    assert (figures.overall.planned, figures.overall.in_flight, figures.overall.exceptions) == (6, 2, 1)


def test_what_a_resume_makes_again_is_not_done_yet() -> None:
    units = {UnitKey("s", run): None for run in (1, 2, 3)}
    rows = {UnitKey("s", 1): row(1), UnitKey("s", 2): row(2, "exception"), UnitKey("gone", 1): row(1, "exception")}
    overall = opened(Clock(), OpenJob(0, 4, rows=rows, units=units)).figures().overall
    assert (overall.done, overall.exceptions) == (2, 1)


def test_the_time_left_follows_runs_that_were_made() -> None:
    clock, job = Clock(), OpenJob(0, 100)
    tally = opened(clock, job)
    for run in range(50):
        tally.finished(job, row(run), "cache")  # type: ignore[arg-type]
    assert tally.figures().eta is None, "the cache says nothing about the pace"
    for run in range(50, 60):
        clock.now += 2.0
        tally.finished(job, row(run), "run")  # type: ignore[arg-type]
    assert tally.figures().eta == pytest.approx(80.0)


def test_calls_and_tokens_come_from_rows_until_calls_are_told_one_by_one() -> None:
    clock, job = Clock(), OpenJob(0, 10)
    tally = opened(clock, job)
    clock.now = 10.0
    made = row(1, model_calls=50, prompt_tokens=900, completion_tokens=100, cost_usd=0.0)
    tally.finished(job, made, "run")  # type: ignore[arg-type]
    assert (tally.figures().calls_per_second, tally.figures().tokens_per_second) == (5.0, 100.0)

    for _ in range(20):
        tally.called("observe", "m", Usage(prompt_tokens=10, completion_tokens=0))
        tally.called("observe", "m", None)
    tally.finished(job, made | {"run_id": "s_run_2"}, "run")  # type: ignore[arg-type]
    clock.now = 20.0
    assert (tally.figures().calls_per_second, tally.figures().tokens_per_second) == (4.0, 20.0)


def test_the_cost_is_what_was_paid_and_unknown_as_soon_as_a_price_is() -> None:
    model = LLMEngineConfig(model_name="m", endpoint="http://127.0.0.1:9/v1")
    config = MultiScenarioRunnerConfig(user_engine_config=model)
    paid = {"model_calls": 3, "cost_usd": 0.5}
    job = OpenJob(0, 9, config=config, rows={UnitKey("s", 1): row(1, **paid)})
    tally = opened(Clock(), job)
    tally.finished(job, row(2, **paid), "run")  # type: ignore[arg-type]
    tally.finished(job, row(3, **paid), "cache")  # type: ignore[arg-type]
    assert (tally.figures().priced, tally.figures().cost) == (True, 1.0)
    tally.finished(job, row(4, model_calls=3, cost_usd=None), "run")  # type: ignore[arg-type]
    assert tally.figures().cost is None


def test_endpoints_are_asked_when_somebody_looks() -> None:
    tally, away = opened(Clock(), OpenJob(0, 1)), [Gone()]
    tally.connected(lambda: away)
    assert tally.figures().away == (Gone(),)
    away.clear()
    assert tally.figures().away == ()


def test_jobs_are_called_by_what_tells_them_apart() -> None:
    assert short_labels(["job #0 (model=a suite.runs=2)", "job #1 (model=b suite.runs=2)"]) == ["model=a", "model=b"]
    assert short_labels(["job #0 (model=a)"]) == ["model=a"]
    assert short_labels([""]) == ["runs"]
    assert job_labels([("x", ("model=a", "seed=2")), ("y", ("model=b", "seed=2"))]) == ["model=a", "model=b"]
    assert job_labels([("x", ()), ("y", ("model=b",))]) == ["x", "model=b"]
