"""A diff as JSON values; docs/diff.schema.json is the schema, docs/diff.md explains it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pare_runner.analysis.diff import words
from pare_runner.analysis.diff.conclusion import conclusion

if TYPE_CHECKING:
    from pare_runner.analysis.diff.examine import Examined, Pair
    from pare_runner.analysis.diff.figures import Success
    from pare_runner.analysis.diff.model import Diff, Finding
    from pare_runner.errors import Problem

FORMAT = 1
"""Raised when a key changes its meaning or goes away."""


def as_json(diff: Diff) -> dict[str, Any]:
    """The diff as mappings, lists, text, numbers, booleans and null; `moved` and `config` stand first."""
    keys = diff.matching.keys
    return {
        "moved": [_finding(item, keys) for item in diff.moved],
        "config": [
            {"key": item.key, "identity": item.identity, "a": list(item.a), "b": list(item.b)} for item in diff.config
        ],
        "format": FORMAT,
        "identical": diff.identical,
        "conclusion": conclusion(diff),
        "a": diff.a,
        "b": diff.b,
        "warnings": list(words.warnings(diff)),
        "notes": [_note(item) for item in diff.notes],
        "matching": {
            "keys": list(keys),
            "run_number": diff.matching.by_run,
            "runs": _sides(diff.matching.runs),
            "pairs": diff.matching.pairs,
            "scenarios": diff.matching.scenarios,
            "cells": diff.matching.cells,
            "treatment": {name: _sides(pair) for name, pair in diff.matching.treatment.items()},
            "narrowed": list(diff.matching.narrowed),
            "pooled": list(diff.matching.pooled),
            "unmatched": _sides([{"runs": side.runs, "why": list(side.why)} for side in diff.matching.unmatched]),
        },
        "code": [{"what": item.what, "a": list(item.a), "b": list(item.b)} for item in diff.code],
        "scenarios": {
            "only": _sides([list(names) for names in diff.contents.only]),
            "changed": [plain(item) for item in diff.contents.changed],
            "several": list(diff.contents.several),
        },
        "prompts": [plain(item) for item in diff.prompts],
        "success": None if diff.success is None else _success(diff.success),
        "cells": [
            {
                "cell": dict(zip(keys, item.cell, strict=True)),
                "scenarios": item.scenarios,
                "rate": _sides(item.rates),
                "difference": item.rates[1] - item.rates[0],
                "interval": plain(item.interval),
                "p_value": item.p_value,
                "adjusted": item.adjusted,
            }
            for item in diff.cells
        ],
        "changed": [_finding(item, keys) for item in diff.changed],
        "kinds": dict(diff.kinds),
        "metrics": [
            {
                "name": item.name,
                "mean": _sides(item.means),
                "difference": item.means[1] - item.means[0],
                "interval": plain(item.interval),
            }
            for item in diff.metrics
        ],
        "differing_pairs": diff.differing,
        "traces_compared": diff.traces_compared,
    }


def plain(value: Any) -> Any:
    """A value of dataclasses, mappings and sequences as JSON values; fields keep their names and order."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, Fraction) else value


def _sides(pair: Sequence[Any]) -> dict[str, Any]:
    return {"a": pair[0], "b": pair[1]}


def _note(item: Problem) -> dict[str, Any]:
    return {"code": item.code, "message": item.message, "where": item.where or None, "hint": item.hint or None}


def _success(found: Success) -> dict[str, Any]:
    comparison = plain(found.comparison)
    return {
        "rate": _sides(found.rates),
        **comparison,
        "p_value": found.comparison.p_value,
        "exceptions": _sides([{**plain(side), "share": plain(side.share)} for side in found.exceptions]),
    }


def _finding(item: Finding, keys: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"base_scenario_id": item.scenario}
    if item.moved is not None:
        moved = item.moved
        found |= {
            "rate": _sides(moved.rates),
            "difference": moved.difference,
            "runs": _sides(moved.runs),
            "successes": _sides(moved.successes),
            "gained": moved.gained,
            "lost": moved.lost,
            "evidence": {"verdict": moved.verdict, **plain(moved.evidence), "adjusted": moved.adjusted},
        }
    return found | {
        "change": plain(item.change),
        "pairs": item.pairs,
        "differing": item.differing,
        "checks": [{"check": share.name, "held": _sides(share.shares)} for share in item.checks],
        "first_decision": None if item.examined is None else _examined(item.examined, keys),
    }


def _examined(examined: Examined, keys: Sequence[str]) -> dict[str, Any]:
    shown = None if examined.shown is None else _pair(examined.shown, keys)
    return {"pairs": examined.pairs, "kinds": dict(examined.kinds), "note": examined.note or None, "shown": shown}


def _pair(pair: Pair, keys: Sequence[str]) -> dict[str, Any]:
    found = pair.divergence
    return {
        "cell": dict(zip(keys, pair.cell, strict=True)),
        "run_number": pair.run_number,
        "ended": _sides([plain(side) for side in pair.ended]),
        "kind": found.kind,
        "role": found.role,
        "decision": found.index,
        "arguments": list(found.arguments),
        "a": plain(found.a),
        "b": plain(found.b),
        "before": _sides([plain(side) for side in found.before]),
        "after": _sides([plain(side) for side in found.after]),
        "world": list(found.world),
        "source": found.source,
    }
