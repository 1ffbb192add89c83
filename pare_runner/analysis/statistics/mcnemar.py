"""McNemar's test of two arms with one run a scenario."""

from __future__ import annotations

from dataclasses import dataclass

from pare_runner.analysis.statistics.sample import Sample
from pare_runner.analysis.statistics.special import binomial_cdf

ONE_RUN_ONLY = "McNemar's test takes pairs for independent, and the runs of one scenario are not"


@dataclass(frozen=True)
class McNemar:
    """`gained`: scenarios where the arm succeeded and the baseline failed; `lost`: the reverse."""

    p_value: float
    mid_p_value: float
    gained: int
    lost: int


def applies(arm: Sample, baseline: Sample) -> bool:
    """True with at most one judged run a scenario in both arms, and successes and failures only."""
    return arm.single and baseline.single and arm.binary and baseline.binary


def mcnemar(arm: Sample, baseline: Sample) -> McNemar:
    """McNemar's exact test, two-sided, of the scenarios judged in both arms: twice the binomial tail of the smaller
    count among discordant scenarios at 1/2, at most 1 (McNemar, *Psychometrika* 12 (1947), 153-157; exact form and
    mid-p: Fagerland, Lydersen and Laake, *BMC Medical Research Methodology* 13 (2013), 91).

    ValueError if it does not apply (`applies`). Without discordant scenarios both p-values are 1.
    """
    if not applies(arm, baseline):
        raise ValueError(f"{ONE_RUN_ONLY}; it is for one run a scenario of success or failure")
    both = (arm.runs > 0) & (baseline.runs > 0)
    gained = int(((arm.sums == 1.0) & (baseline.sums == 0.0) & both).sum())
    lost = int(((arm.sums == 0.0) & (baseline.sums == 1.0) & both).sum())
    discordant, smaller = gained + lost, min(gained, lost)
    if not discordant:
        return McNemar(1.0, 1.0, 0, 0)
    tail = binomial_cdf(smaller, discordant, 0.5)
    below = binomial_cdf(smaller - 1, discordant, 0.5)
    middle = 1.0 if gained == lost else min(1.0, tail + below)
    return McNemar(min(1.0, 2 * tail), middle, gained, lost)
