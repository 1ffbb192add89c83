"""Which scenarios are not the same on both sides, and how: by hashes, and by text where there is any."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from pare_runner.analysis.diff.kept_texts import kept_text
from pare_runner.analysis.diff.sides import Side
from pare_runner.analysis.diff.steps import Record
from pare_runner.analysis.discover import Job

CONTEXT = 2
"""Lines around a change."""

HASHES = ("world_hash", "scoring_hash")
_ENDINGS = (".yaml", ".yml")

Hashes = Mapping[str, tuple[frozenset[str], frozenset[str]]]
"""Scenario → its world hashes and its scoring hashes; several if a side holds several contents under one id."""


@dataclass(frozen=True, slots=True)
class TextDiff:
    """A text that differs, as lines of a unified diff without its head."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScenarioChange:
    """A scenario that both sides have with other contents: of its `world`, of its `checks`, or both."""

    scenario: str
    world: bool
    checks: bool
    texts: tuple[TextDiff, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """`only` are the scenarios of one side alone; `several` those with several contents on one side."""

    only: tuple[tuple[str, ...], tuple[str, ...]]
    changed: tuple[ScenarioChange, ...]
    several: tuple[str, ...]


def contents(a: Side, b: Side, scenarios: tuple[Sequence[str], Sequence[str]]) -> Contents:
    """Compare the scenarios that have runs, by their hashes; a side that has none for a scenario says nothing of it."""
    one, two = _hashes(a), _hashes(b)
    shared = sorted(set(scenarios[0]) & set(scenarios[1]))
    changed = []
    for name in shared:
        differ = [
            bool(x) and bool(y) and x != y for x, y in zip(one.get(name, _NONE), two.get(name, _NONE), strict=True)
        ]
        if any(differ):
            changed.append(ScenarioChange(name, differ[0], differ[1]))
    only = tuple(sorted(set(scenarios[0]) - set(shared))), tuple(sorted(set(scenarios[1]) - set(shared)))
    several = sorted(
        name for name in shared for hashes in (*one.get(name, _NONE), *two.get(name, _NONE)) if len(hashes) > 1
    )
    return Contents(only, tuple(changed), tuple(dict.fromkeys(several)))


def texts(change: ScenarioChange, a: Side, b: Side, records: tuple[Record, Record] | None) -> tuple[TextDiff, ...]:
    """How a scenario differs: by the texts that the jobs have kept; else by its files, if both are where the jobs had
    them and are not the same; else by what the traces of a run tell of its beginning and its planned events."""
    kept = [kept_text(change.scenario, side.jobs) for side in (a, b)]
    if kept[0] is not None and kept[1] is not None and kept[0] != kept[1]:
        (ending, text_a), (other, text_b) = kept[0], kept[1]
        names = dict.fromkeys(f"{change.scenario}{item}" for item in (ending, other))
        return (TextDiff(" and ".join(names), unified(text_a, text_b)),)
    files = [_file(change.scenario, side.jobs) for side in (a, b)]
    if files[0] is not None and files[1] is not None and files[0][1] != files[1][1]:
        (path_a, text_a), (path_b, text_b) = files[0], files[1]
        name = path_a.name if path_a.name == path_b.name else f"{path_a.name} and {path_b.name}"
        return (TextDiff(name, unified(text_a, text_b)),)
    if records is None or not change.world:
        return ()
    one, two = records
    found = [
        TextDiff(f"initial state of {name}", unified(_pretty(one.apps.get(name)), _pretty(two.apps.get(name))))
        for name in dict.fromkeys((*one.apps, *two.apps))
        if one.apps.get(name) != two.apps.get(name)
    ]
    if one.plan != two.plan:
        found.append(TextDiff("planned events", unified("\n".join(one.plan), "\n".join(two.plan))))
    return tuple(found)


def unified(a: str, b: str) -> tuple[str, ...]:
    """Lines of a unified diff of two texts, without the head."""
    lines = difflib.unified_diff(a.splitlines(), b.splitlines(), lineterm="", n=CONTEXT)
    return tuple(line for number, line in enumerate(lines) if number >= 2)


_NONE: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


def _hashes(side: Side) -> Hashes:
    if all(job.scenarios for job in side.jobs):
        found: dict[str, tuple[set[str], set[str]]] = {}
        for job in side.jobs:
            for name, entry in job.scenarios.items():
                for known, key in zip(found.setdefault(name, (set(), set())), HASHES, strict=True):
                    known.update([entry[key]] if isinstance(entry.get(key), str) else [])
        return {name: (frozenset(world), frozenset(scoring)) for name, (world, scoring) in found.items()}
    hashes = (pl.col(name).drop_nulls().unique() for name in HASHES)
    rows = side.read(side.frame.group_by("base_scenario_id").agg(hashes))
    return {
        row["base_scenario_id"]: (frozenset(row[HASHES[0]]), frozenset(row[HASHES[1]]))
        for row in rows.iter_rows(named=True)
    }


def _file(scenario: str, jobs: Iterable[Job]) -> tuple[Path, str] | None:
    """The file that the jobs took a scenario from by its path, with its text as it is now."""
    for job in jobs:
        names = job.config.get("scenarios")
        for name in names if isinstance(names, list) else ():
            path = Path(str(job.manifest.get("working_directory") or "."), str(name))
            if path.suffix in _ENDINGS:
                try:
                    text = path.read_text(encoding="utf-8")
                except (OSError, UnicodeDecodeError):
                    continue
                if re.search(rf"^id:\s*['\"]?{re.escape(scenario)}['\"]?\s*(#.*)?$", text, re.MULTILINE):
                    return path, text
    return None


def _pretty(value: Any) -> str:
    return "" if value is None else orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
