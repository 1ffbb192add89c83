"""What an experiment is: the documented configuration models, validated and frozen.

Names, types and class defaults are those PARE documents; what a composition of Hydra groups sets lives in `conf/`.
Every field says in its metadata whether it is part of a result's identity (`pare_runner.batch.identity`): what can
change a scenario's outcome is, what only says where, how fast or under which name it runs is not. Nothing here reads
the environment, a file or a clock, and no field ever holds a key.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pare_runner.llm.config import ConfigModel, LLMEngineConfig, serves, shapes
from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig

MAX_SEED = 2**63 - 1

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
ExecutorType = Literal["async", "sequential", "thread", "process", "ray"]
GenerationTimeMode = Literal["fixed", "tokens", "measured"]
CacheMode = Literal["use", "refresh", "bypass"]
TraceDialect = Literal["pare", "meta_are"]
MessageProtocol = Literal["native", "react"]


def _whole(value: object) -> object:
    """1e6 as 1000000, in which YAML sees no whole number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


PositiveCount = Annotated[int, Field(ge=1), BeforeValidator(_whole)]


def _none_if_idle(tools: ToolAugmentationConfig | None) -> ToolAugmentationConfig | None:
    """What changes nothing is no other experiment."""
    return None if tools is not None and tools.is_idle else tools


ToolNoise = Annotated[ToolAugmentationConfig | None, AfterValidator(_none_if_idle)]


def _as_text(value: object) -> object:
    """The text of a path, which Python code may give as an object."""
    return str(value) if isinstance(value, PurePath) else value


def _one_or_many(value: object) -> object:
    if isinstance(value, list | tuple):
        return tuple(map(_as_text, value))
    return (_as_text(value),) if isinstance(value, str | PurePath) else value


def _checked_idle(text: str) -> str:
    kind, _, seconds = text.partition(":")
    if text != "jump" and not (
        kind == "poll" and re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", seconds) and float(seconds)
    ):
        raise ValueError("must be jump, or poll:<seconds> with a number above 0 as in poll:5")
    return text


PathText = Annotated[str, BeforeValidator(_as_text)]
"""A path; Python code may give a `pathlib.Path`."""
Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False), BeforeValidator(_one_or_many)]
"""A list of names; a single name may be given bare."""


class SuiteConfig(ConfigModel):
    """Which scenarios run, and how often.

    The candidates are `scenarios` if any are named, else (source `library`) all the library offers. A filter that is
    not empty keeps the candidates it matches; then the first `limit` remain.
    """

    name: str = serves("full", "Name of the suite, for reports.")
    source: Literal["library", "listed"] = serves(
        "library", "library: all that are installed unless `scenarios` names some; listed: only those it names."
    )
    runs: int = serves(1, "Runs of each scenario, numbered from 1.", ge=1)
    limit: int | None = serves(None, "At most this many scenarios.", ge=1)
    tags: Names = serves((), "Keep scenarios with at least one of these tags.")
    apps: Names = serves((), "Keep scenarios that use at least one of these apps.")
    ids: Names = serves((), "Keep scenarios with one of these ids.")


class ScenarioRunnerConfig(ConfigModel):
    """All that decides how one scenario runs."""

    user_engine_config: LLMEngineConfig = shapes(
        LLMEngineConfig(model_name="gpt-5-mini", provider="openai"), "Model of the simulated user."
    )
    user_max_iterations: PositiveCount | None = shapes(1, "Model replies in one phase of the user; empty: 1.")
    agent_type: str = shapes("observe-execute", "Kind of proactive assistant.")
    user_type: str = shapes("default", "Kind of simulated user.")
    observe_engine_config: LLMEngineConfig = shapes(
        LLMEngineConfig(model_name="gpt-5", provider="openai"), "Model of the assistant while it observes."
    )
    observe_max_iterations: PositiveCount | None = shapes(1, "Model replies in one observe phase; empty: 5.")
    execute_engine_config: LLMEngineConfig = shapes(
        LLMEngineConfig(model_name="gpt-5", provider="openai"), "Model of the assistant while it executes."
    )
    execute_max_iterations: PositiveCount | None = shapes(1, "Model replies in one execute phase; empty: 10.")
    oracle: bool = shapes(False, "Play the scenario's own solution instead of agents.")
    max_turns: PositiveCount | None = shapes(
        10, "Turns after which an episode ends, idle ones not counted; empty: no limit."
    )
    export: bool = serves(False, "Write a trace of every scenario run.")
    output_dir: PathText | None = serves(None, "Directory of the results; empty: a new one below outputs/.")
    trace_dump_format: str = serves("hf", "Format of the traces: hf, lite, both, native, or one that is installed.")
    export_dialect: TraceDialect = serves(
        "pare", "meta_are: hf traces without the entries that Meta-ARE's importer refuses."
    )
    export_redact: Names = serves(
        (), "Kinds of strings to be made unreadable in traces: keys, bearer, emails, paths, or pattern:REGEX."
    )
    use_custom_logger: bool = serves(
        True, "Log each scenario run into a file of its own; else what runs log stands in run.log alone."
    )
    simulated_generation_time_mode: GenerationTimeMode = shapes(
        "measured", "How long a model's reply takes on the virtual clock."
    )
    tool_augmentation_config: ToolNoise = shapes(None, "Failing, renamed and reworded tools.")
    env_events_config: EnvEventsConfig | None = shapes(None, "Environment events nobody scripted.")
    judge_only: bool = serves(False, "Judge recorded runs again instead of running.")
    judge_engine_config: LLMEngineConfig | None = serves(
        None, "Model of the judge; it belongs to a scenario's scoring hash, not to the run."
    )
    judge_prompt_hash: str | None = serves(
        None, "Hash of the judge's prompt, for a scenario's scoring hash; filled in if there is a judge."
    )
    max_scenario_duration: PositiveCount | None = shapes(
        600, "Virtual seconds after which an episode ends; empty: no limit."
    )
    user_model_alias: str | None = shapes(None, "Short name of the user's model in results.")
    observe_model_alias: str | None = shapes(None, "Short name of the observing model in results.")
    execute_model_alias: str | None = shapes(None, "Short name of the executing model in results.")
    seed: int = shapes(0, "Every random draw of the simulation depends on it.", ge=0, le=MAX_SEED)
    protocol: str = shapes("standard", "Name of the rules that decide what a number means.", min_length=1)
    protocol_version: int = shapes(1, "Version of these rules.", ge=1)
    message_protocol: MessageProtocol = shapes("native", "How a model calls tools: native tool calls, or react text.")
    format_retries: int = shapes(10, "Malformed replies of one phase that may be tried again.", ge=0)
    max_turns_fixed: bool = shapes(False, "max_turns holds for scenarios that set their own, too.")
    max_idle_turns: PositiveCount | None = shapes(200, "Idle turns after which an episode ends; empty: no limit.")
    turn_seconds: float = shapes(10.0, "Virtual seconds a turn lasts at least.", ge=0)
    generation_seconds: float = shapes(5.0, "time=fixed: virtual seconds of each model reply.", ge=0)
    idle: Annotated[str, AfterValidator(_checked_idle)] = shapes(
        "jump", "What the clock does while both wait: jump to what comes next, or poll:<seconds>."
    )
    proposal_timeout: float | None = shapes(
        None, "Virtual seconds after which an unanswered proposal lapses; empty: never.", gt=0
    )
    max_tokens_per_run: PositiveCount | None = shapes(
        None, "Tokens of all models in one scenario run; empty: no limit."
    )
    prompts_hash: str | None = shapes(None, "Hash of the prompts; filled in when they are loaded.")
    agent_hash: str | None = shapes(None, "Hash of the source of an assistant of one's own; filled in as well.")
    noise_hash: str | None = shapes(None, "Hash of the augmentation data, where the noise reads it; filled in as well.")

    @property
    def poll_seconds(self) -> float | None:
        """Virtual seconds of an idle turn with idle=poll:<seconds>; None: the clock jumps."""
        return None if self.idle == "jump" else float(self.idle.partition(":")[2])


