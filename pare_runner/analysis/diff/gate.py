"""`--fail-on`: when a difference of success rates is to fail a pipeline."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pare_runner.analysis.diff.model import Diff
from pare_runner.errors import InputError

REGRESSION = "regression"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the gate failed, and why; `known` is False where there is no interval to judge by."""

    failed: bool
    known: bool
    reason: str


def parse(text: str) -> float:
    """The δ of `regression:δ`, as a fraction of runs (0.02 is two points); InputError for anything else."""
    kind, _, number = text.partition(":")
    hint = "write regression:0.02 to fail if B is worse by more than two points"
    if kind != REGRESSION:
        raise InputError(f"there is no condition {text!r}", hint=hint)
    try:
        margin = float(number)
    except ValueError:
        margin = math.nan
    if not 0.0 <= margin < 1.0:
        raise InputError(f"{number!r} in {text!r} is no fraction from 0 up to 1", hint=hint)
    return margin


def judge(diff: Diff, margin: float) -> Verdict:
    """Failed if the whole interval of the difference (B less A) lies below -`margin`: its upper bound does.

    The interval is that of `Diff.success`, for its estimand and level. So a regression that so many runs cannot show
    does not fail, and without an interval nothing is known.
    """
    if diff.success is None:
        return Verdict(False, False, "no pair of runs has a verdict on both sides")
    interval = diff.success.comparison.interval
    if interval.high is None or interval.low is None:
        return Verdict(False, False, f"the difference has no interval: {interval.note}")
    failed = interval.high < -margin
    bound, limit = f"{100 * interval.high:+.1f}", f"{-100 * margin:+.1f}"
    said = "below" if failed else "not below"
    return Verdict(failed, True, f"the upper bound of the difference, {bound} points, is {said} {limit}")
