"""What earlier attempts at the units of a job have recorded: it need not be asked, or paid for, again."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pare_runner.batch.work import Earlier
from pare_runner.llm.recording.files import recorded_files
from pare_runner.llm.recording.keys import Call, Failure, UnitCalls, UnitKey
from pare_runner.llm.recording.recording import Recording
from pare_runner.policy.request import Role


@dataclass(slots=True)
class EarlierCalls:
    """The recorded calls below a job's directory, read when first asked for; none if nothing was recorded."""

    directory: Path
    _recording: Recording | None = field(default=None, init=False)
    _attempts: dict[UnitKey, list[int]] = field(default_factory=dict, init=False)
    _read: bool = field(default=False, init=False)

    def last_attempt(self, unit: UnitKey) -> int | None:
        """The last attempt at `unit` of which something was recorded."""
        self._load()
        return max(self._attempts.get(unit, ()), default=None)

    def is_over(self, unit: UnitKey, attempt: int) -> bool:
        """Whether an attempt has come to an error, so that another one has to be made."""
        calls = self._calls(unit, attempt)
        return calls is not None and any(isinstance(call.answer, Failure) for call in calls.calls.values())

    def going_on(self, unit: UnitKey, attempt: int) -> Earlier | None:
        """What an attempt that was broken off has to go on with: its own calls, and those it was going to take over."""
        own = self._calls(unit, attempt)
        former = self._calls(unit, attempt - 1)
        if own is None:
            return self.anew(unit, attempt)
        taken = {} if former is None else _answered(former)
        return Earlier(attempt, UnitCalls({**taken, **own.calls}, dict(own.dues)))

    def anew(self, unit: UnitKey, attempt: int) -> Earlier | None:
        """What `attempt`, which has not begun, takes over from the one before: replies up to its first error."""
        former = self._calls(unit, attempt - 1)
        return None if former is None else Earlier(attempt - 1, UnitCalls(_answered(former)))

    def forget(self) -> None:
        """Read anew when asked next: more has been recorded."""
        self._read, self._recording = False, None

    def _calls(self, unit: UnitKey, attempt: int) -> UnitCalls | None:
        recording = self._load()
        return None if recording is None else recording.units.get((unit, attempt))

    def _load(self) -> Recording | None:
        if not self._read:
            self._read = True
            self._recording = Recording.load(self.directory, tolerant=True) if recorded_files(self.directory) else None
            self._attempts = {}
            for unit, attempt in self._recording.units if self._recording is not None else ():
                self._attempts.setdefault(unit, []).append(attempt)
        return self._recording


def _answered(calls: UnitCalls) -> dict[tuple[Role, int], Call]:
    return {key: call for key, call in calls.calls.items() if not isinstance(call.answer, Failure)}
