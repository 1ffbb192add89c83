"""How much a run would ask of its models, found by playing it with `scripted` in their place: nothing is asked.

The requests are the real ones, with their prompts, tools and growing conversations. Only what the models would say is
not known, so it is `scripted` that acts, and a reply is taken to have `REPLY_TOKENS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pare_runner.batch.agents import AgentFactory, engines
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import config_hash
from pare_runner.batch.metrics import run_cost
from pare_runner.episode.run import finish, run_episode
from pare_runner.llm.config import OFFLINE, LLMEngineConfig
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.policy.policy import Policy, Session, View
from pare_runner.policy.request import Request, Response, Role, Usage
from pare_runner.scenarios.scenario import PAREScenario

CHARACTERS = 4
"""Characters of a prompt that make a token, roughly, in every tokenizer in use."""
REPLY_TOKENS = 300
"""Tokens taken for a reply, its reasoning included."""
SCRIPTED = LLMEngineConfig(model_name="scripted", provider="offline", adapter=OFFLINE)
VERDICT = Response('{"holds": true, "why": "Assumed."}')


@dataclass(frozen=True, slots=True)
class Asked:
    """What the models of one run are asked, by role: the number of calls and their tokens."""

    calls: Mapping[Role, int]
    usage: Mapping[Role, Usage]

    def cost(self, config: MultiScenarioRunnerConfig) -> float | None:
        """US dollars, none of the prompt read from a cache; None where a price is unknown."""
        return run_cost(self.usage, engines(config))


@dataclass(slots=True)
class PromptSizes:
    """Measures runs; jobs that differ only in their models ask the same, and are played once."""

    _known: dict[tuple[str, int], Asked | None] = field(default_factory=dict)
    _factories: dict[str, AgentFactory] = field(default_factory=dict)
    _scenarios: list[PAREScenario] = field(default_factory=list)

    def of(self, config: MultiScenarioRunnerConfig, scenario: PAREScenario) -> Asked | None:
        """What a run of `scenario` asks; None if it cannot be played like this (an assistant that waits, say).

        InputError for agents that cannot be made.
        """
        stand_in = _without_models(config)
        name = config_hash(stand_in)
        key = (name, id(scenario))
        if key not in self._known:
            if name not in self._factories:
                self._factories[name] = AgentFactory.of(stand_in, prompts_dir=config.prompts_dir)
            self._scenarios.append(scenario)  # kept alive, so that its id stays its own
            self._known[key] = _played(config, self._factories[name], scenario)
        return self._known[key]


def _without_models(config: MultiScenarioRunnerConfig) -> MultiScenarioRunnerConfig:
    """`config` with `scripted` in place of every model, and no name of one."""
    models = {
        f"{role}_engine_config": SCRIPTED
        for role, engine in engines(config).items()
        if engine.adapter != OFFLINE and role != "judge"
    }
    names = dict.fromkeys(("user_model_alias", "observe_model_alias", "execute_model_alias"))
    changes = {**models, **names, "simulated_generation_time_mode": "fixed", "judge_engine_config": None}
    return config.model_copy(update={**changes, "max_tokens_per_run": None})


def _played(config: MultiScenarioRunnerConfig, factory: AgentFactory, scenario: PAREScenario) -> Asked | None:
    counts: dict[Role, _Count] = {}
    policies: dict[Role, Policy] = {}
    for role, engine in engines(config).items():
        if engine.adapter == OFFLINE:
            policies[role] = offline_policy(engine.model_name, role)
        else:
            counts[role] = _Count()
            policies[role] = _Counted(None if role == "judge" else offline_policy("scripted", role), counts[role])
    agents = factory.agents(scenario, 1, None, policies)
    try:
        outcome = finish(run_episode(scenario, agents, seed=config.seed))
    except RuntimeError:  # an assistant of somebody's own may wait for something
        return None
    if outcome.result.exception is not None:
        return None
    usage = {role: Usage(count.characters // CHARACTERS, count.calls * REPLY_TOKENS) for role, count in counts.items()}
    return Asked({role: count.calls for role, count in counts.items()}, usage)


@dataclass(slots=True)
class _Count:
    calls: int = 0
    characters: int = 0

    def add(self, request: Request) -> None:
        self.calls += 1
        # Messages and tools keep their texts, so that each is made once however long the conversation.
        self.characters += sum(len(message.json) for message in request.messages) + len(request.tools.json)


@dataclass(frozen=True, slots=True)
class _Counted:
    """`policy`, every request of which is counted; without one it holds every rubric, as a judge."""

    policy: Policy | None
    count: _Count

    def start(self, role: Role, view: View) -> Session:
        return _CountedSession(None if self.policy is None else self.policy.start(role, view), self.count)


@dataclass(frozen=True, slots=True)
class _CountedSession:
    session: Session | None
    count: _Count

    async def complete(self, request: Request) -> Response:
        self.count.add(request)
        return VERDICT if self.session is None else await self.session.complete(request)

    def next_due(self) -> float | None:
        return None if self.session is None else self.session.next_due()
