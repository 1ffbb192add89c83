"""Which rows are one configuration, and what it is called: by the settings in which results differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pare_runner.analysis.reading import collected
from pare_runner.analysis.schema import CHECK_COUNTS, JOB_COLUMNS, ROW_COLUMNS, STATUSES
from pare_runner.errors import ConfigError, did_you_mean

FAILURES, EVENTS = "tool_failure_probability", "num_env_events_per_minute"
SETTINGS: Mapping[str, str] = {
    "agent_type": "",
    "observe_model": "",
    "execute_model": "",
    "user_model": "user",
    FAILURES: "tfp",
    EVENTS: "env",
    "apply_tool_name_augmentation": "renamed",
    "apply_tool_description_augmentation": "redescribed",
    "failure_pattern": "failures",
    "outage_seconds": "outage",
    "arrivals": "arrivals",
    "env_events_seed": "noise seed",
    "seed": "seed",
    "oracle": "oracle",
    "protocol": "protocol",
    "protocol_version": "protocol version",
    "message_protocol": "messages",
    "time_mode": "time",
    "judge_model": "judge",
}
"""Column of a setting → its short name in labels, in the order of labels."""
FOLLOWING = tuple(name for name in SETTINGS if name in JOB_COLUMNS)
"""Settings that manifests say: null without that kind of noise or without a manifest, which alone is no difference."""
HASH = "config_hash"
RESULTS = "the results"
"""How messages call what is read."""
NOISE = (FAILURES, EVENTS)
TAKEN = frozenset(
    (
        *("kind", "text", "runs", "scenarios", "example", "judged", "sum", "square", "rate", "binary"),
        *("arm", "scenario", "proposing", "proposals", "acceptances", "turns", "unseen", "calls", "cost"),
        *STATUSES,
    )
)
"""Names that a report gives to what it counts."""
DRAWN_BY = ("seed", "env_events_seed", "failure_pattern", "outage_seconds", "arrivals")
"""What decides which numbers noise draws, and what they stand for."""
ASKED = (
    *SETTINGS,
    "user_provider",
    "observe_provider",
    "execute_provider",
    "proactive_model",
    "max_turns",
    "run_number",
    HASH,
    "world_hash",
    "scoring_hash",
    "scoring",
)
"""Columns of rows that say what was asked for."""
OUTCOMES = frozenset(name for name in (*ROW_COLUMNS, *CHECK_COUNTS) if name not in ASKED)
"""Columns that say what came of a run: groups by them would be made by their results."""


@dataclass(frozen=True)
class Arms:
    """Configurations in the order of their first rows: the columns that tell them apart, and their values in each.

    `named` are the columns that labels speak of: the assistant's model as well where there is only one. `pooled` are
    the settings that have several values in one configuration, with all their values; `idle` those of the columns that
    were asked for which have one value everywhere. `same_draws` says that noise was drawn alike wherever there was any.
    """

    keys: tuple[str, ...]
    named: tuple[str, ...]
    values: tuple[Mapping[str, Any], ...]
    labels: tuple[str, ...]
    series: tuple[str, ...]
    constants: Mapping[str, Any]
    pooled: Mapping[str, tuple[Any, ...]]
    idle: tuple[str, ...]
    same_draws: bool

    @property
    def places(self) -> dict[tuple[Any, ...], int]:
        """The values of `keys` → the number of the configuration."""
        return {tuple(values[key] for key in self.keys): place for place, values in enumerate(self.values)}

    def without(self, place: int, axis: str) -> str:
        """The label of a configuration, whatever its level on the noise `axis`."""
        return _label(self.values[place], [key for key in self.named if key != axis], quiet=True)


def find_arms(frame: pl.LazyFrame, by: Sequence[str] = ()) -> Arms:
    """The configurations of `frame`: told apart by all settings that differ, or by the columns `by` alone.

    ConfigError for a column that there is none of, that holds lists, or that says what came of a run.
    """
    schema = frame.collect_schema()
    by = list(dict.fromkeys(by))
    for name in by:
        if name not in schema:
            raise ConfigError(f"--by {name}: the results have no such column", hint=did_you_mean(name, schema, limit=0))
        if schema[name].is_nested():
            raise ConfigError(f"--by {name}: its values are lists", hint="choose a column with one value a run")
        if name in TAKEN:
            raise ConfigError(f"--by {name}: reports use this name for what they count", hint="rename the column")
        if name in OUTCOMES:
            what = "every rate is a mean over scenarios" if name == "base_scenario_id" else "it says what came of a run"
            raise ConfigError(f"--by {name} makes no configurations: {what}", hint=f"settings: {', '.join(SETTINGS)}")
    columns = list(dict.fromkeys([*SETTINGS, HASH, *by]))
    found = collected(frame.select(columns).unique(maintain_order=True), RESULTS)
    differing = [name for name in SETTINGS if _kinds(found, name) > 1]
    keys = list(by) if by else _told_apart(found, differing)
    values = found.select(keys or "observe_model").unique(maintain_order=True).rows(named=True)
    named = [*keys, *(name for name in ("observe_model", "execute_model") if not by and name not in keys)]
    whole = [{**value, **{name: found[name][0] for name in named if name not in value and not by}} for value in values]
    labels = _distinct([_label(value, named) for value in whole])
    series = [_label(value, [key for key in named if key not in NOISE]) for value in whole]
    constants = {name: found[name][0] for name in SETTINGS if found.height and found[name].n_unique() == 1}
    shared = {name: value for name, value in constants.items() if value is not None and name not in keys}
    return Arms(
        keys=tuple(keys),
        named=tuple(named),
        values=tuple(whole),
        labels=tuple(labels),
        series=tuple(series),
        constants=shared,
        pooled=_pooled(found, keys) if by else {},
        idle=tuple(name for name in by if found.height and found[name].n_unique() == 1),
        same_draws=all(_kinds(found, name) == 1 for name in DRAWN_BY) and found["seed"].null_count() == 0,
    )


def _pooled(found: pl.DataFrame, keys: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Settings that have several values in one configuration → all their values."""
    pooled = {}
    for name in SETTINGS:
        if name in keys:
            continue
        there = found.drop_nulls(name) if name in FOLLOWING else found
        kinds = there.group_by(keys).agg(pl.col(name).n_unique().alias("kinds"))["kinds"]
        if (kinds > 1).any():
            pooled[name] = tuple(there[name].unique().sort().to_list())
    return pooled


