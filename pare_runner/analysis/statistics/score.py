"""How far a bounded mean may lie from its estimate: one side of a score interval, with skewness and a worst case.

Where few scenarios say anything, a standard error says little: those that would have moved it may not have been seen.
So the variance is taken as it would be at the far end, as in a score interval (Wilson, *JASA* 22 (1927), 209-212):
V(x) = (1 - x/D)(A + (A/D + ρ) x) at a distance x, D the distance to the bound, where nothing can vary. A is the squared
standard error and ρ how fast the variance grows. It follows the third central moment of the mean so that the end moves
as in the t-test corrected for skewness (Johnson, *JASA* 73 (1978), 536-544; Hall, *Journal of the Royal Statistical
Society* B 54 (1992), 221-228); it is never below 0, since too short is worse than too long, and comes the nearer to one
unit at the bound the less has been seen to vary.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

UNSEEN = 0.5
"""How much must be seen to vary, in squares of one unit, for the worst case no longer to count.
Chosen by simulation: with less the interval jumps when one more run fails and covers less where few scenarios tell,
with more it is too wide."""


@dataclass(frozen=True)
class Side:
    """Below or above a mean: `distance` D to the bound, `variance` A of the mean, `third` its third central moment
    towards this bound; `unit`, how far the mean moves if one unit (a scenario, or a run) goes to the bound, and `seen`,
    how much was seen to vary, in squares of such a unit."""

    distance: float
    variance: float
    third: float
    unit: float
    seen: float

    def growth(self, quantile: float, normal: float) -> float:
        """ρ, for an interval with these quantiles of t and of the normal distribution.

        Where nothing varied the end is Wilson's for no event in D/unit units.
        """
        if self.unit <= 0.0:
            return 0.0
        worst = self.unit * (normal / quantile) ** 2
        if self.variance == 0.0:
            return worst
        # Johnson's end lies third/A · (q²/3 + 1/6) beyond that of t, and x² = q²(A + ρx) about q²ρ/2
        skew = (2.0 / 3.0 + 1.0 / (3.0 * quantile**2)) * self.third / self.variance
        weight = max(0.0, 1.0 - self.seen / UNSEEN)
        return (1.0 - weight) * max(0.0, skew) + weight * worst

    def reach(self, quantile: float, normal: float) -> float:
        """The x with x² = quantile² V(x): below D unless D is 0."""
        if self.distance <= 0.0:
            return 0.0
        square = quantile**2
        end = self.variance + self.growth(quantile, normal) * self.distance
        leading = self.distance**2 + square * end
        linear, constant = square * (self.variance - end), square * self.variance
        root = math.sqrt(max(0.0, linear**2 + 4.0 * leading * constant))
        if linear < 0.0:
            share = (root - linear) / (2.0 * leading)
        else:
            share = 2.0 * constant / (linear + root) if constant > 0.0 else 0.0
        return min(1.0, share) * self.distance

    def error(self, x: float, quantile: float, normal: float) -> float:
        """√V(x), the standard error if the mean lay at the distance `x`; 0 from the bound on."""
        if x >= self.distance:
            return 0.0
        growth = self.growth(quantile, normal) + self.variance / self.distance
        return math.sqrt((1.0 - x / self.distance) * (self.variance + growth * x))
