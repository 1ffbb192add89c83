"""Rate, spread and independence of arrivals; lower levels among higher ones."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise, takewhile

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pare_runner.kernel.draws import Draws
from pare_runner.noise.config import EnvEventsConfig
from pare_runner.noise.env_events.lanes import lanes_of
from pare_runner.noise.env_events.planning import Arrival, plan
from tests.noise.conftest import ALL_APPS, DATA, PHONE
from tests.scenarios.conftest import scenario

APPS = tuple(scenario(PHONE).new_phone().apps.values())
HOUR = 3600.0
LEVELS = (2, 4, 6, 10)


def arrivals(
    rate: int, seconds: float = HOUR, *, seed: int = 0, run: int = 1, duration: float | None = None, **fields: object
) -> list[Arrival]:
    config = EnvEventsConfig(num_env_events_per_minute=rate, **{"weight_per_app_class": ALL_APPS, **fields})  # type: ignore[arg-type]
    draws = Draws(seed, "s", run, "env_events")
    made = plan(config, lanes_of(APPS, config, DATA, draws), draws, duration)
    return list(takewhile(lambda item: item.seconds < seconds, made))


def facts(items: Sequence[Arrival]) -> set[tuple[object, ...]]:
    return {(item.event_id, item.seconds, item.app, item.telling.story.key, item.step) for item in items}


def distance_from_uniform(sample: Sequence[float]) -> float:
    """Kolmogorov's distance of numbers of [0, 1) from the uniform distribution, times the root of their number."""
    ordered = sorted(sample)
    size = len(ordered)
    widest = max(max((n + 1) / size - value, value - n / size) for n, value in enumerate(ordered))
    return widest * math.sqrt(size)


CRITICAL = 1.95
"""Kolmogorov's distance above which one sample in a thousand lies."""


def correlation(first: Sequence[float], second: Sequence[float]) -> float:
    size = min(len(first), len(second))
    a, b = first[:size], second[:size]
    mean_a, mean_b = sum(a) / size, sum(b) / size
    cross = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    return cross / math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))


# Rate -----------------------------------------------------------------------------------------------------------------


@examples(max_examples=60, deadline=None)
@given(rate=st.integers(0, 30), duration=st.floats(1.0, 4000.0), seed=st.integers(0, 2**32))
def test_a_fixed_count_is_rate_times_duration(rate: int, duration: float, seed: int) -> None:
    made = arrivals(rate, math.inf, duration=duration, seed=seed)
    assert abs(len(made) - rate * duration / 60.0) <= 0.5 + 1e-9
    assert all(0.0 <= item.seconds < duration for item in made)
    assert [item.seconds for item in made] == sorted(item.seconds for item in made)


