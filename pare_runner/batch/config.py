"""What an experiment is: the documented configuration models, validated and frozen.

Names, types and class defaults are those PARE documents; what a composition of Hydra groups sets lives in `conf/`.
Every field says in its metadata whether it is part of a result's identity (`pare_runner.batch.identity`): what can
change a scenario's outcome is, what only says where, how fast or under which name it runs is not. Nothing here reads
the environment, a file or a clock, and no field ever holds a key.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig

MAX_SEED = 2**63 - 1

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
ExecutorType = Literal["async", "sequential", "thread", "process", "ray"]
GenerationTimeMode = Literal["fixed", "tokens", "measured"]
TraceFormat = Literal["hf", "lite", "both", "native"]

PositiveCount = Annotated[int, Field(ge=1)]


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False), BeforeValidator(_one_or_many)]
"""A list of names; a single name may be given bare."""


def _shapes(default: Any, description: str, **constraints: Any) -> Any:
    """A field that can change a result: part of its identity."""
    return Field(default, description=description, json_schema_extra={"identity": True}, **constraints)


def _serves(default: Any, description: str, **constraints: Any) -> Any:
    """A field that cannot change a result."""
    return Field(default, description=description, json_schema_extra={"identity": False}, **constraints)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class LLMEngineConfig(_Model):
    """One model as a provider serves it."""

    model_name: str = _shapes("", "Name the provider knows the model by.")
    provider: str | None = _shapes(None, "Which service answers.")
    endpoint: str | None = _serves(None, "Base URL; empty: the provider's own.")


class SuiteConfig(_Model):
    """Which scenarios run, and how often.

    The candidates are `scenarios` if any are named, else (source `library`) all the library offers. A filter that is
    not empty keeps the candidates it matches; then the first `limit` remain.
    """

    name: str = _serves("full", "Name of the suite, for reports.")
    source: Literal["library", "listed"] = _serves(
        "library", "library: all that are installed unless `scenarios` names some; listed: only those it names."
    )
    runs: int = _serves(1, "Runs of each scenario, numbered from 1.", ge=1)
    limit: int | None = _serves(None, "At most this many scenarios.", ge=1)
    tags: Names = _serves((), "Keep scenarios with at least one of these tags.")
    apps: Names = _serves((), "Keep scenarios that use at least one of these apps.")
    ids: Names = _serves((), "Keep scenarios with one of these ids.")


class ScenarioRunnerConfig(_Model):
    """All that decides how one scenario runs."""

    user_engine_config: LLMEngineConfig = _shapes(
        LLMEngineConfig(model_name="gpt-5-mini", provider="openai"), "Model of the simulated user."
    )
    user_max_iterations: PositiveCount | None = _shapes(1, "Model replies in one phase of the user.")
    agent_type: str = _shapes("observe-execute", "Kind of proactive assistant.")
    user_type: str = _shapes("default", "Kind of simulated user.")
    observe_engine_config: LLMEngineConfig = _shapes(
        LLMEngineConfig(model_name="gpt-5", provider="openai"), "Model of the assistant while it observes."
    )
    observe_max_iterations: PositiveCount | None = _shapes(1, "Model replies in one observe phase.")
    execute_engine_config: LLMEngineConfig = _shapes(
        LLMEngineConfig(model_name="gpt-5", provider="openai"), "Model of the assistant while it executes."
    )
    execute_max_iterations: PositiveCount | None = _shapes(1, "Model replies in one execute phase.")
    oracle: bool = _shapes(False, "Play the scenario's own solution instead of agents.")
    max_turns: PositiveCount | None = _shapes(10, "Turns after which an episode ends; empty: no limit.")
    export: bool = _serves(False, "Write a trace of every scenario run.")
    output_dir: str | None = _serves(None, "Directory of the results; empty: a new one below outputs/.")
    trace_dump_format: TraceFormat = _serves("hf", "Format of the traces.")
    use_custom_logger: bool = _serves(True, "Log each scenario run on its own.")
    simulated_generation_time_mode: GenerationTimeMode = _shapes(
        "measured", "How long a model's reply takes on the virtual clock."
    )
    tool_augmentation_config: ToolAugmentationConfig | None = _shapes(None, "Failing, renamed and reworded tools.")
    env_events_config: EnvEventsConfig | None = _shapes(None, "Environment events nobody scripted.")
    judge_only: bool = _serves(False, "Judge recorded runs again instead of running.")
    judge_engine_config: LLMEngineConfig | None = _serves(
        None, "Model of the judge; it belongs to a scenario's scoring hash, not to the run."
    )
    max_scenario_duration: int = _shapes(600, "Virtual seconds after which an episode ends.", ge=1)
    user_model_alias: str | None = _shapes(None, "Short name of the user's model in results.")
    observe_model_alias: str | None = _shapes(None, "Short name of the observing model in results.")
    execute_model_alias: str | None = _shapes(None, "Short name of the executing model in results.")
    seed: int = _shapes(0, "Every random draw of the simulation depends on it.", ge=0, le=MAX_SEED)
    protocol: str = _shapes("standard", "Name of the rules that decide what a number means.", min_length=1)
    protocol_version: int = _shapes(1, "Version of these rules.", ge=1)


class MultiScenarioRunnerConfig(ScenarioRunnerConfig):
    """A whole experiment: how its scenarios run, which they are, and what becomes of the results."""

    max_concurrent_scenarios: PositiveCount | None = _serves(None, "Scenarios in flight at once; empty: chosen.")
    timeout_seconds: PositiveCount | None = _serves(None, "Wall-clock limit of one scenario run.")
    executor_type: ExecutorType = _serves("thread", "What runs the scenarios.")
    log_level: LogLevel = _serves("INFO", "Least severe messages to log.")
    log_to_file: bool = _serves(True, "Write run.log and one log file a scenario run; else log to stderr only.")
    logs_dir: str = _serves("logs", "Directory of the scenario runs' log files, below the results unless absolute.")
    enable_caching: bool = _serves(True, "Take finished runs from the cache.")
    experiment_name: str = _serves(
        "default",
        "Name in reports: letters, digits and . _ - + = @, starting with a letter or digit.",
        pattern=r"^\w[\w.+=@-]{0,99}$",
    )
    scenarios: Names = _serves((), "Ids of scenarios or paths of scenario files; empty: the suite's own.")
    suite: SuiteConfig = _serves(SuiteConfig(), "Which scenarios run, and how often.")

    @model_validator(mode="after")
    def _listed_suite_lists(self) -> Self:
        if self.suite.source == "listed" and not self.scenarios:
            raise ValueError(f"suite={self.suite.name} runs only what it is told: add scenarios=[<id or path>, ...]")
        return self


def config_schema() -> dict[str, Any]:
    """JSON Schema of an experiment; each property says under `identity` whether it is part of a result's identity."""
    return MultiScenarioRunnerConfig.model_json_schema()
