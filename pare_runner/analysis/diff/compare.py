"""`diff`: two results in, everything that changed between them out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from pare_runner.analysis import given
from pare_runner.analysis.diff.cells import BEHAVIOUR, Cells, Flags, lay_out
from pare_runner.analysis.diff.configs import code_differences, config_differences
from pare_runner.analysis.diff.contents import Contents, ScenarioChange, TextDiff, contents, texts
from pare_runner.analysis.diff.examine import Examined, differing_records, examine, job_folder
from pare_runner.analysis.diff.figures import cell_figures, metrics, success
from pare_runner.analysis.diff.keys import RUN, Keys, find_keys
from pare_runner.analysis.diff.model import Diff, Finding, Matching
from pare_runner.analysis.diff.moved import Moved, differing_places, matched_places, moved_scenarios, turned_checks
from pare_runner.analysis.diff.prompts import prompt_differences
from pare_runner.analysis.diff.sides import Side, check_protocols, read_side
from pare_runner.analysis.diff.unmatched import unmatched
from pare_runner.analysis.discover import Given
from pare_runner.analysis.note import note
from pare_runner.analysis.notes import listed
from pare_runner.analysis.verdicts import derived_notes, derived_scenarios
from pare_runner.errors import Problem

SCENARIOS = 20
"""Scenarios whose traces are opened at most."""


def diff(
    a: Given,
    b: Given,
    *,
    by: str | Iterable[str] | None = None,
    ignore: str | Iterable[str] = (),
    mix: bool = False,
    margin: float | None = None,
    estimand: str = "situations",
    scenarios: int = SCENARIOS,
) -> Diff:
    """What changed from the results at `a`, the baseline, to those at `b`.

    Each is a path of a job, a sweep, a folder of both or a file of rows, or several paths. Runs are matched by
    scenario, run number and every key that varies on both sides; `by` names the keys instead, `ignore` leaves some out:
    one text or several, with commas or without.
    `margin` is the difference of success rates (0.05 is five points) that would still count as none. `estimand` says
    what the numbers are about: `situations` like these, or exactly this `benchmark`. The traces of at most `scenarios`
    scenarios are opened.

    InputError if a path holds no results, for a key that is none, and for several protocols unless `mix`; ConfigError
    for a margin or an estimand that is none.
    """
    about, margin = given.estimand(estimand), given.margin(margin)
    sides = read_side("A", a), read_side("B", b)
    notes = [problem for side in sides for problem in side.notes()]
    notes += check_protocols(sides, mix=mix)
    derived = (side.read(derived_scenarios(side.frame))["base_scenario_id"].to_list() for side in sides)
    notes += derived_notes(sorted({name for names in derived for name in names}))
    keys = find_keys(*sides, by=None if by is None else given.names(by), ignore=given.names(ignore))
    cells = lay_out(*sides, keys)
    found = contents(*sides, _scenarios(cells))
    config, code = config_differences(*sides, keys), code_differences(*sides)
    moved, family = moved_scenarios(cells)
    differing = _differing(cells)
    explained = bool(keys.differing) or any(item.identity for item in config)
    compared, damaged = False, dict[Path, None]()
    if not (moved or explained or found.changed or differing.any()):
        differing, compared = differing_records(sides, cells, damaged)
    changed = _changed(cells, found, moved, differing, explained=explained)
    places = _places(cells, [item.scenario for item in moved], [*changed], differing, scenarios)
    opened = examine(sides, cells, places, damaged)
    notes += _damaged(damaged)
    findings = _findings(sides, cells, found, moved, changed, differing, opened)
    judged = bool(cells.both_judged.any())
    figures, cell_family = cell_figures(cells, estimand=about)
    kinds: Counter[str] = Counter()
    for item in opened.values():
        kinds.update(item.kinds)
    return Diff(
        a=sides[0].name,
        b=sides[1].name,
        notes=tuple(notes),
        matching=_matching(cells, keys),
        config=config,
        code=code,
        contents=found,
        prompts=_prompts(sides, cells, found) if explained or code else (),
        success=success(cells, estimand=about, margin=margin) if judged else None,
        cells=figures,
        cell_family=cell_family,
        moved=tuple(item for item in findings if item.moved is not None),
        moved_family=family,
        changed=tuple(item for item in findings if item.moved is None),
        kinds=dict(sorted(kinds.items(), key=lambda item: (-item[1], item[0]))),
        metrics=metrics(cells),
        differing=int(differing.sum()),
        traces_compared=compared,
        unread=tuple(name for side in sides for name in side.results.unread),
    )


def _damaged(paths: Iterable[Path]) -> list[Problem]:
    """A note on traces that are there and cannot be read."""
    names = [path.as_posix() for path in paths]
    if not names:
        return []
    which = "1 trace is" if len(names) == 1 else f"{len(names)} traces are"
    message = f"{which} damaged, what happened there is not compared: {listed(names)}"
    return [note("damaged_file", message)]


def _scenarios(cells: Cells) -> tuple[list[str], list[str]]:
    """The scenarios that each side has runs of."""
    one, two = ((counts > 0).any(axis=(0, 2)) for counts in cells.present)
    return [cells.scenarios[n] for n in np.flatnonzero(one)], [cells.scenarios[n] for n in np.flatnonzero(two)]


def _differing(cells: Cells) -> Flags:
    """Places where the runs of both sides went another way, as far as the columns of `BEHAVIOUR` tell."""
    places = np.flatnonzero(cells.matched)
    one, two = (cells.rows[side][places] for side in (0, 1))
    a, b = cells.a.frame.select(BEHAVIOUR), cells.b.frame.select(BEHAVIOUR)
    if len(a) != len(b) or not np.array_equal(one, two):  # rows that stand alike need not be moved, which is slow
        a, b, one = a[one], b[two], np.arange(places.size)
    unequal = np.zeros(cells.matched.size, dtype=np.bool_)
    if places.size:
        marks = pl.select(pl.any_horizontal(a[name].ne_missing(b[name]) for name in BEHAVIOUR)).to_series()
        unequal[places] = marks.to_numpy()[one]
    return unequal.reshape(cells.matched.shape)


def _changed(
    cells: Cells, found: Contents, moved: Sequence[Moved], differing: Flags, *, explained: bool
) -> dict[str, ScenarioChange | None]:
    """Scenarios that differ at the same success rate: in their contents, or, if no configuration explains that, in what
    happened."""
    rest = {item.scenario for item in moved}
    names = {item.scenario: item for item in found.changed if item.scenario not in rest}
    others: dict[str, ScenarioChange | None] = dict(names)
    if not explained:
        for number in np.flatnonzero(differing.any(axis=(0, 2))).tolist():
            if cells.scenarios[number] not in rest:
                others.setdefault(cells.scenarios[number], None)
    return others


def _places(
    cells: Cells, moved: Sequence[str], changed: Sequence[str], differing: Flags, most: int
) -> dict[str, Sequence[int]]:
    """The pairs of runs that are worth opening, scenario by scenario: those whose verdicts differ, else those that went
    another way, else all."""
    index = {name: number for number, name in enumerate(cells.scenarios)}
    flat = differing.ravel()
    places: dict[str, Sequence[int]] = {}
    for name in [*moved, *changed][:most]:
        every = matched_places(cells, index[name])
        turned = differing_places(cells, index[name]) if name in moved else every[flat[every]]
        places[name] = (turned if turned.size else every).tolist()
    return places


def _findings(
    sides: tuple[Side, Side], cells: Cells, found: Contents, moved: Sequence[Moved],
    changed: Mapping[str, ScenarioChange | None], differing: Flags, opened: Mapping[str, Examined],
) -> list[Finding]:  # fmt: skip
    changes: dict[str, ScenarioChange | None] = {item.scenario: item for item in found.changed}
    by_name = {item.scenario: item for item in moved}
    index = {name: number for number, name in enumerate(cells.scenarios)}
    names = [*by_name, *changed]
    checks = turned_checks(sides, cells, [name for name in names if name in opened])
    items = []
    for name in names:
        change, pair = changes.get(name), opened.get(name)
        if change is not None:
            change = replace(change, texts=texts(change, *sides, None if pair is None else pair.records))
        items.append(
            Finding(
                name, by_name.get(name), change, int(differing[:, index[name]].sum()),
                int(cells.matched[:, index[name]].sum()), checks.get(name, ()), pair,
            )
        )  # fmt: skip
    return items


def _matching(cells: Cells, keys: Keys) -> Matching:
    matched = cells.matched
    return Matching(
        keys=keys.matched,
        by_run=keys.runs,
        runs=(int(cells.present[0].sum()), int(cells.present[1].sum())),
        pairs=int(matched.sum()),
        scenarios=int(matched.any(axis=(0, 2)).sum()),
        cells=int(matched.any(axis=(1, 2)).sum()),
        treatment=keys.treatment,
        narrowed=keys.narrowed,
        pooled=keys.pooled,
        unmatched=(unmatched(cells, 0), unmatched(cells, 1)),
        grouped=any(bool((counts[matched] > 1).any()) for counts in cells.present),
        apart=() if matched.any() else _apart(cells, keys),
    )


def _apart(cells: Cells, keys: Keys) -> tuple[str, ...]:
    """Where no run has a partner: the fewest keys without which some would have one, as far as that can be told."""
    one, two = (counts > 0 for counts in cells.present)
    told = {name for name, (a, b) in keys.differing.items() if set(a).isdisjoint(b)}
    without = tuple(name for name in keys.matched if name in told) or keys.matched
    if (one.any(axis=0) & two.any(axis=0)).any():
        return without
    if (one.any(axis=2) & two.any(axis=2)).any():
        return (RUN,)
    return (*without, RUN) if (one.any(axis=(0, 2)) & two.any(axis=(0, 2))).any() else ()


def _prompts(sides: tuple[Side, Side], cells: Cells, found: Contents) -> tuple[TextDiff, ...]:
    """The prompts of one pair of runs, of a scenario that is the same on both sides if there is one."""
    other = {item.scenario for item in found.changed}
    numbers = np.flatnonzero(cells.matched.any(axis=(0, 2))).tolist()
    numbers.sort(key=lambda number: cells.scenarios[number] in other)
    if not numbers:
        return ()
    place = int(matched_places(cells, numbers[0])[0])
    one, two = (job_folder(side, cells, number, place) for number, side in enumerate(sides))
    return prompt_differences(one, two, cells.scenarios[numbers[0]])
