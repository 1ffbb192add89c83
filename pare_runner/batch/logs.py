"""The logs of a job: `run.log` for the whole, and a file for each scenario run.

`run.log` carries wall-clock times. A run's own file carries none: its lines say the virtual time, so that it is the
same whenever the run is repeated. There a run of agents can be read as a conversation.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from io import StringIO
from pathlib import Path

from pare_runner.apps.core.dates import to_text
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.episode.outcome import Outcome
from pare_runner.kernel.events import CompletedEvent
from pare_runner.traces.conversation import entries_of, lines
from pare_runner.traces.record import record_of

RUN_LOG = "run.log"
RUN_FORMAT = "[%(asctime)s][%(name)s][%(levelname)s] - %(message)s"
UNIT_FORMAT = "[%(levelname)s] %(message)s"

PACKAGE_LOG = logging.getLogger("pare_runner")
UNIT_LOG = logging.getLogger("pare_runner.unit")
"""What happened in one run; reaches that run's own file only, where there are files."""

_RUN: ContextVar[StringIO | None] = ContextVar("pare_runner_run", default=None)
_JOB: ContextVar[int | None] = ContextVar("pare_runner_job", default=None)


@contextmanager
def logging_runs(level: str, to_file: bool) -> Iterator[None]:
    """Inside, the package logs at `level`; with `to_file` what a run logs is kept for the run's own file."""
    with ExitStack() as undo:
        undo.callback(PACKAGE_LOG.setLevel, PACKAGE_LOG.level)
        PACKAGE_LOG.setLevel(level)
        undo.callback(setattr, UNIT_LOG, "propagate", UNIT_LOG.propagate)
        UNIT_LOG.propagate = not to_file
        if to_file:
            undo.enter_context(_attached(_RunHandler(), logging.getLogger(), UNIT_LOG))
        yield


@contextmanager
def job_log(
    config: MultiScenarioRunnerConfig, directory: Path, number: int = 0, *, resumed: bool = False
) -> Iterator[None]:
    """Log what happens inside `job_context(number)`, or in none, into `run.log`.

    Nothing is done where somebody writes that file already (Hydra does). `resumed` goes on with a former one.
    """
    path = directory / RUN_LOG
    if not config.log_to_file or _is_written(path):
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(path, mode="a" if resumed else "w", encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter(RUN_FORMAT))
    handler.addFilter(lambda record: _JOB.get() in (None, number))
    with _attached(handler, PACKAGE_LOG):
        yield


@contextmanager
def job_context(number: int | None) -> Iterator[None]:
    """What is logged inside, by anybody in this context, belongs to job `number`; to every job with None."""
    token = _JOB.set(number)
    try:
        yield
    finally:
        _JOB.reset(token)


def current_job() -> int | None:
    """The job that what is logged here belongs to."""
    return _JOB.get()


@contextmanager
def unit_log() -> Iterator[StringIO]:
    """What is logged inside, by anybody in this context, is collected: the text of the run's own file."""
    collected = StringIO()
    token = _RUN.set(collected)
    try:
        yield collected
    finally:
        _RUN.reset(token)


def log_outcome(outcome: Outcome) -> None:
    """Log what a run came to: DEBUG each event, WARNING each scheduled one that failed, INFO or ERROR the end.

    Before the end the file of a run with agents gets the run as a conversation; without files nobody does.
    """
    _log_result(outcome)
    error = outcome.result.exception
    if error is not None:
        UNIT_LOG.error("%s", "".join(traceback.format_exception(error)).rstrip())


def outcome_text(outcome: Outcome, level: str) -> str:
    """What `log_outcome` writes into a run's own file at `level`, but for the traceback; inside of `logging_runs`."""
    before = UNIT_LOG.level
    UNIT_LOG.setLevel(level)
    try:
        with unit_log() as collected:
            _log_result(outcome)
    finally:
        UNIT_LOG.setLevel(before)
    return collected.getvalue()


def _log_result(outcome: Outcome) -> None:
    result = outcome.result
    failed = {event.sequence for event in outcome.failed_events}
    for event in outcome.log:
        if event.sequence in failed:
            UNIT_LOG.warning("%s failed: %s", _label(event), event.metadata.exception)
        elif UNIT_LOG.isEnabledFor(logging.DEBUG):
            UNIT_LOG.debug("%s%s", _label(event), " failed" if event.failed() else "")
    if not outcome.oracle and not UNIT_LOG.propagate and UNIT_LOG.isEnabledFor(logging.INFO):
        head = f"{outcome.scenario.scenario_id} run {outcome.run_number}; times since {_clock(outcome.scenario.start)}"
        UNIT_LOG.info("%s", "\n".join([head, *lines(entries_of(record_of(outcome)))]))
    unmet = [name for name, holds in result.checks.items() if not holds]
    UNIT_LOG.info(
        "%s run %d, seed %d, ended at %s (%s): %s%s%s",
        outcome.scenario.scenario_id,
        outcome.run_number,
        outcome.seed,
        _clock(outcome.end_time),
        result.termination_reason or "not finished",
        result.status,
        f"; failed checks: {', '.join(unmet)}" if unmet else "",
        f"; {result.rationale}" if result.rationale else "",
    )


def forget_frames(error: BaseException | None) -> None:
    """Let go of what the tracebacks of `error` and its causes keep alive; they can still be printed."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


@contextmanager
def _attached(handler: logging.Handler, *loggers: logging.Logger) -> Iterator[None]:
    try:
        for logger in loggers:
            logger.addHandler(handler)
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()


class _LogFile(logging.FileHandler):
    """A log file that drops what cannot be written: a full disk is reported once, by the journal."""

    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handleError(record)


class _RunHandler(logging.Handler):
    """Hands each record to the run in whose context it was made, if there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(UNIT_FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        collected = _RUN.get()
        if collected is not None:
            collected.write(self.format(record) + "\n")


def _is_written(path: Path) -> bool:
    file_handlers = (item for item in logging.getLogger().handlers if isinstance(item, logging.FileHandler))
    return any(Path(handler.baseFilename) == path.absolute() for handler in file_handlers)


def _label(event: CompletedEvent) -> str:
    what = event.tool_name or event.event_id
    return f"{_clock(event.event_time)} {event.event_type.name} {what} ({event.event_id})"


def _clock(time: float) -> str:
    try:
        return to_text(time)
    except OverflowError:
        return str(time)
