"""From an experiment's configuration to the agents of its runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pare_runner.agents.prompts import PromptSet
from pare_runner.batch.config import MultiScenarioRunnerConfig, ScenarioRunnerConfig
from pare_runner.batch.identity import digest, identity
from pare_runner.batch.journal import read_journal
from pare_runner.batch.recorded_models import model_difference, other_models, recorded_config
from pare_runner.episode.run import Agents
from pare_runner.episode.settings import EpisodeSettings, TokenTime
from pare_runner.errors import ConfigError
from pare_runner.library.assistants import MakeAssistant, assistant, source_hash
from pare_runner.library.noise_data import load_augmentation_data
from pare_runner.library.prompts import load_prompts
from pare_runner.llm.config import OFFLINE, LLMEngineConfig
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.llm.recording.kept import CallSink
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, UnitCalls, UnitKey
from pare_runner.llm.recording.recorder import OnCall, RecordingPolicy
from pare_runner.llm.recording.recording import Recording
from pare_runner.llm.recording.replay import ReplayPolicy
from pare_runner.llm.recording.takeover import Takeover
from pare_runner.llm.secrets import environment
from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig
from pare_runner.noise.data import NO_DATA
from pare_runner.noise.env_events.lanes import check_events
from pare_runner.noise.settings import NoiseSettings
from pare_runner.noise.texts import tool_texts
from pare_runner.policy.policy import Policy
from pare_runner.policy.request import Role
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.yaml_scenario import YamlScenario

C = TypeVar("C", bound=ScenarioRunnerConfig)
MakePolicy = Callable[[LLMEngineConfig], Policy]
"""Makes the policy of a model that is reached over a network."""


def engines(config: ScenarioRunnerConfig) -> dict[Role, LLMEngineConfig]:
    """The model of each role; the judge only if there is one."""
    found: dict[Role, LLMEngineConfig] = {
        "user": config.user_engine_config,
        "observe": config.observe_engine_config,
        "execute": config.execute_engine_config,
    }
    return found if config.judge_engine_config is None else {**found, "judge": config.judge_engine_config}


def online_engines(config: ScenarioRunnerConfig) -> dict[Role, LLMEngineConfig]:
    """Those that need a network."""
    return {role: engine for role, engine in engines(config).items() if engine.adapter != OFFLINE}


def sampling(config: ScenarioRunnerConfig) -> dict[Role, str]:
    """Role → hash of all that shapes its model's replies beside the request."""
    return {role: digest(identity(engine))[:16] for role, engine in engines(config).items()}


def turns_limit(config: ScenarioRunnerConfig, scenario: PAREScenario) -> int | None:
    """Turns of an episode at most: the scenario's own limit wins, unless the configuration's was typed."""
    own = None if config.max_turns_fixed else scenario.nb_turns
    return config.max_turns if own is None else own


def episode_settings(config: ScenarioRunnerConfig) -> EpisodeSettings:
    """The settings of a run; an iteration limit left open is the documented one (1, 5, 10)."""
    return EpisodeSettings(
        user_iterations=config.user_max_iterations or 1,
        observe_iterations=config.observe_max_iterations or 5,
        execute_iterations=config.execute_max_iterations or 10,
        max_turns=config.max_turns,
        max_idle_turns=config.max_idle_turns,
        format_retries=config.format_retries,
        protocol=config.message_protocol,
        time_mode=config.simulated_generation_time_mode,
        generation_seconds=config.generation_seconds,
        token_times={
            role: TokenTime(engine.generation_base, engine.generation_per_token)
            for role, engine in engines(config).items()
        },
        turn_seconds=config.turn_seconds,
        idle_step=config.poll_seconds,
        proposal_timeout=config.proposal_timeout,
        max_duration=config.max_scenario_duration,
        max_tokens=config.max_tokens_per_run,
    )


def with_hashes(config: C, prompts_dir: str | None = None) -> C:
    """`config` with the hashes of its prompts, the judge's too, of an assistant of one's own, and of augmentation data.

    `prompts_dir` is for a configuration that has none itself. Without agents there is only the hash of the data, and
    without noise that reads the data not even that. InputError for data that cannot be used.
    """
    data_hash = load_augmentation_data(environment()).digest if _reads_data(config) else None
    if config.oracle:
        return config.model_copy(update={"noise_hash": data_hash})
    prompts = _prompts(prompts_dir or getattr(config, "prompts_dir", None))
    hashes = {
        "prompts_hash": prompts.hash,
        "agent_hash": source_hash(config.agent_type),
        "noise_hash": data_hash,
    }
    if config.judge_engine_config is not None:
        hashes["judge_prompt_hash"] = prompts.judge_hash
    return config.model_copy(update=hashes)


def noise_settings(config: ScenarioRunnerConfig, scenario: PAREScenario | None = None) -> NoiseSettings:
    """The noise of the runs of `config`, with the augmentation data if any of it reads that.

    Given a `scenario`, the data is loaded for configs of its own as well. An oracle run has no tool noise. Raises
    InputError for data that cannot be used or lacks what is asked for, and ConfigError if it is not the data of
    `config.noise_hash`.
    """
    tools = None if config.oracle else config.tool_augmentation_config
    needed = _reads_data(config) or (scenario is not None and scenario_reads_data(config, scenario))
    data = load_augmentation_data(environment()) if needed else NO_DATA
    if _reads_data(config) and config.noise_hash not in (None, data.digest):
        message = "the augmentation data is not what this configuration was made with"
        raise ConfigError(message, hint="ENV_AUGMENTATION_DATA_PATH names the file to read")
    noise = NoiseSettings(tools, config.env_events_config, data)
    tool_texts(noise)  # what is missing is told before the first run
    if noise.events is not None:
        check_events(noise.events, data)
    return noise


