"""Which columns lay the runs of two results side by side, and which are what is compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pare_runner.analysis.diff.flat import COLUMN_OF, identity, text
from pare_runner.analysis.diff.sides import Side
from pare_runner.analysis.schema import FRAME_SCHEMA, JOB
from pare_runner.errors import InputError, bracketed_hint

SCENARIO, RUN = "base_scenario_id", "run_number"
CELL = "cell"

DEFAULT = (
    "observe_model",
    "execute_model",
    "user_model",
    "agent_type",
    "tool_failure_probability",
    "num_env_events_per_minute",
    "apply_tool_name_augmentation",
    "apply_tool_description_augmentation",
    "seed",
    "protocol",
    "protocol_version",
    "message_protocol",
    "time_mode",
    "oracle",
    "judge_model",
    "failure_pattern",
    "outage_seconds",
    "env_events_seed",
    "arrivals",
)
"""Columns of what was asked for; one that tells no more apart than those before it is not used."""

ON_REQUEST = ("user_provider", "observe_provider", "execute_provider", "proactive_model", "experiment_name", "suite")
"""Columns that match only when they are named."""

CONFIG = "config:"
"""What a key of the configuration is called that is no column: `config:max_turns`."""


@dataclass(frozen=True)
class Keys:
    """How runs are laid side by side: by scenario, by run number if `runs`, and by the columns `matched`.

    `cells` are the values of `matched` that either side has, in order. `tables` says for each side which cell a row is
    of: some columns of its frame, and `cell`. `differing` maps every column that has other values on A than on B to
    those of both, `treatment` one that is constant on each side, and not the same, to both values. `narrowed` are keys
    that vary on one side only and are matched at the one value of the other; `pooled` those whose values stand
    together, because that side lacks the value or because they are ignored or not asked for.
    """

    matched: tuple[str, ...]
    runs: bool
    cells: tuple[tuple[Any, ...], ...]
    tables: tuple[pl.DataFrame, pl.DataFrame]
    differing: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]]
    treatment: dict[str, tuple[Any, Any]]
    narrowed: tuple[str, ...]
    pooled: tuple[str, ...]


def find_keys(a: Side, b: Side, *, by: Sequence[str] | None = None, ignore: Sequence[str] = ()) -> Keys:
    """The keys to match by: every one that varies on both sides, unless others tell its values apart already.

    `by` names all of them instead (scenario and run number are matched all the same); `ignore` leaves some out, the run
    number too. InputError for a name that is no key of both sides.
    """
    shared = set(a.frame.collect_schema()) & set(b.frame.collect_schema())
    extra = [name for name in a.frame.collect_schema() if name not in FRAME_SCHEMA and name in shared]
    _check_names((*(by or ()), *ignore), (*DEFAULT, *ON_REQUEST, *extra), (a, b))
    if SCENARIO in ignore:
        raise InputError(f"{SCENARIO} is always matched: rates are compared scenario by scenario")
    columns = list(dict.fromkeys((*DEFAULT, *extra, *(name for name in by or () if name in shared))))
    columns = [name for name in columns if name not in (*ignore, SCENARIO, RUN)]
    tables = [_table(side, columns, by or ()) for side in (a, b)]
    values = [{name: table[name].unique(maintain_order=True).to_list() for name in table.columns} for table in tables]
    if by is None:
        matched, narrowed, pooled = _chosen(tables, values, [*columns, *_config_keys(tables, ignore)])
    else:
        matched, narrowed = [name for name in by if name not in (SCENARIO, RUN, *ignore)], []
        pooled = _left_together(tables, matched, [*columns, *_config_keys(tables, ignore)])
    differing = {
        name: (tuple(values[0][name]), tuple(values[1][name]))
        for name in columns
        if set(values[0][name]) != set(values[1][name])
    }
    treatment = {
        name: (one[0], two[0])
        for name, (one, two) in differing.items()
        if name not in matched and len(one) == len(two) == 1
    }
    cells = sorted({row for table in tables for row in _combinations(table, matched)}, key=_order)
    pooled = [*pooled, *(name for name in ignore if name != RUN)]
    numbered = [_numbered(table, matched, cells) for table in tables]
    return Keys(
        matched=tuple(matched),
        runs=RUN not in ignore,
        cells=tuple(cells),
        tables=(numbered[0], numbered[1]),
        differing=differing,
        treatment=treatment,
        narrowed=tuple(narrowed),
        pooled=tuple(pooled),
    )


def shown(names: Sequence[str], cell: Sequence[Any]) -> str:
    """A cell in words: `execute_model=eager, tool_failure_probability=0.1`."""
    return ", ".join(f"{name}={'none' if value is None else value}" for name, value in zip(names, cell, strict=True))


def _check_names(names: Iterable[str], known: Sequence[str], sides: Sequence[Side]) -> None:
    """InputError for the first of `names` that is neither a column to match by nor a key of a configuration."""
    config = {CONFIG + key for side in sides for job in side.jobs for key in identity(job)}
    for name in names:
        if name not in (*known, SCENARIO, RUN) and name not in config:
            raise InputError(f"there is no key {name!r}{bracketed_hint(name, (*known, RUN, *config), limit=0)}")


def _table(side: Side, columns: Sequence[str], by: Sequence[str]) -> pl.DataFrame:
    """Each combination of the values of `columns` with the job it is of, and the configuration of that job.

    Columns that do not vary are not looked at row by row.
    """
    same = [
        (pl.col(name).null_count() == pl.len())
        | ((pl.col(name).null_count() == 0) & (pl.col(name).min() == pl.col(name).max()))
        for name in columns
    ]
    constant = side.read(side.frame.select(item.alias(name) for item, name in zip(same, columns, strict=True)))
    varying = [name for name, alike in constant.row(0, named=True).items() if not alike]
    table = side.read(side.frame.select(JOB, *varying).unique(maintain_order=True))
    first = side.read(side.frame.select(name for name in columns if name not in varying).head(1))
    table = table.with_columns(
        pl.lit(first[name].first(), dtype=first[name].dtype).alias(name) for name in first.columns
    )
    return _with_config(table, side, [name for name in by if name.startswith(CONFIG)])


def _with_config(table: pl.DataFrame, side: Side, wanted: Sequence[str]) -> pl.DataFrame:
    """`table` with those keys of the configuration, as text, that tell jobs apart which no column does."""
    known = {job.name: identity(job) for job in side.jobs}
    rest = [name for name in table.columns if name != JOB]
    groups = (
        table.group_by(rest, maintain_order=True).agg(pl.col(JOB))[JOB].to_list() if rest else [table[JOB].to_list()]
    )
    names = dict.fromkeys(wanted)
    for jobs in groups:
        configs = [known[job] for job in dict.fromkeys(jobs) if known.get(job)]
        for key in dict.fromkeys(key for config in configs for key in config):
            if key not in COLUMN_OF and len({text(config.get(key)) for config in configs}) > 1:
                names[CONFIG + key] = None
    return table.with_columns(
        pl.Series(name, [text(known.get(job, {}).get(name.removeprefix(CONFIG))) for job in table[JOB]], pl.String())
        for name in names
    )


def _config_keys(tables: Sequence[pl.DataFrame], ignore: Sequence[str]) -> list[str]:
    """Keys of the configuration that vary on both sides; those of one side alone say nothing about matching."""
    return [
        name
        for name in tables[0].columns
        if name.startswith(CONFIG) and name in tables[1].columns and name not in ignore
    ]


def _chosen(
    tables: Sequence[pl.DataFrame], values: Sequence[dict[str, list[Any]]], names: Sequence[str]
) -> tuple[list[str], list[str], list[str]]:
    """Of `names`: those to match by, those among them that vary on one side only, and those that are pooled."""
    chosen: list[str] = []
    narrowed, pooled = [], []
    for name in names:
        counts = [len(some[name]) for some in values]
        if min(counts) == 0 or max(counts) == 1 or not any(_splits(table, chosen, name) for table in tables):
            continue
        if min(counts) == 1 and set(values[0][name]).isdisjoint(values[1][name]):
            pooled.append(name)
            continue
        chosen.append(name)
        if min(counts) == 1:
            narrowed.append(name)
    return chosen, narrowed, pooled


def _left_together(tables: Sequence[pl.DataFrame], matched: Sequence[str], names: Sequence[str]) -> list[str]:
    """Those of `names` whose values `matched` does not tell apart on one side, and that none before them tells."""
    found: list[str] = []
    for name in names:
        if name not in matched and any(_splits(table, [*matched, *found], name) for table in tables):
            found.append(name)
    return found


def _splits(table: pl.DataFrame, chosen: Sequence[str], name: str) -> bool:
    """Whether `name` tells apart what `chosen` do not."""
    before = table.select(chosen).n_unique() if chosen else 1
    return table.select(*chosen, name).n_unique() > before


def _combinations(table: pl.DataFrame, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """The values of `names` in each row; without names every row is the same."""
    return table.select(names).rows() if names else [()] * len(table)


def _numbered(table: pl.DataFrame, matched: Sequence[str], cells: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """The columns of a frame that say which cell a row is of, and the number of that cell."""
    place = {cell: number for number, cell in enumerate(cells)}
    number = pl.Series(CELL, [place[row] for row in _combinations(table, matched)], pl.Int64())
    keys = [JOB] if any(name.startswith(CONFIG) for name in matched) else []
    keys += [name for name in matched if not name.startswith(CONFIG)]
    return table.with_columns(number).select(*keys, CELL).unique(maintain_order=True)


def _order(cell: tuple[Any, ...]) -> tuple[tuple[bool, str, Any], ...]:
    """Values of one type in their order, missing ones first, whatever the types."""
    return tuple((value is not None, type(value).__name__, value if value is not None else 0) for value in cell)
