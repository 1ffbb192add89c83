"""What one scenario run came to: the documented result of a run, and the status that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["success", "failed", "exception", "no_validation"]

STATUSES: tuple[Status, ...] = ("success", "failed", "exception", "no_validation")


def status_of(success: bool | None, exception: BaseException | None) -> Status:
    """The status of a run: an exception decides first, so that a crash is never counted as a failed verdict."""
    if exception is not None:
        return "exception"
    if success is None:
        return "no_validation"
    return "success" if success else "failed"


@dataclass(slots=True)
class PAREScenarioValidationResult:
    """Outcome of one scenario run.

    `success` is the checks' verdict (None: there was none); `duration` is the run's wall clock in seconds;
    `termination_reason` says why the episode ended; `checks` tells of each check by name whether it held.
    """

    success: bool | None
    exception: Exception | None = None
    export_path: str | None = None
    rationale: str | None = None
    duration: float | None = None
    proposal_count: int = 0
    acceptance_count: int = 0
    read_only_actions: int = 0
    write_actions: int = 0
    number_of_turns: int = 0
    termination_reason: str | None = None
    checks: dict[str, bool] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """success, failed, exception or no_validation."""
        return status_of(self.success, self.exception)

    @property
    def proposal_rate(self) -> float:
        """Proposals per turn; 0.0 without a turn."""
        return rate(self.proposal_count, self.number_of_turns)

    @property
    def acceptance_rate(self) -> float:
        """Acceptances per proposal; 0.0 without a proposal."""
        return rate(self.acceptance_count, self.proposal_count)


def rate(part: float, whole: float) -> float:
    """`part / whole`; 0.0 when there is no whole."""
    return part / whole if whole else 0.0
