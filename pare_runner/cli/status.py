"""`pare status`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pare_runner.batch.ending import VERDICTS, unfinished
from pare_runner.batch.plan import HERE, PLAN, PlannedJob
from pare_runner.batch.running import Running
from pare_runner.batch.status import InvocationStatus, invocation_status
from pare_runner.cli.console import is_terminal, plural, say, say_json, table
from pare_runner.cli.display import show_causes
from pare_runner.cli.found import planned
from pare_runner.cli.next_steps import pare
from pare_runner.cli.progress.tally import job_labels
from pare_runner.cli.progress.words import duration, percent
from pare_runner.cli.streams import reader_left
from pare_runner.errors import ConfigError
from pare_runner.library.files import shown

SOME_EXCEPTIONS, UNFINISHED = 1, 75
EVERY = 2.0
"""Seconds between two looks of --watch."""


def status(
    directories: Annotated[list[str], typer.Argument(metavar="DIR", help="Experiments, sweeps, folders of them.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again until nobody works on them any more.")] = False,
) -> None:
    """Say how far experiments are, who is running them, and why runs came to nothing; nothing is changed.

    Exit status: 0 all ran, 1 all ran and some ended in an exception, 2 bad input, 75 something is left to do.

    \b
    pare status outputs/my_sweep
    pare status outputs/my_sweep --watch
    """
    if watch and as_json:
        raise ConfigError("--watch shows it to somebody: it has no JSON", hint="leave out one of --watch and --json")
    places = [place for name in directories for place in _invocations(Path(name))]
    found = _looked(places)
    if as_json:
        say_json({"complete": all(item.complete for item in found), "directories": [i.as_json() for i in found]})
    else:
        _show(found)
        while watch and any(item.running is not None for item in found) and not reader_left():
            time.sleep(EVERY)
            found = _looked(places)
            if is_terminal():
                print("\033[2J\033[H", end="")
            _show(found)
            sys.stdout.flush()  # in a pipe, too: somebody waits for it, or has left
    missing = any(not item.complete for item in found)
    crashed = any(item.counts["exception"] for item in found)
    if missing or crashed:
        raise typer.Exit(UNFINISHED if missing else SOME_EXCEPTIONS)


def _invocations(directory: Path) -> Iterator[Path]:
    """The invocation in `directory`, or those below it; InputError if there is none."""
    if not (directory / PLAN).exists():
        below = sorted(path.parent for path in directory.rglob(PLAN))
        if below:
            yield from below
            return
        planned(directory)
    yield directory


def _looked(places: Sequence[Path]) -> list[InvocationStatus]:
    return [invocation_status(place, time.time(), Path(shown(place))) for place in places]


def _show(found: Sequence[InvocationStatus]) -> None:
    for number, item in enumerate(found):
        if number:
            say()
        _show_one(item, Path(shown(item.directory)))


def _show_one(item: InvocationStatus, name: Path) -> None:
    done = item.planned - item.missing
    how = "complete" if item.complete else f"{item.missing} missing"
    judging = not item.missing and not item.written and unfinished(item.directory) == VERDICTS
    if not item.missing and not item.written:
        how = "complete, but a rescore has not ended" if judging else "complete but for its final files"
    say(f"{name}: {done} of {plural(item.planned, 'run')} ({percent(done, item.planned)}), {how}")
    say(_who(item.running))
    if item.used_up is not None:
        say(f"{item.used_up.key}={item.used_up.limit:.15g} is used up ({item.used_up.words}): nothing more starts")
    if item.unusable:
        say(f"{plural(item.unusable, 'line')} of journals cannot be used; a resume sets them aside")
    say()
    labels = job_labels([(_folder(item, job.job), job.job.overrides) for job in item.jobs])
    rows = [
        [
            label,
            f"{job.done}/{job.job.planned}",
            str(job.counts["success"]),
            str(job.counts["failed"]),
            str(job.counts["exception"]),
            str(job.counts["no_validation"]),
            str(job.missing),
            percent(job.counts["success"], job.counts["success"] + job.counts["failed"]),
        ]
        for label, job in zip(labels, item.jobs, strict=True)
    ]
    counts = item.counts
    if len(rows) > 1:
        judged = counts["success"] + counts["failed"]
        whole = [f"{done}/{item.planned}", *map(str, counts.values()), str(item.missing)]
        rows.append(["all", *whole, percent(counts["success"], judged)])
    table(["job", "done", "success", "failed", "exception", "unjudged", "missing", "rate"], rows)
    show_causes(item.failures, item.limits, name, cached=item.cached)
    if item.running is None and item.missing:
        higher = () if item.used_up is None else (item.used_up.override,)
        say(f"\ngo on: {pare('resume', name, *higher)}")
    elif item.running is None and not item.written:
        what = (
            f"end the rescore: {pare('rescore', name)}" if judging else f"write its final files: {pare('resume', name)}"
        )
        say(f"\n{what}")


def _folder(item: InvocationStatus, job: PlannedJob) -> str:
    """The name of a job's folder, also where it is the invocation's own."""
    return item.directory.resolve().name if job.folder == HERE else job.folder


def _who(running: Running | None) -> str:
    if running is None:
        return "nobody is running it"
    if running.process is None:
        return "its invocation is gone, and workers of it are still ending"
    since = running.since.astimezone()
    parts = [f"process {running.process} is running it since {_clock(since)}"]
    if running.per_second:
        parts.append(f"{60 * running.per_second:.1f} runs a minute")
    if running.eta is not None:
        parts.append(f"{duration(running.eta)} left")
    return ", ".join(parts)


def _clock(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
