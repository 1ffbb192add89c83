"""The contract between the engine and an executor.

An executor takes tasks from the engine's desk, has each of them made at a bench, and hands the reports in. It decides
where and how many at a time, nothing else: what is written, and in what order tasks come, is the engine's business.
`executors.suite` proves that an executor keeps to it, one of somebody else's too: `Invocation.executor` takes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pare_runner.batch.bench import Bench, FindScenario, OnUsage
from pare_runner.batch.scenario_sources import FindSource
from pare_runner.batch.work import JobSpec, Report, Task
from pare_runner.llm.http.presence import Away


class Desk(Protocol):
    """The engine as an executor sees it. Every method is called on the thread that called `Executor.run`."""

    def take(self) -> Task | None:
        """The next task; None when there is none, for now (`finished` or `failed` may bring new ones) or for good."""

    def finished(self, report: Report) -> bool:
        """Take in what came of a task; it counts as soon as this returns. True: it was the last one of its job."""

    def broken(self, task: Task, error: Exception) -> bool:
        """Take in that a task was cut off from outside, which ends it as an exception. Result as for `finished`."""

    def again(self, task: Task) -> Task:
        """`task` with all that was recorded of it so far, to be made once more after its worker was lost."""


@dataclass(frozen=True, slots=True)
class Crew:
    """What the runs of an invocation are made of.

    `scenario` finds a job's scenario in this process, `source` what another process makes it from. `in_flight` is the
    number of runs at a time, None if it is for the executor to choose; `waits` says whether runs wait for a network.
    `lock` is the descriptor of the invocation's lock: a worker process that holds it keeps a resume waiting. `began` is
    told of each run that begins, `on_usage` of each model call that ends, on any thread; `away` is handed what tells
    which services are waited for.
    """

    jobs: Mapping[int, JobSpec]
    scenario: FindScenario
    source: FindSource
    in_flight: int | None = None
    waits: bool = False
    lock: int | None = None
    log_level: str = "INFO"
    log_to_file: bool = True
    began: Callable[[Task], None] = lambda task: None
    on_usage: OnUsage = lambda job, role, usage: None
    away: Callable[[Callable[[], list[Away]]], None] = lambda ask: None

    def bench(self) -> Bench:
        """A bench in this process."""
        bench = Bench(self.jobs, self.scenario, on_usage=self.on_usage)
        self.away(bench.away)
        return bench


class Executor(Protocol):
    """Makes runs.

    `kills` says whether it ends a run that is over its time whatever the run does; others can only do so at an await,
    and name a run that blocks them in a warning.
    """

    @property
    def name(self) -> str:
        """Name of the executor in configurations."""

    @property
    def kills(self) -> bool:
        """See above."""

    def run(self, crew: Crew, desk: Desk) -> None:
        """Work until the desk has no more tasks and all that were taken are handed in.

        Passes on what the desk raises, what abandons a run, and KeyboardInterrupt; runs in flight are then dropped.
        """
