"""What an experiment came to: the documented result of many scenario runs, and the row each of them has in frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pare_runner.batch.config import MultiScenarioRunnerConfig, ScenarioRunnerConfig
from pare_runner.batch.identity import config_hash
from pare_runner.errors import PareError
from pare_runner.scenarios.result import PAREScenarioValidationResult, Status, rate

if TYPE_CHECKING:
    import polars as pl

ResultKey = tuple[str, int]
"""Base scenario id and run number."""


@dataclass(slots=True)
class PAREMultiScenarioValidationResult:
    """Outcome of an experiment: one result for each (base scenario id, run number), and what they add up to.

    `duration` is the wall clock of the whole job in seconds. The four counters follow the results; add results with
    `add_result` only.
    """

    run_config: MultiScenarioRunnerConfig
    scenario_results: dict[ResultKey, PAREScenarioValidationResult] = field(default_factory=dict)
    duration: float = 0.0
    successful_count: int = field(default=0, init=False)
    failed_count: int = field(default=0, init=False)
    exception_count: int = field(default=0, init=False)
    no_validation_count: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        for result in self.scenario_results.values():
            self._count(result.status, 1)

    def add_result(self, result: PAREScenarioValidationResult, scenario_id: str, run_number: int | None = None) -> None:
        """Store the result of one run (number 1 if none is given); it replaces an earlier one of the same run."""
        key = (scenario_id, 1 if run_number is None else run_number)
        if key[1] < 1:
            raise ValueError(f"run numbers start at 1, got {run_number}")
        former = self.scenario_results.get(key)
        if former is not None:
            self._count(former.status, -1)
        self.scenario_results[key] = result
        self._count(result.status, 1)

    @property
    def success_rate(self) -> float:
        """Successful runs as a fraction of all runs, exceptions and unjudged ones included; 0.0 without a run."""
        return rate(self.successful_count, len(self.scenario_results))

    def success_rate_updated(self, result: PAREScenarioValidationResult) -> float:
        """What `success_rate` would be with `result` as one run more; nothing is stored."""
        return rate(self.successful_count + (result.status == "success"), len(self.scenario_results) + 1)

    @property
    def total_proposals(self) -> int:
        return sum(result.proposal_count for result in self.scenario_results.values())

    @property
    def total_acceptances(self) -> int:
        return sum(result.acceptance_count for result in self.scenario_results.values())

    @property
    def total_turns(self) -> int:
        return sum(result.number_of_turns for result in self.scenario_results.values())

    @property
    def total_read_only_actions(self) -> int:
        return sum(result.read_only_actions for result in self.scenario_results.values())

    @property
    def total_write_actions(self) -> int:
        return sum(result.write_actions for result in self.scenario_results.values())

    @property
    def aggregate_proposal_rate(self) -> float:
        """All proposals per turn of all runs; 0.0 without a turn."""
        return rate(self.total_proposals, self.total_turns)

    @property
    def aggregate_acceptance_rate(self) -> float:
        """All acceptances per proposal of all runs; 0.0 without a proposal."""
        return rate(self.total_acceptances, self.total_proposals)

    def rows(self) -> list[dict[str, Any]]:
        """One row a run under the names of `frame.RESULT_SCHEMA`, in order of scenario id and run number."""
        shared = config_columns(self.run_config)
        return [
            {**shared, **run_columns(scenario_id, run_number, result), "job_duration": self.duration}
            for (scenario_id, run_number), result in sorted(self.scenario_results.items(), key=lambda item: item[0])
        ]

    def to_polars(self, extra_columns: Mapping[str, object] | None = None) -> pl.DataFrame:
        """The rows as a frame; each of `extra_columns` is appended as text with the same value in every row."""
        from pare_runner.batch.frame import result_frame  # polars is slow to import, and many callers want no frame

        return result_frame(self.rows(), extra_columns)

    def description(self) -> str:
        """A summary of a few lines for people; every rate is in percent and says of what."""
        runs = len(self.scenario_results)
        judged = self.successful_count + self.failed_count
        config = self.run_config
        return "\n".join(
            [
                f"experiment {config.experiment_name}, protocol {config.protocol} v{config.protocol_version}, "
                f"seed {config.seed}{', oracle' if config.oracle else ''}",
                f"{runs} scenario runs in {self.duration:.1f} s: {self.successful_count} success, "
                f"{self.failed_count} failed, {self.exception_count} exception, "
                f"{self.no_validation_count} no validation",
                f"success rate: {_percent(self.successful_count, runs)} of all runs, "
                f"{_percent(self.successful_count, judged)} of the {judged} judged",
                f"proposals: {self.total_proposals} in {self.total_turns} turns, "
                f"{_percent(self.total_acceptances, self.total_proposals)} accepted",
                f"assistant's actions: {self.total_read_only_actions} read, {self.total_write_actions} write",
            ]
        )

    def _count(self, status: Status, change: int) -> None:
        match status:
            case "success":
                self.successful_count += change
            case "failed":
                self.failed_count += change
            case "exception":
                self.exception_count += change
            case "no_validation":
                self.no_validation_count += change


def config_columns(config: MultiScenarioRunnerConfig) -> dict[str, Any]:
    """The columns that say how a run was configured.

    In oracle mode no model took part: the three models are called `oracle` and have no provider, so that such rows are
    never counted for a model.
    """
    user, observe, execute = _models(config)
    tools, events, judge = config.tool_augmentation_config, config.env_events_config, config.judge_engine_config
    return {
        "user_model": user[0],
        "user_provider": user[1],
        "observe_model": observe[0],
        "observe_provider": observe[1],
        "execute_model": execute[0],
        "execute_provider": execute[1],
        "agent_type": config.agent_type,
        "proactive_model": f"{config.agent_type}_{observe[0]}_{execute[0]}",
        "tool_failure_probability": tools.tool_failure_probability if tools else 0.0,
        "num_env_events_per_minute": events.num_env_events_per_minute if events else 0,
        "protocol": config.protocol,
        "protocol_version": config.protocol_version,
        "seed": config.seed,
        "oracle": config.oracle,
        "message_protocol": None if config.oracle else config.message_protocol,
        "time_mode": None if config.oracle else config.simulated_generation_time_mode,
        "judge_model": None if config.oracle or judge is None else judge.label,
        "config_hash": config_hash(config),
    }


def trace_ids(config: ScenarioRunnerConfig) -> tuple[str, str]:
    """What traces call the agents and the models, in PARE's form."""
    if config.oracle:
        return "oracle", "oracle"
    (user, _), (observe, _), (execute, _) = _models(config)
    return f"user:screen|proactive:{config.agent_type}", f"user:{user}|observe:{observe}|execute:{execute}"


