"""The whole of a diff in one sentence or two, the first line of every form."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pare_runner.analysis.diff.values import chance, counted, interval, percent, points
from pare_runner.analysis.diff.words import pairs
from pare_runner.analysis.notes import listed
from pare_runner.analysis.statistics.sample import ESTIMANDS

if TYPE_CHECKING:
    from pare_runner.analysis.diff.figures import Success
    from pare_runner.analysis.diff.model import Diff


def conclusion(diff: Diff) -> str:
    """The whole of it in one sentence or two."""
    if diff.identical:
        return _identical(diff)
    if not diff.matching.pairs:
        return "nothing to compare: no run of A has a partner in B"
    moved = [item.scenario for item in diff.moved]
    which = f"{counted(len(moved), 'scenario')} of {diff.matching.scenarios} moved: {listed(moved)}"
    which += f" ({_beyond_noise(diff)})"
    if not moved:
        changed = [item.scenario for item in diff.changed]
        which = "no scenario's success rate moved"
        if changed:
            which += f"; {len(changed)} {'differs' if len(changed) == 1 else 'differ'} otherwise: {listed(changed)}"
    return f"{_overall(diff.success)}; {which}"


def _beyond_noise(diff: Diff) -> str:
    """How many of the scenarios that moved did so by more than their runs vary, as far as so few runs can tell."""
    verdicts = Counter(item.moved.verdict for item in diff.moved if item.moved is not None)
    sure, few = verdicts["moved"], verdicts["too_few_runs"]
    which, vary = ("whether it", "its runs vary") if len(diff.moved) == 1 else ("which of them", "their runs vary")
    if few == len(diff.moved):
        return f"too few runs to tell {which} moved more than {vary}"
    said = f"{sure or 'none'} more than {vary}"
    return f"{said}, too few runs to tell of {few}" if few else said


def _overall(success: Success | None) -> str:
    if success is None:
        return "no run has a verdict on both sides"
    found = success.comparison
    sides = f"A {percent(success.rates[0])}, B {percent(success.rates[1])} ({points(found.difference)}"
    if not found.difference:
        return f"the success rates are equal, {percent(success.rates[0])}"
    low, high = found.interval.low, found.interval.high
    verdict = "B succeeds more often" if found.difference > 0 else "B succeeds less often"
    if low is None or high is None:
        verdict = f"the difference of success is unknown for {ESTIMANDS[found.estimand]}"
    elif low <= 0.0 <= high:
        verdict = "no difference of success shown"
    tested = "" if found.p_value is None else f", {chance(found.p_value, found.estimand)}"
    return f"{verdict}: {sides} {interval(found.interval)}{tested})"


def _identical(diff: Diff) -> str:
    found = diff.matching
    said = (
        f"identical: {pairs(found)}, {counted(found.scenarios, 'scenario')} in"
        f" {counted(found.cells, 'cell')}, {'results and traces' if diff.traces_compared else 'results'} are the same"
    )
    if diff.code:
        said += f"; code differs: {listed([item.what for item in diff.code])}"
    if diff.config:
        said += f"; configuration differs where it cannot change a result: {listed([item.key for item in diff.config])}"
    return said
