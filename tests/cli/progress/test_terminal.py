"""What reaches a terminal while an invocation goes on, and what is left of it."""

from __future__ import annotations

import io
import logging
import sys
import time

import pytest
from rich.console import Console

from pare_runner.cli.progress import terminal
from pare_runner.cli.progress.plain import PlainProgress
from pare_runner.cli.progress.show import progress
from pare_runner.cli.progress.terminal import terminal_progress
from tests.cli.progress.figures import OpenJob, row

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


class Screen(io.StringIO):
    """A terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def watched(stream: Screen, **options: object) -> None:
    console = Console(file=stream, width=60, height=10, force_terminal=True, **options)  # type: ignore[arg-type]
    job = OpenJob(0, 4, "job #0 (seed=1)")
    with terminal_progress(console) as observer:
        observer.opened([job])  # type: ignore[list-item]
        observer.began(job.task(1))
        observer.finished(job, row(1), "run")  # type: ignore[arg-type]
        logging.getLogger("pare_runner.x").warning("look here")
        logging.getLogger("pare_runner.x").info("not here")
        until = time.monotonic() + 10
        while "1/4" not in stream.getvalue() and time.monotonic() < until:
            time.sleep(0.01)


def test_it_is_drawn_above_it_stand_warnings_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "REFRESH", 0.01)
    stream = Screen()
    handler = logging.StreamHandler(stream)
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    watched(stream, no_color=True)

    said = stream.getvalue()
    assert "seed=1" in said
    assert "1/4" in said
    assert "look here\n" in said
    assert "not here" not in said
    assert said.index(SHOW_CURSOR) < said.index("seed=1"), "a process that is killed leaves the cursor there"
    assert said.rstrip(SHOW_CURSOR).endswith("\x1b[2K"), "the last thing it does is to clear its lines"
    assert "\x1b[3" not in said.replace(HIDE_CURSOR, "").replace(SHOW_CURSOR, ""), "NO_COLOR"
    assert handler.stream is stream
    assert handler.level == logging.NOTSET


def test_it_is_drawn_four_times_a_second_at_most() -> None:
    count = 0

    def refresh() -> None:
        nonlocal count
        count += 1

    with terminal._drawn(refresh):
        time.sleep(0.6)
    assert count <= 2


def test_drawing_that_takes_long_is_made_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "REFRESH", 0.01)
    count = 0

    def refresh() -> None:
        nonlocal count
        count += 1
        end = time.thread_time() + 0.02
        while time.thread_time() < end:
            pass

    with terminal._drawn(refresh):
        time.sleep(0.5)
    assert count == 1, "0.02 s of work allow one drawing in two seconds"


def test_in_a_pipe_and_on_a_dumb_terminal_there_are_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    with progress() as observer:
        assert isinstance(observer, PlainProgress)
    monkeypatch.setattr(sys, "stderr", Screen())
    monkeypatch.setenv("TERM", "dumb")
    with progress() as observer:
        assert isinstance(observer, PlainProgress)
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]
