"""The lines of the display: as many jobs as fit, the busiest first, and never wider than the terminal."""

from __future__ import annotations

import pytest

from pare_runner.cli.progress.screen import screen
from pare_runner.cli.progress.tally import Tally
from pare_runner.cli.progress.words import dollars, duration
from tests.cli.progress.figures import Clock, Gone, OpenJob, row


def tally(count: int) -> Tally:
    found = Tally(Clock())
    jobs = [OpenJob(number, 10, f"job #{number} (seed={number})") for number in range(count)]
    found.opened(jobs)  # type: ignore[arg-type]
    found.began(jobs[-1].task(1))
    found.finished(jobs[0], row(1), "run")  # type: ignore[arg-type]
    found.finished(jobs[0], row(2, "failed"), "run")  # type: ignore[arg-type]
    found.finished(jobs[0], row(3, "exception"), "run")  # type: ignore[arg-type]
    return found


def lines(count: int, width: int = 80, height: int = 24, **options: bool) -> list[str]:
    return [line.plain.rstrip() for line in screen(tally(count).figures(), width, height, **options)]


def test_one_line_a_job_and_one_for_all() -> None:
    assert lines(2, 80, ascii_only=True) == [
        "seed=1    ..............................  0/10",
        "seed=0    #########.....................  3/10  50% success  1 exception",
        "all jobs  ####..........................  3/20  50% success  1 exception",
        "1 in flight  6 s left",
    ]


def test_jobs_that_do_not_fit_are_summed_up() -> None:
    shown = lines(40, 80, 10)
    assert len(shown) == 9
    assert shown[0].startswith("seed=39 "), "the busiest one"
    assert shown[-3].startswith("34 more jobs ")
    assert " 0/340" in shown[-3]
    assert shown[-2].startswith("all jobs ")


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("height", [2, 5, 24])
def test_it_keeps_to_the_size_of_the_terminal(width: int, height: int) -> None:
    shown = lines(12, width, height)
    assert len(shown) < height
    assert max(map(len, shown)) <= width


def test_a_single_job_needs_no_sum() -> None:
    assert len(lines(1)) == 2


def test_endpoints_that_are_away_have_a_line_each() -> None:
    found = tally(1)
    found.connected(lambda: [Gone()])
    assert screen(found.figures(), 80, 24)[-1].plain == "waiting for http://one:8000/v1, 12 s, 40 runs parked"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (200, "3 min 20 s"), (7500, "2 h 05 min"), (100_000, "1 d 3 h")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_money() -> None:
    assert [dollars(cost) for cost in (None, 0.0, 0.1234, 1234.5)] == ["$?", "$0.0000", "$0.1234", "$1,234.50"]
