"""Results made by hand, in place of those of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import polars as pl

from pare_runner.analysis.frame import Results
from pare_runner.analysis.report.build import Options, build
from pare_runner.analysis.report.model import Report
from pare_runner.analysis.schema import FRAME_SCHEMA

Row = dict[str, Any]


def row(scenario: str, outcome: bool | None, *, model: str = "m", run: int = 1, **more: Any) -> Row:
    """One run: True and False are verdicts, None is an exception; `checks` may be a mapping."""
    status = {True: "success", False: "failed", None: "exception"}[outcome]
    found: Row = {
        "base_scenario_id": scenario,
        "run_number": run,
        "success_numeric": None if outcome is None else float(outcome),
        "success_bool": outcome,
        "status": status,
        "has_exception": outcome is None,
        "user_model": "u",
        "observe_model": model,
        "execute_model": model,
        "agent_type": "observe-execute",
        "proactive_model": f"observe-execute_{model}_{model}",
        "tool_failure_probability": 0.0,
        "num_env_events_per_minute": 0,
        "proposal_count": 1,
        "acceptance_count": int(bool(outcome)),
        "number_of_turns": 4,
        "protocol": "standard",
        "protocol_version": 1,
        **more,
    }
    if isinstance(found.get("checks"), dict):
        checks = found["checks"]
        found |= {"checks_passed": sum(checks.values()), "checks_total": len(checks)}
        found["checks"] = orjson.dumps(checks).decode()
    return found


def frame(rows: Sequence[Row]) -> pl.LazyFrame:
    """The frame of these rows, with all columns of `load_results`."""
    whole = [{name: item.get(name) for name in FRAME_SCHEMA} for item in rows]
    return pl.DataFrame(whole, schema=FRAME_SCHEMA).lazy()


def reported(rows: Sequence[Row], **options: Any) -> Report:
    """The report of these rows."""
    return build(Results(frame(rows), (), ()), Options(**options), directories=["made"])


def grid() -> list[Row]:
    """Two models on six scenarios under three levels of failing tools, two runs each: b fails as they rise."""
    return [
        row(
            f"s{scenario}",
            model == "a" or scenario > 10 * level,
            model=model,
            run=run,
            tool_failure_probability=level,
            tags=["even" if scenario % 2 == 0 else "odd"],
            apps=["StatefulCabApp"],
            model_calls=5 + run,
            unseen_events=0,
            first_proposal_seconds=10.0 * run + scenario,
            checks={"proposed": True, "ordered": model == "a" or scenario > 10 * level},
        )
        for model in ("a", "b")
        for level in (0.0, 0.1, 0.4)
        for scenario in range(6)
        for run in (1, 2)
    ]
