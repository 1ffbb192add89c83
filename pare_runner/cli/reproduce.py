"""`pare reproduce`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from pare_runner.analysis.diff.values import interval, p_value, points
from pare_runner.analysis.frame import load_results
from pare_runner.analysis.statistics.comparisons import compare
from pare_runner.analysis.statistics.sample import Sample
from pare_runner.analysis.verdicts import SUCCESS, verdict
from pare_runner.batch.archive.belonging import refuse_strangers
from pare_runner.batch.archive.layout import JOBS
from pare_runner.batch.archive.live import Rates, compare_rates, run_live
from pare_runner.batch.archive.material import version_here
from pare_runner.batch.archive.opening import Archive, open_archive, unpack
from pare_runner.batch.archive.reproduction import (
    Unpacked,
    refuse_named_code,
    refuse_services,
    versions_differ,
)
from pare_runner.batch.plan import HERE, PlannedJob
from pare_runner.batch.verification import Tally
from pare_runner.cli.console import mark, plural, say, say_json, table
from pare_runner.cli.export import known_services
from pare_runner.cli.next_steps import pare
from pare_runner.cli.progress.bar import Bar
from pare_runner.cli.progress.show import progress
from pare_runner.errors import InputError, PareError
from pare_runner.library.files import shown

LIVE = "live"
"""Folder below the unpacked archive for the results of `--live`."""
_SCENARIO = "base_scenario_id"
SHOWN = 20
"""Files of code that a message lists at most."""


@dataclass(slots=True)
class _Verdicts:
    """What came of the jobs: how each was compared, and what differs."""

    how: dict[str, str] = field(default_factory=dict)
    differences: dict[str, str] = field(default_factory=dict)
    status: int = 0


def reproduce(
    archive: Annotated[str, typer.Argument(metavar="FILE", help="What `pare export` made.")],
    into: Annotated[
        str | None, typer.Option("--into", metavar="DIR", help="New folder for it; otherwise FILE's name, here.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Ask the models again instead of replaying, and compare the rates.")
    ] = False,
    trust_code: Annotated[
        bool, typer.Option("--trust-code", help="Run the Python that is in it, and use the services it names.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Unpack an experiment that somebody has shared, make its runs again, and compare.

    Needs no model, key or network but with --live. Exit status: 0 all is as it was packed, 1 something differs, 2 for
    bad input, a damaged archive included. With --live: that of the runs, as of an experiment.

    \b
    pare reproduce my_sweep.zip
    pare reproduce my_sweep.zip --into /tmp/check --live
    """
    path = Path(archive)
    opened = open_archive(path)
    root = Path(into if into is not None else path.absolute().name.removesuffix(".zip"))
    if opened.code and not trust_code:
        raise _untrusted(path, opened)
    other = versions_differ(opened.contents, version_here())
    if other is not None:
        print(mark(f"warning: {other}", "warning", sys.stderr), file=sys.stderr)
    unpack(opened, root)
    try:
        unpacked = Unpacked.at(root, opened.contents)
        refuse_strangers(unpacked, str(path))
        _check(unpacked, live=live, trusted=trust_code)
    except PareError:
        shutil.rmtree(root)  # nothing was run, and the next command needs the place
        raise
    status = _live(unpacked, root, as_json) if live else _replay(unpacked, root, as_json)
    if status:
        raise typer.Exit(status)


def rates_statement(packed: Path, live: Path) -> str | None:
    """How the success rates of a job then and now differ, by scenario; None if nothing can be said.

    The difference is now less then, in points, with its 95% interval (about situations like these) and the p value of
    the sign-flip test.
    """
    frames = [load_results(folder).select(_SCENARIO, verdict(), "has_exception").collect() for folder in (live, packed)]
    known = pl.Enum(sorted({name for frame in frames for name in frame[_SCENARIO]}))
    now, then = (
        Sample.of_rows(
            frame[_SCENARIO].cast(known).to_physical(),
            frame[SUCCESS].cast(pl.Float64).fill_null(float("nan")),
            exception=frame["has_exception"].fill_null(False),
            scenarios=len(known.categories),
        )
        for frame in frames
    )
    found = compare(now, then)
    if found.difference is None:
        return None
    between = "" if found.interval.low is None else f" {interval(found.interval)}"
    tested = "" if found.p_value is None else f", mid-{p_value(found.p_value)}"
    return f"{points(found.difference)}{between}{tested}"


def _untrusted(path: Path, archive: Archive) -> InputError:
    files = archive.code
    more = f"\n  and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
    listed = "".join(f"\n  {name}" for name in files[:SHOWN])
    return InputError(
        f"{path} holds {plural(len(files), 'file')} of Python that would be run here:{listed}{more}\n"
        f"Read them first: unzip -p {path} {files[0]}\n"
        f"If you trust whoever wrote them: {pare('reproduce', path, '--trust-code')}"
    )


