"""The sections on comparisons: differences from the baseline, and what it would take to see smaller ones."""

from __future__ import annotations

from collections.abc import Iterator

from pare_runner.analysis.report.model import Comparisons, Report, Versus
from pare_runner.analysis.report.tables import (
    ID,
    LABEL,
    NOTHING,
    Cell,
    Column,
    Section,
    Table,
    count,
    number,
    p_value,
    percent,
    points,
    span,
    together,
    words,
)
from pare_runner.analysis.statistics.comparisons import Comparison
from pare_runner.analysis.statistics.sample import Estimand

VERDICTS = {"equivalent": "equal", "not_equivalent": "differs", "undecided": "open"}


def comparison_sections(report: Report) -> Iterator[Section]:
    """Differences, then variance; nothing for a report on one configuration."""
    found = report.comparisons
    assert found is not None
    baseline = next(item.label for item in report.configurations if item.id == found.baseline)
    yield _differences(report, found, baseline)
    yield _variance(report, found)


def _differences(report: Report, found: Comparisons, baseline: str) -> Section:
    mcnemar = any(item.comparison.mcnemar for item in found.members)
    drawn = any(item.comparison.bootstrap for item in found.members)
    columns = [
        ID,
        LABEL,
        Column("points", f"success less that of {baseline}, in points"),
        Column(f"{report.level:.0%} interval"),
        *_tests(report.estimand),
        Column("d", "difference in standard deviations of the differences by scenario (d_z)"),
        Column("+ / - / =", "scenarios that are better, worse, equal", detail=True),
        *([Column("bootstrap", "cluster bootstrap interval", detail=True)] if drawn else []),
        *([Column("McNemar", "exact test, with one run of each scenario", detail=True)] if mcnemar else []),
        Column("least", "smallest difference that would have been detected, in points"),
        *([] if report.margin is None else [Column(f"±{100 * report.margin:g}", "equivalent within the margin?")]),
    ]
    rows = [_difference(report, found, item, mcnemar=mcnemar) for item in found.members]
    notes = [
        f"{item.label}: {item.comparison.left_out} of the scenarios have judged runs on one side only, and are left out"
        for item in found.members
        if item.comparison.left_out
    ]
    notes += together((item.id, _note(item.comparison)) for item in found.members)
    return Section(
        "comparisons",
        "Comparisons",
        f"Success less that of {found.baseline} ({baseline}, {found.chosen}), paired by scenario. "
        f"{_family(found, round(1.0 - report.level, 12))}",
        (Table("comparisons", tuple(columns), tuple(rows)),),
        tuple(notes),
    )


def _tests(estimand: Estimand) -> list[Column]:
    if estimand == "benchmark":
        return [
            Column("p", "score test: the level at which the interval would end at 0"),
            Column("Holm p", "p corrected for the family"),
        ]
    return [
        Column("mid-p", "sign-flip permutation test by scenario, ties counted by half"),
        Column("exact p", "the same test, ties counted in full", detail=True),
        Column("Holm p", "mid-p corrected for the family"),
    ]


def _family(found: Comparisons, alpha: float) -> str:
    if not found.family.size:
        return (
            f"There is no test ({'; '.join(dict.fromkeys(item.comparison.interval.note for item in found.members))})."
        )
    return (
        f"One declared family of {found.family.size}, {found.family.name}: Holm-corrected at {alpha:g}. The smallest "
        "difference that each would have detected with a chance of 80% stands in the column least."
    )


def _note(made: Comparison) -> str:
    if made.scenarios and made.p_value is None:
        return f"no interval and no p-value: {made.interval.note}"
    return made.interval.note


def _difference(report: Report, found: Comparisons, item: Versus, *, mcnemar: bool) -> tuple[Cell, ...]:
    made = item.comparison
    cells = [
        words(item.id),
        words(item.label),
        points(made.difference),
        span(made.interval, signs=True),
        p_value(made.p_value),
        *([] if made.estimand == "benchmark" else [p_value(made.exact_p_value)]),
        p_value(found.family.members[item.id].adjusted),
        number(made.standardized, 2),
        Cell(f"{made.better} / {made.worse} / {made.equal}", float(made.better - made.worse)),
        *([] if made.bootstrap is None else [span(made.bootstrap, signs=True)]),
    ]
    if mcnemar:
        cells.append(p_value(None if made.mcnemar is None else made.mcnemar.p_value))
    cells.append(_least(made))
    if report.margin is not None:
        cells.append(words(NOTHING if made.equivalence is None else VERDICTS[made.equivalence.verdict]))
    return tuple(cells)


def _least(made: Comparison) -> Cell:
    """`none` where not even a difference of 100 points would have been detected."""
    least = made.detectable.difference
    if least is None:
        return Cell(NOTHING if made.interval.low is None else "none")
    return Cell(f"{100 * least:.1f}", least)


def _variance(report: Report, found: Comparisons) -> Section:
    target = f"{100 * found.target:g}"
    columns = (
        ID,
        LABEL,
        Column("between", "standard deviation of the difference between scenarios, in points"),
        Column("within", "standard deviation of the difference between runs of a scenario, in points"),
        Column("share", "of the variance that lies between scenarios"),
        Column("runs", f"of each scenario and configuration, to detect {target} points with these scenarios"),
        Column("scenarios", f"to detect {target} points with these runs"),
    )
    rows = []
    for item in found.members:
        parts = item.comparison.variance
        varied = bool(parts.of_means) or bool(parts.within)
        rows.append(
            (
                words(item.id),
                words(item.label),
                _deviation(parts.between),
                _deviation(parts.within),
                percent(parts.share_between, 0),
                _needed(item) if varied else words(NOTHING),
                count(item.scenarios_needed.scenarios if varied else None),
            )
        )
    notes = together(
        (item.id, text)
        for item in found.members
        for text in dict.fromkeys((item.comparison.variance.note, item.runs_needed.note))
    )
    return Section(
        "variance",
        "Variance, and what a smaller difference takes",
        f"Standard deviations of the differences, in points: between scenarios, and between the runs of one. To detect "
        f"{target} points (5%, chance 80%) it would take so many runs of each of these scenarios, or so many scenarios "
        "with the runs there were.",
        (Table("variance", columns, tuple(rows)),),
        notes,
    )


def _deviation(variance: float | None) -> Cell:
    return Cell(NOTHING) if variance is None else Cell(f"{100 * variance**0.5:.1f}", variance)


def _needed(item: Versus) -> Cell:
    """The runs that are needed; `none` where no number of them is enough, which is known from two runs on."""
    runs, known = item.runs_needed.runs, item.comparison.variance.within is not None
    return Cell("none" if known else NOTHING) if runs is None else count(runs)
