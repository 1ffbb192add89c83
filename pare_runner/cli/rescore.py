"""`pare rescore`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pare_runner.batch.ending import VERDICTS, ended, unfinished
from pare_runner.batch.plan import planned_job
from pare_runner.batch.rescoring import Judged, Rescored, invocation_of, rescore
from pare_runner.cli.console import is_terminal, plural, say, say_json, table
from pare_runner.cli.next_steps import pare
from pare_runner.cli.progress.tally import job_labels
from pare_runner.cli.reporting import write_reports


def rescore_command(
    directory: Annotated[str, typer.Argument(metavar="DIR", help="A job, or a sweep with jobs below it.")],
    scenarios: Annotated[
        str | None,
        typer.Option("--scenarios", metavar="DIR", help="Take scenarios of the same ids from this folder or file."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge finished runs anew, in place, by the checks of their scenarios as they are now.

    Recorded calls are played through the simulation: no model is asked, but a judge where its questions are new. A
    scenario in which more than checks has changed is refused, and nothing is written. An interrupted job stays as it
    was.

    \b
    pare rescore outputs/my_sweep
    """
    top = invocation_of(Path(directory))
    interrupted = unfinished(top) == VERDICTS
    try:
        found = rescore(Path(directory), None if scenarios is None else Path(scenarios), _progress)
        if unfinished(top) is not None:
            write_reports(top)
            ended(top)
    except KeyboardInterrupt:
        if unfinished(top) == VERDICTS:
            print(f"some jobs are judged anew, others are not: {pare('rescore', directory)} ends it", file=sys.stderr)
        raise
    finally:
        _end_progress()
    if as_json:
        say_json(_described(found))
        return
    _print(found)
    if interrupted:
        say("this ended a rescore that had been interrupted; a job that it had done counts as not touched")


def _print(found: Sequence[Rescored]) -> None:
    several = len(found) > 1
    labels = job_labels((job.directory.resolve().name, _overrides(job.directory)) for job in found)
    rows = []
    for job, label in zip(found, labels, strict=True):
        for run in job.judged:
            if run.changed:
                cells = [run.unit.scenario, str(run.unit.run), run.before["status"], run.after["status"], _turned(run)]
                rows.append([label, *cells] if several else cells)
    if rows:
        columns = ["scenario", "run", "was", "is", "checks that turned"]
        table(["job", *columns] if several else columns, rows)
    judged = sum(len(job.judged) for job in found)
    untouched = sum(job.untouched for job in found)
    same = judged - len(rows)
    say(f"{plural(len(rows), 'run')} changed, {same} judged anew with the same verdict, {untouched} not touched")


def _overrides(directory: Path) -> tuple[str, ...]:
    found = planned_job(directory)
    return () if found is None else found[1].overrides


def _turned(run: Judged) -> str:
    now = run.after.get("checks") or {}
    state = {True: "holds", False: "fails", None: "gone"}
    return "; ".join(f"{name}: {state[now.get(name)]}" for name in run.turned)


def _described(found: Sequence[Rescored]) -> dict[str, Any]:
    jobs = [
        {
            "directory": str(job.directory),
            "untouched": job.untouched,
            "judged": [
                {
                    "scenario": run.unit.scenario,
                    "run": run.unit.run,
                    "was": run.before["status"],
                    "is": run.after["status"],
                    "turned": {name: (run.after.get("checks") or {}).get(name) for name in run.turned},
                }
                for run in job.judged
            ],
        }
        for job in found
    ]
    changed = sum(run.changed for job in found for run in job.judged)
    return {"changed": changed, "jobs": jobs}


def _progress(done: int, planned: int) -> None:
    if is_terminal(sys.stderr):
        print(f"\r\033[K{done}/{planned} runs judged", end="", file=sys.stderr, flush=True)


def _end_progress() -> None:
    if is_terminal(sys.stderr):
        print("\r\033[K", end="", file=sys.stderr, flush=True)