def _replay(unpacked: Unpacked, root: Path, as_json: bool) -> int:
    tally, verdicts = Tally(), _Verdicts()
    for job in unpacked.jobs:
        _compare_job(unpacked, job, tally, verdicts)
    try:
        unpacked.compare_sweep(tally)
    except PareError as found:
        _note(verdicts, JOBS, found)
    if as_json:
        say_json(_described(unpacked, root, tally, verdicts))
    else:
        _report(unpacked, root, tally, verdicts)
    return verdicts.status


def _compare_job(unpacked: Unpacked, job: PlannedJob, tally: Tally, verdicts: _Verdicts) -> None:
    name = _name(job)
    verdicts.how[name] = unpacked.how(job)
    try:
        with Bar("runs", name) as bar:
            unpacked.compare(job, tally, bar.show)
    except PareError as found:
        _note(verdicts, name, found)


def _note(verdicts: _Verdicts, name: str, found: PareError) -> None:
    verdicts.differences[name] = str(found)
    verdicts.status = max(verdicts.status, found.exit_status)


def _name(job: PlannedJob) -> str:
    return JOBS if job.folder == HERE else f"{JOBS}/{job.folder}"


def _described(unpacked: Unpacked, root: Path, tally: Tally, verdicts: _Verdicts) -> dict[str, Any]:
    return {
        "identical": not verdicts.differences,
        "directory": str(root),
        "jobs": verdicts.how,
        "differences": verdicts.differences,
        "runs": tally.runs,
        "planned": tally.planned,
        "model_calls": tally.calls,
        "partly": tally.partly,
        "unfinished": tally.unfinished,
        "experiment": unpacked.contents.model_dump(mode="json", exclude={"files"}),
    }


def _report(unpacked: Unpacked, root: Path, tally: Tally, verdicts: _Verdicts) -> None:
    contents = unpacked.contents
    say(f"{shown(root)}: {plural(len(contents.files) + 1, 'file')}, all as they were packed")
    if contents.sample is not None:
        say(f"a sample: {len(contents.sample.scenarios)} of {plural(contents.sample.of, 'scenario')}")
    for note in contents.notes:
        say(f"note: {note}")
    for name, how in verdicts.how.items():
        same = name not in verdicts.differences
        say(f"{name}: {how}: " + (mark("identical", "ok") if same else mark("not identical", "error")))
    for text in verdicts.differences.values():
        print(mark(text, "error", sys.stderr), file=sys.stderr)
    say(f"{plural(tally.runs, 'run')} made again, {plural(tally.calls, 'model call')} compared")
    if "results only" in verdicts.how.values():
        say("its calls were not packed, so runs with models were not made again: their results agree with each other,")
        say("and nothing else of them was compared")
    for line in (*tally.partly, *tally.unfinished):
        say(line)


def _check(unpacked: Unpacked, *, live: bool, trusted: bool) -> None:
    """InputError for what an archive must not ask for, or not without being trusted."""
    for job in unpacked.jobs:
        unpacked.config(job)
    if not trusted:
        refuse_named_code(unpacked)
        if live:
            refuse_services(unpacked, known_services())


def _live(unpacked: Unpacked, root: Path, as_json: bool) -> int:
    directory = root.absolute() / LIVE
    with progress() as observer:
        reports = run_live(unpacked, directory, observer, sys.argv)
    rates = compare_rates(unpacked, directory)
    told = [rates_statement(unpacked.root / JOBS / rate.job, directory / rate.job) for rate in rates]
    if as_json:
        statements = [{**asdict(rate), "statement": text} for rate, text in zip(rates, told, strict=True)]
        say_json({"directory": str(root / LIVE), "rates": statements})
    else:
        _print_rates(rates, told)
        say(f"results: {shown(root / LIVE)}")
    return max(report.exit_status for report in reports)


def _print_rates(rates: Sequence[Rates], told: Sequence[str | None]) -> None:
    common = set.intersection(*(set(rate.overrides) for rate in rates)) if len(rates) > 1 else set[str]()
    rows = []
    for rate, text in zip(rates, told, strict=True):
        name = " ".join(text for text in rate.overrides if text not in common) or rate.job
        packed = _rate(rate.packed, rate.packed_judged)
        rows.append([name, packed, _rate(rate.live, rate.live_judged), text or ""])
    columns = ["configuration", "packed", "now", "difference"]
    if not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    table(columns, rows)


def _rate(rate: float | None, judged: int) -> str:
    return f"{rate:.1%} of {plural(judged, 'run')}" if rate is not None else "-"
