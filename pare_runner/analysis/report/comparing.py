"""All configurations against one baseline, as one family of comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from pare_runner.analysis.report.cells import Cells
from pare_runner.analysis.report.model import Comparisons, Configuration, Versus
from pare_runner.analysis.statistics.comparisons import compare
from pare_runner.analysis.statistics.families import holm
from pare_runner.analysis.statistics.power import runs_needed, scenarios_needed
from pare_runner.analysis.statistics.sample import Estimand
from pare_runner.errors import ConfigError, did_you_mean

BEST = "best"
TARGET = 0.05
"""The difference that runs and scenarios are worked out for, where no margin says which one matters."""


def comparisons(
    found: Sequence[Configuration],
    cells: Cells,
    *,
    estimand: Estimand,
    level: float,
    margin: float | None,
    baseline: str | None = None,
) -> Comparisons | None:
    """Each configuration less the baseline, on the scenarios of both; None if none has a scenario in common with it.

    Those without a judged scenario in common are left out.

    `baseline` is the id or label of one, or `best`, the highest success rate (the first of several); by default the
    first. ConfigError for a name that is none.
    """
    base, chosen = _baseline(found, baseline)
    if len(found) < 2:
        return None
    target = TARGET if margin is None else margin
    members = []
    for place, item in enumerate(found):
        if place == base:
            continue
        if not ((cells.samples[place].runs > 0) & (cells.samples[base].runs > 0)).any():
            continue
        comparison = compare(cells.samples[place], cells.samples[base], estimand=estimand, level=level, margin=margin)
        members.append(
            Versus(
                item.id,
                item.label,
                comparison,
                runs_needed(target, comparison.variance, estimand=estimand),
                scenarios_needed(target, comparison.variance),
            )
        )
    if not members:
        return None
    name = f"every configuration against {found[base].label}"
    family = holm(name, {item.id: item.comparison.p_value for item in members}, alpha=round(1.0 - level, 12))
    return Comparisons(found[base].id, chosen, family, tuple(members), target)


def _baseline(found: Sequence[Configuration], wanted: str | None) -> tuple[int, str]:
    if wanted is None:
        return 0, "the first configuration"
    if wanted == BEST:
        rates = [-1.0 if item.rate.estimate is None else item.rate.estimate for item in found]
        return rates.index(max(rates)), "the best configuration of these results: chosen by them, so it looks too good"
    for place, item in enumerate(found):
        if wanted in (item.id, item.label):
            return place, "the configuration that was asked for"
    names = [BEST, *(item.label for item in found), *(item.id for item in found)]
    raise ConfigError(f"--baseline {wanted}: no such configuration", hint=did_you_mean(wanted, names, limit=20))
