"""What a job or a sweep shows at its end: one table of what came of it, why runs came to nothing, and what is next."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Console

from pare_runner.analysis.scripted import not_as_written
from pare_runner.batch.failures import LIMIT, Group, RanWith, failures, kept_some, limits, named
from pare_runner.batch.interrupts import INTERRUPTED
from pare_runner.batch.job import STOPPED
from pare_runner.batch.journal import read_journal
from pare_runner.batch.metrics import unpriced
from pare_runner.batch.plan import read_plan
from pare_runner.batch.status import ran_jobs
from pare_runner.cli.console import plural
from pare_runner.cli.next_steps import Step, after_job, after_sweep, again, step_lines
from pare_runner.cli.run_tables import STYLES, WHY_COLUMN, output, print_table
from pare_runner.cli.sweep import readable
from pare_runner.traces.words import REPORTED_ONLY, SIDE_EFFECTS, only_reported, shortened

if TYPE_CHECKING:
    from pare_runner.batch.results import PAREMultiScenarioValidationResult

Row = Mapping[str, Any]

SHOWN = 40
"""Rows shown at most; runs that did not succeed come first."""
WHY = 160
"""Characters of a reason in a table; the journal holds it whole."""
END = 80
"""Characters of what is said about such a limit."""


class Report(Protocol):
    """What a job reports."""

    @property
    def exit_status(self) -> int:
        """0 all ran, 1 some ended in an exception, 75 stopped, 130 interrupted."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """Figures by name."""

    @property
    def results(self) -> PAREMultiScenarioValidationResult:
        """The result of each run."""


def show_results(report: Report, directory: Path, *, alone: bool = True, page: Path | None = None) -> None:
    """Print one row a run, those that did not succeed first, causes of failures, where everything is, what is next.

    `directory` holds the job's journal, `page` is its report. What to do after a job not `alone` its sweep says.
    """
    rows = sorted(
        read_journal(directory).latest().values(),
        key=lambda row: (row["status"] == "success", row["base_scenario_id"], row["run_number"]),
    )
    with output() as console:
        _print_results(console, report, rows, directory)
        _print_page(console, page)
        if alone:
            config = report.results.run_config
            _print_what_went_wrong(console, [(RanWith.of(config, directory), rows)], directory)
            _print_steps(console, after_job(rows, config, directory, complete=bool(report.summary["complete"])))


def show_sweep(content: Mapping[str, Any], directory: Path, page: Path | None = None) -> None:
    """Print one row a job of a sweep from its `sweep.json`, why runs came to nothing, and what to do next; `page` is
    its report."""
    with output() as console:
        _print_sweep(console, content)
        _print_what_went_wrong(console, ran_jobs(directory, read_plan(directory).jobs, directory), directory)
        console.print(f"\nall results: {directory / 'results.parquet'}", soft_wrap=True, markup=False)
        _print_page(console, page)
        _print_steps(console, after_sweep(directory, complete=bool(content["complete"])))


def result_cells(row: Row, *, many_runs: bool, tokens: bool, cost: bool) -> dict[str, str]:
    """Column → text for one line of a journal; columns that would say nothing are left out."""
    agents = row.get("model_calls") is not None
    price = row.get("cost_usd")
    used = (row.get("prompt_tokens") or 0) + (row.get("completion_tokens") or 0)
    return {
        "scenario": row["base_scenario_id"],
        **({"run": str(row["run_number"])} if many_runs else {}),
        "status": row["status"],
        **({"turns": str(row["number_of_turns"])} if agents else {}),
        "proposals": str(row["proposal_count"]),
        "accepted": str(row["acceptance_count"]),
        **({"calls": str(row["model_calls"])} if agents else {}),
        **({"tokens": f"{used:,}"} if tokens else {}),
        **({"cost": "?" if price is None else f"${price:.4f}"} if cost else {}),
        WHY_COLUMN: reason(row),
    }


def reason(row: Row) -> str:
    """Why a run did not succeed, and what is reported without counting, cut to a few lines."""
    if row.get("exception_type") is not None:
        return shortened(f"{row['exception_type']}: {row['exception_message']}", WHY)
    checks = row.get("checks") or {}
    failed = [name for name, holds in checks.items() if not holds]
    said = row.get("rationale") or ""
    limit = ""
    if (row.get("termination_reason") or "").startswith(LIMIT):
        places = (said.find(f"; {name}: ") for name in failed)
        start = min((place for place in places if place >= 0), default=len(said))
        limit, said = said[:start].removeprefix("the episode "), said[start + 2 :]
    said = shortened(said, WHY - min(len(limit), END))
    reported = only_reported(row["status"], checks, row.get("rationale"))
    counted = len(failed) - reported
    if counted:
        said = f"{counted} of {len(checks) - reported} checks failed{': ' if said else ''}{said}"
    if reported:
        said = "; ".join(filter(None, (said, f"{SIDE_EFFECTS} ({REPORTED_ONLY})")))
    return "; ".join(part for part in (shortened(limit, END), said) if part)


def sweep_cells(jobs: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Column → text for each job of a `sweep.json`; overrides that all jobs share are left out."""
    common = set.intersection(*(set(job["overrides"]) for job in jobs)) if len(jobs) > 1 else set()
    crashed = any(job["summary"]["exception"] for job in jobs)
    rows = []
    for job in jobs:
        summary = job["summary"]
        judged = summary["success"] + summary["failed"]
        done, planned = summary["runs"], summary["planned"]
        rows.append(
            {
                "job": " ".join(readable(item) for item in job["overrides"] if item not in common) or job["folder"],
                "runs": str(done) if done == planned else f"{done} of {planned}",
                "success": _share(summary["success"], judged),
                **({"exceptions": str(summary["exception"])} if crashed else {}),
                "proposals": "-" if summary["proposals"] is None else str(summary["proposals"]),
                "accepted": _share(summary["acceptances"] or 0, summary["proposals"] or 0),
                "turns": "-" if summary["mean_turns"] is None else f"{summary['mean_turns']:.1f}",
            }
        )
    return rows


