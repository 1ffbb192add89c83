"""The shipped scenarios, played by the offline policies: `scripted` passes them, the others mark the limits."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from pare_runner.llm.offline.registry import offline_policy
from pare_runner.policy.policy import Policy
from pare_runner.policy.request import Role
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.yaml_scenario import YamlScenario
from tests.llm.offline.conftest import Forgetful, calls, play

FILES = sorted((Path(__file__).resolve().parents[3] / "scenarios").glob("*.yaml"))
SEEDS = 20


@cache
def shipped(file: Path) -> YamlScenario:
    return compile_scenario(file.read_text(encoding="utf-8"), file.name)


@pytest.mark.parametrize("protocol", ["native", "react"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_scripted_passes(file: Path, protocol: str) -> None:
    outcome = play(shipped(file), protocol=protocol)
    assert outcome.result.exception is None
    assert outcome.result.success is True, outcome.result.rationale
    assert outcome.failed_events == []
    assert not any(call.problem for call in outcome.exchanges)


def test_a_continued_run_goes_on_as_it_would_have() -> None:
    """After a crash new sessions take over in the middle of a run; here after every single reply."""
    for file in FILES[::3]:
        policies: dict[Role, Policy] = {
            role: Forgetful(offline_policy("scripted", role)) for role in ("user", "observe", "execute")
        }
        outcome = play(shipped(file), replaced=policies)
        assert calls(outcome, waits=True) == calls(play(shipped(file)), waits=True)


@pytest.mark.parametrize("user", ["scripted", "always_accept"])
def test_passive_passes_only_where_silence_is_right(user: str) -> None:
    scenarios = [shipped(file) for file in FILES]
    passed = {made.scenario_id for made in scenarios if play(made, "passive", user).result.success}
    assert passed == {made.scenario_id for made in scenarios if made.file.silence}


def test_eager_passes_hardly_any() -> None:
    passed = [file.stem for file in FILES if play(shipped(file), "eager", "always_accept").result.success]
    assert len(passed) <= len(FILES) / 10


def test_random_never_ends_in_an_exception() -> None:
    for seed in range(SEEDS):
        file = FILES[seed % len(FILES)]
        assert play(shipped(file), "random", seed=seed).result.exception is None, (seed, file.stem)


@pytest.mark.slow
def test_random_never_ends_in_an_exception_for_any_seed() -> None:
    for seed in range(SEEDS):
        for file in FILES:
            for user in ("scripted", "always_accept"):
                outcome = play(shipped(file), "random", user, seed=seed)
                assert outcome.result.exception is None, (seed, file.stem, user)
                assert not any(call.problem for call in outcome.exchanges), (seed, file.stem, user)
