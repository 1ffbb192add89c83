"""The display that fits whoever looks."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from pare_runner.batch.logs import PACKAGE_LOG
from pare_runner.batch.observer import Observer
from pare_runner.cli.console import is_terminal
from pare_runner.cli.progress.plain import PlainProgress
from pare_runner.cli.progress.terminal import terminal_progress


@contextmanager
def progress() -> Iterator[Observer]:
    """An observer that shows on standard error what it is told: see the modules `terminal` and `plain`.

    The width is that of `COLUMNS` or of the terminal, colours keep to `NO_COLOR`. What is no terminal, or a dumb one,
    gets lines, if messages of level INFO are wanted.
    """
    if is_terminal(sys.stderr):
        with terminal_progress(Console(stderr=True, highlight=False)) as observer:
            yield observer
    else:
        yield PlainProgress(time.monotonic, _say)


def _say(line: str) -> None:
    if PACKAGE_LOG.isEnabledFor(logging.INFO):
        print(line, file=sys.stderr, flush=True)
