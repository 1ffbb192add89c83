"""Holm's correction against statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from pare_runner.analysis.statistics.families import holm


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_equals_statsmodels(seed: int, alpha: float) -> None:
    values = np.random.default_rng(seed).beta(0.4, 3, 9).round(2)
    found = holm("noise", {f"h{i}": float(p) for i, p in enumerate(values)}, alpha=alpha)
    rejected, adjusted, _, _ = multipletests(values, alpha, method="holm")
    assert [member.adjusted for member in found.members.values()] == pytest.approx(list(adjusted))
    assert [member.rejected for member in found.members.values()] == list(rejected)
    assert (found.size, found.method, list(found.members)) == (9, "Holm", [f"h{i}" for i in range(9)])


def test_by_hand() -> None:
    found = holm("models", {"a": 0.04, "b": 0.01, "c": 0.03})
    assert [member.adjusted for member in found.members.values()] == pytest.approx([0.06, 0.03, 0.06])
    assert [member.rejected for member in found.members.values()] == [False, True, False]


def test_tests_that_could_not_be_made_do_not_count() -> None:
    found = holm("models", {"a": None, "b": 0.02, "c": 0.02})
    assert found.size == 2
    assert (found.members["a"].adjusted, found.members["a"].rejected) == (None, False)
    assert found.members["b"].adjusted == pytest.approx(0.04)


def test_families_of_none_and_one() -> None:
    assert holm("empty", {}).members == {}
    assert holm("one", {"a": 0.05}).members["a"].adjusted == 0.05
    assert holm("large", {"a": 0.9, "b": 1.0}).members["a"].adjusted == 1.0


@pytest.mark.parametrize("value", [-0.1, 1.5, math.nan])
def test_bad_p_values(value: float) -> None:
    with pytest.raises(ValueError, match="not a p-value: b: "):
        holm("bad", {"a": 0.1, "b": value})


@pytest.mark.parametrize("alpha", [0.0, 1.0, math.nan])
def test_bad_level(alpha: float) -> None:
    with pytest.raises(ValueError, match="level"):
        holm("bad", {}, alpha=alpha)
