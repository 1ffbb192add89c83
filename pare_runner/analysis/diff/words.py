"""Sentences about a diff, the same in a terminal and on a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pare_runner.analysis.diff.keys import shown
from pare_runner.analysis.diff.values import (
    chance,
    counted,
    interval,
    kind_of_interval,
    p_value,
    percent,
    points,
    short,
    value,
)
from pare_runner.analysis.notes import listed
from pare_runner.analysis.statistics.sample import ESTIMANDS

if TYPE_CHECKING:
    from pare_runner.analysis.diff.contents import ScenarioChange
    from pare_runner.analysis.diff.divergence import Divergence
    from pare_runner.analysis.diff.examine import Examined
    from pare_runner.analysis.diff.figures import CellFigure, Success
    from pare_runner.analysis.diff.model import Diff, Finding, Matching, Unmatched
    from pare_runner.analysis.diff.moved import CheckShare, Moved

TESTS = {"exact": "exact test within its cells", "normal": "test by a normal approximation within its cells"}
"""How a moved scenario was tested."""
SUCCESS_TESTS = {"situations": "sign-flip permutation test by scenario", "benchmark": "score test"}
"""Estimand → the test of the difference of success."""

NO_TEXT = "; what it was and is, neither files nor traces tell"


def warnings(diff: Diff) -> Iterator[str]:
    """What must be said before any number."""
    if diff.success is not None:
        for alert in diff.success.alerts:
            yield alert.text
    if diff.contents.several:
        yield (
            f"{counted(len(diff.contents.several), 'scenario id')} with several contents on one side, which are"
            f" taken together: {listed(list(diff.contents.several))}"
        )


def matching(diff: Diff) -> Iterator[str]:
    """How runs were laid side by side, and which have no partner."""
    found = diff.matching
    names = ["scenario", *(["run number"] if found.by_run else []), *found.keys]
    sizes = counted(found.scenarios, "scenario"), counted(found.cells, "cell")
    yield f"{pairs(found)}, {sizes[0]} in {sizes[1]}, matched by {', '.join(names)}"
    by = ", by the first run of each group" if found.grouped else ""
    yield (
        f"{diff.differing:,} of them {'differs' if diff.differing == 1 else 'differ'} in outcome, actions, turns or "
        f"calls{by}"
    )
    for name in found.narrowed:
        yield f"{name} varies on one side only: only the value that both have is compared"
    if found.pooled:
        yield f"not told apart, their values stand together: {', '.join(found.pooled)}"
    if found.treatment:
        said = (f"{name} {value(one)} → {value(two)}" for name, (one, two) in found.treatment.items())
        yield f"what is compared: {'; '.join(said)}"
    for label, side in zip("AB", found.unmatched, strict=True):
        yield from _unmatched(label, side)


def pairs(found: Matching) -> str:
    """`24 pairs of runs`."""
    return f"{counted(found.pairs, 'pair')} of {'groups of runs' if found.grouped else 'runs'}"


def statistics(success: Success) -> Iterator[str]:
    """The comparison of success rates: estimate, intervals, tests, what could have been found."""
    found = success.comparison
    yield (
        f"A {percent(success.rates[0])}, B {percent(success.rates[1])}; difference {points(found.difference)}"
        f" {interval(found.interval)}, over {counted(found.scenarios, 'scenario')}"
        f" ({found.better} better, {found.worse} worse, {found.equal} equal)"
    )
    drawn = found.bootstrap
    bootstrap = "" if drawn is None or drawn.low is None else f"; cluster bootstrap {interval(drawn)}"
    yield f"about {ESTIMANDS[found.estimand]}; {kind_of_interval(found.interval)}{bootstrap}"
    size = "" if found.standardized is None else f"; effect size d = {found.standardized:.2f}"
    if found.p_value is None:
        yield f"no p-value: {found.interval.note}{size}"
    else:
        exact = "" if found.exact_p_value is None else f" (mid-p; exact {p_value(found.exact_p_value)})"
        yield f"{SUCCESS_TESTS[found.estimand]}: {p_value(found.p_value)}{exact}{size}"
    if found.mcnemar is not None:
        test = found.mcnemar
        yield f"McNemar's exact test: {p_value(test.p_value)} ({test.gained} gained, {test.lost} lost)"
    smallest = found.detectable
    if smallest.difference is None:
        known = "none" if found.interval.low is not None else "unknown"
        yield f"smallest detectable difference: {known} ({smallest.note})"
    else:
        note = f" ({smallest.note})" if smallest.note else ""
        size = f"{100 * smallest.difference:.1f} points at {100 * smallest.power:g}% power{note}"
        yield f"smallest detectable difference: {size}"
    if found.equivalence is not None:
        verdict = found.equivalence
        said = verdict.verdict.replace("_", " ")
        level = f"{100 * verdict.interval.level:g}% interval"
        yield f"equivalence within ±{100 * verdict.margin:g} points: {said}, {level} {interval(verdict.interval)}"
    counts = [item.exceptions for item in success.exceptions]
    if any(counts):
        bounds = [
            f"{label} {percent(item.low)} to {percent(item.high)}"
            for label, item in zip("AB", success.exceptions, strict=True)
        ]
        yield (
            f"exceptions, outside of the rates: A {counts[0]}, B {counts[1]}; had all failed or all succeeded:"
            f" {'; '.join(bounds)}"
        )


def evidence(moved: Moved, size: int) -> str:
    """How strong the evidence is that a scenario moved, against the variation of its own runs."""
    verdict = {
        "moved": "more than its runs vary",
        "within_noise": "no more than its runs may vary",
        "too_few_runs": "too few runs to tell it from the variation between runs",
    }[moved.verdict]
    if moved.runs == (1, 1):
        verdict = "one run a side cannot be told from the variation between runs"
    found = moved.evidence
    corrected = f", {p_value(moved.adjusted)} corrected for {size} scenarios" if size > 1 else ""
    return f"{verdict} ({p_value(found.p_value)}{corrected}, {TESTS[found.method]})"


def rates(moved: Moved) -> str:
    """`A 8/8 (100.0%), B 0/8 (0.0%), -100.0 points`."""
    sides = (
        f"{label} {successes:g}/{runs} ({percent(rate)})"
        for label, successes, runs, rate in zip("AB", moved.successes, moved.runs, moved.rates, strict=True)
    )
    return f"{', '.join(sides)}, {points(moved.difference)}; {moved.gained} gained, {moved.lost} lost"


def cell_chance(item: CellFigure, size: int) -> str:
    """The p-values of one cell out of a family of `size`."""
    if item.p_value is None or item.adjusted is None:
        return "no p-value"
    corrected = f"{p_value(item.adjusted)} corrected for {counted(size, 'cell')}"
    return f"{chance(item.p_value, item.interval.estimand)}, {corrected}"


def check(item: CheckShare) -> str:
    """`called …: 100% on A, 0% on B`."""
    one, two = ("is not there" if share is None else f"{100 * share:.0f}%" for share in item.shares)
    return f"{item.name}: {one} on A, {two} on B"


def change(item: ScenarioChange) -> str:
    """Which part of a scenario has other contents."""
    parts = [name for name, differs in (("its world", item.world), ("its checks or tags", item.checks)) if differs]
    return f"{' and '.join(parts)} {'is' if parts == ['its world'] else 'are'} not the same"


def where(diff: Diff, examined: Examined) -> str:
    """Which pair of runs is shown, and for how many it stands."""
    pair = examined.shown
    if pair is None:
        return examined.note
    cell = shown(diff.matching.keys, pair.cell)
    run = "" if pair.run_number is None else f"run {pair.run_number}"
    place = ", ".join(part for part in (run, cell) if part)
    first = examined.kinds[pair.divergence.kind]
    return f"{first} of {counted(examined.pairs, 'pair')} like this; shown: {place}"


def headline(found: Divergence) -> str:
    """What the first difference is, in a line."""
    if found.a is None and found.b is None:
        return f"{found.kind}: {counted(found.index, 'decision')} in both, the same to the word"
    names = f" ({', '.join(found.arguments)})" if found.arguments else ""
    tool = next((step.tool for step in (found.a, found.b) if step is not None and step.tool), "")
    about = f" of {tool}" if found.kind == "other arguments" else ""
    return f"decision {found.index + 1}, {found.role}: {found.kind}{about}{names}"


def world(found: Divergence) -> str:
    """Whether both sides had seen the same before they parted."""
    if found.source == "calls":
        return "what of the world differed before is not recorded: there is no trace"
    if not found.world:
        return "both sides had seen the same before"
    return "before it, the world was not the same: " + "; ".join(short(line, 160) for line in found.world)


def kinds(tally: Mapping[str, int]) -> str:
    """`call instead of wait 3, other arguments 1`."""
    return ", ".join(f"{kind} {number}" for kind, number in tally.items())


def other_ways(item: Finding) -> str:
    """In how many pairs of a scenario the columns of runs differ."""
    verb = "differs" if item.differing == 1 else "differ"
    return f"{item.differing} of {counted(item.pairs, 'pair')} {verb} in outcome, actions, turns or calls"


def _unmatched(label: str, side: Unmatched) -> Iterator[str]:
    if side.runs:
        yield f"{counted(side.runs, 'run')} of {label} without a partner: {'; '.join(side.why)}"
