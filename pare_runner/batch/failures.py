"""Why runs came to nothing, by cause: forty runs that met the same wall are one line to read.

Two kinds are told apart. A *failure* is a run with status `exception`, which counts for nothing and can be made again.
A *limit* is a verdict that a limit brought about (`termination_reason` `limit:…`), which stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pare_runner.batch.agents import online_engines
from pare_runner.batch.cache.use import cache_mode
from pare_runner.batch.config import MultiScenarioRunnerConfig

Row = Mapping[str, Any]

LIMIT = "limit:"
"""How the termination reasons begin that fail a run whatever its checks say."""
NAMED = 3
"""Scenarios named of each cause."""

_CHANGING = (
    (re.compile(r"\w+://[^\s'\"<>)\]]*[^\s'\"<>)\],.:;]"), "<address>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\[[0-9a-fA-F:]*:[0-9a-fA-F:]*\](?::\d+)?"), "<address>"),
    (re.compile(r"\b(?:localhost|[\w-]+(?:\.[\w-]+)+):\d+\b"), "<address>"),
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "<address>"),
    (re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), "<id>"),
    (re.compile(r"\b(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{6,}\b"), "<id>"),
    (re.compile(r"(?<!\d)(?!(?:(?<=HTTP )|(?<=status ))[1-5]\d\d\b)\d+(?:[.,]\d+)*"), "#"),
)
"""What differs between two messages of one cause, and what stands for it; an HTTP status says what the cause is."""


@dataclass(frozen=True, slots=True)
class RanWith:
    """What the runs of a job have in common: its folder as it is shown, its models, whether it left logs, and whether
    the cache keeps what did not end in an exception."""

    folder: Path
    models: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    logs: Path | None = None
    caches: bool = False

    @classmethod
    def of(cls, config: MultiScenarioRunnerConfig, folder: Path) -> RanWith:
        """Of a job in `folder`; models of offline policies are named only if there is no other."""
        logs = folder / config.logs_dir if config.writes_unit_logs else None
        caches = cache_mode(config) != "bypass"
        if config.oracle:
            return cls(folder, ("oracle",), (), logs, caches)
        online = list(online_engines(config).values())
        asked = online or [config.observe_engine_config, config.execute_engine_config]
        return cls(
            folder,
            tuple(dict.fromkeys(model.label for model in asked)),
            tuple(dict.fromkeys(model.endpoint for model in online if model.endpoint)),
            logs,
            caches,
        )


@dataclass(slots=True)
class Group:
    """Runs of one cause, in `message`; `kind` is the class of the exception, or a termination reason.

    `scenarios` holds the id of each scenario once, in the order they were met, `log` the log of one of the runs.
    """

    kind: str
    message: str
    models: tuple[str, ...]
    endpoints: tuple[str, ...]
    runs: int = 0
    scenarios: dict[str, None] = field(default_factory=dict)
    log: Path | None = None

    def as_json(self) -> dict[str, Any]:
        """The group as JSON prints it."""
        return {
            "kind": self.kind,
            "message": self.message or None,
            "models": list(self.models),
            "endpoints": list(self.endpoints),
            "runs": self.runs,
            "scenarios": list(self.scenarios),
            "log": None if self.log is None else str(self.log),
        }


def failures(jobs: Iterable[tuple[RanWith, Iterable[Row]]]) -> list[Group]:
    """The runs of `jobs` with status `exception` by exception, message (see `normalised`) and models; most first."""
    return _grouped(
        (job, row, str(row.get("exception_type")), normalised(str(row.get("exception_message") or ""), row))
        for job, rows in jobs
        for row in rows
        if row["status"] == "exception"
    )


def limits(jobs: Iterable[tuple[RanWith, Iterable[Row]]]) -> list[Group]:
    """The runs of `jobs` that a limit ended, by limit and models; most first."""
    return _grouped(
        (job, row, str(row["termination_reason"]), "")
        for job, rows in jobs
        for row in rows
        if row["status"] != "exception" and (row.get("termination_reason") or "").startswith(LIMIT)
    )


def kept_some(jobs: Iterable[tuple[RanWith, Iterable[Row]]]) -> bool:
    """Whether runs of `jobs` are in the cache: those of jobs that use it, but never an exception."""
    return any(job.caches and any(row["status"] != "exception" for row in rows) for job, rows in jobs)


def normalised(message: str, row: Row | None = None) -> str:
    """The first line of `message` without what differs from run to run: numbers, ids, addresses, the run's names."""
    text = message.strip().partition("\n")[0].rstrip()
    for name in ("run_id", "base_scenario_id"):
        own = str(row.get(name) or "") if row is not None else ""
        if own:
            text = text.replace(own, "<scenario>")
    for pattern, stands in _CHANGING:
        text = pattern.sub(stands, text)
    return text


def _grouped(found: Iterable[tuple[RanWith, Row, str, str]]) -> list[Group]:
    groups: dict[tuple[object, ...], Group] = {}
    for job, row, kind, message in found:
        key = (kind, message, job.models, job.endpoints)
        group = groups.setdefault(key, Group(kind, message, job.models, job.endpoints))
        group.runs += 1
        group.scenarios[row["base_scenario_id"]] = None
        if group.log is None and job.logs is not None:
            group.log = job.logs / f"{row['run_id']}.log"
    return sorted(groups.values(), key=lambda group: -group.runs)  # equal ones stay in the order they were met


def named(scenarios: Sequence[str]) -> str:
    """A few of `scenarios`, and how many more there are."""
    more = len(scenarios) - NAMED
    return ", ".join(scenarios[:NAMED]) + (f" and {more} more" if more > 0 else "")
