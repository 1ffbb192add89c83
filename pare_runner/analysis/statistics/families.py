"""Families of comparisons, corrected together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Corrected:
    """One member: its own p-value and the corrected one, both None if its test could not be made."""

    p_value: float | None
    adjusted: float | None
    rejected: bool


@dataclass(frozen=True)
class Family:
    """The members in the order they were given; `size` counts those with a p-value, which the correction is for."""

    name: str
    alpha: float
    size: int
    members: dict[str, Corrected]
    method: str = "Holm"


def holm(name: str, p_values: Mapping[str, float | None], *, alpha: float = 0.05) -> Family:
    """Holm's step-down correction: the i-th smallest of m p-values times m - i + 1, at least the one before, at most 1
    (Holm, *Scandinavian Journal of Statistics* 6 (1979), 65-70). The chance of any false rejection in the family is at
    most `alpha`, however the tests depend on each other.

    ValueError for a p-value outside [0, 1].
    """
    wrong = [f"{key}: {p}" for key, p in p_values.items() if p is not None and not 0.0 <= p <= 1.0]
    if wrong:
        raise ValueError(f"not a p-value: {', '.join(wrong)}")
    if not 0.0 < alpha < 1.0 or math.isnan(alpha):
        raise ValueError(f"a level lies between 0 and 1, not {alpha}")
    known = sorted(((p, place, key) for place, (key, p) in enumerate(p_values.items()) if p is not None))
    adjusted: dict[str, float] = {}
    largest = 0.0
    for rank, (p, _, key) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p))
        adjusted[key] = largest
    members = {
        key: Corrected(p, adjusted.get(key), key in adjusted and adjusted[key] <= alpha) for key, p in p_values.items()
    }
    return Family(name, alpha, len(known), members)
