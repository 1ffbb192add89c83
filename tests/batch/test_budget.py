"""What counts against a budget, and when it is used up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.budget import Budget, dollars
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.llm.config import LLMEngineConfig

OFFLINE = LLMEngineConfig(model_name="scripted", adapter="offline")
ONLINE = MultiScenarioRunnerConfig()
ROW: dict[str, Any] = {"prompt_tokens": 900, "completion_tokens": 100, "cost_usd": 0.4}


def offline() -> MultiScenarioRunnerConfig:
    roles = ("user_engine_config", "observe_engine_config", "execute_engine_config")
    return MultiScenarioRunnerConfig.model_validate(dict.fromkeys(roles, OFFLINE))


def test_without_limits_nothing_is_ever_reached() -> None:
    budget = Budget(clock=iter([0.0, 1e9]).__next__)
    for _ in range(1000):
        budget.count(ONLINE, ROW)

    assert (budget.reached(), budget.limited) == (None, False)
    assert (round(budget.cost, 6), budget.tokens) == (400.0, 1_000_000)


def test_dollars() -> None:
    budget = Budget(max_cost_usd=1.0, directory=Path("outputs/a"))
    for _ in range(2):
        budget.count(ONLINE, ROW)
    assert budget.reached() is None
    budget.count(ONLINE, ROW)

    assert budget.reached() == (
        "limits.max_cost_usd=1 is reached ($1.20 used); runs in flight end as they would. "
        "To go on: the same command with resume=outputs/a and a higher limit"
    )


def test_tokens() -> None:
    budget = Budget(max_tokens=2000)
    budget.count(ONLINE, ROW)
    assert budget.reached() is None
    budget.count(ONLINE, ROW)

    assert str(budget.reached()).startswith("limits.max_tokens=2000 is reached (2,000 tokens used);")


def test_seconds_are_those_since_it_was_made() -> None:
    budget = Budget(max_wall=60, clock=iter([1000.0, 1059.0, 1060.0]).__next__)

    assert budget.reached() is None
    assert budget.reached() == (
        "limits.max_wall=60 is reached (60 s since the start); runs in flight end as they would. "
        "To go on: the same command with resume=."
    )


def test_a_budget_of_nothing_is_used_up_at_once() -> None:
    assert str(Budget(max_cost_usd=0).reached()).startswith("limits.max_cost_usd=0 is reached ($0.0000 used)")


@pytest.mark.parametrize(
    ("config", "row"),
    [
        pytest.param(ONLINE, {**ROW, "source": "cache"}, id="from the cache"),
        pytest.param(offline(), ROW, id="no model"),
        pytest.param(ONLINE.model_copy(update={"replay": "outputs/a"}), ROW, id="a replay"),
        pytest.param(ONLINE.model_copy(update={"oracle": True}), ROW, id="the oracle"),
    ],
)
def test_what_is_free(config: MultiScenarioRunnerConfig, row: dict[str, Any]) -> None:
    budget = Budget(max_cost_usd=0.1, max_tokens=1)
    budget.count(config, row)

    assert (budget.cost, budget.tokens, budget.unpriced) == (0.0, 0, 0)
    assert budget.reached() is None


def test_a_cost_that_is_unknown_is_counted_apart() -> None:
    budget = Budget(max_cost_usd=1, max_tokens=1)
    budget.count(ONLINE, {**ROW, "cost_usd": None})

    assert (budget.cost, budget.unpriced) == (0.0, 1)
    assert str(budget.reached()).startswith("limits.max_tokens")


def test_the_limits_come_from_the_configuration() -> None:
    config = MultiScenarioRunnerConfig(max_cost_usd=5, max_total_tokens=1000, max_wall=3600)
    budget = Budget.of(config, Path("outputs/a"))

    assert (budget.max_cost_usd, budget.max_tokens, budget.max_wall, budget.limited) == (5, 1000, 3600, True)


@pytest.mark.parametrize(("amount", "text"), [(0, "$0.0000"), (0.1234, "$0.1234"), (1, "$1.00"), (123.5, "$123.50")])
def test_amounts(amount: float, text: str) -> None:
    assert dollars(amount) == text
