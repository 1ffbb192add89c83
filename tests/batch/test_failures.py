"""Why runs came to nothing, by cause."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.failures import RanWith, failures, kept_some, limits, named, normalised
from pare_runner.llm.config import LLMEngineConfig
from tests.batch.situations import oracle_config

JOB = RanWith(Path("out/a"), ("m",), ("http://one/v1",), Path("out/a/logs"))


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"run_id": f"s{number}_c0ffee12", "base_scenario_id": f"s{number}", "status": "exception", **more}


def crash(number: int, message: str) -> dict[str, Any]:
    return row(number, exception_type="ModelError", exception_message=message)


def test_forty_equal_failures_are_one_row() -> None:
    rows = [crash(number, f"timeout: no byte in {number}.5 s from 127.0.0.1:{8000 + number}") for number in range(40)]
    (group,) = failures([(JOB, rows)])

    assert (group.kind, group.message, group.runs) == ("ModelError", "timeout: no byte in # s from <address>", 40)
    assert group.log == Path("out/a/logs/s0_c0ffee12.log")
    assert named(list(group.scenarios)) == "s0, s1, s2 and 37 more"
    assert group.as_json()["scenarios"] == [f"s{number}" for number in range(40)]


def test_causes_models_and_endpoints_are_told_apart_and_the_most_frequent_comes_first() -> None:
    other = RanWith(Path("out/b"), ("n",), ("http://two/v1",))
    rows = [crash(1, "timeout: x"), crash(2, "rate_limited: x"), crash(3, "rate_limited: x")]
    groups = failures([(JOB, rows), (other, [crash(4, "timeout: x"), row(5, status="failed")])])

    assert [(group.message, group.models, group.runs, group.log is None) for group in groups] == [
        ("rate_limited: x", ("m",), 2, False),
        ("timeout: x", ("m",), 1, False),
        ("timeout: x", ("n",), 1, True),
    ]


def test_a_verdict_is_no_failure_but_a_limit_has_a_row() -> None:
    rows = [
        row(1, status="failed", termination_reason="limit:tokens"),
        row(2, status="failed", termination_reason="limit:tokens"),
        row(3, status="failed", termination_reason="idle"),
        row(4, status="success", termination_reason="idle"),
    ]
    assert failures([(JOB, rows)]) == []
    (group,) = limits([(JOB, rows)])
    assert (group.kind, group.runs, list(group.scenarios)) == ("limit:tokens", 2, ["s1", "s2"])


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("<object at 0x7f3a2b>\nmore", "<object at <address>>"),
        ("no note 5f2b9c1e-0000-4a4a-8888-1234567890ab", "no note <id>"),
        ("no note 'note-3fa94bc1'", "no note 'note-<id>'"),
        ("POST https://api.example.com/v1/chat: status 503", "POST <address>: status 503"),
        ("HTTP 503 from https://api.example.com/v1 after 503 ms", "HTTP 503 from <address> after # ms"),
        ("HTTP 5031 and status 12", "HTTP # and status #"),
        ("cannot reach model.example.com:8000 or [::1]:9", "cannot reach <address> or <address>"),
        ("s7 took 1,234.5 s", "<scenario> took # s"),
        ("the facade is decided", "the facade is decided"),
        ("", ""),
    ],
)
def test_what_differs_from_run_to_run_is_left_out(message: str, cause: str) -> None:
    assert normalised(message, row(7)) == cause


def test_the_cache_has_runs_of_jobs_that_use_it_but_no_exception() -> None:
    using, bypassing = replace(JOB, caches=True), JOB
    ended, crashed = [row(1, status="failed")], [row(2, status="exception")]
    assert kept_some([(using, crashed), (using, ended)])
    assert not kept_some([(using, crashed), (bypassing, ended), (using, [])])


def test_what_a_job_ran_with() -> None:
    offline = LLMEngineConfig(adapter="offline", model_name="scripted")
    online = LLMEngineConfig(model_name="m", alias="m-70b", endpoint="http://one/v1")
    mixed = MultiScenarioRunnerConfig(
        user_engine_config=offline, observe_engine_config=online, execute_engine_config=online, use_custom_logger=False
    )
    assert RanWith.of(mixed, Path("a")) == RanWith(Path("a"), ("m-70b",), ("http://one/v1",), None, caches=True)
    assert RanWith.of(oracle_config(), Path("a")) == RanWith(Path("a"), ("oracle",), (), Path("a/logs"), caches=True)
