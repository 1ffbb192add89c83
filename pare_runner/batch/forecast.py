"""What an invocation is going to need: runs, model calls, tokens and dollars, each with a range, before it starts.

Earlier runs of the same models tell most: their tokens, which cost what the prices of now say. Where there are none,
some scenarios are played without models to see what would be asked (`batch.prompt_sizes`); the others are taken to be
like those. Runs that the cache has are no more than counted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from pare_runner.batch.agents import engines
from pare_runner.batch.bench import asks_models
from pare_runner.batch.budget import Budget, dollars
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.metrics import row_cost
from pare_runner.batch.past_runs import PastRuns, Row
from pare_runner.batch.prompt_sizes import CHARACTERS, REPLY_TOKENS, PromptSizes
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.policy.request import Role
from pare_runner.scenarios.scenario import PAREScenario

PLAYED = 10
"""Scenarios of a job that are played at most to see what is asked."""
SHOWN = 20
"""Jobs shown at most."""

# How far a forecast may be off as a whole (a factor below, a factor above), by what it is based on.
SAME_SCENARIO, SAME_MODELS, PROMPTS = (0.9, 1.1), (0.7, 1.4), (0.5, 3.0)
ALONE = 0.5
"""Spread of a scenario's runs, as a share of their mean, where only one is known."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An expected amount, and between which it is likely to be."""

    low: float
    expected: float
    high: float

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.low + other.low, self.expected + other.expected, self.high + other.high)


