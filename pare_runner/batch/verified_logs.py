"""The log of a run compared with the one that the run leaves when it is made again.

A log ends in what the run came to, with agents as a conversation (`logs.log_outcome`): that is compared. What libraries
and services have said before it, and the traceback at its end, are those of the machine. Nothing says at which level a
run that was gone on with has been logged, so the levels that others may have chosen count too, if all of it fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.logs import outcome_text
from pare_runner.episode.outcome import Outcome
from pare_runner.errors import InputError
from pare_runner.llm.recording.difference import changed_lines

LEVELS = ("DEBUG", "INFO", "WARNING")
_TRACEBACK = b"[ERROR] "


@dataclass(slots=True)
class Logs:
    """The logs in `folder`, written at `level`; `mixed` counts those that hold more than what can be compared."""

    folder: Path
    level: str
    mixed: int = 0

    @classmethod
    def of(cls, directory: Path, config: MultiScenarioRunnerConfig) -> Logs:
        """Those of the job in `directory`."""
        return cls(directory / config.logs_dir, config.log_level)

    def difference(self, run_id: str, outcome: Outcome) -> str | None:
        """Where the log of a run is not that of `outcome`, in words; None as well if it has none, or an empty one."""
        path = self.folder / f"{run_id}.log"
        try:
            recorded = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror}") from error
        if any(_fits(recorded, _encoded(outcome, level), outcome) for level in (self.level, *LEVELS)):
            return None
        expected = _encoded(outcome, self.level)
        start = recorded.rfind(expected)
        if not recorded or not expected or (start > 0 and _fits(recorded[start:], expected, outcome)):
            self.mixed += bool(recorded)
            return None
        return f"{path.name} is not the recorded log" + changed_lines(_text(recorded), _text(expected))


def _encoded(outcome: Outcome, level: str) -> bytes:
    return outcome_text(outcome, level).encode(errors="backslashreplace")


def _fits(recorded: bytes, expected: bytes, outcome: Outcome) -> bool:
    """Whether a log is `expected`, and a traceback behind it if there was an exception."""
    rest = recorded.removeprefix(expected)
    end = not rest or (outcome.result.exception is not None and rest.startswith(_TRACEBACK))
    return recorded.startswith(expected) and end


def _text(data: bytes) -> str:
    return data.decode(errors="backslashreplace")
