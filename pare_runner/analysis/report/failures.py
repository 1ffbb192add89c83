"""Why runs came to nothing: each failed run in one class, by what its row says."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import polars as pl

from pare_runner.analysis.reading import collected_all
from pare_runner.analysis.report.arms import RESULTS, Arms
from pare_runner.analysis.report.model import Cause, Configuration, Example

EXAMPLES = 6
ALL_EXAMPLES = 600
"""Examples in all, about: with many causes there are fewer of each, at least one."""
MOST = 500
"""Causes that are told; beyond that those of most runs."""
CHECKS = 3
TEXT = 160
"""Characters of an exception that tell causes apart."""

CLASSES: Mapping[str, str] = {
    "exception": "ended in an exception",
    "limit": "a limit ended it",
    "silence": "proposed or acted where silence was right",
    "side_effects": "did something nobody asked for, all else was right",
    "no_proposal": "proposed nothing",
    "not_accepted": "no proposal was accepted",
    "max_turns": "a proposal was accepted, then the turns ran out",
    "checks": "a proposal was accepted, and checks fail",
}
"""Kind of a cause → what it means. A run is of the first kind that fits."""

LIMITS: Mapping[str, str] = {
    "limit:context": "a request did not fit the model's context",
    "limit:content_filter": "the provider's filter refused a request",
    "limit:reply_size": "a reply was too large",
    "limit:format_retries": "too many replies could not be understood",
    "limit:max_idle_turns": "the idle turns ran out",
    "limit:tokens": "the tokens of the run ran out",
}
"""The limits of docs/outcomes.md → what it means that one ended a run."""


def said(cause: Cause) -> str:
    """The text of a cause for people: `Cause.text` names a limit by its id."""
    if cause.kind != "limit":
        return cause.text
    return LIMITS.get(cause.text) or f"{CLASSES[cause.kind]}: {cause.text.partition(':')[2].replace('_', ' ')}"


def failures(frame: pl.LazyFrame, arms: Arms, found: Sequence[Configuration]) -> tuple[tuple[Cause, ...], int]:
    """The causes in each configuration, those of most runs first, and how many there are beyond `MOST`; examples are of
    different scenarios."""
    classed = frame.filter(pl.col("status").is_in(["failed", "exception"])).select(
        *dict.fromkeys([*arms.keys, "base_scenario_id", "run_number", "export_path", "run_id", "job", "checks"]),
        _kind().alias("kind"),
        _text().alias("text"),
    )
    by = (*arms.keys, "kind", "text")
    examples = ("base_scenario_id", "run_number", "export_path", "run_id", "job")
    causes, checks = collected_all(
        [
            classed.group_by(*by, "base_scenario_id")
            .agg(pl.len().alias("runs"), pl.struct(examples[1:]).first().alias("example"))
            .sort("base_scenario_id")
            .group_by(*by, maintain_order=True)
            .agg(
                pl.col("runs").sum(),
                pl.len().alias("scenarios"),
                pl.col("base_scenario_id").head(EXAMPLES),
                pl.col("example").head(EXAMPLES),
            ),
            classed.drop_nulls("checks").group_by(*by, "checks").agg(pl.len().alias("runs")),
        ],
        RESULTS,
    )
    left_out = max(0, causes.height - MOST)
    causes = causes.sort("runs", *by, descending=[True, *(False for _ in by)], nulls_last=True).head(MOST)
    each = max(1, min(EXAMPLES, ALL_EXAMPLES // max(1, causes.height)))
    tally = _tally(checks, by)
    items = []
    for row in causes.rows(named=True):
        key = tuple(row[name] for name in by)
        place = arms.places[key[:-2]]
        shown = [
            _example(scenario, example)
            for scenario, example in zip(row["base_scenario_id"][:each], row["example"][:each], strict=True)
        ]
        often = sorted(tally.get(key, Counter()).items(), key=lambda item: (-item[1], item[0]))[:CHECKS]
        text = row["text"] or CLASSES[row["kind"]]
        cause = Cause(found[place].id, row["kind"], text, row["runs"], row["scenarios"], tuple(often), tuple(shown))
        items.append((place, -cause.runs, list(CLASSES).index(cause.kind), text, cause))
    return tuple(item[-1] for item in sorted(items, key=lambda item: item[:-1])), left_out


def _kind() -> pl.Expr:
    """The class of a failed run."""
    checks, reason = pl.col("checks").fill_null(""), pl.col("termination_reason").fill_null("")
    only_one = pl.col("checks_total") - pl.col("checks_passed") == 1
    proposed, accepted = pl.col("proposal_count").fill_null(0) > 0, pl.col("acceptance_count").fill_null(0) > 0
    return (
        pl.when(pl.col("status") == "exception")
        .then(pl.lit("exception"))
        .when(reason.str.starts_with("limit:"))
        .then(pl.lit("limit"))
        .when(checks.str.contains(r'"silence":\s*false'))
        .then(pl.lit("silence"))
        .when(checks.str.contains(r'"side_effects":\s*false') & only_one)
        .then(pl.lit("side_effects"))
        .when(~proposed)
        .then(pl.lit("no_proposal"))
        .when(~accepted)
        .then(pl.lit("not_accepted"))
        .when(reason == "max_turns")
        .then(pl.lit("max_turns"))
        .otherwise(pl.lit("checks"))
    )


def _text() -> pl.Expr:
    """What tells causes of one class apart: the exception, or the limit; empty for the other classes."""
    kind, message = pl.col("exception_type").fill_null("?"), pl.col("exception_message").fill_null("")
    first = message.str.split("\n").list.first().fill_null("").str.slice(0, TEXT)
    reason = pl.col("termination_reason").fill_null("")
    return (
        pl.when(pl.col("status") == "exception")
        .then(kind + pl.when(first == "").then(pl.lit("")).otherwise(pl.lit(": ") + first))
        .when(reason.str.starts_with("limit:"))
        .then(reason)
        .otherwise(pl.lit(""))
    )


def _tally(checks: pl.DataFrame, by: Sequence[str]) -> dict[tuple[Any, ...], Counter[str]]:
    """Cause → how many of its runs each check failed in."""
    failing = {text: _failing(text) for text in checks["checks"].unique()}
    found: dict[tuple[Any, ...], Counter[str]] = {}
    for *key, text, runs in checks.select(*by, "checks", "runs").iter_rows():
        counter = found.setdefault(tuple(key), Counter())
        for name in failing[text]:
            counter[name] += runs
    return found


def _failing(text: str) -> list[str]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    return [name for name, holds in found.items() if holds is False] if isinstance(found, dict) else []


def _example(scenario: str, row: Mapping[str, Any]) -> Example:
    trace = row["export_path"]
    log = f"{row['job']}/logs/{row['run_id']}.log" if row["job"] and row["run_id"] else None
    return Example(
        scenario,
        row["run_number"],
        trace if trace and os.path.exists(trace) else None,
        log if log and os.path.exists(log) else None,
    )
