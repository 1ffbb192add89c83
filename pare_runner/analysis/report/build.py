"""From results to a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pare_runner.analysis import given
from pare_runner.analysis.frame import Results
from pare_runner.analysis.notes import listed
from pare_runner.analysis.reading import collected
from pare_runner.analysis.report.arms import RESULTS, SETTINGS, Arms, find_arms
from pare_runner.analysis.report.breakdown import heat, parts
from pare_runner.analysis.report.cells import summed
from pare_runner.analysis.report.comparing import comparisons
from pare_runner.analysis.report.failures import failures
from pare_runner.analysis.report.headline import configurations
from pare_runner.analysis.report.model import Axis, Comparisons, Configuration, Metadata, Report
from pare_runner.analysis.report.robustness import robustness
from pare_runner.analysis.report.timing import spending, timing
from pare_runner.analysis.statistics.documented import COLUMNS, per_config_results
from pare_runner.analysis.statistics.exceptions import alerts
from pare_runner.analysis.statistics.intervals import LEVEL
from pare_runner.analysis.statistics.sample import Estimand
from pare_runner.analysis.verdicts import verdict
from pare_runner.errors import InputError, Problem

GAPS = 3
"""Pairs of configurations with unlike shares of exceptions that are named one by one."""


@dataclass(frozen=True)
class Options:
    """What a report is about: columns that make a configuration (none: all settings that differ), the estimand, the
    margin of equivalence, whether protocols may be mixed, the baseline, and the time that is said in it."""

    by: Sequence[str] = ()
    estimand: Estimand = "situations"
    level: float = LEVEL
    margin: float | None = None
    mix: bool = False
    baseline: str | None = None
    timestamp: str = ""


def build(results: Results, options: Options, *, directories: Sequence[str] = ()) -> Report:
    """The report of `results`.

    InputError if no run has finished, if one has several results, or, without `mix`, if runs are of several protocols;
    ConfigError for options that do not fit the results.
    """
    given.margin(options.margin)
    given.level(options.level)
    frame, notes = results.frame.with_columns(verdict()), results.notes()
    _refuse_mixture(notes, options)
    arms = find_arms(frame, options.by)
    if not arms.values:
        raise InputError("no run has finished yet, there is nothing to report")
    cells = summed(frame, arms)
    how: dict[str, Any] = {"estimand": options.estimand, "level": options.level}
    found = configurations(arms, cells, **how)
    against = comparisons(found, cells, margin=options.margin, baseline=options.baseline, **how)
    axes = robustness(arms, found, cells, **how)
    causes, left_out = failures(frame, arms, found)
    return Report(
        metadata=_metadata(results, found, len(cells.scenarios), arms, directories, options.timestamp),
        estimand=options.estimand,
        level=options.level,
        margin=options.margin,
        warnings=(*_groups(arms), *_uncompared(found, against), *_alerts(found), *_unseen(axes)),
        notes=notes,
        configurations=found,
        comparisons=against,
        robustness=axes,
        apps=parts(cells, "apps", **how),
        tags=parts(cells, "tags", **how),
        heat=heat(cells),
        timing=timing(frame, arms, found),
        spending=spending(found),
        failures=causes,
        failures_left_out=left_out,
        documented=tuple(per_config_results(collected(frame.select(COLUMNS), RESULTS))),
    )


def _refuse_mixture(notes: Sequence[Problem], options: Options) -> None:
    for problem in notes:
        if problem.code == "differing_runs":
            raise InputError(problem.message, hint=problem.hint)
        if problem.code == "mixed_protocols" and not options.mix:
            raise InputError(
                problem.message, hint="their numbers mean different things; --mix reports them all the same"
            )


def _groups(arms: Arms) -> list[Problem]:
    """What the columns that were asked for do to the configurations."""
    problems = []
    if arms.pooled:
        said = "; ".join(f"{name} ({listed(list(map(str, values)))})" for name, values in arms.pooled.items())
        message = f"runs of several settings count as one configuration, their results are pooled: {said}"
        problems.append(Problem(message, severity="warning", code="pooled"))
    if arms.idle:
        message = f"--by {','.join(arms.idle)} tells nothing apart: one value everywhere"
        problems.append(Problem(message, severity="warning", code="one_value"))
    return problems


def _uncompared(found: Sequence[Configuration], against: Comparisons | None) -> list[Problem]:
    """Configurations that share no judged scenario with the baseline."""
    if len(found) < 2:
        return []
    compared = () if against is None else (against.baseline, *(item.id for item in against.members))
    left = [f"{item.id} ({item.label})" for item in found if item.id not in compared]
    if not left:
        return []
    message = (
        "nothing is compared: no configuration has judged runs of a scenario that the baseline has judged runs of, and "
        "rates of different scenarios say nothing of one another"
        if against is None
        else f"not compared, without a judged scenario in common with {against.baseline}: {listed(left)}"
    )
    return [Problem(message, severity="warning", code="no_common_scenarios")]


def _alerts(found: Sequence[Configuration]) -> list[Problem]:
    """What exceptions do to the rates: one warning for each configuration with many, and for pairs that are unlike."""
    known = alerts({item.label: item.exceptions for item in found if item.exceptions is not None})
    shares = [item.text for item in known if item.kind == "share"]
    gaps = sorted((item for item in known if item.kind == "gap"), key=lambda item: -item.value)
    texts = [*shares, *(item.text for item in gaps[:GAPS])]
    if len(gaps) > GAPS:
        texts.append(f"{len(gaps) - GAPS} more pairs of configurations have unlike shares of exceptions")
    return [Problem(text, severity="warning", code="exceptions") for text in texts]


def _unseen(axes: Sequence[Axis]) -> list[Problem]:
    return [
        Problem(f"{series.label}, over {axis.title}: {series.warning}", severity="warning", code="unseen_events")
        for axis in axes
        for series in axis.series
        if series.warning
    ]


def _metadata(
    results: Results,
    found: Sequence[Configuration],
    scenarios: int,
    arms: Arms,
    directories: Sequence[str],
    timestamp: str,
) -> Metadata:
    jobs = results.jobs
    suites = list(dict.fromkeys(_split(job.config) for job in jobs))
    planned = [job.planned for job in jobs] or [None]
    planned += [results.lacking] if results.unread else []
    names = list(dict.fromkeys(str(job.config["experiment_name"]) for job in jobs if "experiment_name" in job.config))
    return Metadata(
        title=", ".join(name for name in names if name != "default") or ", ".join(directories) or "results",
        directories=tuple(directories),
        timestamp=timestamp,
        split=", ".join(name for name in suites if name) or None,
        weight_per_app_class=_weights(results),
        jobs=len(jobs),
        runs=sum(item.runs for item in found),
        planned=None if None in planned else sum(map(int, filter(None, planned))) - results.repeated,
        scenarios=scenarios,
        package_versions=tuple(sorted({job.package_version for job in jobs if job.package_version is not None})),
        constants={name: arms.constants[name] for name in SETTINGS if name in arms.constants},
        same_draws=arms.same_draws,
    )


def _split(config: Mapping[str, Any]) -> str | None:
    """The suite; `custom` if scenarios were named one by one."""
    suite = config.get("suite")
    if config.get("scenarios"):
        return "custom"
    return str(suite["name"]) if isinstance(suite, dict) and suite.get("name") else None


def _weights(results: Results) -> dict[str, float] | None:
    """Weights of the apps in environment noise, of the first job that has such noise."""
    for job in results.jobs:
        events = job.config.get("env_events_config")
        weights = events.get("weight_per_app_class") if isinstance(events, dict) else None
        if isinstance(weights, dict):
            return {str(name): float(value) for name, value in weights.items() if isinstance(value, int | float)}
    return None