@pytest.mark.parametrize("rate", LEVELS)
def test_without_a_duration_every_six_minutes_have_their_count(rate: int) -> None:
    blocks = Counter(int(item.seconds // 360.0) for item in arrivals(rate, 10 * HOUR))
    assert blocks == dict.fromkeys(range(100), 6 * rate)


def test_arrivals_go_on_however_far_the_clock_goes() -> None:
    day = arrivals(2, 24 * HOUR)
    assert len(day) == 2 * 60 * 24
    assert {item.event_id for item in arrivals(2)} == {item.event_id for item in day if item.seconds < HOUR}


def test_a_poisson_process_has_mean_and_variance_of_its_rate() -> None:
    counts = [len(arrivals(4, 360.0, seed=seed, arrivals="poisson")) for seed in range(400)]
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
    assert abs(mean - 24.0) < 4 * math.sqrt(24.0 / 400)
    assert abs(variance - 24.0) < 4 * 24.0 * math.sqrt(2.0 / 400)  # standard error of a variance, near enough


def test_no_rate_no_events() -> None:
    assert arrivals(0) == []
    assert arrivals(10, math.inf, duration=0.0) == []
    assert arrivals(1, math.inf, duration=20.0) == []  # a third of an event is none
    assert len(arrivals(1, math.inf, duration=30.0)) == 1  # halves are rounded up


# Spread ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["fixed_count", "poisson"])
@pytest.mark.parametrize("seed", range(5))
def test_times_are_spread_evenly(kind: str, seed: int) -> None:
    made = arrivals(10, 360.0, seed=seed, arrivals=kind)
    assert len({item.seconds for item in made}) == len(made)
    assert distance_from_uniform([item.seconds / 360.0 for item in made]) < CRITICAL
    for app in ("Emails", "Messages", "Shopping", "Apartment"):
        times = [item.seconds / (10 * HOUR) for item in arrivals(10, 10 * HOUR, seed=seed) if item.app == app]
        assert distance_from_uniform(times) < CRITICAL


@pytest.mark.parametrize("kind", ["fixed_count", "poisson"])
def test_apps_get_their_shares(kind: str) -> None:
    weights = {"StatefulEmailApp": 3.0, "StatefulMessagingApp": 1.0, "StatefulShoppingApp": 0.0}
    counts = Counter(item.app for item in arrivals(10, 10 * HOUR, arrivals=kind, weight_per_app_class=weights))
    total = sum(counts.values())
    assert set(counts) == {"Emails", "Messages"}
    within = 100 if kind == "fixed_count" else 4 * math.sqrt(total * 0.75 * 0.25)  # one a block; by chance
    assert abs(counts["Emails"] - 0.75 * total) <= within


def test_shares_of_a_fixed_count_are_even_in_every_block_and_at_every_level() -> None:
    for rate in LEVELS:
        blocks: dict[int, Counter[str]] = {}
        for item in arrivals(rate, 2 * HOUR):
            blocks.setdefault(int(item.seconds // 360.0), Counter())[item.app] += 1
        assert len(blocks) == 20
        for counts in blocks.values():
            assert len(counts) == 4
            assert max(counts.values()) - min(counts.values()) <= 2


# Independence ---------------------------------------------------------------------------------------------------------


def test_seeds_runs_and_blocks_are_independent() -> None:
    def times(**key: int) -> list[float]:
        by_rank = sorted(arrivals(10, 360.0, **key), key=lambda item: int(item.event_id.rpartition("-")[2]))  # type: ignore[arg-type]
        return [item.seconds for item in by_rank]

    first = times()
    assert times() == first
    others = [times(seed=1), times(run=2), times(seed=2), times(run=3)]
    for other in others:
        assert not set(first) & set(other)
        assert abs(correlation(first, other)) < 4 / math.sqrt(len(first))
    hours = sorted(arrivals(10), key=lambda item: tuple(map(int, item.event_id.rpartition("Z")[2].split("-")[-2:])))
    blocks = [[item.seconds % 360.0 for item in hours[n * 60 : n * 60 + 60]] for n in range(10)]
    for one, next_one in pairwise(blocks):
        assert abs(correlation(one, next_one)) < 4 / math.sqrt(60)


def test_the_time_says_nothing_about_the_app() -> None:
    made = arrivals(10, 10 * HOUR)
    inside = [item.seconds % 360.0 for item in made]
    for app in ("Emails", "Messages", "Shopping", "Apartment"):
        is_app = [1.0 if item.app == app else 0.0 for item in made]
        assert abs(correlation(inside, is_app)) < 4 / math.sqrt(len(made))


# Levels ---------------------------------------------------------------------------------------------------------------


@examples(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    run=st.integers(1, 4),
    kind=st.sampled_from(["fixed_count", "poisson"]),
    duration=st.sampled_from([None, 90.0, 1000.0]),
    rates=st.tuples(st.integers(1, 12), st.integers(1, 12)),
)
def test_the_events_of_a_lower_level_are_among_those_of_a_higher_one(
    seed: int, run: int, kind: str, duration: float | None, rates: tuple[int, int]
) -> None:
    low, high = (
        facts(arrivals(rate, 1100.0, seed=seed, run=run, arrivals=kind, duration=duration)) for rate in sorted(rates)
    )
    assert low <= high


# Stories --------------------------------------------------------------------------------------------------------------


def test_the_steps_of_a_story_come_in_order() -> None:
    seen: dict[int, list[tuple[float, int]]] = {}
    for item in arrivals(10, 10 * HOUR):
        seen.setdefault(id(item.telling), []).append((item.seconds, item.step))
    lengths = Counter(len(steps) for steps in seen.values())
    assert lengths[1]
    assert lengths[4]
    for steps in seen.values():
        assert [step for _, step in steps] == list(range(len(steps)))
        assert len(steps) <= 4


@pytest.mark.parametrize("rate", LEVELS)
def test_no_story_is_told_twice_while_there_are_others(rate: int) -> None:
    weights = {"StatefulEmailApp": 1.0}
    made = [item.telling.story.key for item in arrivals(rate, 20 * HOUR, weight_per_app_class=weights)]
    size = len(DATA.apps["Emails"]["folders"]["INBOX"]["emails"])
    in_a_block = 6 * rate
    for start in range(0, 5 * in_a_block, in_a_block):
        block = made[start : start + in_a_block]
        assert len(set(block)) == min(size, in_a_block)
    assert set(Counter(made)) == {
        item.key for item in lanes_of(APPS, EnvEventsConfig(), DATA, Draws(0, "s")).lanes[0].stories
    }


def test_when_all_is_told_it_is_told_again() -> None:
    weights = {"StatefulEmailApp": 1.0}
    made = arrivals(10, HOUR, weight_per_app_class=weights)
    assert len(made) == 600 > len({item.telling.story.key for item in made})
    assert len({item.event_id for item in made}) == 600


# The documented formulas ----------------------------------------------------------------------------------------------


def test_documented_formulas() -> None:
    # total = int(10 x 360 / 60) = 60, of it int(60 / 4) = 15 for each of four apps; 40 conversations whatever the rate.
    for rate, share in ((10, 15), (4, 6), (2, 3)):
        made = arrivals(rate, math.inf, arrivals="pare")
        begun = Counter(item.app for item in made if item.step == 0)
        assert begun == {"Emails": share, "Apartment": share, "Messages": 40}
    followed = [item for item in made if item.app == "Messages"]
    assert len(followed) == 40 * 4
    assert len(arrivals(200, math.inf, arrivals="pare", weight_per_app_class={"StatefulEmailApp": 1.0})) == 40


def test_documented_formulas_put_mails_at_exponential_distances() -> None:
    distances: list[float] = []
    for seed in range(40):
        fields = {"seed": seed, "arrivals": "pare", "weight_per_app_class": {"StatefulEmailApp": 1.0}}
        times = [0.0, *(item.seconds for item in arrivals(4, math.inf, **fields))]  # type: ignore[arg-type]
        distances += [later - earlier for earlier, later in pairwise(times)]
    mean = 360.0 / 24
    assert len(distances) == 40 * 24
    assert distance_from_uniform([1 - math.exp(-gap / mean) for gap in distances]) < CRITICAL
