"""`pare verify`."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

import typer

from pare_runner.batch.verification import Difference, Tally, jobs_below, verify_job
from pare_runner.cli.console import is_terminal, mark, plural, say, say_json
from pare_runner.errors import InputError

BAR = 24
"""Characters of the progress bar."""


def verify(
    directories: Annotated[list[str], typer.Argument(metavar="DIR...", help="Jobs, or sweeps with jobs below them.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay finished runs without any model, and compare model calls, results and traces with what was recorded.

    Exit status 1 if something differs, 2 for bad input, a damaged recording included.

    \b
    pare verify outputs/my_run
    """
    jobs = [job for name in directories for job in jobs_below(Path(name))]
    tally, difference = Tally(), None
    try:
        for job in jobs:
            with _Progress(job) as progress:
                verify_job(job, tally, progress.show)
    except Difference as found:
        difference = str(found)
    if difference is None and not tally.runs:
        raise InputError(f"no finished run in {', '.join(directories)}")
    if as_json:
        counts = {"jobs": len(jobs), "runs": tally.runs, "model_calls": tally.calls, "partly": tally.partly}
        say_json({"identical": difference is None, "difference": difference, **counts})
    elif difference is None:
        verified = f"verified {plural(tally.runs, 'run')}, {plural(tally.calls, 'model call')}: identical"
        for line in (mark(verified, "ok"), *tally.partly):
            say(line)
    else:
        print(mark(difference, "error", sys.stderr), file=sys.stderr)
    if difference is not None:
        raise typer.Exit(Difference.exit_status)


class _Progress:
    """A bar on standard error while a job is verified; only on a terminal."""

    def __init__(self, job: Path) -> None:
        self._job = job
        self._shown = is_terminal(sys.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def show(self, done: int, planned: int) -> None:
        """Another run was verified."""
        if self._shown:
            bar = "█" * (BAR * done // planned)
            print(f"\r\033[K{bar:·<{BAR}} {done}/{planned} runs  {self._job}", end="", file=sys.stderr, flush=True)
