"""Results that are there already, as evidence of what further runs of the same models will need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.journal import JOURNAL, read_journal
from pare_runner.batch.plan import PLAN, read_plan
from pare_runner.batch.results import config_columns
from pare_runner.errors import InputError

Row = Mapping[str, Any]

DIRECTORIES = 20
"""Newest directories that are looked at."""
BYTES = 16_000_000
"""Bytes of journals that are read at most."""
SAME = (
    *("user_model", "user_provider", "observe_model", "observe_provider", "execute_model", "execute_provider"),
    *("judge_model", "agent_type", "message_protocol", "protocol", "protocol_version"),
)
"""Columns in which a run must be like those that are to come."""

_Kind = tuple[Any, ...]


@dataclass(slots=True)
class PastRuns:
    """Rows of finished runs by what played in them; those that ended in an exception tell nothing."""

    _rows: dict[_Kind, dict[str, list[Row]]] = field(default_factory=dict)

    def add(self, rows: Iterable[Row]) -> None:
        """Take in rows of a journal."""
        for row in rows:
            if row["status"] != "exception" and not row.get("oracle") and row.get("model_calls") is not None:
                kind = tuple(row.get(name) for name in SAME)
                self._rows.setdefault(kind, {}).setdefault(row["base_scenario_id"], []).append(row)

    def of(self, config: MultiScenarioRunnerConfig) -> dict[str, list[Row]]:
        """Scenario → rows of runs with the models and the protocol of `config`."""
        columns = config_columns(config)
        return self._rows.get(tuple(columns[name] for name in SAME), {})


def past_runs(directories: Sequence[Path]) -> PastRuns:
    """What the journals of these invocations hold, as far as they can be read: `BYTES` of them, the first first."""
    found, left = PastRuns(), BYTES
    for directory in directories:
        try:
            jobs = read_plan(directory).jobs
        except InputError:
            continue
        for job in jobs:
            folder = directory / job.folder
            try:
                left -= (folder / JOURNAL).stat().st_size
                if left < 0:
                    return found
                found.add(read_journal(folder).latest().values())
            except (OSError, InputError):
                continue
    return found


def newest(top: Path) -> list[Path]:
    """The newest directories of results below `top`, as they lie there by day and time; newest first."""
    plans: list[tuple[float, str, Path]] = []
    for pattern in (f"*/{PLAN}", f"*/*/{PLAN}"):
        for path in top.glob(pattern):
            try:
                plans.append((path.stat().st_mtime, str(path), path.parent))
            except OSError:  # it has gone meanwhile
                continue
    return [directory for _, _, directory in sorted(plans, reverse=True)[:DIRECTORIES]]
