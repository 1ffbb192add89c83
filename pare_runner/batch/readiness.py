"""Whether an experiment can start: agents that can be made, keys that are set, models that answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from pare_runner.batch.agents import AgentFactory, engines, noise_settings, online_engines
from pare_runner.batch.bench import asks_models
from pare_runner.batch.config import MultiScenarioRunnerConfig, ScenarioRunnerConfig
from pare_runner.batch.identity import config_hash
from pare_runner.batch.plan import find_plan
from pare_runner.errors import ConfigError
from pare_runner.library.assistants import assistant
from pare_runner.llm.adapters import Adapters
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.secrets import environment
from pare_runner.scenarios.scenario import PAREScenario


def check_agents(config: MultiScenarioRunnerConfig) -> None:
    """InputError if the agents of `config` cannot be made or a key they need is not set; nothing is sent.

    An oracle run needs none; a kind of assistant that does not exist is a mistake there as well.
    """
    if config.oracle:
        assistant(config.agent_type)
        return
    AgentFactory.of(config, prompts_dir=config.prompts_dir, replay=config.replay)
    if config.replay is None:
        _check_keys(config)
        _check_prices(config)


def check_noise(config: ScenarioRunnerConfig, scenarios: Iterable[PAREScenario]) -> None:
    """InputError for noise, configured or of the scenarios' own, that lacks data or does not fit them."""
    noise_settings(config)
    for scenario in scenarios:
        if scenario.tool_augmentation_config is not None or scenario.env_events_config is not None:
            noise_settings(config, scenario)


def probe_models(
    config: MultiScenarioRunnerConfig, answered: list[LLMEngineConfig], resumed: Path | None = None
) -> None:
    """Ask every model of `config` whether it is there; see `probe_new`. It is an error inside a running event loop.

    Models of a job that the directory `resumed` has begun were asked before it began.
    """
    models = list(online_engines(config).values()) if asks_models(config) else []
    passed = bool(models) and resumed is not None and _begun(config, resumed)

    async def ask() -> None:
        async with Endpoints(environment()) as endpoints:
            await probe_new(models, answered, Adapters(), endpoints, passed=passed)

    if models:
        asyncio.run(ask())


async def probe_new(
    models: Iterable[LLMEngineConfig],
    answered: list[LLMEngineConfig],
    adapters: Adapters,
    endpoints: Endpoints,
    *,
    passed: bool = False,
) -> None:
    """Ask those of `models` that are not `answered` yet, and add them; ConfigError for the first that is not there.

    `passed` as for `Adapters.probe`.
    """
    for engine in models:
        if engine not in answered:
            await adapters.probe(engine, endpoints, passed=passed)
            answered.append(engine)


def _begun(config: MultiScenarioRunnerConfig, directory: Path) -> bool:
    """Whether `directory` has a job of the same configuration; its plan is written after models have been asked."""
    plan = find_plan(directory)
    return plan is not None and any(job.config_hash == config_hash(config) for job in plan.jobs)


def _check_prices(config: MultiScenarioRunnerConfig) -> None:
    unknown = {role: engine.label for role, engine in online_engines(config).items() if engine.prices is None}
    if config.max_cost_usd is None or not unknown:
        return
    roles = ", ".join(f"{role}={label}" for role, label in unknown.items())
    models = engines(config)
    same = [role for role in unknown if models[role] == models["observe"]]
    nodes = ["model", *(role for role in unknown if role not in same)] if "execute" in same else list(unknown)
    parts = "{input: 1.0, output: 2.0, source: where, date: YYYY-MM-DD}"
    raise ConfigError(
        f"limits.max_cost_usd={config.max_cost_usd:g}: the price of a model is unknown, so its cost cannot be kept "
        f"below that ({roles})",
        hint="give US dollars per million tokens, zeros if it costs nothing: "
        + " ".join(f"'{node}.prices={parts}'" for node in nodes)
        + "; limits.max_tokens needs no prices",
    )


def _check_keys(config: ScenarioRunnerConfig) -> None:
    endpoints, adapters = Endpoints(environment()), Adapters()
    wrong: dict[str, list[str]] = {}
    for role, engine in online_engines(config).items():
        try:
            adapters.policy(engine, endpoints)
        except ConfigError as error:
            # Nobody types the user's model: say how another one is chosen.
            asked = "user (another one: model@user=...)" if role == "user" else role
            wrong.setdefault(str(error), []).append(asked)
    if wrong:
        raise ConfigError("\n".join(f"{', '.join(roles)}: {message}" for message, roles in wrong.items()))
