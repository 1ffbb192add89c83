"""The summary of a job: how many runs ended how, and the rates that follow.

Rates are fractions of the runs that were judged, so exceptions and runs without checks are left out; the bounds say
what the rate would be if all exceptions had failed, and if all had succeeded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pare_runner.scenarios.result import STATUSES

SUMMARY = "summary.json"


def summarize(rows: Iterable[Mapping[str, Any]], planned: int) -> dict[str, Any]:
    """Counts by status, rates and failed checks of journal lines (`frames_io`).

    `failing_checks` maps a scenario to its checks that failed, each with the number of runs, in order of scenario ids.
    """
    counts: dict[str, int] = dict.fromkeys(STATUSES, 0)
    failing: dict[str, dict[str, int]] = {}
    for row in rows:
        counts[row["status"]] += 1
        for name, holds in (row.get("checks") or {}).items():
            if not holds:
                checks = failing.setdefault(row["base_scenario_id"], {})
                checks[name] = checks.get(name, 0) + 1
    runs = sum(counts.values())
    return {
        "complete": runs == planned,
        "planned": planned,
        "runs": runs,
        **counts,
        **success_rates(counts),
        "failing_checks": dict(sorted(failing.items())),
    }


def success_rates(counts: Mapping[str, int]) -> dict[str, Any]:
    """The success rate and its bounds; null where nothing was judged."""
    success, failed, exception = counts["success"], counts["failed"], counts["exception"]
    judged, all_runs = success + failed, success + failed + exception
    return {
        "success_rate": success / judged if judged else None,
        "success_rate_bounds": {
            "exceptions_failed": success / all_runs if all_runs else None,
            "exceptions_succeeded": (success + exception) / all_runs if all_runs else None,
        },
    }
