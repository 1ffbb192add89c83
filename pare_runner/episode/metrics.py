"""What an episode was like, in numbers: counted from completed events and model calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pare_runner.episode.exchange import Exchange
from pare_runner.kernel.events import CompletedEvent
from pare_runner.policy.request import Role, Usage
from pare_runner.scenarios.checks.conditions import list_proposals
from pare_runner.scenarios.environment import Environment


@dataclass(slots=True)
class RunMetrics:
    """Numbers of one run beside those of the documented result.

    `first_proposal_seconds` is virtual time from the start. `usage` adds up the tokens of each role, `calls` its model
    calls, `served` the calls by the model's name as the provider gave it, `latencies` are wall clock, one a call.
    `errors` counts unusable replies and failed calls by kind, `refused` the calls of agents that were not made,
    `noise_failures` those that noise kept from their tool.
    """

    idle_turns: int = 0
    lapsed_proposals: int = 0
    unseen_events: int = 0
    first_proposal_seconds: float | None = None
    usage: dict[Role, Usage] = field(default_factory=dict)
    calls: dict[Role, int] = field(default_factory=dict)
    served: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    retries: int = 0
    noise_failures: int = 0

    @property
    def tokens(self) -> Usage:
        """Tokens of all roles together."""
        return add_usage(self.usage.values())

    @property
    def model_calls(self) -> int:
        """Model calls of all roles together."""
        return sum(self.calls.values())


def add_usage(usages: Iterable[Usage]) -> Usage:
    """The sum of several usages."""
    prompt = completion = cached = reasoning = 0
    for usage in usages:
        prompt += usage.prompt_tokens
        completion += usage.completion_tokens
        cached += usage.cached_tokens
        reasoning += usage.reasoning_tokens
    return Usage(prompt, completion, cached, reasoning)


def count_exchanges(metrics: RunMetrics, exchanges: Sequence[Exchange]) -> None:
    """Add up model calls: tokens, calls, latencies, errors."""
    by_role: dict[Role, list[Usage]] = {}
    for exchange in exchanges:
        role, response = exchange.request.role, exchange.response
        metrics.calls[role] = metrics.calls.get(role, 0) + 1
        for kind in filter(None, (exchange.problem, exchange.error)):
            metrics.errors[kind] = metrics.errors.get(kind, 0) + 1
        if response is not None:
            by_role.setdefault(role, []).append(response.usage)
            name = response.served_model or "unknown"
            metrics.served[name] = metrics.served.get(name, 0) + 1
            metrics.latencies.append(response.latency)
            metrics.retries += response.retries
    metrics.usage = {role: add_usage(usages) for role, usages in by_role.items()}


def first_proposal(environment: Environment) -> float | None:
    """Virtual seconds from the start to the first proposal."""
    proposals: list[CompletedEvent] = list_proposals(environment)
    return proposals[0].event_time - environment.start_time if proposals else None
