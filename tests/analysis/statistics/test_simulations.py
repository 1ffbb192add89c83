"""Coverage of intervals and type I error of tests, by simulation: scenarios are easy (rate 0.9) or hard (rate 0.1).

A sample has 20 to 40 scenarios, or 100 to 180, drawn anew, so that no single number of scenarios decides: with one run
the mean of 40 scenarios lies on 41 points, and no interval can then cover between 91.9 and 96.2 %.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pare_runner.analysis.statistics.intervals import Interval, bootstrap_interval, score_interval, wilson_interval
from pare_runner.analysis.statistics.permutation import sign_flip
from pare_runner.analysis.statistics.sample import Means, Sample

pytestmark = pytest.mark.slow

TIMES = 10_000
HARD, EASY = 0.1, 0.9
SMALL, LARGE = (20, 40), (100, 180)
SIZES = pytest.mark.parametrize("sizes", [SMALL, LARGE], ids=["small", "large"])
Sizes = tuple[int, int]


def play(generator: np.random.Generator, rates: np.ndarray, runs: int) -> Sample:
    return Sample.of_matrix((generator.random((rates.size, runs)) < rates[:, None]).astype(float))


def difficulties(generator: np.random.Generator, size: int, hard: float = 0.5) -> np.ndarray:
    return np.where(generator.random(size) < hard, HARD, EASY)


def show(what: str, *measured: object) -> None:
    """For `pytest -s`: the numbers that docstrings quote."""
    print(f"\n{what}: {measured}")


def covers(found: Interval, truth: float) -> bool:
    assert found.low is not None
    assert found.high is not None
    return found.low <= truth <= found.high


def draw(generator: np.random.Generator, sizes: Sizes) -> int:
    """How many scenarios one sample has."""
    return int(generator.integers(sizes[0], sizes[1] + 1))


def coverage_of_rates(
    make: Callable[[Sample, int], Interval], runs: int, sizes: Sizes = SMALL, *, fixed: bool = False
) -> float:
    """How often the interval holds the rate over all situations, or with `fixed` over the scenarios at hand."""
    generator = np.random.default_rng(runs)
    hits = 0
    for number in range(TIMES):
        rates = difficulties(generator, draw(generator, sizes))
        truth = float(rates.mean()) if fixed else (HARD + EASY) / 2
        hits += covers(make(play(generator, rates, runs), number), truth)
    return hits / TIMES


def pair(generator: np.random.Generator, runs: int, alike: bool, sizes: Sizes) -> Means:
    """Differences of two arms with the same rate over all situations: the same scenarios are hard, or others are."""
    scenarios = draw(generator, sizes)
    first = difficulties(generator, scenarios)
    second = first if alike else difficulties(generator, scenarios)
    return play(generator, first, runs).minus(play(generator, second, runs))


def test_coverage_of_wilson() -> None:
    found = coverage_of_rates(lambda sample, _: wilson_interval(sample), 1)
    show("coverage", found)
    assert found == pytest.approx(0.95, abs=0.01)


@SIZES
@pytest.mark.parametrize("runs", [1, 3, 5])
def test_coverage_of_rates(runs: int, sizes: Sizes) -> None:
    found = coverage_of_rates(lambda sample, _: score_interval(sample.means()), runs, sizes)
    show("coverage", found)
    assert found == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize("runs", [1, 3, 5])
def test_coverage_of_the_bootstrap(runs: int) -> None:
    found = coverage_of_rates(lambda sample, seed: bootstrap_interval(sample.means(), resamples=2_000, seed=seed), runs)
    show("coverage", found)
    assert found == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize("runs", [2, 3, 5])
def test_coverage_on_this_benchmark(runs: int) -> None:
    found = coverage_of_rates(lambda sample, _: score_interval(sample.means(), estimand="benchmark"), runs, fixed=True)
    show("coverage", found)
    assert found == pytest.approx(0.95, abs=0.01)


@SIZES
@pytest.mark.parametrize("runs", [1, 3, 5])
@pytest.mark.parametrize("alike", [True, False])
def test_coverage_of_differences(runs: int, alike: bool, sizes: Sizes) -> None:
    generator = np.random.default_rng(100 + runs)
    score = fixed = 0
    for _ in range(TIMES):
        means = pair(generator, runs, alike, sizes)
        score += covers(score_interval(means), 0.0)
        if runs > 1 and alike:
            fixed += covers(score_interval(means, estimand="benchmark"), 0.0)
    show("coverage", (score / TIMES, fixed / TIMES))
    assert score / TIMES == pytest.approx(0.95, abs=0.01)
    if runs > 1 and alike:
        assert fixed / TIMES == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize("runs", [1, 3, 5])
@pytest.mark.parametrize("alike", [True, False])
def test_coverage_of_the_bootstrap_of_differences(runs: int, alike: bool) -> None:
    generator = np.random.default_rng(100 + runs)
    drawn = (bootstrap_interval(pair(generator, runs, alike, SMALL), resamples=2_000, seed=n) for n in range(TIMES))
    hits = [covers(found, 0.0) for found in drawn if found.low is not None]  # none where no scenario differs
    assert len(hits) > 0.97 * TIMES
    boot = sum(hits) / len(hits)
    show("coverage", boot)
    assert boot == pytest.approx(0.95, abs=0.01)


def sparse(generator: np.random.Generator, flaky: float, *, hopeless: float = 0.05) -> np.ndarray:
    """19 scenarios, of which a few always fail and the others hardly ever do."""
    return np.where(generator.random(19) < hopeless, 0.0, 1.0 - flaky)


@pytest.mark.parametrize("flaky", [0.01, 0.02])
def test_coverage_where_few_scenarios_tell(flaky: float) -> None:
    """With 8 runs: rates, differences from an arm for which no scenario is hopeless, and both of *this benchmark*."""
    generator = np.random.default_rng(3)
    hits = np.zeros(4)
    for _ in range(TIMES // 2):
        rates = sparse(generator, flaky)
        arm, other = play(generator, rates, 8), play(generator, np.full(19, 1.0 - flaky), 8)
        truth, fixed = 0.95 * (1.0 - flaky), float(rates.mean())
        hits += (
            covers(score_interval(arm.means()), truth),
            covers(score_interval(arm.minus(other)), truth - (1.0 - flaky)),
            covers(score_interval(arm.means(), estimand="benchmark"), fixed),
            covers(score_interval(arm.minus(other), estimand="benchmark"), fixed - (1.0 - flaky)),
        )
    show("coverage", *(hits / (TIMES // 2)))
    assert (hits / (TIMES // 2) >= 0.94).all()


def errors(runs: int, alike: bool, sizes: Sizes) -> tuple[float, float]:
    """How often the sign-flip test rejects at 5 % where arms do not differ: by its p-value and by the exact one."""
    generator = np.random.default_rng(200 + runs)
    rejected, exactly = 0, 0
    for _ in range(TIMES):
        found = sign_flip(pair(generator, runs, alike, sizes))
        rejected += found.mid_p_value <= 0.05
        exactly += found.exact_p_value <= 0.05
    return rejected / TIMES, exactly / TIMES


@SIZES
@pytest.mark.parametrize("runs", [1, 3, 5])
@pytest.mark.parametrize("alike", [True, False])
def test_type_one_error(runs: int, alike: bool, sizes: Sizes) -> None:
    found, exact = errors(runs, alike, sizes)
    show("type I error", (found, exact))
    assert exact <= 0.055, "never above the level, but for the error of the simulation"
    if runs == 1 and alike and sizes == SMALL:
        assert 0.02 <= found <= 0.05, "5 scenarios differ: of their 32 patterns of signs, few are as rare as 5 %"
    else:
        assert found == pytest.approx(0.05, abs=0.01)
