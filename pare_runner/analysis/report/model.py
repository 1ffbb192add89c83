"""A report as one tree of plain values: everything that any of its forms says, computed once.

Rates are fractions from 0 to 1, times virtual seconds, costs US dollars. None stands for what cannot be known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pare_runner.analysis.statistics.comparisons import Comparison
from pare_runner.analysis.statistics.exceptions import Exceptions
from pare_runner.analysis.statistics.families import Family
from pare_runner.analysis.statistics.intervals import Interval
from pare_runner.analysis.statistics.passes import Passes
from pare_runner.analysis.statistics.power import Needed
from pare_runner.analysis.statistics.sample import Estimand
from pare_runner.analysis.statistics.variance import Components
from pare_runner.errors import Problem


@dataclass(frozen=True)
class Means:
    """Per-run means of what agents did and used; None where no run says it. Runs that ended in an exception, which were
    cut short, are left out. `cost` is over the runs whose cost is known, `cost_unknown` counts the others."""

    turns: float | None
    unseen_events: float | None
    model_calls: float | None
    tokens: float | None
    cost: float | None
    cost_unknown: int


@dataclass(frozen=True)
class Configuration:
    """One configuration: `values` are the columns that tell it from the others, `label` says them in words.

    `series` is the label without noise: the assistant whose curve it is a point of. `statuses` counts runs.
    """

    id: str
    label: str
    series: str
    values: Mapping[str, Any]
    scenarios: int
    runs: int
    statuses: Mapping[str, int]
    rate: Interval
    bootstrap: Interval | None
    passes: tuple[Passes, ...]
    exceptions: Exceptions | None
    variance: Components
    proposals: int
    acceptances: int
    turns: int
    means: Means

    @property
    def acceptance_rate(self) -> float | None:
        """Acceptances a proposal."""
        return self.acceptances / self.proposals if self.proposals else None

    @property
    def proposal_rate(self) -> float | None:
        """Proposals a turn."""
        return self.proposals / self.turns if self.turns else None


@dataclass(frozen=True)
class Versus:
    """One configuration against the baseline, with the runs and scenarios that `target` would take."""

    id: str
    label: str
    comparison: Comparison
    runs_needed: Needed
    scenarios_needed: Needed


@dataclass(frozen=True)
class Comparisons:
    """All configurations against one baseline: one family, corrected together. `chosen` says how it was chosen."""

    baseline: str
    chosen: str
    family: Family
    members: tuple[Versus, ...]
    target: float


@dataclass(frozen=True)
class Point:
    """One level of noise on a curve."""

    level: float
    configuration: str
    rate: Interval
    unseen_events: float | None


@dataclass(frozen=True)
class Series:
    """One assistant under rising noise, all else equal; `warning` if it was not told of the same events everywhere.

    `change` is the difference from the lowest level to the highest, paired by scenario."""

    label: str
    points: tuple[Point, ...]
    change: Interval
    warning: str = ""


@dataclass(frozen=True)
class Axis:
    """Curves over one kind of noise: the column whose values are the levels, and its name in words."""

    column: str
    title: str
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Part:
    """The scenarios with one app or tag: the rate of each configuration in the order of the report."""

    name: str
    scenarios: int
    rates: tuple[Interval, ...]


@dataclass(frozen=True)
class HeatRow:
    """One scenario: the success rate of each configuration and the judged runs it is of."""

    scenario: str
    rates: tuple[float | None, ...]
    runs: tuple[int, ...]


@dataclass(frozen=True)
class Heat:
    """Scenarios × configurations; `left_out` counts scenarios that are not shown because there are too many."""

    rows: tuple[HeatRow, ...]
    left_out: int = 0


@dataclass(frozen=True)
class Timing:
    """When the first proposal came, over the runs that made one: virtual seconds at `QUANTILES`."""

    label: str
    runs: int
    proposing: int
    quantiles: tuple[float, float, float, float, float] | None
    proposals_per_run: float | None


@dataclass(frozen=True)
class Spending:
    """What success took: per-run means in `unit`, one for each configuration; None where it is not known."""

    unit: str
    title: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Example:
    """A run that failed, and its files as they are found from where the paths of the report count."""

    scenario: str
    run: int | None
    trace: str | None
    log: str | None


@dataclass(frozen=True)
class Cause:
    """Runs of one configuration that came to nothing in one way; `checks` are those that failed most often."""

    configuration: str
    kind: str
    text: str
    runs: int
    scenarios: int
    checks: tuple[tuple[str, int], ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Metadata:
    """Where the report comes from. `timestamp` is ISO 8601; `constants` are settings that all runs share;
    `same_draws` says that their noise was drawn alike wherever there was any."""

    title: str
    directories: tuple[str, ...]
    timestamp: str
    split: str | None
    weight_per_app_class: Mapping[str, float] | None
    jobs: int
    runs: int
    planned: int | None
    scenarios: int
    package_versions: tuple[str, ...]
    constants: Mapping[str, Any]
    same_draws: bool


@dataclass(frozen=True)
class Report:
    """Everything that a report says. `warnings` come before all else, `notes` say what is odd about the files.

    `failures_left_out` counts causes of few runs that are not told because there are too many."""

    metadata: Metadata
    estimand: Estimand
    level: float
    margin: float | None
    warnings: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    configurations: tuple[Configuration, ...]
    comparisons: Comparisons | None
    robustness: tuple[Axis, ...]
    apps: tuple[Part, ...]
    tags: tuple[Part, ...]
    heat: Heat
    timing: tuple[Timing, ...]
    spending: Spending
    failures: tuple[Cause, ...]
    failures_left_out: int
    documented: tuple[Mapping[str, Any], ...]


QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Of the times in `Timing`."""
