"""A report laid out: its sections with their tables, in the order in which every form prints them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pare_runner.analysis.report.failures import said
from pare_runner.analysis.report.methods import methods
from pare_runner.analysis.report.model import Axis, Example, Part, Report, Spending
from pare_runner.analysis.report.overview import overview
from pare_runner.analysis.report.tables import (
    ID,
    LABEL,
    NOTHING,
    Cell,
    Column,
    Section,
    Table,
    app_name,
    count,
    dollars,
    number,
    percent,
    points,
    span,
    words,
)
from pare_runner.analysis.report.versus import comparison_sections


def sections(report: Report) -> tuple[Section, ...]:
    """All sections that have something to say."""
    return tuple(_sections(report))


def _sections(report: Report) -> Iterator[Section]:
    yield overview(report)
    if report.comparisons is not None:
        yield from comparison_sections(report)
    for axis in report.robustness:
        yield _robustness(report, axis)
    for key, title, found in (("apps", "Success by app", report.apps), ("tags", "Success by tag", report.tags)):
        if found:
            yield _parts(report, key, title, found)
    if len(report.heat.rows) > 1:
        yield _heat(report)
    if report.timing:
        yield _timing(report)
    if any(value is not None for value in report.spending.values):
        yield _spending(report, report.spending)
    if report.failures:
        yield _failures(report)
    yield _documented(report)
    yield Section("methods", "Methods", methods(report), ())


def _robustness(report: Report, axis: Axis) -> Section:
    levels = sorted({point.level for item in axis.series for point in item.points})
    columns = [
        Column("assistant", left=True, about=True),
        *(Column(f"{level:g}") for level in levels),
        Column("change"),
        Column(f"{report.level:.0%} interval"),
    ]
    rows = []
    for item in axis.series:
        known = {point.level: point.rate.estimate for point in item.points}
        rates = (percent(known.get(level)) for level in levels)
        rows.append((words(item.label), *rates, points(item.change.estimate), span(item.change, signs=True)))
    warnings = tuple(f"warning: {item.label}: {item.warning}" for item in axis.series if item.warning)
    return Section(
        f"robustness_{axis.column}",
        f"Robustness: {axis.title}",
        "Success of each assistant as noise rises, all else equal; the change, in points, is from the lowest level to "
        "the highest, paired by scenario. Its interval is that of one comparison, not corrected for their number.",
        (Table(f"robustness_{axis.column}", tuple(columns), tuple(rows)),),
        warnings,
    )


def _matrix(report: Report) -> list[Column]:
    return [Column(item.id, item.label) for item in report.configurations]


def _parts(report: Report, key: str, title: str, found: Sequence[Part]) -> Section:
    columns = [Column(key.removesuffix("s"), left=True, about=True), Column("scenarios"), *_matrix(report)]
    rows = [
        (words(app_name(part.name)), count(part.scenarios), *(_share(rate.estimate) for rate in part.rates))
        for part in found
    ]
    intro = "Per cent of the scenarios with it. A scenario counts in several rows, and few scenarios say little."
    return Section(key, title, intro, (Table(key, tuple(columns), tuple(rows), matrix=True),))


def _share(value: float | None) -> Cell:
    return Cell(NOTHING) if value is None else Cell(f"{100 * value:.0f}", value, value)


def _heat(report: Report) -> Section:
    columns = (Column("scenario", left=True), *_matrix(report))
    rows = tuple((words(row.scenario), *map(_share, row.rates)) for row in report.heat.rows)
    left = report.heat.left_out
    note = (f"{left} more scenarios, in which configurations differ less, are left out",) if left else ()
    intro = "Success in per cent of the judged runs of each scenario, the hardest scenarios first."
    return Section("heat", "Scenario by scenario", intro, (Table("heat", columns, rows, long=True, matrix=True),), note)


def _timing(report: Report) -> Section:
    columns = (
        ID,
        LABEL,
        Column("proposing", "share of the runs in which something was proposed"),
        Column("10%", detail=True),
        Column("25%"),
        Column("median"),
        Column("75%"),
        Column("90%", detail=True),
        Column("a run", "proposals a run"),
    )
    rows = [
        (
            words(config.id),
            words(item.label),
            percent(item.proposing / item.runs),
            *(number(value, 0) for value in item.quantiles or (None,) * 5),
            number(item.proposals_per_run, 2),
        )
        for config, item in zip(report.configurations, report.timing, strict=True)
    ]
    intro = "Virtual seconds from the start of a run to its first proposal, over the runs that made one."
    return Section("timing", "Proposal timing", intro, (Table("timing", columns, tuple(rows)),))


def _spending(report: Report, spending: Spending) -> Section:
    columns = (ID, LABEL, Column("success"), Column(spending.title))
    rows = [
        (
            words(item.id),
            words(item.label),
            percent(item.rate.estimate),
            dollars(value) if spending.unit == "usd" else number(value),
        )
        for item, value in zip(report.configurations, spending.values, strict=True)
    ]
    notes = tuple(
        f"{item.label}: the cost of {item.means.cost_unknown} of {item.runs - item.statuses['exception']} runs is not "
        "known"
        for item in report.configurations
        if spending.unit == "usd" and item.means.cost_unknown
    )
    intro = f"What a run takes, in {spending.title.removesuffix(' a run')}, against what it brings."
    return Section("spending", "Cost against success", intro, (Table("spending", columns, tuple(rows)),), notes)


def _failures(report: Report) -> Section:
    labels = {item.id: item.label for item in report.configurations}
    columns = (
        ID,
        Column("configuration", left=True, detail=True),
        Column("cause", left=True),
        Column("runs"),
        Column("scenarios"),
        Column("checks that fail most", left=True),
        Column("runs to read", left=True, detail=True),
    )
    rows = [
        (
            words(cause.configuration),
            words(labels[cause.configuration]),
            words(said(cause)),
            count(cause.runs),
            count(cause.scenarios),
            words("; ".join(f"{name} ({runs})" for name, runs in cause.checks) or NOTHING),
            Cell(
                ", ".join(_run(item.scenario, item.run) for item in cause.examples),
                files=tuple((_run(item.scenario, item.run), _files(item)) for item in cause.examples),
            ),
        )
        for cause in report.failures
    ]
    intro = "Each run that failed or ended in an exception is in one class, the first that fits its row."
    left = report.failures_left_out
    notes = (f"{left} more causes, of few runs each, are left out",) if left else ()
    return Section("failures", "Failures by cause", intro, (Table("failures", columns, tuple(rows), long=True),), notes)


def _files(item: Example) -> tuple[tuple[str, str], ...]:
    return tuple((kind, path) for kind, path in (("log", item.log), ("trace", item.trace)) if path is not None)


def _run(scenario: str, run: int | None) -> str:
    return scenario if run is None else f"{scenario} run {run}"


def _documented(report: Report) -> Section:
    columns = (
        Column("user_model", left=True, detail=True, about=True),
        Column("proactive_model", left=True, about=True),
        Column("tfp", "tool_failure_probability", about=True),
        Column("env", "num_env_events_per_minute", about=True),
        Column("success_rate"),
        Column("pass_at_k", "pass_at_k_percent"),
        Column("pass_k", "pass_k_percent"),
        Column("k", detail=True),
        Column("proposal rate", "aggregate_proposal_rate", detail=True),
        Column("acceptance rate", "aggregate_acceptance_rate", detail=True),
        Column("avg_read_only_actions", detail=True),
        Column("avg_write_actions", detail=True),
    )
    rows = [
        (
            words(str(item["user_model"])),
            words(str(item["proactive_model"])),
            number(item["tool_failure_probability"], 2),
            count(item["num_env_events_per_minute"]),
            _over_runs(item, "success_rate", 1),
            number(item["pass_at_k_percent"]),
            number(item["pass_k_percent"]),
            count(item["k"]),
            _over_runs(item, "aggregate_proposal_rate", 3),
            _over_runs(item, "aggregate_acceptance_rate", 1, 100.0),
            _over_runs(item, "avg_read_only_actions", 1),
            _over_runs(item, "avg_write_actions", 1),
        )
        for item in report.documented
    ]
    intro = (
        "By PARE's documented formulas and under its names: value +/- SEM (STD) over runs. They describe these runs; "
        "for what may be concluded, see above. pass_at_k and pass_k count scenarios over all runs there are."
    )
    table = Table("documented", columns, tuple(rows))
    return Section("documented", "PARE's documented statistics", intro, (table,))


def _over_runs(item: object, name: str, digits: int, scale: float = 1.0) -> Cell:
    assert isinstance(item, dict)
    value, sem, std = (scale * item[f"{name}{ending}"] for ending in ("", "_sem", "_std"))
    return Cell(f"{value:.{digits}f} +/- {sem:.{digits}f} ({std:.{digits}f})", value)
