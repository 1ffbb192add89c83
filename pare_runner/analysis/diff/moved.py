"""The scenarios whose success rate moved, ranked by the evidence, and the checks that turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pare_runner.analysis.checks import PREFIX, with_checks
from pare_runner.analysis.diff.cells import Cells, Ints
from pare_runner.analysis.diff.evidence import Evidence, evidence
from pare_runner.analysis.diff.keys import SCENARIO
from pare_runner.analysis.diff.sides import Side
from pare_runner.analysis.statistics.families import Family, holm

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Moved:
    """A scenario whose success rate differs between the sides, over what both have a verdict of.

    `gained` and `lost` count places (a cell and run number each) where only B, or only A, succeeded. `adjusted` is the
    p-value of `evidence` corrected for all scenarios that moved.
    """

    scenario: str
    runs: tuple[int, int]
    successes: tuple[float, float]
    gained: int
    lost: int
    evidence: Evidence
    adjusted: float

    @property
    def rates(self) -> tuple[float, float]:
        return self.successes[0] / self.runs[0], self.successes[1] / self.runs[1]

    @property
    def difference(self) -> float:
        return self.rates[1] - self.rates[0]

    @property
    def verdict(self) -> str:
        """`moved`, `too_few_runs` if no outcome of so many could have told, else `within_noise`."""
        if self.evidence.least > ALPHA:
            return "too_few_runs"
        return "moved" if self.adjusted <= ALPHA else "within_noise"


@dataclass(frozen=True, slots=True)
class CheckShare:
    """How often a check held on each side, as a share of the judged runs; None where no run has it."""

    name: str
    shares: tuple[float | None, float | None]


def moved_scenarios(cells: Cells) -> tuple[tuple[Moved, ...], Family]:
    """Scenarios with unequal rates, those with the strongest evidence first, then the largest change, then by id."""
    judged = cells.both_judged
    runs = [np.where(judged, counts, 0).sum(axis=2) for counts in cells.judged]
    sums = [np.where(judged, values, 0.0).sum(axis=2) for values in cells.successes]
    whole_runs, whole_sums = [item.sum(axis=0) for item in runs], [item.sum(axis=0) for item in sums]
    unequal = np.abs(whole_sums[0] * whole_runs[1] - whole_sums[1] * whole_runs[0]) > 1e-9
    rates = [
        np.divide(item, counts, out=np.zeros_like(item), where=counts > 0)
        for item, counts in zip(cells.successes, cells.judged, strict=True)
    ]
    gained = (judged & (rates[1] > rates[0])).sum(axis=(0, 2))
    lost = (judged & (rates[1] < rates[0])).sum(axis=(0, 2))
    found: dict[str, tuple[int, Evidence]] = {}
    for number in np.flatnonzero(unequal).tolist():
        hits = [np.rint(item[:, number]).astype(np.int64) for item in sums]
        found[cells.scenarios[number]] = (
            number,
            evidence((runs[0][:, number], runs[1][:, number]), (hits[0], hits[1])),
        )
    family = holm("moved scenarios", {name: item.p_value for name, (_, item) in found.items()}, alpha=ALPHA)
    items = [
        Moved(
            name,
            (int(whole_runs[0][number]), int(whole_runs[1][number])),
            (float(whole_sums[0][number]), float(whole_sums[1][number])),
            int(gained[number]),
            int(lost[number]),
            item,
            float(family.members[name].adjusted or 0.0),
        )
        for name, (number, item) in found.items()
    ]
    return tuple(sorted(items, key=lambda one: (one.evidence.p_value, -abs(one.difference), one.scenario))), family


def turned_checks(sides: Sequence[Side], cells: Cells, scenarios: Sequence[str]) -> dict[str, tuple[CheckShare, ...]]:
    """For each of `scenarios` the checks that do not hold equally often on both sides, most unequal first."""
    if not scenarios:
        return {}
    shares = [_shares(side, cells, number, scenarios) for number, side in enumerate(sides)]
    found = {}
    for name in scenarios:
        one, two = (side.get(name, {}) for side in shares)
        checks = [CheckShare(check, (one.get(check), two.get(check))) for check in dict.fromkeys((*one, *two))]
        turned = [item for item in checks if item.shares[0] != item.shares[1]]
        found[name] = tuple(sorted(turned, key=lambda item: (-_gap(item), item.name)))
    return found


def differing_places(cells: Cells, scenario: int) -> Ints:
    """Places of a scenario where the verdicts of both sides' first runs are not the same, in order."""
    places = _places(cells, scenario, cells.both_judged)
    one, two = (runs.value[cells.rows[side][places]] for side, runs in enumerate((cells.a, cells.b)))
    turned: Ints = places[one != two]
    return turned


def matched_places(cells: Cells, scenario: int) -> Ints:
    """Places of a scenario where both sides have a run, in order."""
    return _places(cells, scenario, cells.matched)


def _places(cells: Cells, scenario: int, marks: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Ints:
    cell, run = np.nonzero(marks[:, scenario, :])
    places: Ints = np.ravel_multi_index((cell, np.full_like(cell, scenario), run), marks.shape).astype(np.int64)
    return places


def _shares(side: Side, cells: Cells, number: int, scenarios: Sequence[str]) -> dict[str, dict[str, float]]:
    """Scenario → check → share of the runs of one side that both sides have a verdict of."""
    runs = (cells.a, cells.b)[number]
    wanted = np.isin(runs.scenario, [cells.scenarios.index(name) for name in scenarios])
    rows = np.flatnonzero(wanted & cells.both_judged.ravel()[runs.place])
    frame = side.read(side.frame.select(SCENARIO, "checks").filter(pl.col(SCENARIO).is_in(list(scenarios))))
    # the rows of these scenarios stand in the same order as in the frame of the side
    order = np.flatnonzero(wanted)
    table = with_checks(frame[np.searchsorted(order, rows).tolist()]).collect()
    names = [name for name in table.columns if name.startswith(PREFIX)]
    means = table.group_by(SCENARIO).agg(pl.col(name).mean() for name in names)
    return {
        row[SCENARIO]: {name.removeprefix(PREFIX): row[name] for name in names if row[name] is not None}
        for row in means.iter_rows(named=True)
    }


def _gap(item: CheckShare) -> float:
    one, two = item.shares
    return 2.0 if one is None or two is None else abs(one - two)
