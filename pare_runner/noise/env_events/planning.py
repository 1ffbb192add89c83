"""Which event comes when: arrivals are given an app, and join a story or begin one."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from pare_runner.kernel.draws import Draws
from pare_runner.noise.config import EVENT_PREFIX, EnvEventsConfig
from pare_runner.noise.env_events.arrivals import BLOCK, exponential, fixed_count, poisson
from pare_runner.noise.env_events.lanes import GOLDEN, Lane, Lanes
from pare_runner.noise.env_events.stories.story import Story

MILLISECONDS = 3


@dataclass(slots=True, eq=False)
class Telling:
    """A story as it is told in one run; `results` of the steps that have happened."""

    story: Story
    told: int = 0
    results: dict[int, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event to come: `seconds` after the start in `app`, the `step` of what is told."""

    seconds: float
    event_id: str
    app: str
    app_class: str
    telling: Telling
    step: int


def plan(config: EnvEventsConfig, lanes: Lanes, draws: Draws, duration: float | None) -> Iterator[Arrival]:
    """The arrivals of a run in order of time, made block by block as they are asked for; they end with the duration.

    Draws are keyed by block and rank, see `arrivals`; a run has the same arrivals whoever acts in it.
    """
    if not lanes.lanes or not config.num_env_events_per_minute or duration == 0:
        return
    if config.arrivals == "pare":
        horizon = BLOCK if duration is None else duration
        yield from _in_order(_by_documented_formulas(config, lanes, draws, horizon), 0.0, duration)
        return
    for block in count():
        start = block * BLOCK
        length = BLOCK if duration is None else min(BLOCK, duration - start)
        if length <= 0.0:
            break
        yield from _in_order(_block(config, lanes, draws, block, length), start, duration)


def _in_order(arrivals: Iterator[Arrival], start: float, duration: float | None) -> list[Arrival]:
    placed = sorted(
        (round(start + item.seconds, MILLISECONDS), number, item) for number, item in enumerate(arrivals)
    )  # equal times keep the order of the ranks
    return [
        Arrival(seconds, item.event_id, item.app, item.app_class, item.telling, item.step)
        for seconds, _, item in placed
        if duration is None or seconds < duration
    ]


def _block(config: EnvEventsConfig, lanes: Lanes, draws: Draws, block: int, length: float) -> Iterator[Arrival]:
    times = (fixed_count if config.arrivals == "fixed_count" else poisson)(
        draws, block, length, config.num_env_events_per_minute
    )
    begun: dict[str, _Begun] = {lane.app: _Begun() for lane in lanes.lanes}
    first = draws.uniform("app", block)
    for rank, seconds in enumerate(times):
        # A fixed count is also shared out evenly among the apps; chance decides where it decides everything.
        even = config.arrivals == "fixed_count"
        position = (first + rank * GOLDEN) % 1.0 if even else draws.uniform("app", block, rank)
        lane = lanes.pick(position)
        telling, step = begun[lane.app].next(lane, block, rank, seconds)
        yield _arrival(lane, f"{block}-{rank}", seconds, telling, step)


class _Begun:
    """The stories begun in one app and block.

    An arrival goes on with the story that was told last before it, unless that one is over; then it begins the next. It
    looks at lower ranks only: so what a higher rate adds changes no story of a lower one.
    """

    def __init__(self) -> None:
        self._open: list[tuple[float, int]] = []
        self._tellings: list[Telling] = []

    def next(self, lane: Lane, block: int, rank: int, seconds: float) -> tuple[Telling, int]:
        """What the arrival of this rank tells: a story, and which step of it."""
        place = bisect_left(self._open, (seconds, 0))
        if place:
            _, number = self._open.pop(place - 1)
        else:
            number = len(self._tellings)
            self._tellings.append(Telling(lane.story(block, rank)))
        telling = self._tellings[number]
        step = telling.told
        telling.told += 1
        if telling.told < telling.story.steps:
            insort(self._open, (seconds, number))
        return telling, step


def _by_documented_formulas(config: EnvEventsConfig, lanes: Lanes, draws: Draws, horizon: float) -> Iterator[Arrival]:
    """PARE's expander: a number for each app, exponential times, nothing after that.

    total = int(rate x horizon), of it int(share) for each app. Mails and listings: as many as that, at most all there
    are, a mean of horizon / number apart. Conversations: min(max(share // 4, all), all), which is all of them whatever
    the rate; a conversation's messages follow one another at the same mean. Products: none.
    """
    total = int(config.num_env_events_per_minute * horizon / 60.0)
    weights = sum(lane.weight for lane in lanes.lanes)
    for lane in lanes.lanes:
        share, there = int(total * lane.weight / weights), len(lane.stories)
        number = {"StatefulMessagingApp": there, "StatefulShoppingApp": 0}.get(lane.app_class, min(share, there))
        begins = 0.0
        for rank in range(number):
            begins += exponential(draws, horizon / number, "gap", lane.app, rank)
            telling, seconds = Telling(lane.story(0, rank)), begins
            for step in range(telling.story.steps):
                if step:
                    seconds += exponential(draws, horizon / number, "gap", lane.app, rank, step)
                yield _arrival(lane, f"{rank}-{step}", seconds, telling, step)


def _arrival(lane: Lane, name: str, seconds: float, telling: Telling, step: int) -> Arrival:
    return Arrival(seconds, f"{EVENT_PREFIX}{lane.app}-{name}", lane.app, lane.app_class, telling, step)
