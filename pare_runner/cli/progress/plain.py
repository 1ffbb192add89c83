"""Where nobody looks at a terminal: a line of figures now and then, between the lines of the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pare_runner.batch.observer import AwayEndpoint, Observer, Source
from pare_runner.batch.work import Task
from pare_runner.cli.console import plural
from pare_runner.cli.progress.tally import Figures, Tally
from pare_runner.cli.progress.words import dollars, duration, percent, rate, waiting
from pare_runner.policy.request import Role, Usage

if TYPE_CHECKING:
    from pare_runner.batch.job import Job

EVERY = 30.0
"""Seconds between two lines at least."""
BIG = 200
"""Units from which on every tenth of them has a line as well."""


@dataclass(slots=True)
class PlainProgress(Observer):
    """Writes a line, through `write`, when something happens and the last one is `EVERY` seconds old."""

    clock: Callable[[], float]
    write: Callable[[str], object]
    tally: Tally = field(init=False)
    _said: float = field(init=False)
    _tenth: int = 0

    def __post_init__(self) -> None:
        self.tally = Tally(self.clock)
        self._said = self.clock()

    def opened(self, jobs: Sequence[Job]) -> None:
        self.tally.opened(jobs)
        self._tenth = self._tenths(self.tally.figures())

    def began(self, task: Task) -> None:
        self.tally.began(task)
        self._look()

    def finished(self, job: Job, row: Mapping[str, Any], source: Source) -> None:
        self.tally.finished(job, row, source)
        self._look()

    def called(self, role: Role, label: str, usage: Usage | None) -> None:
        self.tally.called(role, label, usage)
        self._look()

    def connected(self, away: Callable[[], Sequence[AwayEndpoint]]) -> None:
        self.tally.connected(away)

    def stopping(self, reason: str) -> None:
        self.tally.stopping(reason)

    def _look(self) -> None:
        now = self.clock()
        late = now - self._said >= EVERY
        if not late and self.tally.planned < BIG:
            return
        if not late and self._tenth == 10 * self.tally.done // self.tally.planned:
            return
        figures = self.tally.figures()
        self._said, self._tenth = now, self._tenths(figures)
        for line in (figure_line(figures), *waiting(figures.away)):
            self.write(line)

    @staticmethod
    def _tenths(figures: Figures) -> int:
        overall = figures.overall
        return 10 * overall.done // overall.planned if overall.planned else 0


def figure_line(figures: Figures) -> str:
    """`120 of 400 runs (30 %), success 84 %, 2 exceptions, 16 in flight, …, 3 min 20 s left`."""
    overall = figures.overall
    parts = [
        f"{overall.done} of {overall.planned} runs ({percent(overall.done, overall.planned)})",
        f"success {percent(overall.success, overall.judged)}",
    ]
    if overall.exceptions:
        parts.append(plural(overall.exceptions, "exception"))
    return ", ".join([*parts, *rest(figures)])


def rest(figures: Figures) -> list[str]:
    """What is said of the whole beside its counts."""
    parts = [f"{figures.overall.in_flight} in flight"]
    if figures.calls_per_second:
        parts.append(rate(figures.calls_per_second, "calls"))
    if figures.tokens_per_second:
        parts.append(rate(figures.tokens_per_second, "tokens"))
    if figures.priced:
        parts.append(dollars(figures.cost))
    if figures.eta is not None:
        parts.append(f"{duration(figures.eta)} left")
    if figures.stopping is not None:
        parts.append(f"stopping: {figures.stopping}")
    return parts
