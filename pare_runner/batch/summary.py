"""The summary of a job: how many runs ended how, the rates that follow, what the agents did and what that cost.

Rates are fractions of the runs that were judged, so exceptions and runs without checks are left out; the bounds say
what the rate would be if all exceptions had failed, and if all had succeeded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pare_runner.scenarios.result import STATUSES

SUMMARY = "summary.json"
TOKENS = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")

Row = Mapping[str, Any]


def summarize(rows: Iterable[Row], planned: int) -> dict[str, Any]:
    """Counts by status, rates, failed checks and figures of the agents, of journal lines (`frames_io`).

    `failing_checks` maps a scenario to its checks that failed, each with the number of runs, in order of scenario ids.
    """
    counts: dict[str, int] = dict.fromkeys(STATUSES, 0)
    failing: dict[str, dict[str, int]] = {}
    with_agents: list[Row] = []
    for row in rows:
        counts[row["status"]] += 1
        if row.get("model_calls") is not None:
            with_agents.append(row)
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
        **agent_figures(with_agents),
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


def agent_figures(rows: Sequence[Row]) -> dict[str, Any]:
    """What the agents of runs did, exceptions included; every figure is null if there was no run with agents.

    `mean_turns` leaves exceptions out, which did not come to their end. `cost_usd` is null unless it is known of every
    run, and `cost_note` then says of how many it is not.
    """
    ended = [row["number_of_turns"] for row in rows if row["status"] != "exception"]
    proposals, acceptances = _total(rows, "proposal_count"), _total(rows, "acceptance_count")
    unpriced = sum(row.get("cost_usd") is None for row in rows)
    errors: dict[str, int] = {}
    for row in rows:
        for kind, count in (row.get("model_errors") or {}).items():
            errors[kind] = errors.get(kind, 0) + count
    figures: dict[str, Any] = {
        "mean_turns": sum(ended) / len(ended) if ended else None,
        "proposals": proposals,
        "acceptances": acceptances,
        "acceptance_rate": acceptances / proposals if proposals else None,
        "unseen_events": _total(rows, "unseen_events"),
        "model_calls": _total(rows, "model_calls"),
        "model_errors": dict(sorted(errors.items())),
        **{name: _total(rows, name) for name in TOKENS},
        "cost_usd": None if unpriced else math.fsum(row["cost_usd"] for row in rows),  # the same in any order
        "cost_note": f"unknown: {unpriced} of {len(rows)} runs asked a model without a price" if unpriced else None,
    }
    return figures if rows else dict.fromkeys(figures)


def _total(rows: Iterable[Row], name: str) -> int:
    return sum(row.get(name) or 0 for row in rows)
