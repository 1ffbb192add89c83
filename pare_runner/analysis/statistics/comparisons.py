"""Two arms on the same scenarios: everything a report says about their difference."""

from __future__ import annotations

from dataclasses import dataclass

from pare_runner.analysis.statistics.equivalence import Equivalence, equivalence
from pare_runner.analysis.statistics.intervals import LEVEL, Interval, bootstrap_interval, mean_interval
from pare_runner.analysis.statistics.inversion import score_p_value
from pare_runner.analysis.statistics.mcnemar import ONE_RUN_ONLY, McNemar, applies, mcnemar
from pare_runner.analysis.statistics.permutation import FLIPS, SignFlip, sign_flip
from pare_runner.analysis.statistics.power import Detectable, detectable_difference
from pare_runner.analysis.statistics.resampling import RESAMPLES
from pare_runner.analysis.statistics.sample import Estimand, Means, Sample
from pare_runner.analysis.statistics.variance import Components, components


@dataclass(frozen=True)
class Comparison:
    """An arm against a baseline; every difference is arm less baseline.

    `p_value` is the mid-p of `test`, the primary one, for *situations like these*, and `score_p_value` for *this
    benchmark*, where it is not None; a family corrects it (`families.holm`). `bootstrap` is None for
    *this benchmark*, `mcnemar` with more than one run (`mcnemar_note` says so), `equivalence` without a margin.
    `standardized` is the difference in standard deviations of the differences by scenario (d_z; Lakens, *Frontiers in
    Psychology* 4 (2013), 863), None where nothing varies. `better`, `worse` and `equal` count scenarios; `left_out` are
    those that only one arm has.
    """

    estimand: Estimand
    scenarios: int
    left_out: int
    difference: float | None
    standardized: float | None
    better: int
    worse: int
    equal: int
    interval: Interval
    bootstrap: Interval | None
    test: SignFlip
    score_p_value: float | None
    mcnemar: McNemar | None
    mcnemar_note: str
    detectable: Detectable
    variance: Components
    equivalence: Equivalence | None

    @property
    def p_value(self) -> float | None:
        """That of the test that belongs to the estimand; None without a scenario that both arms have, and where *this
        benchmark* cannot be estimated, since a test of other situations does not stand in for it."""
        if self.estimand == "benchmark":
            return self.score_p_value
        return self.test.mid_p_value if self.scenarios else None

    @property
    def exact_p_value(self) -> float | None:
        """That of the sign-flip test which counts ties in full; None where `p_value` is none of its own."""
        return None if self.p_value is None or self.estimand == "benchmark" else self.test.exact_p_value


def compare(
    arm: Sample,
    baseline: Sample,
    *,
    estimand: Estimand = "situations",
    level: float = LEVEL,
    margin: float | None = None,
    resamples: int = RESAMPLES,
    flips: int = FLIPS,
    seed: int = 0,
) -> Comparison:
    """Compare by scenario: tests, intervals, effect sizes, smallest detectable difference (at level 1 - `level` and
    power 0.8), and with a `margin` whether the arms are equivalent at that level.

    ValueError if the arms have not the same scenarios, in the same order.
    """
    means = arm.minus(baseline)
    single = applies(arm, baseline)
    above, below = int((means.values > 0).sum()), int((means.values < 0).sum())
    alpha = round(1.0 - level, 12)
    return Comparison(
        estimand=estimand,
        scenarios=means.scenarios,
        left_out=means.left_out,
        difference=means.mean if means.scenarios else None,
        standardized=standardized_difference(means),
        better=above,
        worse=below,
        equal=means.scenarios - above - below,
        interval=mean_interval(means, estimand=estimand, level=level),
        bootstrap=bootstrap_interval(means, level=level, resamples=resamples, seed=seed)
        if estimand == "situations"
        else None,
        test=sign_flip(means, flips=flips, seed=seed),
        score_p_value=score_p_value(means, estimand=estimand) if estimand == "benchmark" else None,
        mcnemar=mcnemar(arm, baseline) if single else None,
        mcnemar_note="" if single else ONE_RUN_ONLY,
        detectable=detectable_difference(means, estimand=estimand, alpha=alpha),
        variance=components(means),
        equivalence=None if margin is None else equivalence(means, margin, estimand=estimand, alpha=alpha),
    )


def standardized_difference(means: Means) -> float | None:
    """d_z = mean of the differences / their standard deviation over scenarios (ddof 1)."""
    return means.mean / means.deviation if means.scenarios >= 2 and means.deviation > 0.0 else None