def _reads_data(config: ScenarioRunnerConfig) -> bool:
    """Whether the noise of `config` draws from augmentation data."""
    return (not config.oracle and _rewrites(config.tool_augmentation_config)) or _happens(config.env_events_config)


def scenario_reads_data(config: ScenarioRunnerConfig, scenario: PAREScenario) -> bool:
    """Whether noise that `scenario` itself asks for draws from augmentation data, which `noise_hash` does not cover."""
    own_tools = config.tool_augmentation_config is None and not config.oracle
    return (own_tools and _rewrites(scenario.tool_augmentation_config)) or (
        config.env_events_config is None and _happens(scenario.env_events_config)
    )


def _rewrites(tools: object) -> bool:
    return isinstance(tools, ToolAugmentationConfig) and (
        tools.apply_tool_name_augmentation or tools.apply_tool_description_augmentation
    )


def _happens(events: object) -> bool:
    return isinstance(events, EnvEventsConfig) and events.num_env_events_per_minute > 0


def scoring_hash(config: MultiScenarioRunnerConfig, scenario: PAREScenario) -> str | None:
    """Hash of how a run of `scenario` is judged, with the judge if there is one; None for a scenario without hashes."""
    if not isinstance(scenario, YamlScenario) or config.judge_engine_config is None or config.oracle:
        found: str | None = getattr(scenario, "scoring_hash", None)
        return found
    return scenario.scoring_hash_with(config.judge_engine_config.label, config.judge_prompt_hash)


def _prompts(directory: str | None) -> PromptSet:
    return load_prompts(None if directory is None else Path(directory))


def _same_models(config: ScenarioRunnerConfig, replay: Path) -> None:
    """InputError if a role has another model than the job in `replay` had, as far as its manifest says."""
    recorded = recorded_config(replay)
    if recorded is not None:
        former = engines(recorded)
        pairs = {role: (former[role], engine) for role, engine in engines(config).items() if role in former}
        found = {role: model_difference(*pair) for role, pair in pairs.items()}
        differences = {role: text for role, text in found.items() if text is not None}
        if differences:
            raise other_models(replay, differences)


def recorded_attempts(directory: Path) -> dict[UnitKey, int]:
    """Unit → the attempt at it that counts, as the journal in a job's directory says."""
    lines = read_journal(directory).latest()
    return {unit: line["attempt"] for unit, line in lines.items() if line.get("attempt") is not None}


@dataclass(frozen=True, slots=True)
class AgentFactory:
    """Makes the agents of each unit of one experiment."""

    config: ScenarioRunnerConfig
    prompts: PromptSet
    settings: EpisodeSettings
    sampling: Mapping[Role, str]
    make_assistant: MakeAssistant
    recording: Recording | None = None
    attempts: Mapping[UnitKey, int] = field(default_factory=dict)
    _online: dict[Role, Policy] = field(default_factory=dict)

    @classmethod
    def of(
        cls, config: ScenarioRunnerConfig, *, prompts_dir: str | None = None, replay: str | None = None
    ) -> AgentFactory:
        """The factory of `config`; InputError for what cannot be found: prompts, assistant, policy, recording."""
        make = assistant(config.agent_type)
        if replay is None:
            for role, engine in engines(config).items():
                if engine.adapter == OFFLINE:
                    offline_policy(engine.model_name, role)
        made = cls(config, _prompts(prompts_dir), episode_settings(config), sampling(config), make)
        if replay is None:
            return made
        recording = Recording.load(Path(replay))
        _same_models(config, Path(replay))
        return replace(made, recording=recording, attempts=recorded_attempts(Path(replay)))

    def connect(self, make: MakePolicy) -> None:
        """Make the policies of the models that need a network; not needed for a replay."""
        for role, engine in online_engines(self.config).items():
            self._online[role] = make(engine)

    def agents(
        self,
        scenario: PAREScenario,
        run_number: int,
        store: CallSink | None = None,
        policies: Mapping[Role, Policy] | None = None,
        attempt: int = FIRST_ATTEMPT,
        earlier: UnitCalls | None = None,
        on_call: OnCall | None = None,
    ) -> Agents:
        """The agents of one run, with `policies` if they are made already.

        Their model calls go into `store` as those of this `attempt`, and `on_call` is told of them. Of the replies in
        `earlier` those of models are taken over instead of being asked for again.
        """
        unit = UnitKey(scenario.scenario_id, run_number)
        answering = policies or self.policies(unit)
        if store is not None and earlier is not None and self.recording is None:
            models = tuple(online_engines(self.config))
            takeover = Takeover(earlier, models, store, unit, attempt, rerecord=True)
            answering = dict(takeover.policies(answering, self.sampling, lambda role: on_call))
        elif store is not None:
            answering = {
                role: RecordingPolicy(policy, store, unit, self.sampling[role], attempt, on_call=on_call)
                for role, policy in answering.items()
            }
        settings = replace(self.settings, max_turns=turns_limit(self.config, scenario))
        return Agents(answering, self.prompts, settings, self.make_assistant)

    def policies(self, unit: UnitKey) -> dict[Role, Policy]:
        """What answers each role in a unit."""
        if self.recording is not None:
            replay = ReplayPolicy(self.recording, unit, self.sampling, self.attempts.get(unit, FIRST_ATTEMPT))
            return dict.fromkeys(engines(self.config), replay)
        return {
            role: offline_policy(engine.model_name, role) if engine.adapter == OFFLINE else self._online[role]
            for role, engine in engines(self.config).items()
        }
