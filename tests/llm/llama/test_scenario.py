"""A whole scenario through the real loop and the real client, played by a model on a real llama.cpp server."""

from __future__ import annotations

import asyncio

import pytest

from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import Agents, run_episode
from pare_runner.episode.settings import EpisodeSettings
from pare_runner.library.prompts import load_prompts
from pare_runner.llm.config import LLMEngineConfig, Quirks
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.policy.request import Protocol, Role
from pare_runner.scenarios.compiler.compile import compile_scenario
from tests.llm.llama.conftest import SCENARIO
from tests.llm.llama.script import ACCEPT, DONE, EDIT, LOOK_UP, PROPOSAL, PROPOSE, READ, REASONING, WAIT

ROLES: tuple[Role, ...] = ("user", "observe", "execute")

STORY = [
    ("USER", WAIT),
    ("AGENT", WAIT),
    ("ENV", "Messages__create_and_add_message"),
    ("USER", WAIT),
    ("AGENT", READ),
    ("AGENT", PROPOSE),
    ("USER", ACCEPT),
]
THE_END = [("USER", WAIT), ("AGENT", WAIT)]


def run(url: str, protocol: Protocol) -> Outcome:
    """One run with the server's model in all roles."""
    scenario = compile_scenario(SCENARIO.read_text(encoding="utf-8"), SCENARIO.name)
    config = LLMEngineConfig(model_name="scripted", endpoint=url, temperature=0.0, quirks=Quirks(send_reasoning=True))

    async def play() -> Outcome:
        async with Endpoints({}) as endpoints:
            policy = endpoints.policy(config)
            agents = Agents(dict.fromkeys(ROLES, policy), load_prompts(), EpisodeSettings(protocol=protocol))
            return await run_episode(scenario, agents)

    return asyncio.run(play())


def story(outcome: Outcome) -> list[tuple[str, str | None]]:
    """Who called what."""
    return [(event.event_type.name, event.tool_name) for event in outcome.log]


@pytest.fixture(scope="module")
def native(llama_server: str) -> Outcome:
    """The run with native tool calls."""
    return run(llama_server, "native")


@pytest.fixture(scope="module")
def react(llama_server: str) -> Outcome:
    """The run with actions as text."""
    return run(llama_server, "react")


@pytest.fixture(params=["native", "react"])
def outcome(request: pytest.FixtureRequest) -> Outcome:
    """The run with each protocol."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Outcome)
    return found


def test_native(native: Outcome) -> None:
    # Two calls stand in one reply, and the text after them ends the phase without a call.
    assert story(native) == [*STORY, ("AGENT", LOOK_UP), ("AGENT", EDIT), *THE_END]
    assert [len(exchange.response.tool_calls) for exchange in native.exchanges if exchange.response] == [
        *[1] * 6,
        2,
        0,
        1,
        1,
    ]


def test_react(react: Outcome) -> None:
    assert story(react) == [*STORY, ("AGENT", EDIT), ("AGENT", PROPOSE), *THE_END]
    assert all(not exchange.response.tool_calls for exchange in react.exchanges if exchange.response)


def test_the_checks_pass(outcome: Outcome) -> None:
    result = outcome.result
    assert (result.exception, result.rationale) == (None, None)
    assert result.success is True
    assert (result.proposal_count, result.acceptance_count, result.termination_reason) == (1, 1, "idle")
    assert not any(event.failed() for event in outcome.log)


def test_tokens_are_counted_by_role(outcome: Outcome) -> None:
    metrics = outcome.metrics
    assert metrics.calls == {"user": 4, "observe": 4, "execute": 2}
    assert metrics.served == {"scripted": 10}
    assert metrics.errors == {}
    for role in ROLES:
        usage = metrics.usage[role]
        assert usage.prompt_tokens > 1000
        assert usage.completion_tokens > 20
    # An observing assistant sends what it sent before; the server need not read that again.
    assert metrics.usage["observe"].cached_tokens > 1000
    assert all(latency > 0 for latency in metrics.latencies)


def test_reasoning_is_kept_and_sent_back(native: Outcome) -> None:
    observing = [exchange for exchange in native.exchanges if exchange.request.role == "observe"]
    thoughts = [exchange.response.reasoning for exchange in observing if exchange.response]
    assert [None if thought is None else thought.strip() for thought in thoughts] == [None, REASONING, None, None]
    sent = [message.reasoning for message in observing[-1].request.messages if message.tool_calls]
    assert sent == thoughts[:-1]


def test_texts_that_are_no_calls(native: Outcome) -> None:
    assert native.exchanges[7].response is not None
    assert native.exchanges[7].response.content == DONE
    assert native.exchanges[6].request.messages[-1].content.count(PROPOSAL) == 1


def test_a_context_that_is_too_short_is_a_failure_of_the_model(short_llama_server: str) -> None:
    outcome = run(short_llama_server, "native")
    assert outcome.result.success is False
    assert outcome.result.exception is None
    assert outcome.result.termination_reason == "limit:context"
    assert outcome.metrics.errors == {"context_overflow": 1}
