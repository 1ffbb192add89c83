"""The budget of a directory: what all its jobs have used, whether they are asked for again or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.batch.invocation import Invocation, job_units
from pare_runner.batch.journal import read_journal
from pare_runner.batch.plan import read_plan
from pare_runner.batch.request import JobRequest
from pare_runner.batch.spent import budget_of
from tests.faults.jobs import job_config
from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import FaultServer


def test_jobs_that_are_not_asked_for_again_count_as_well(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with FaultServer(playing()).in_thread() as server:
        picnics = write_picnics(tmp_path / "picnics", ["bread", "honey"])
        configs = [job_config(server, picnics, seed=seed, max_total_tokens=10**9) for seed in (0, 1)]
        requests = [JobRequest(config, job_units(config), f"seed={config.seed}") for config in configs]
        Invocation(tmp_path / "sweep").run(requests)
    caplog.clear()
    folders = [tmp_path / "sweep" / job.folder for job in read_plan(tmp_path / "sweep").jobs]
    rows = [list(read_journal(folder).latest().values()) for folder in folders]
    used = [sum(row["prompt_tokens"] + row["completion_tokens"] for row in of_job) for of_job in rows]

    again = budget_of(tmp_path / "sweep", {folders[1]: (configs[1], rows[1])}, resume=True)
    assert (again.tokens, again.unpriced) == (sum(used), 4)
    assert not caplog.messages, "without a budget in dollars the price does not matter"

    priced = configs[1].model_copy(update={"max_cost_usd": 5.0, "max_total_tokens": None})
    budget_of(tmp_path / "sweep", {folders[1]: (priced, rows[1])}, resume=True)
    assert caplog.messages == ["limits.max_cost_usd: the cost of 4 earlier runs is unknown and not counted"]

    fresh = budget_of(tmp_path / "elsewhere", {tmp_path / "elsewhere": (configs[0], ())}, resume=False)
    assert fresh.tokens == 0
