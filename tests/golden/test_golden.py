"""Golden traces: the bytes a few scenarios leave, kept in the repository, so that no change of behaviour goes unseen.

A change that is meant is accepted by running this file with PARE_ACCEPT_GOLDEN=1 and reading the difference in git.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import Agents, finish, run_episode
from pare_runner.episode.settings import EpisodeSettings
from pare_runner.library.prompts import load_prompts
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.hf import HfWriter
from pare_runner.traces.record import record_of

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "scenarios"
SCENARIOS = ("dinner_headcount_change", "cab_late_for_review", "camping_cart_code", "consent_form_left_behind")


AGENTS = Agents(
    {role: offline_policy("scripted", role) for role in ("user", "observe", "execute")},
    load_prompts(),
    EpisodeSettings(),
)


def oracle(name: str) -> Outcome:
    return run_oracle(scenario(name))


def scripted(name: str) -> Outcome:
    return finish(run_episode(scenario(name), AGENTS))


def scenario(name: str) -> PAREScenario:
    return compile_scenario((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8"), name)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize(("play", "folder"), [(oracle, HERE), (scripted, HERE / "agents")], ids=["oracle", "agents"])
def test_the_trace_is_the_one_in_the_repository(
    name: str, play: Callable[[str], Outcome], folder: Path, tmp_path: Path
) -> None:
    golden = folder / f"{name}.json"
    written = HfWriter().render(record_of(play(name), TraceContext(name, {})))[0].data

    if os.environ.get("PARE_ACCEPT_GOLDEN") == "1":
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(written)
    assert written == golden.read_bytes(), f"{name} behaves differently; see the docstring of this file"
