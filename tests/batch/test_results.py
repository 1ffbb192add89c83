"""Results of runs and experiments, their rates, and their frame."""

from __future__ import annotations

import polars as pl
import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.frame import PARE_RESULT_SCHEMA, RESULT_SCHEMA, result_frame
from pare_runner.batch.results import PAREMultiScenarioValidationResult
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig
from pare_runner.scenarios.result import STATUSES, PAREScenarioValidationResult, Status, status_of

SUCCESS = PAREScenarioValidationResult(
    True, duration=0.5, proposal_count=2, acceptance_count=1, read_only_actions=3, write_actions=1, number_of_turns=4
)
FAILED = PAREScenarioValidationResult(False, rationale="no edit", proposal_count=1, number_of_turns=6)
CRASHED = PAREScenarioValidationResult(False, exception=RuntimeError("broke"))
UNJUDGED = PAREScenarioValidationResult(None)


def experiment(**config: object) -> PAREMultiScenarioValidationResult:
    result = PAREMultiScenarioValidationResult(MultiScenarioRunnerConfig.model_validate(config), duration=2.0)
    result.add_result(UNJUDGED, "d")
    result.add_result(FAILED, "b", 1)
    result.add_result(CRASHED, "c", 1)
    result.add_result(SUCCESS, "a", 2)
    result.add_result(SUCCESS, "a", 1)
    return result


def counters(result: PAREMultiScenarioValidationResult) -> tuple[int, int, int, int]:
    return result.successful_count, result.failed_count, result.exception_count, result.no_validation_count


@pytest.mark.parametrize("success", [True, False, None])
def test_a_crash_is_an_exception_whatever_the_verdict(success: bool | None) -> None:
    """Known defect 44: a run that crashed was counted as failed."""
    assert status_of(success, RuntimeError()) == "exception"
    assert PAREScenarioValidationResult(success, exception=RuntimeError()).status == "exception"


@pytest.mark.parametrize(("success", "status"), [(True, "success"), (False, "failed"), (None, "no_validation")])
def test_without_a_crash_the_verdict_decides(success: bool | None, status: Status) -> None:
    assert status_of(success, None) == status
    assert status in STATUSES


def test_rates_of_one_run_are_zero_without_a_denominator() -> None:
    assert (SUCCESS.proposal_rate, SUCCESS.acceptance_rate) == (0.5, 0.5)
    assert (CRASHED.proposal_rate, CRASHED.acceptance_rate) == (0.0, 0.0)


def test_counters_totals_and_rates() -> None:
    result = experiment()

    assert counters(result) == (2, 1, 1, 1)
    assert result.success_rate == 0.4
    assert (result.total_proposals, result.total_acceptances, result.total_turns) == (5, 2, 14)
    assert (result.total_read_only_actions, result.total_write_actions) == (6, 2)
    assert result.aggregate_proposal_rate == 5 / 14
    assert result.aggregate_acceptance_rate == 0.4


def test_an_empty_experiment_has_rates_of_zero() -> None:
    result = PAREMultiScenarioValidationResult(MultiScenarioRunnerConfig())

    assert (result.success_rate, result.aggregate_proposal_rate, result.aggregate_acceptance_rate) == (0.0, 0.0, 0.0)
    assert result.to_polars().schema == RESULT_SCHEMA
    assert "- of all runs" in result.description()


def test_a_second_result_of_a_run_replaces_the_first() -> None:
    result = experiment()

    result.add_result(SUCCESS, "c", 1)

    assert counters(result) == (3, 1, 0, 1)
    assert len(result.scenario_results) == 5
    assert result.success_rate == 0.6


def test_counters_follow_results_given_at_construction() -> None:
    result = PAREMultiScenarioValidationResult(MultiScenarioRunnerConfig(), {("a", 1): SUCCESS, ("b", 1): CRASHED})

    assert counters(result) == (1, 0, 1, 0)


def test_success_rate_updated_looks_ahead_and_stores_nothing() -> None:
    result = experiment()

    assert result.success_rate_updated(SUCCESS) == 0.5
    assert result.success_rate_updated(CRASHED) == 2 / 6
    assert len(result.scenario_results) == 5


