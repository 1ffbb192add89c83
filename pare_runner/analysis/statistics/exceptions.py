"""Runs that ended in an exception: outside of the rates, counted beside them, and what they could have changed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pare_runner.analysis.statistics.sample import Sample

LARGE_SHARE = Fraction(2, 100)
LARGE_GAP = Fraction(1, 100)


@dataclass(frozen=True)
class Exceptions:
    """`rate` leaves exceptions out; `low` is what it were had all of them failed, `high` had all succeeded.

    All three are means over scenarios; None where there is nothing to take a mean of. `share` is of all runs that ended
    in success, failure or exception.
    """

    judged: int
    exceptions: int
    rate: float | None
    low: float | None
    high: float | None

    @property
    def runs(self) -> int:
        return self.judged + self.exceptions

    @property
    def share(self) -> Fraction | None:
        """Exceptions by runs, exactly; None without runs."""
        return Fraction(self.exceptions, self.runs) if self.runs else None


@dataclass(frozen=True)
class Alert:
    """What a report leads with: an arm with many exceptions, or two arms with unlike shares of them."""

    kind: Literal["share", "gap"]
    arms: tuple[str, ...]
    value: float
    text: str


def exceptions(sample: Sample) -> Exceptions:
    """The rate of a sample of rates with both bounds of Manski (*American Economic Review* 80 (1990), 319-323): nothing
    is assumed of the runs that are outside.

    A scenario that has exceptions only counts in the bounds (0 and 1) and not in the rate. ValueError unless all values
    lie in [0, 1].
    """
    if not sample.rate:
        raise ValueError("bounds are for values between 0 and 1")
    ended = sample.runs + sample.exceptions
    there = ended > 0
    low = sample.sums[there] / ended[there]
    high = (sample.sums[there] + sample.exceptions[there]) / ended[there]
    means = sample.means()
    return Exceptions(
        judged=int(sample.runs.sum()),
        exceptions=int(sample.exceptions.sum()),
        rate=means.mean if means.scenarios else None,
        low=math.fsum(low.tolist()) / low.size if low.size else None,
        high=math.fsum(high.tolist()) / high.size if high.size else None,
    )


def alerts(arms: Mapping[str, Exceptions]) -> list[Alert]:
    """An alert for every arm with more than 2 % exceptions, and for every two arms whose shares are a point or more
    apart; both limits in exact fractions."""
    found = []
    for name, arm in arms.items():
        if arm.share is not None and arm.share > LARGE_SHARE:
            value = float(arm.share)
            text = f"{name}: {arm.exceptions} of {arm.runs} runs ({value:.1%}) ended in an exception"
            found.append(Alert("share", (name,), value, text))
    for (one, first), (two, second) in itertools.combinations(arms.items(), 2):
        if first.share is None or second.share is None:
            continue
        gap = abs(first.share - second.share)
        if gap >= LARGE_GAP:
            value = float(gap)
            text = (
                f"{one} and {two}: {float(first.share):.1%} and {float(second.share):.1%} of the runs ended in an"
                " exception, so their rates are not over like runs"
            )
            found.append(Alert("gap", (one, two), value, text))
    return found
