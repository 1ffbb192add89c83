"""The columns of a run that come from its agents: turns, tokens, cost, errors, latency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from pare_runner.batch.agents import engines
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.episode.metrics import RunMetrics
from pare_runner.llm.config import OFFLINE, LLMEngineConfig
from pare_runner.policy.request import Role, Usage

COST = "cost_usd"
METRIC_SCHEMA = pl.Schema(
    {
        "max_turns": pl.Int64(),
        "number_of_idle_turns": pl.Int64(),
        "lapsed_proposals": pl.Int64(),
        "unseen_events": pl.Int64(),
        "noise_failures": pl.Int64(),
        "first_proposal_seconds": pl.Float64(),
        "model_calls": pl.Int64(),
        "model_retries": pl.Int64(),
        "prompt_tokens": pl.Int64(),
        "completion_tokens": pl.Int64(),
        "cached_tokens": pl.Int64(),
        "reasoning_tokens": pl.Int64(),
        COST: pl.Float64(),
        "latency_mean": pl.Float64(),
        "latency_max": pl.Float64(),
    }
)
USAGE = "usage_by_role"
METRIC_JSON = ("calls_by_role", "tokens_by_role", USAGE, "served_models", "model_errors", "refused_calls")
"""Columns of JSON values: role → calls, role → total tokens, role → tokens of each of `PAID`, served model → calls,
kind of error → count, and the calls of agents that were not made, by why (not offered, wrong arguments, after the end
of the phase)."""
PAID = ("prompt_tokens", "completion_tokens", "cached_tokens")
"""Tokens that have prices of their own."""

PER = 1_000_000


def metric_columns(metrics: RunMetrics, config: MultiScenarioRunnerConfig, max_turns: int | None) -> dict[str, Any]:
    """The columns of `METRIC_SCHEMA` and `METRIC_JSON`; those about agents are null in oracle runs."""
    if config.oracle:
        return {**dict.fromkeys(METRIC_SCHEMA), **dict.fromkeys(METRIC_JSON)}
    tokens, latencies = metrics.tokens, metrics.latencies
    return {
        "max_turns": max_turns,
        "number_of_idle_turns": metrics.idle_turns,
        "lapsed_proposals": metrics.lapsed_proposals,
        "unseen_events": metrics.unseen_events,
        "noise_failures": metrics.noise_failures,
        "first_proposal_seconds": metrics.first_proposal_seconds,
        "model_calls": metrics.model_calls,
        "model_retries": metrics.retries,
        "prompt_tokens": tokens.prompt_tokens,
        "completion_tokens": tokens.completion_tokens,
        "cached_tokens": tokens.cached_tokens,
        "reasoning_tokens": tokens.reasoning_tokens,
        COST: run_cost(metrics.usage, engines(config)),
        "latency_mean": sum(latencies) / len(latencies) if latencies else None,
        "latency_max": max(latencies, default=None),
        "calls_by_role": dict(metrics.calls),
        "tokens_by_role": {role: usage.total_tokens for role, usage in metrics.usage.items()},
        USAGE: {role: {name: getattr(usage, name) for name in PAID} for role, usage in metrics.usage.items()},
        "served_models": dict(sorted(metrics.served.items())),
        "model_errors": dict(sorted(metrics.errors.items())),
        "refused_calls": dict(sorted(metrics.refused.items())),
    }


def run_cost(usage: Mapping[Role, Usage], models: Mapping[Role, LLMEngineConfig]) -> float | None:
    """US dollars of the tokens used; None if the price of any of them is not known. Offline policies cost nothing."""
    total = 0.0
    for role, used in usage.items():
        model = models[role]
        if model.adapter == OFFLINE:
            continue
        if model.prices is None:
            return None
        cached = model.prices.input if model.prices.cached_input is None else model.prices.cached_input
        fresh_tokens = used.prompt_tokens - used.cached_tokens
        paid = fresh_tokens * model.prices.input + used.cached_tokens * cached
        total += (paid + used.completion_tokens * model.prices.output) / PER
    return total


def row_cost(row: Mapping[str, Any], models: Mapping[Role, LLMEngineConfig]) -> float | None:
    """What the tokens in a line of a journal cost at the prices of `models`, in US dollars; see `run_cost`.

    Lines of earlier versions have only the sum of each role: its prompts, replies and cached tokens are then taken to
    have the shares that they have of the whole run. None for a line that does not even have that.
    """
    by_role, sums = row.get(USAGE), row.get("tokens_by_role")
    if by_role is not None:
        return run_cost({role: Usage(**tokens) for role, tokens in by_role.items()}, models)
    if sums is None:
        return None
    paid = {name: row.get(name) or 0 for name in PAID}
    whole = paid["prompt_tokens"] + paid["completion_tokens"] or 1
    shared = {role: {name: round(count * own / whole) for name, count in paid.items()} for role, own in sums.items()}
    return run_cost({role: Usage(**tokens) for role, tokens in shared.items()}, models)


def unpriced(config: MultiScenarioRunnerConfig) -> list[str]:
    """Labels of the models whose price is not known, sorted."""
    if config.oracle:
        return []
    models = engines(config).values()
    return sorted({model.label for model in models if model.adapter != OFFLINE and model.prices is None})