@pytest.mark.parametrize("number", [0, -1])
def test_run_numbers_start_at_one(number: int) -> None:
    with pytest.raises(ValueError, match="start at 1"):
        experiment().add_result(SUCCESS, "a", number)


def test_the_frame_has_the_documented_columns_first_and_one_sorted_row_a_run() -> None:
    frame = experiment().to_polars()

    assert frame.schema == RESULT_SCHEMA
    assert list(frame.schema.items())[: len(PARE_RESULT_SCHEMA)] == list(PARE_RESULT_SCHEMA.items())
    assert frame.select("base_scenario_id", "run_number").rows() == [("a", 1), ("a", 2), ("b", 1), ("c", 1), ("d", 1)]
    assert frame["status"].to_list() == ["success", "success", "failed", "exception", "no_validation"]
    assert frame["success_numeric"].to_list() == [1.0, 1.0, 0.0, None, None]
    assert frame["success_bool"].to_list() == [True, True, False, None, None]
    assert frame["has_exception"].to_list() == [False, False, False, True, False]
    crash = frame.row(3, named=True)
    assert (crash["exception_type"], crash["exception_message"]) == ("RuntimeError", "broke")
    assert frame["run_duration"].to_list() == [0.5, 0.5, None, None, None]
    assert frame["job_duration"].to_list() == [2.0] * 5


def test_the_frame_says_which_models_and_noise() -> None:
    row = experiment(
        observe_engine_config=LLMEngineConfig(model_name="gpt-5-2025", provider="openai"),
        observe_model_alias="gpt-5",
        execute_engine_config=LLMEngineConfig(model_name="own-70b-instruct", alias="own", provider="local"),
        tool_augmentation_config=ToolAugmentationConfig(tool_failure_probability=0.2),
        env_events_config=EnvEventsConfig(num_env_events_per_minute=4),
        seed=7,
    ).rows()[0]

    assert (row["user_model"], row["user_provider"]) == ("gpt-5-mini", "openai")
    assert (row["observe_model"], row["execute_model"], row["execute_provider"]) == ("gpt-5", "own", "local")
    assert row["proactive_model"] == "observe-execute_gpt-5_own"
    assert (row["tool_failure_probability"], row["num_env_events_per_minute"]) == (0.2, 4)
    assert (row["protocol"], row["protocol_version"], row["seed"], row["oracle"]) == ("standard", 1, 7, False)


def test_an_oracle_run_is_never_counted_for_a_model() -> None:
    row = experiment(oracle=True).rows()[0]

    assert {row["user_model"], row["observe_model"], row["execute_model"]} == {"oracle"}
    assert {row["user_provider"], row["observe_provider"], row["execute_provider"]} == {None}
    assert (row["tool_failure_probability"], row["num_env_events_per_minute"]) == (0.0, 0)


def test_extra_columns_are_text() -> None:
    frame = experiment().to_polars({"split": "test", "number": 3, "nothing": None})

    assert frame.columns[-3:] == ["split", "number", "nothing"]
    assert frame.schema["number"] == pl.String
    assert frame.select("split", "number", "nothing").unique().rows() == [("test", "3", None)]


def test_an_extra_column_cannot_replace_a_result() -> None:
    with pytest.raises(ValueError, match="status"):
        experiment().to_polars({"status": "success"})


def test_a_row_of_the_wrong_type_is_refused() -> None:
    row = {**experiment().rows()[0], "write_actions": "many"}

    with pytest.raises((TypeError, pl.exceptions.PolarsError)):
        result_frame([row])


def test_the_description_names_each_rate_and_mixes_no_units() -> None:
    """Known defect 44: a fraction was printed with a percent sign."""
    text = experiment(experiment_name="try").description()

    assert text.splitlines() == [
        "experiment try, protocol standard v1, seed 0",
        "5 scenario runs in 2.0 s: 2 success, 1 failed, 1 exception, 1 no validation",
        "success rate: 40.0% of all runs, 66.7% of the 3 judged",
        "proposals: 5 in 14 turns, 40.0% accepted",
        "assistant's actions: 6 read, 2 write",
    ]
