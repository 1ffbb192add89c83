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
from pathlib import Path

from pare_runner.apps.core.dates import to_text
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.units import Unit
from pare_runner.episode.outcome import Outcome
from pare_runner.kernel.events import CompletedEvent
from pare_runner.traces.conversation import entries_of, lines

RUN_LOG = "run.log"
RUN_FORMAT = "[%(asctime)s][%(name)s][%(levelname)s] - %(message)s"
UNIT_FORMAT = "[%(levelname)s] %(message)s"

PACKAGE_LOG = logging.getLogger("pare_runner")
UNIT_LOG = logging.getLogger("pare_runner.unit")
"""What happened in one run; reaches that run's own file only, where there are files."""

_CURRENT: ContextVar[str | None] = ContextVar("pare_runner_unit", default=None)


@contextmanager
def job_log(config: MultiScenarioRunnerConfig, directory: Path) -> Iterator[None]:
    """Log at the level of `config`, and into `run.log` unless somebody writes that file already (Hydra does)."""
    path = directory / RUN_LOG
    with ExitStack() as undo:
        undo.callback(PACKAGE_LOG.setLevel, PACKAGE_LOG.level)
        PACKAGE_LOG.setLevel(config.log_level)
        undo.callback(setattr, UNIT_LOG, "propagate", UNIT_LOG.propagate)
        UNIT_LOG.propagate = not config.log_to_file
        if config.log_to_file and not _is_written(path):
            undo.enter_context(_attached(_file_handler(path, RUN_FORMAT), PACKAGE_LOG))
        yield


@contextmanager
def unit_log(config: MultiScenarioRunnerConfig, directory: Path, unit: Unit) -> Iterator[None]:
    """What is logged inside, by anybody in this context, also goes to the unit's own file."""
    if not config.log_to_file:
        yield
        return
    handler = _file_handler(directory / config.logs_dir / f"{unit.run_id}.log", UNIT_FORMAT)
    handler.addFilter(lambda record: _CURRENT.get() == unit.run_id)
    token = _CURRENT.set(unit.run_id)
    try:
        with _attached(handler, logging.getLogger(), UNIT_LOG):
            yield
    finally:
        _CURRENT.reset(token)


def log_outcome(unit: Unit, outcome: Outcome) -> None:
    """Log what a run came to: DEBUG each event, WARNING each scheduled one that failed, INFO or ERROR the end.

    Before the end the file of a run with agents gets the run as a conversation; without files nobody does.
    """
    result = outcome.result
    failed = {event.sequence for event in outcome.failed_events}
    for event in outcome.log:
        if event.sequence in failed:
            UNIT_LOG.warning("%s failed: %s", _label(event), event.metadata.exception)
        elif UNIT_LOG.isEnabledFor(logging.DEBUG):
            UNIT_LOG.debug("%s%s", _label(event), " failed" if event.failed() else "")
    if not outcome.oracle and not UNIT_LOG.propagate and UNIT_LOG.isEnabledFor(logging.INFO):
        head = f"{unit.scenario.scenario_id} run {unit.run_number}; times since {_clock(outcome.scenario.start)}"
        UNIT_LOG.info("%s", "\n".join([head, *lines(entries_of(outcome))]))
    unmet = [name for name, holds in result.checks.items() if not holds]
    UNIT_LOG.info(
        "%s run %d, seed %d, ended at %s (%s): %s%s%s",
        unit.scenario.scenario_id,
        unit.run_number,
        outcome.seed,
        _clock(outcome.end_time),
        result.termination_reason or "not finished",
        result.status,
        f"; failed checks: {', '.join(unmet)}" if unmet else "",
        f"; {result.rationale}" if result.rationale else "",
    )
    if result.exception is not None:
        UNIT_LOG.error("%s", "".join(traceback.format_exception(result.exception)).rstrip())


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


def _file_handler(path: Path, text: str) -> logging.FileHandler:
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(path, mode="w", encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter(text))
    return handler


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