def run_columns(base_scenario_id: str, run_number: int, result: PAREScenarioValidationResult) -> dict[str, Any]:
    """The columns that say what one run came to; success is null unless the status is `success` or `failed`."""
    status, exception = result.status, result.exception
    verdict = {"success": True, "failed": False}.get(status)
    return {
        "base_scenario_id": base_scenario_id,
        "run_number": run_number,
        "success_numeric": None if verdict is None else float(verdict),
        "success_bool": verdict,
        "status": status,
        "has_exception": exception is not None,
        "exception_type": None if exception is None else exception_kind(exception),
        "exception_message": None if exception is None else str(exception),
        "rationale": result.rationale,
        "export_path": result.export_path,
        "run_duration": result.duration,
        "proposal_count": result.proposal_count,
        "acceptance_count": result.acceptance_count,
        "read_only_actions": result.read_only_actions,
        "write_actions": result.write_actions,
        "number_of_turns": result.number_of_turns,
        "proposal_rate": result.proposal_rate,
        "acceptance_rate": result.acceptance_rate,
        "termination_reason": result.termination_reason,
    }


def exception_kind(error: BaseException) -> str:
    """The name of an exception's class, of one that was recorded that of the original."""
    return error.kind if isinstance(error, RecordedException) else type(error).__name__


class RecordedException(PareError):
    """The exception that a run ended in, as its line in the journal tells of it: its class by name, and its message."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message

    def __repr__(self) -> str:
        return f"{self.kind}({self.message!r})"


def result_of_row(row: Mapping[str, Any]) -> PAREScenarioValidationResult:
    """The result of a run, from its line in the journal."""
    crashed = row["status"] == "exception"
    return PAREScenarioValidationResult(
        success=row["success_bool"],
        exception=RecordedException(str(row["exception_type"]), str(row["exception_message"])) if crashed else None,
        export_path=row["export_path"],
        rationale=row["rationale"],
        duration=row["run_duration"],
        proposal_count=row["proposal_count"],
        acceptance_count=row["acceptance_count"],
        read_only_actions=row["read_only_actions"],
        write_actions=row["write_actions"],
        number_of_turns=row["number_of_turns"],
        termination_reason=row["termination_reason"],
        checks=dict(row.get("checks") or {}),
    )


def _models(config: ScenarioRunnerConfig) -> list[tuple[str, str | None]]:
    """(alias, provider) of the user, observe and execute model; the label of the model where no alias is given."""
    if config.oracle:
        return [("oracle", None)] * 3
    return [
        (alias or engine.label, engine.provider)
        for alias, engine in (
            (config.user_model_alias, config.user_engine_config),
            (config.observe_model_alias, config.observe_engine_config),
            (config.execute_model_alias, config.execute_engine_config),
        )
    ]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "-"