ZERO = Amount(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A job as it stands before it starts: the scenario of each run that is still to be made, repeated for each.

    Beside these, `cached` runs come from the cache.
    """

    label: str
    config: MultiScenarioRunnerConfig
    runs: Sequence[PAREScenario]
    cached: int = 0


@dataclass(frozen=True, slots=True)
class JobForecast:
    """What one job is going to need for its `runs`, and how many more are `cached` and need nothing.

    `cost` is None if a price is unknown; `based_on` counts runs by evidence.
    """

    label: str
    runs: int
    calls: Amount
    prompt: Amount
    completion: Amount
    cost: Amount | None
    based_on: Counter[str]
    cached: int = 0

    @property
    def tokens(self) -> Amount:
        """Tokens of prompts and completions."""
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the jobs of an invocation that ask models are going to need."""

    jobs: Sequence[JobForecast]

    @property
    def total(self) -> JobForecast:
        """All jobs together."""
        cost: Amount | None = ZERO
        for job in self.jobs:
            cost = None if cost is None or job.cost is None else cost + job.cost
        based_on: Counter[str] = sum((job.based_on for job in self.jobs), Counter())
        return JobForecast(
            "in total",
            sum(job.runs for job in self.jobs),
            sum((job.calls for job in self.jobs), ZERO),
            sum((job.prompt for job in self.jobs), ZERO),
            sum((job.completion for job in self.jobs), ZERO),
            cost,
            based_on,
            sum(job.cached for job in self.jobs),
        )

    def lines(self) -> Iterator[str]:
        """The forecast for people to read."""
        if not self.jobs:
            yield "forecast: no model is going to be asked; that costs nothing"
            return
        if len(self.jobs) > 1:
            for job in self.jobs[:SHOWN]:
                yield f"forecast: {job.label}: {_needs(job)}"
            if len(self.jobs) > SHOWN:
                yield f"forecast: ... and {len(self.jobs) - SHOWN} more jobs"
        total = self.total
        yield f"forecast: {'in total ' if len(self.jobs) > 1 else ''}{_needs(total)}"
        if total.based_on:
            yield "forecast: based on " + "; ".join(f"{text} ({runs} runs)" for text, runs in total.based_on.items())

    def warning(self, budget: Budget) -> str | None:
        """What a budget will not be enough for, in words; None if it may be enough."""
        total = self.total
        if budget.max_cost_usd is not None and total.cost is not None:
            left = budget.max_cost_usd - budget.cost
            if total.cost.low > left:
                what = f"at least {dollars(total.cost.low)}, and {dollars(max(left, 0.0))} of"
                return f"the runs ahead will cost {what} limits.max_cost_usd={budget.max_cost_usd:g} are left"
        if budget.max_tokens is not None and total.tokens.low > budget.max_tokens - budget.tokens:
            left_tokens = max(budget.max_tokens - budget.tokens, 0)
            what = f"at least {_count(total.tokens.low)} tokens, and {_count(left_tokens)} of"
            return f"the runs ahead will need {what} limits.max_tokens={budget.max_tokens} are left"
        return None


def forecast(jobs: Iterable[Ahead], past: PastRuns, sizes: PromptSizes | None = None) -> Forecast:
    """What `jobs` are going to need; those that ask no model need nothing and are left out."""
    sizes = PromptSizes() if sizes is None else sizes
    return Forecast([_job(job, past, sizes) for job in jobs if asks_models(job.config)])


@dataclass(frozen=True, slots=True)
class _Run:
    """What one run needs: calls, prompt tokens, completion tokens, dollars (NaN: unknown), with what that is known by.

    `spread` is the standard deviation of single runs as a share of these, `off` how far all of them may be off.
    """

    values: tuple[float, float, float, float]
    spread: float
    off: tuple[float, float]
    basis: str


def _job(job: Ahead, past: PastRuns, sizes: PromptSizes) -> JobForecast:
    rows, models = past.of(job.config), engines(job.config)
    known = {name: _of_rows(found, models, SAME_SCENARIO, _EARLIER) for name, found in rows.items()}
    every = [row for found in rows.values() for row in found]
    unknown = _of_rows(every, models, SAME_MODELS, _OTHERS) if rows else None
    if unknown is None:
        distinct = list({scenario.scenario_id: scenario for scenario in job.runs}.values())
        step = max(1, math.ceil(len(distinct) / PLAYED))
        played = {scenario.scenario_id: _of_prompts(job.config, scenario, sizes) for scenario in distinct[::step]}
        known = {name: run for name, run in played.items() if run is not None}
        unknown = _mean(list(known.values()))
    runs = [known.get(scenario.scenario_id, unknown) for scenario in job.runs]
    calls, prompt, completion, cost = (_sum(runs, place) for place in range(4))
    return JobForecast(
        job.label,
        len(runs),
        calls,
        prompt,
        completion,
        None if math.isnan(cost.expected) else cost,
        Counter(run.basis for run in runs),
        job.cached,
    )


_EARLIER = "earlier runs of the same scenarios and models"
_OTHERS = "earlier runs of these models in other scenarios"
_PLAYED = (
    f"prompts of runs played by scripted, {CHARACTERS} characters a token, {REPLY_TOKENS} tokens a reply, "
    "nothing read from a provider's cache"
)
_NOTHING = _Run((math.nan,) * 4, 0.0, PROMPTS, "nothing: these runs cannot be played without their models")


def _of_rows(rows: Sequence[Row], models: Mapping[Role, LLMEngineConfig], off: tuple[float, float], basis: str) -> _Run:
    names = ("model_calls", "prompt_tokens", "completion_tokens")
    means = [fmean(row[name] or 0 for row in rows) for name in names]
    costs = [math.nan if cost is None else cost for cost in (row_cost(row, models) for row in rows)]
    tokens = [(row["prompt_tokens"] or 0) + (row["completion_tokens"] or 0) for row in rows]
    spread = pstdev(tokens) / fmean(tokens) if len(rows) > 1 and any(tokens) else ALONE
    return _Run((means[0], means[1], means[2], fmean(costs)), spread, off, basis)


def _of_prompts(config: MultiScenarioRunnerConfig, scenario: PAREScenario, sizes: PromptSizes) -> _Run | None:
    asked = sizes.of(config, scenario)
    if asked is None:
        return None
    prompt = sum(usage.prompt_tokens for usage in asked.usage.values())
    completion = sum(usage.completion_tokens for usage in asked.usage.values())
    cost = asked.cost(config)
    values = (float(sum(asked.calls.values())), float(prompt), float(completion), math.nan if cost is None else cost)
    return _Run(values, 0.0, PROMPTS, _PLAYED)


def _mean(runs: Sequence[_Run]) -> _Run:
    if not runs:
        return _NOTHING
    first, second, third, fourth = (fmean(run.values[place] for run in runs) for place in range(4))
    return _Run((first, second, third, fourth), 0.0, PROMPTS, _PLAYED)


def _sum(runs: Sequence[_Run], place: int) -> Amount:
    """The amounts of all runs together: runs vary each for itself, what they are based on is off for all alike."""
    expected = math.fsum(run.values[place] for run in runs)
    chance = 2 * math.sqrt(math.fsum((run.spread * run.values[place]) ** 2 for run in runs))
    low = math.fsum(run.off[0] * run.values[place] for run in runs) - chance
    high = math.fsum(run.off[1] * run.values[place] for run in runs) + chance
    return Amount(max(low, 0.0), expected, high)


def _needs(job: JobForecast) -> str:
    runs = f"{job.runs} run{'' if job.runs == 1 else 's'} to make"
    if job.cached:
        every = job.runs + job.cached
        runs = f"{every} runs, {job.cached} of them from the cache, " if every > 1 else "1 run, from the cache, "
        runs += f"{job.runs} to make" if job.runs else "which costs nothing"
    if not job.runs or math.isnan(job.calls.expected):
        return runs
    cost = "cost unknown"
    if job.cost is not None:
        cost = f"{dollars(job.cost.expected)} ({dollars(job.cost.low)} to {dollars(job.cost.high)})"
    calls, prompt, completion = (_count(amount.expected) for amount in (job.calls, job.prompt, job.completion))
    return f"{runs}, about {calls} model calls, {prompt} prompt and {completion} completion tokens, {cost}"


def _count(number: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= size:
            return f"{number / (1e3 if letter == 'k' else size):.3g}{letter}"
    return f"{number:.0f}"
