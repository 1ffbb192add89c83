"""A replay with other models than the recorded ones is refused before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.agents import AgentFactory
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.invocation import run_job
from pare_runner.errors import InputError
from pare_runner.llm.config import LLMEngineConfig
from tests.cli.conftest import SHIPPED


def offline(name: str, **settings: Any) -> LLMEngineConfig:
    return LLMEngineConfig(adapter="offline", model_name=name, **settings)


def experiment(**changes: Any) -> MultiScenarioRunnerConfig:
    roles = ("user_engine_config", "observe_engine_config", "execute_engine_config")
    scenarios = (str(SHIPPED / "quiet_friday_afternoon.yaml"),)
    return MultiScenarioRunnerConfig(**(dict.fromkeys(roles, offline("scripted")) | {"scenarios": scenarios} | changes))


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("recorded") / "job"
    run_job(experiment(), directory, command_line=())
    return directory


def test_the_same_models(job: Path) -> None:
    assert AgentFactory.of(experiment(), replay=str(job)).recording is not None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"observe_engine_config": offline("eager")}, "other models: observe: recorded scripted, now eager ("),
        (
            {"user_engine_config": offline("rules"), "execute_engine_config": offline("passive")},
            "other models: user: recorded scripted, now rules; execute: recorded scripted, now passive (",
        ),
        (
            {"user_engine_config": offline("scripted", temperature=0.5)},
            "temperature of scripted: recorded null, now 0.5",
        ),
    ],
)
def test_other_models(job: Path, tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    config = experiment(**changes, replay=str(job))
    with pytest.raises(InputError) as caught:
        run_job(config, tmp_path / "replay", command_line=())
    assert says in str(caught.value)
    assert not (tmp_path / "replay").exists()


@pytest.mark.parametrize("content", [None, "{}", "[]"])
def test_without_a_manifest_the_requests_decide(job: Path, tmp_path: Path, content: str | None) -> None:
    (tmp_path / "calls.jsonl").write_bytes((job / "calls.jsonl").read_bytes())
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    changed = experiment(observe_engine_config=offline("eager"))
    assert AgentFactory.of(changed, replay=str(tmp_path)).recording is not None
