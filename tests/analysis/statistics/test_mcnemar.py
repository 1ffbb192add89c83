"""McNemar's test against statsmodels and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from statsmodels.stats.contingency_tables import mcnemar as reference

from pare_runner.analysis.statistics.mcnemar import McNemar, applies, mcnemar
from pare_runner.analysis.statistics.sample import Sample


def pair(both: int, gained: int, lost: int, none: int) -> tuple[Sample, Sample]:
    outcomes = [(1, 1)] * both + [(1, 0)] * gained + [(0, 1)] * lost + [(0, 0)] * none
    arm, baseline = np.array(outcomes, dtype=float).T
    return Sample.of_matrix(arm[:, None]), Sample.of_matrix(baseline[:, None])


@pytest.mark.parametrize(("gained", "lost"), [(0, 1), (5, 0), (6, 2), (4, 4), (30, 17), (500, 431)])
def test_equals_statsmodels(gained: int, lost: int) -> None:
    found = mcnemar(*pair(3, gained, lost, 2))
    assert found.p_value == pytest.approx(reference([[3, gained], [lost, 2]], exact=True).pvalue, rel=1e-9)
    assert (found.gained, found.lost) == (gained, lost)
    point = scipy.stats.binom.pmf(gained, gained + lost, 0.5)
    expected = 1.0 if gained == lost else found.p_value - point
    assert found.mid_p_value == pytest.approx(expected, rel=1e-9)


def test_nothing_discordant() -> None:
    assert mcnemar(*pair(4, 0, 0, 2)) == McNemar(1.0, 1.0, 0, 0)


def test_scenarios_of_one_arm_do_not_count() -> None:
    arm = Sample.of_matrix([[1], [1], [math.nan], [0]])
    baseline = Sample.of_matrix([[0], [math.nan], [0], [1]])
    assert (mcnemar(arm, baseline).gained, mcnemar(arm, baseline).lost) == (1, 1)


@pytest.mark.parametrize("values", [[[1.0, 0.0], [1.0, 1.0]], [[0.5], [1.0]]])
def test_only_one_run_of_success_or_failure(values: list[list[float]]) -> None:
    arm, baseline = Sample.of_matrix(values), Sample.of_matrix([[1.0], [0.0]])
    assert not applies(arm, baseline)
    assert not applies(baseline, arm)
    with pytest.raises(ValueError, match="takes pairs for independent"):
        mcnemar(arm, baseline)