class MultiScenarioRunnerConfig(ScenarioRunnerConfig):
    """A whole experiment: how its scenarios run, which they are, and what becomes of the results."""

    max_concurrent_scenarios: PositiveCount | None = serves(None, "Scenarios in flight at once; empty: chosen.")
    timeout_seconds: PositiveCount | None = serves(None, "Wall-clock limit of one scenario run.")
    executor_type: ExecutorType = serves("thread", "What runs the scenarios.")
    ray_address: str | None = serves(
        None,
        "executor=ray: the cluster, as ray://<host>:<port>, <host>:<port> or auto (the one this machine belongs to); "
        "empty: one of this machine alone, which ends with the command.",
        min_length=1,
    )
    log_level: LogLevel = serves("INFO", "Least severe messages to log.")
    log_to_file: bool = serves(True, "Write run.log and one log file a scenario run; else log to stderr only.")
    logs_dir: PathText = serves("logs", "Directory of the scenario runs' log files, below the results unless absolute.")
    enable_caching: bool = serves(True, "Take finished runs from the cache.")
    experiment_name: str = serves(
        "default",
        "Name in reports: letters, digits and . _ - + = @, starting with a letter or digit.",
        pattern=r"^\w[\w.+=@-]{0,99}$",
    )
    scenarios: Names = serves((), "Ids of scenarios or paths of scenario files; empty: the suite's own.")
    suite: SuiteConfig = serves(SuiteConfig(), "Which scenarios run, and how often.")
    prompts_dir: PathText | None = serves(None, "Folder of prompt templates that replace ours.")
    replay: PathText | None = serves(
        None, "Directory of a run whose recorded replies are played instead of calling models."
    )
    resume: PathText | None = serves(
        None, "Directory of results to go on with, or last: the newest one that is not finished; empty: a new one."
    )
    only: Literal["failed"] | None = serves(
        None, "failed: with resume, make only runs that ended in an exception again; empty: all that is left."
    )
    cache: CacheMode = serves(
        "use", "use: take finished runs from the cache; refresh: make all, replacing what is there; bypass: neither."
    )
    max_cost_usd: float | None = serves(
        None, "US dollars of a whole invocation after which no further run starts; empty: no limit.", ge=0
    )
    max_total_tokens: PositiveCount | None = serves(
        None, "Tokens of a whole invocation after which no further run starts; empty: no limit."
    )
    max_wall: float | None = serves(
        None, "Wall-clock seconds after which an invocation starts no further run; empty: no limit.", gt=0
    )
    offline_patience: float | None = serves(
        1800.0,
        "Seconds to wait for a service that is away before an invocation stops; empty: for ever.",
        ge=0,
    )

    @property
    def writes_unit_logs(self) -> bool:
        """Whether each scenario run leaves a log file of its own."""
        return self.log_to_file and self.use_custom_logger

    @model_validator(mode="after")
    def _listed_suite_lists(self) -> Self:
        if self.suite.source == "listed" and not self.scenarios:
            raise ValueError(f"suite={self.suite.name} runs only what it is told: add scenarios=[<id or path>, ...]")
        return self


def config_schema() -> dict[str, Any]:
    """JSON Schema of an experiment; each property says under `identity` whether it is part of a result's identity."""
    return MultiScenarioRunnerConfig.model_json_schema()