def _kinds(found: pl.DataFrame, name: str) -> int:
    column = found[name].drop_nulls() if name in FOLLOWING else found[name]
    return max(column.n_unique(), 1)


def _told_apart(found: pl.DataFrame, differing: list[str]) -> list[str]:
    """The settings that differ, and the hash of the configuration where those do not tell all of them apart."""
    hashes = found.drop_nulls(HASH)
    if differing:
        several = hashes.group_by(differing).agg(pl.col(HASH).n_unique())[HASH]
        crowded = bool((several > 1).any())
    else:
        crowded = hashes[HASH].n_unique() > 1
    return [*differing, HASH] if crowded else differing


def _label(values: Mapping[str, Any], keys: Sequence[str], *, quiet: bool = False) -> str:
    """`eager, tfp 0.2 + env 4`: assistant, user, noise, and whatever else differs; `quiet` says nothing of no noise."""
    parts = []
    observe, execute = values.get("observe_model"), values.get("execute_model")
    if "observe_model" in keys or "execute_model" in keys:
        both = observe if observe == execute or execute is None else f"{_said(observe)}+{execute}"
        kind = f"{values['agent_type']}: " if "agent_type" in keys and values.get("agent_type") else ""
        parts.append(f"{kind}{_said(both)}")
    noise = [f"{SETTINGS[key]} {_said(values[key])}" for key in NOISE if key in keys and values[key]]
    rest = []
    for key in keys:
        value = values[key]
        if key in NOISE or key in ("observe_model", "execute_model"):
            continue
        if key == "agent_type" and ("observe_model" in keys or "execute_model" in keys):
            continue
        if key == HASH:
            rest.append(f"config {_said(value)[:8]}")
        elif key in FOLLOWING and value is None:
            continue
        elif isinstance(value, bool) and key in SETTINGS:
            rest += [SETTINGS[key]] if value else []
        else:
            name = SETTINGS.get(key, key) or key.replace("_", " ")
            (parts if key == "user_model" else rest).append(f"{name} {_said(value)}")
    if noise or (not quiet and any(key in keys for key in NOISE)):
        parts.append(" + ".join(noise) if noise else "no noise")
    return ", ".join([*parts, *rest]) or "all"


def _said(value: Any) -> str:
    if value is None:
        return "?"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _distinct(labels: Sequence[str]) -> list[str]:
    """`labels`, numbered where two are the same."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return found