def _print_results(console: Console, report: Report, rows: Sequence[Row], directory: Path) -> None:
    config, summary = report.results.run_config, report.summary
    tokens = any(row.get("prompt_tokens") or row.get("completion_tokens") for row in rows)
    cost = tokens and any(row.get("cost_usd") is not None for row in rows)
    many_runs = any(row["run_number"] != 1 for row in rows)
    print_table(console, [result_cells(row, many_runs=many_runs, tokens=tokens, cost=cost) for row in rows[:SHOWN]])
    if len(rows) > SHOWN:
        console.print(f"... and {len(rows) - SHOWN} more that succeeded or are in results.jsonl")
    counts = ", ".join(f"{summary[name]} {name}" for name in STYLES if summary.get(name))
    ran, planned = summary.get("runs", len(rows)), summary.get("planned", len(rows))
    ended = {STOPPED: "stopped after ", INTERRUPTED: "interrupted after "}.get(report.exit_status, "")
    head = plural(ran, "run") if ran == planned else f"{ended}{ran} of {planned} runs"
    console.print(f"\n{head}: {counts or 'nothing ran'}")
    if rows and unpriced(config):
        console.print(f"cost unknown: no price for {', '.join(unpriced(config))}")
    elif cost and summary["cost_usd"] is None:  # a start before this one had no prices
        console.print(f"cost {summary['cost_note']}")
    elif cost:
        console.print(f"cost: ${summary['cost_usd']:.4f}")
    left = ["results", *(["traces"] if config.export else []), *(["logs"] if config.writes_unit_logs else [])]
    what = f"{', '.join(left[:-1])} and {left[-1]}" if len(left) > 1 else left[0]
    console.print(f"{what}: {directory}", soft_wrap=True, markup=False)


def _print_sweep(console: Console, content: Mapping[str, Any]) -> None:
    jobs = content["jobs"]
    head = plural(len(jobs), "job")
    if not content["complete"]:
        complete = sum(job["summary"]["complete"] for job in jobs)
        untouched = sum(not job["started"] for job in jobs)
        head = f"the sweep is not complete: {complete} of {head} done, {untouched} not begun"
    console.print(f"\n{head}, {content['runs']} of {plural(content['planned'], 'run')}\n")
    print_table(console, sweep_cells(content["jobs"]))


def _print_what_went_wrong(console: Console, ran: Sequence[tuple[RanWith, Sequence[Row]]], directory: Path) -> None:
    """Print why runs came to nothing, and a warning of scenarios that were not played as they are written."""
    _print_causes(console, failures(ran), limits(ran), directory, cached=kept_some(ran))
    rows = [row for _, some in ran for row in some]
    for problem in not_as_written((row["base_scenario_id"], row.get("failed_events") or (), 1) for row in rows):
        said = textwrap.fill(str(problem), console.width, break_long_words=False, break_on_hyphens=False)
        console.print(f"\n{said}", soft_wrap=True, markup=False)


def show_causes(failed: Sequence[Group], limited: Sequence[Group], directory: Path, *, cached: bool) -> None:
    """Print why runs of `directory` came to nothing, if any did; `cached`: others of its runs are in the cache."""
    with output() as console:
        _print_causes(console, failed, limited, directory, cached=cached)


def _print_causes(
    console: Console, failed: Sequence[Group], limited: Sequence[Group], directory: Path, *, cached: bool
) -> None:
    """Print why runs of `directory` came to nothing, one row a cause, and how those that can be are made again."""
    if failed:
        console.print("\nruns that ended in an exception, by cause:")
        print_table(console, cause_cells(failed))
        console.print("\nmake just these again:")
        for command in again(directory):
            console.print(f"  {command}", soft_wrap=True, markup=False)
        if cached:
            what = "type the same in a new directory: the rest is in the cache"
            console.print(f"mended a scenario or an assistant? {what}")
    if limited:
        console.print("\nruns that a limit ended (a verdict, it stands):")
        print_table(console, cause_cells(limited))


def cause_cells(groups: Sequence[Group]) -> list[dict[str, str]]:
    """Column → text for each group of runs that one cause ended."""
    endpoints = any(group.endpoints for group in groups)
    logs = any(group.log is not None for group in groups)
    return [
        {
            "cause": shortened(f"{group.kind}: {group.message}" if group.message else group.kind, WHY),
            "model": ", ".join(group.models) or "-",
            **({"endpoint": ", ".join(group.endpoints) or "-"} if endpoints else {}),
            "runs": str(group.runs),
            "scenarios": named(list(group.scenarios)),
            **({"log": "-" if group.log is None else str(group.log)} if logs else {}),
        }
        for group in groups
    ]


def _print_page(console: Console, page: Path | None) -> None:
    if page is not None:
        console.print(f"report: {page}", soft_wrap=True, markup=False)


def _print_steps(console: Console, steps: Sequence[Step]) -> None:
    console.print("\nnext:")
    for line in step_lines(steps):
        console.print(line, soft_wrap=True, markup=False)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}% ({part} of {whole})" if whole else "-"
