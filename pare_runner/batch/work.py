"""What travels between the engine and whoever makes runs, in this process or another one: plain data.

The engine hands out a `Task`; a bench (`pare_runner.batch.bench`) makes the run and gives back a `Report`, which holds
all that is written down of it. So the engine alone writes journals and traces, and every executor leaves the same
bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, UnitCalls, UnitKey
from pare_runner.traces.contract import TraceFile

SOURCE = "source"
"""Key of a journal line of a unit that was not made in its directory: it says where it came from (`cache`)."""


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What a bench needs to know of a job: its configuration, and the absolute directory its calls are recorded in.

    `keep_calls`: reports carry the recorded calls of their runs, for the cache.
    """

    number: int
    config: MultiScenarioRunnerConfig
    directory: str
    keep_calls: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an attempt that broke off left: its recorded calls. `attempt` says which one it was."""

    attempt: int
    calls: UnitCalls


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finished run as the cache has it: the lines of its calls, and the seconds it took when it was made."""

    calls: bytes
    duration: float | None


@dataclass(frozen=True, slots=True)
class Task:
    """One run of one scenario of job number `job`, as its `attempt`; `earlier` replies are not paid for twice.

    With `recorded` the run was made before: it is made again from its calls, and judged and written down as asked now.
    """

    job: int
    unit: UnitKey
    run_id: str
    attempt: int = FIRST_ATTEMPT
    earlier: Earlier | None = None
    recorded: Recorded | None = None

    @property
    def name(self) -> tuple[int, str]:
        """What tells this unit from all others of an invocation."""
        return (self.job, self.run_id)


@dataclass(slots=True)
class Report:
    """What came of a task: the line of the journal, the traces by the name of their writer, and the run's own log.

    `calls` are the lines of a recording (`llm.recording.lines`) that hold this unit and the texts it refers to, or
    None where nobody asked for them. `source`: made now, or come from the cache.
    """

    task: Task
    row: dict[str, Any]
    traces: tuple[tuple[str, TraceFile], ...] = ()
    log: str | None = None
    calls: bytes | None = None
    source: Literal["run", "cache"] = "run"
