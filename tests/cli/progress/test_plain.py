"""Lines of figures: seldom, and never with an escape code."""

from __future__ import annotations

from pare_runner.cli.progress.plain import PlainProgress
from tests.cli.progress.figures import Clock, Gone, OpenJob, row


def watched(job: OpenJob) -> tuple[Clock, list[str], PlainProgress]:
    clock, lines = Clock(), []
    shown = PlainProgress(clock, lines.append)
    shown.opened([job])  # type: ignore[list-item]
    return clock, lines, shown


def test_a_line_at_most_every_thirty_seconds() -> None:
    clock, lines, shown = watched(job := OpenJob(0, 100))
    for run in range(1, 61):
        clock.now += 1.0
        shown.began(job.task(run))
        shown.finished(job, row(run, "failed" if run % 3 else "success", model_calls=12), "run")  # type: ignore[arg-type]

    assert lines == [
        "29 of 100 runs (29%), success 31%, 1 in flight, 11.6 calls/s, 1 min 13 s left",
        "59 of 100 runs (59%), success 32%, 1 in flight, 12.0 calls/s, 42 s left",
    ]


def test_a_big_invocation_has_a_line_for_every_tenth() -> None:
    clock, lines, shown = watched(job := OpenJob(0, 1000))
    for run in range(1, 1001):
        clock.now += 0.01
        shown.finished(job, row(run), "cache")  # type: ignore[arg-type]

    assert [line.partition(" ")[0] for line in lines] == [str(100 * tenth) for tenth in range(1, 11)]


def test_a_small_and_quick_one_has_none() -> None:
    _, lines, shown = watched(job := OpenJob(0, 19))
    for run in range(1, 20):
        shown.finished(job, row(run), "run")  # type: ignore[arg-type]
    assert lines == []


def test_endpoints_that_are_away_and_a_stop_are_said() -> None:
    clock, lines, shown = watched(job := OpenJob(0, 5))
    shown.connected(lambda: [Gone()])
    shown.stopping("the budget is used up")
    clock.now = 31.0
    shown.began(job.task(1))

    assert lines == [
        "0 of 5 runs (0%), success -, 1 in flight, stopping: the budget is used up",
        "waiting for http://one:8000/v1, 12 s, 40 runs parked",
    ]
