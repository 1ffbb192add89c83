"""How the numbers were made, in a paragraph that can stand in a paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pare_runner.analysis.report.arms import SETTINGS
from pare_runner.analysis.report.model import Metadata, Report
from pare_runner.analysis.statistics.sample import ESTIMANDS, Estimand

INTERVALS = {
    "score": "score intervals with quantiles of t and {units} as units, corrected for skewness and for what may not "
    "have been seen",
    "t": "t intervals over scenario means",
    "wilson": "Wilson intervals (one run a scenario)",
    "bootstrap": "bootstrap intervals",
}
UNITS: dict[Estimand, str] = {"situations": "scenarios", "benchmark": "runs"}
MEANINGS: dict[Estimand, str] = {
    "situations": "scenarios are a sample of those that one could meet",
    "benchmark": "exactly these scenarios, only their runs are random",
}
"""What each estimand takes for drawn by chance."""


def estimand(report: Report) -> str:
    """`situations like these (scenarios are a sample of those that one could meet)`."""
    return f"{ESTIMANDS[report.estimand]} ({MEANINGS[report.estimand]})"


def methods(report: Report) -> str:
    """The paragraph; plain text without markup."""
    return " ".join(_sentences(report))


def counts(report: Report) -> str:
    """How much the report is about: `8 of 12 runs, 2 scenarios, 4 configurations`."""
    about = report.metadata
    planned = f" of {about.planned}" if about.planned is not None and about.planned != about.runs else ""
    configurations = len(report.configurations)
    return (
        f"{about.runs}{planned} run{_s(about.planned if planned and about.planned else about.runs)}, {about.scenarios} "
        f"scenario{_s(about.scenarios)}, {configurations} configuration{_s(configurations)}"
    )


def _sentences(report: Report) -> Iterator[str]:
    about = report.metadata
    split = f" of the suite {about.split}" if about.split else ""
    yield (
        f"{len(report.configurations)} configuration{_s(len(report.configurations))} ran {about.scenarios} "
        f"scenario{_s(about.scenarios)}{split}, {about.runs} runs in all."
    )
    settings = [
        _setting(name, value) for name, value in about.constants.items() if value is not None and value is not False
    ]
    if settings:
        yield f"The same everywhere: {', '.join(settings)}."
    if about.package_versions:
        yield f"They were run by pare_runner {' and '.join(about.package_versions)}."
    yield (
        "The success rate is the mean over scenarios of the share of successes among judged runs; runs that ended in "
        "an exception are left out and bounded by taking all of them as failures, and all as successes."
    )
    used = dict.fromkeys(item.rate.method for item in report.configurations)
    kinds = [INTERVALS[method].format(units=UNITS[report.estimand]) for method in used if method in INTERVALS]
    if kinds:
        yield f"Intervals are at {report.level:.0%} for the estimand {estimand(report)}: {'; '.join(kinds)}."
        if any(item.bootstrap is not None and item.bootstrap.low is not None for item in report.configurations):
            yield (
                "The bootstrap beside them draws scenarios with all their runs; its expanded percentile intervals are "
                "taken at quantiles of t."
            )
    else:
        yield f"No interval can be given for the estimand {estimand(report)}: it takes more runs."
    if any(config.passes for config in report.configurations):
        yield "pass@k and pass^k are the unbiased estimates of the chance that one of k runs, and all k, succeed."
    if report.comparisons is not None and not report.comparisons.family.size:
        yield "No test compares configurations: nothing is known of how their runs vary."
    elif report.comparisons is not None:
        yield (
            f"Configurations are compared pair by pair on the scenarios of both{_draws(about)}, by a two-sided "
            f"{TESTS[report.estimand]}, "
            f"{report.comparisons.family.size} comparison{_s(report.comparisons.family.size)} with Holm's correction."
        )
        if report.margin is not None:
            yield f"Equivalence within {100 * report.margin:g} points is by two one-sided tests."


TESTS: dict[Estimand, str] = {
    "situations": "sign-flip permutation test of the differences by scenario (mid-p: ties count by half)",
    "benchmark": "score test, which rejects where the interval of that level leaves out 0",
}
"""The test of each estimand."""


def _draws(about: Metadata) -> str:
    return ", with common random numbers wherever there is noise" if about.same_draws else ""


def _setting(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return SETTINGS[name]
    return f"{SETTINGS[name] or name.replace('_', ' ')} {value}"


def _s(number: int) -> str:
    return "" if number == 1 else "s"
