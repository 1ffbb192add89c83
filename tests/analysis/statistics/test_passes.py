"""pass@k and pass^k against all ways to choose k runs."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import scipy.stats
from scipy.special import comb

from pare_runner.analysis.statistics.passes import passes
from pare_runner.analysis.statistics.sample import Sample

NAN = math.nan
OUTCOMES = [[1, 0, 0, 1, 1], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [0, 0, 0, 1, NAN], [1, NAN, NAN, NAN, NAN]]


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_equals_all_choices(k: int) -> None:
    at, hat = [], []
    for outcomes in OUTCOMES:
        judged = [x for x in outcomes if not math.isnan(x)]
        chosen = list(itertools.combinations(judged, k))
        if chosen:
            at.append(np.mean([max(runs) for runs in chosen]))
            hat.append(np.mean([min(runs) for runs in chosen]))
    found = passes(Sample.of_matrix(OUTCOMES), k)
    assert found.pass_at_k.estimate == pytest.approx(np.mean(at))
    assert found.pass_hat_k.estimate == pytest.approx(np.mean(hat))
    assert (found.scenarios, found.left_out, found.k) == (len(at), 5 - len(at), k)
    assert found.pass_at_k.standard_error == pytest.approx(scipy.stats.sem(at))
    assert found.pass_hat_k.standard_error == pytest.approx(scipy.stats.sem(hat))
    assert found.pass_at_k.low < found.pass_at_k.estimate < found.pass_at_k.high


def test_one_run_is_the_rate() -> None:
    sample = Sample.of_matrix(OUTCOMES)
    assert passes(sample, 1).pass_at_k.estimate == pytest.approx(sample.means().mean)
    assert passes(sample, 1).pass_hat_k.estimate == pytest.approx(sample.means().mean)


def test_large_numbers_do_not_overflow() -> None:
    wins = 900
    sample = Sample.of_rows(np.zeros(2_000, dtype=int), np.arange(2_000) < wins)
    assert passes(sample, 40).pass_hat_k.estimate == pytest.approx(comb(wins, 40) / comb(2_000, 40))
    assert passes(sample, 3).pass_at_k.estimate == pytest.approx(1 - comb(1_100, 3) / comb(2_000, 3))


def test_all_and_none() -> None:
    found = passes(Sample.of_matrix([[1, 1, 1]] * 4), 3)
    assert (found.pass_at_k.estimate, found.pass_hat_k.estimate) == (1.0, 1.0)
    assert found.pass_hat_k.method == "score"
    none = passes(Sample.of_matrix([[0, 0, 0]] * 4), 3)
    assert (none.pass_at_k.estimate, none.pass_hat_k.estimate) == (0.0, 0.0)


def test_too_few_runs() -> None:
    found = passes(Sample.of_matrix([[1, 1], [0, NAN]]), 3)
    assert (found.pass_at_k.estimate, found.scenarios, found.left_out) == (None, 0, 2)


def test_unbiased() -> None:
    """The mean of the estimates from 4 runs is 1 - (1 - p)³ and p³."""
    generator = np.random.default_rng(1)
    sample = Sample.of_matrix((generator.random((200_000, 4)) < 0.3).astype(float))
    found = passes(sample, 3)
    assert found.pass_at_k.estimate == pytest.approx(1 - 0.7**3, abs=0.004)
    assert found.pass_hat_k.estimate == pytest.approx(0.3**3, abs=0.002)


def test_bad_use() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        passes(Sample.of_matrix([[1]]), 0)
    with pytest.raises(ValueError, match="succeed or fail"):
        passes(Sample.of_matrix([[0.5]]), 1)
