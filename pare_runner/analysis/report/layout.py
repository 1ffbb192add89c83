"""The JSON of a report: PARE's documented layout, version 1.0, with everything else below one key of ours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from pare_runner.analysis.report.model import Configuration, Report
from pare_runner.analysis.statistics.exceptions import Exceptions
from pare_runner.analysis.statistics.sample import ESTIMANDS
from pare_runner.analysis.statistics.variance import Components
from pare_runner.errors import Problem

REPORT_VERSION = "1.0"
"""Of the documented layout."""
FORMAT = 1
"""Of what stands below `pare_runner`; raised when a key there changes its meaning or goes."""

_DERIVED = {
    Configuration: ("acceptance_rate", "proposal_rate"),
    Exceptions: ("share",),
    Components: ("share_between",),
}


def layout(report: Report) -> dict[str, Any]:
    """The report as JSON values: `metadata`, `per_config_results`, and `pare_runner`."""
    about = report.metadata
    ours = {field.name: getattr(report, field.name) for field in fields(report) if field.name != "documented"}
    return {
        "metadata": {
            "split": about.split,
            "timestamp": about.timestamp,
            "report_version": REPORT_VERSION,
            "weight_per_app_class": values(about.weight_per_app_class),
        },
        "per_config_results": values(report.documented),
        "pare_runner": {"format": FORMAT, **values(ours), "estimand_name": ESTIMANDS[report.estimand]},
    }


def values(found: Any) -> Any:
    """`found` as JSON values; a number that is not finite is null."""
    if isinstance(found, Problem):
        return {"code": found.code, "message": found.message, "where": found.where or None, "hint": found.hint or None}
    if is_dataclass(found) and not isinstance(found, type):
        names = [*(field.name for field in fields(found)), *_DERIVED.get(type(found), ())]
        return {name: values(getattr(found, name)) for name in names}
    if isinstance(found, Mapping):
        return {str(name): values(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [values(value) for value in found]
    if isinstance(found, Fraction):
        return float(found)
    if isinstance(found, float):
        return found if math.isfinite(found) else None
    return found
