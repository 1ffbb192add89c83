"""`pare verify`."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pare_runner.batch.archive.layout import traces_left_out
from pare_runner.batch.verification import Tally, jobs_below, verify_job
from pare_runner.batch.verified_sweep import sweeps_below, verify_sweep
from pare_runner.cli.console import mark, plural, say, say_json
from pare_runner.cli.progress.bar import Bar
from pare_runner.errors import InputError, PareError


def verify(
    directories: Annotated[list[str], typer.Argument(metavar="DIR", help="Jobs, or sweeps with jobs below them.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay finished runs without any model, and compare model calls, results and traces with what was recorded.

    Every job is looked at, whatever is wrong with another one. Exit status 1 if something differs, 2 for bad input, a
    damaged recording included.

    \b
    pare verify outputs/my_run
    """
    paths = [Path(name) for name in directories]
    jobs = list(dict.fromkeys(job for path in paths for job in jobs_below(path)))
    sweeps = list(dict.fromkeys(sweep for path in paths for sweep in sweeps_below(path)))
    tally = Tally()
    failures: dict[Path, str] = {}
    status = 0
    for folder in (*jobs, *sweeps):
        try:
            if folder in jobs:
                left_out = traces_left_out(folder)
                with Bar("runs", str(folder)) as progress:
                    verify_job(folder, tally, progress.show, traces=not left_out)
                if left_out:
                    tally.partly.append(f"{folder}: packed without traces, so these were not compared")
            else:
                verify_sweep(folder, tally)
        except PareError as found:
            text = str(found) if str(folder) in str(found) else f"{folder}: {found}"
            failures[folder] = text
            status = max(status, found.exit_status)
            if not as_json:
                print(mark(text, "error", sys.stderr), file=sys.stderr)
    if not failures and not tally.runs:
        raise InputError(f"no finished run in {', '.join(directories)}")
    if as_json:
        differences = {str(folder): text for folder, text in failures.items()}
        say_json({"identical": not failures, "differences": differences, "jobs": len(jobs), **_counts(tally)})
    else:
        _report([*jobs, *sweeps], failures, tally)
    if failures:
        raise typer.Exit(status)


def _counts(tally: Tally) -> dict[str, Any]:
    return {
        "runs": tally.runs,
        "planned": tally.planned,
        "model_calls": tally.calls,
        "partly": tally.partly,
        "unfinished": tally.unfinished,
    }


def _report(folders: Sequence[Path], failures: Collection[Path], tally: Tally) -> None:
    """The verdict, and what restricts it; nothing about a single folder whose difference was told.

    A sweep of whose jobs one differs is not called identical, though its own files fit what its jobs left.
    """
    differing = {place for folder in failures for place in (folder, *folder.parents)}
    same = [str(folder) for folder in folders if folder not in differing]
    other = [str(folder) for folder in folders if folder in failures]
    verified = f"verified {plural(tally.runs, 'run')}, {plural(tally.calls, 'model call')}: "
    if not other:
        say(mark(f"{verified}identical", "ok"))
    elif len(folders) == 1:
        return
    else:
        say(f"{verified}identical: {', '.join(same) or 'none'}; not identical: {', '.join(other)}")
    for line in (*tally.partly, *tally.unfinished):
        say(line)
