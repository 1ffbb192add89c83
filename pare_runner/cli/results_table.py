"""The table of `pare results`: of all columns those that tell the rows apart, and what came of them."""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pare_runner.analysis.checks import PREFIX
from pare_runner.analysis.reading import collected
from pare_runner.analysis.schema import JOB, STATUSES
from pare_runner.cli.console import is_terminal, plural, say, table
from pare_runner.cli.progress.busy import busy
from pare_runner.cli.run_tables import output, print_table
from pare_runner.traces.words import shortened

SHOWN = 40
"""Rows on a terminal unless it is told otherwise."""
WIDEST = 160
"""Characters of a cell; other formats have all of them."""

SETTINGS = {
    "user_model": "user",
    "observe_model": "observe",
    "execute_model": "execute",
    "judge_model": "judge",
    "agent_type": "agent",
    "tool_failure_probability": "failures",
    "apply_tool_name_augmentation": "renamed",
    "apply_tool_description_augmentation": "redescribed",
    "num_env_events_per_minute": "events/min",
    "protocol": "protocol",
    "protocol_version": "version",
    "message_protocol": "messages",
    "time_mode": "time",
    "seed": "seed",
    "oracle": "oracle",
}
"""Columns that say how a run was made → their heads; those that are the same in all rows are left out."""

OUTCOME = {
    "status": "status",
    "number_of_turns": "turns",
    "proposal_count": "proposals",
    "acceptance_count": "accepted",
    "model_calls": "calls",
}
OTHER = {
    "scenario": "base_scenario_id",
    "run": "run_number",
    "assistant": "observe_model",
    "tokens": "completion_tokens",
    "cost": "cost_usd",
    "why": "rationale",
}
HEADS = {**{head: name for name, head in (*SETTINGS.items(), *OUTCOME.items())}, **OTHER}
"""Head of the table → the column that it shows; of those that show several the first to ask for."""
NEEDED = (
    "base_scenario_id",
    "run_number",
    *OUTCOME,
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "checks_passed",
    "checks_total",
    "exception_type",
    "exception_message",
    "rationale",
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows of a frame have in common, found without reading all of it."""

    counts: Mapping[str | None, int]
    jobs: Mapping[str, str]
    """Job → its name without the folders that all of them share."""
    runs: int
    settings: tuple[str, ...]
    """Columns of `SETTINGS` with more than one value."""
    settings_tell_jobs: bool
    one_model: bool
    """Whether the same model observes and executes."""
    tokens: bool
    cost: bool

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


def facts(frame: pl.LazyFrame, what: str) -> Facts:
    """The facts of `frame`; InputError about `what` if it cannot be read."""
    counts = collected(frame.group_by("status").len(), what)
    jobs = collected(frame.select(pl.col(JOB).unique(maintain_order=True)), what)[JOB].to_list()
    assistant = ("observe_model", "execute_model")
    several = collected(
        frame.select(
            *(pl.col(name).n_unique() for name in SETTINGS),
            pl.col(assistant[0]).eq_missing(pl.col(assistant[1])).all().alias("one_model"),
            pl.col("run_number").n_unique(),
            (pl.col("prompt_tokens") + pl.col("completion_tokens")).max().alias("tokens"),
            pl.col("cost_usd").max(),
        ),
        what,
    ).row(0, named=True)
    settings = tuple(name for name in SETTINGS if several[name] > 1)
    kinds = collected(frame.select(settings).unique(), what).height if settings else 1
    return Facts(
        dict(counts.iter_rows()),
        dict(zip(jobs, _below(jobs), strict=True)),
        several["run_number"],
        settings,
        kinds >= len(jobs),
        several["one_model"],
        bool(several["tokens"]),
        bool(several["cost_usd"]),
    )


def show(frame: pl.LazyFrame, names: Sequence[str], limit: int | None, what: str) -> None:
    """Print the first `limit` rows of `frame` with the columns `names`, or a selection of ours, and the counts."""
    with busy("reading results"):
        known = facts(frame, what)
        checks = [] if names else [name for name in frame.collect_schema().names() if name.startswith(PREFIX)]
        rows = _rows(frame.select(names or (JOB, *SETTINGS, *NEEDED, *checks)), limit, what)
    if names:
        cells = [[_text(row[name]) for name in names] for row in rows]
        heads = list(names)
    else:
        parted = [dict(_cells(row, known, checks)) for row in rows]
        heads = list(dict.fromkeys(head for row in parted for head in row))
        cells = [[row.get(head, "") for head in heads] for row in parted]
    if rows and not names and is_terminal():
        with output() as console:
            print_table(console, [dict(zip(heads, line, strict=True)) for line in cells])
    elif rows:
        table(heads, cells)
    if rows:
        say()
    say(_counted(known, len(rows)))


def _rows(frame: pl.LazyFrame, limit: int | None, what: str) -> list[dict[str, Any]]:
    return collected(frame if limit is None else frame.head(limit), what).to_dicts()


def _cells(row: Row, known: Facts, checks: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(head, text) of one row; a head that any row has is a column of the table."""
    yield "scenario", row["base_scenario_id"]
    if known.runs > 1:
        yield "run", _text(row["run_number"])
    if len(known.jobs) > 1 and not known.settings_tell_jobs:
        yield "job", known.jobs[row[JOB]]
    for name in known.settings:
        if not known.one_model:
            yield SETTINGS[name], _text(row[name])
        elif name != "execute_model":
            yield "assistant" if name == "observe_model" else SETTINGS[name], _text(row[name])
    if checks:
        yield "status", _text(row["status"])
        for name in checks:
            if row[name] is not None:
                yield name.removeprefix(PREFIX), "holds" if row[name] else "fails"
        return
    for name, head in OUTCOME.items():
        yield head, _text(row[name])
    if known.tokens:
        yield "tokens", f"{(row['prompt_tokens'] or 0) + (row['completion_tokens'] or 0):,}"
    if known.cost:
        yield "cost", "?" if row["cost_usd"] is None else f"${row['cost_usd']:.4f}"
    total = row["checks_total"]
    yield "checks", "-" if total is None else f"{row['checks_passed']}/{total}"
    yield "why", _why(row)


def _why(row: Row) -> str:
    if row["exception_type"] is not None:
        return shortened(f"{row['exception_type']}: {row['exception_message']}", WIDEST)
    return shortened(row["rationale"] or "", WIDEST)


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return shortened(" ".join(map(str, value)), WIDEST)
    return shortened(str(value), WIDEST)


def _below(jobs: Sequence[str]) -> list[str]:
    if len({os.path.isabs(name) for name in jobs}) != 1:
        return list(jobs)
    shared = os.path.commonpath([os.path.dirname(name) for name in jobs])
    return [os.path.relpath(name, shared) if shared else name for name in jobs]


def _counted(known: Facts, shown: int) -> str:
    order: dict[str | None, int] = {status: place for place, status in enumerate(STATUSES)}
    counts = sorted(known.counts.items(), key=lambda item: (order.get(item[0], len(order)), item[0] or ""))
    jobs = f" in {plural(len(known.jobs), 'job')}" if known.jobs else ""
    parts = ", ".join(f"{number} {(status or 'without a status').replace('_', ' ')}" for status, number in counts)
    line = f"{plural(known.rows, 'run')}{jobs}" + (f": {parts}" if parts else "")
    return line if shown == known.rows else f"{line}; {shown} shown, see --limit"
