"""`TwoAgentScenarioRunner`: offline and against a server, with traces, from Python and inside an event loop."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pare_runner import LLMEngineConfig, PAREScenario, ScenarioRunnerConfig, TwoAgentScenarioRunner
from pare_runner.batch.agents import with_hashes
from pare_runner.batch.config import MultiScenarioRunnerConfig, SuiteConfig
from pare_runner.batch.identity import config_hash
from pare_runner.batch.invocation import run_job
from pare_runner.errors import ConfigError, InputError
from pare_runner.library.catalog import load_suite
from pare_runner.library.prompts import shipped_texts
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.llm.recording.replay import ReplayMismatch
from pare_runner.policy.policy import Policy
from tests.llm.fault_server import FaultServer, Reply, error

ID = "dinner_headcount_change"


def offline(name: str) -> LLMEngineConfig:
    return LLMEngineConfig(model_name=name, adapter="offline")


def settings(assistant: str = "scripted", user: str = "scripted", **fields: Any) -> dict[str, Any]:
    return {
        "user_engine_config": offline(user),
        "observe_engine_config": offline(assistant),
        "execute_engine_config": offline(assistant),
        "observe_max_iterations": 5,
        "execute_max_iterations": 10,
        "simulated_generation_time_mode": "fixed",
    } | fields


def config(assistant: str = "scripted", user: str = "scripted", **fields: Any) -> ScenarioRunnerConfig:
    return ScenarioRunnerConfig(**settings(assistant, user, **fields))


@pytest.fixture(scope="module")
def scenario() -> PAREScenario:
    (found,) = load_suite(SuiteConfig(), (ID,))
    return found


def test_the_loop_runs_offline(scenario: PAREScenario) -> None:
    runner = TwoAgentScenarioRunner()
    result = runner.run(config(), scenario)
    assert (result.status, result.termination_reason) == ("success", "idle")
    assert result.acceptance_count == 1
    assert result.duration is not None
    assert result.duration > 0
    assert result.export_path is None
    assert runner.run(config("passive"), scenario).status == "failed"


def test_the_oracle_is_played(scenario: PAREScenario) -> None:
    assert TwoAgentScenarioRunner().run(ScenarioRunnerConfig(oracle=True), scenario).status == "success"


def test_inside_an_event_loop_it_is_awaited(scenario: PAREScenario) -> None:
    async def work() -> str:
        runner = TwoAgentScenarioRunner()
        with pytest.raises(RuntimeError, match=r"use `await runner\.arun\(\.\.\.\)`"):
            runner.run(config(), scenario)
        results = await asyncio.gather(*(runner.arun(config(), scenario, run_number=n) for n in (1, 2, 3)))
        return " ".join(result.status for result in results)

    assert asyncio.run(work()) == "success success success"


@pytest.mark.parametrize("oracle", [False, True])
def test_a_trace_is_written_where_it_should_be(scenario: PAREScenario, tmp_path: Path, oracle: bool) -> None:
    chosen = config(export=True, output_dir=str(tmp_path), oracle=oracle)
    result = TwoAgentScenarioRunner().run(chosen, scenario, run_number=2)
    (path,) = tmp_path.rglob("*.json")
    assert result.export_path == str(path)
    assert path.parent == tmp_path
    assert path.name.startswith(f"{ID}_run_2_")
    trace = json.loads(path.read_text())
    assert ("user:screen" in trace["metadata"]["simulation"]["agent_id"]) is not oracle


def test_without_an_output_directory_a_trace_goes_to_the_temporary_one(
    scenario: PAREScenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    result = TwoAgentScenarioRunner().run(config(export=True), scenario)
    assert result.export_path is not None
    assert Path(result.export_path).parent == tmp_path
    assert json.loads(Path(result.export_path).read_text())["version"]


def test_the_trace_is_that_of_a_job(scenario: PAREScenario, tmp_path: Path) -> None:
    """The same scenario and configuration in a job: the same name and the same bytes."""
    job = MultiScenarioRunnerConfig(**settings(export=True, scenarios=(ID,)))
    result = TwoAgentScenarioRunner().run(job.model_copy(update={"output_dir": str(tmp_path / "one")}), scenario)
    hashed = with_hashes(job)
    run_job(hashed, tmp_path / "job")
    (theirs,) = (tmp_path / "job" / "traces" / "hf").iterdir()
    assert result.export_path is not None
    assert Path(result.export_path).name == theirs.name == f"{ID}_{config_hash(hashed)[:8]}.json"
    assert Path(result.export_path).read_bytes() == theirs.read_bytes()


def test_a_recording_is_replayed(scenario: PAREScenario, tmp_path: Path) -> None:
    job = MultiScenarioRunnerConfig(**settings(scenarios=(ID,)))
    run_job(job, tmp_path / "job")
    runner, replay = TwoAgentScenarioRunner(), str(tmp_path / "job")
    assert runner.run(config(), scenario, replay=replay).status == "success"
    # Nothing is asked of models, so none is probed.
    assert runner.run(job.model_copy(update={"replay": replay}), scenario).status == "success"
    own = tmp_path / "prompts"
    own.mkdir()
    (own / "observe.jinja").write_text(shipped_texts()["observe"] + "Be brief.\n")
    changed = runner.run(config(), scenario, replay=replay, prompts_dir=str(own))
    assert isinstance(changed.exception, ReplayMismatch)
    assert "Be brief." in str(changed.exception)


@pytest.mark.parametrize(
    ("fields", "arguments", "says"),
    [
        ({"agent_type": "observe-excute"}, {}, "did you mean 'observe-execute'"),
        ({"observe_engine_config": offline("scriptd")}, {}, "did you mean 'scripted'"),
        ({"judge_only": True}, {}, "pare rescore DIR"),
        ({"export": True, "trace_dump_format": "xml"}, {}, "no trace format 'xml' can be written"),
        ({}, {"run_number": 0}, "run numbers start at 1"),
        ({}, {"replay": "nowhere"}, "nowhere holds no recorded model calls"),
        ({}, {"prompts_dir": "nowhere"}, "there is no such folder of prompts"),
        ({"observe_engine_config": LLMEngineConfig(model_name="gpt-5")}, {}, "endpoint"),
    ],
)
def test_what_cannot_run_is_told_at_once(
    scenario: PAREScenario, fields: dict[str, Any], arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError) as caught:
        TwoAgentScenarioRunner().run(config(**fields), scenario, **arguments)
    assert says in str(caught.value)


def test_an_output_directory_that_is_a_file_is_told(scenario: PAREScenario, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        TwoAgentScenarioRunner().run(config(export=True, output_dir=str(tmp_path / "file")), scenario)


def waiting(body: dict[str, Any], number: int) -> Reply:
    """A model that only waits, or, where it cannot, says that it is done."""
    tools = [tool["function"]["name"] for tool in body.get("tools", ())]
    wait = next((name for name in tools if name.endswith("__wait")), None)
    return Reply("Done.") if wait is None else Reply(None, tool_calls=[(wait, {})])


def against(server: FaultServer, work: Callable[[ScenarioRunnerConfig], Any]) -> Any:
    """What `work` gives with a configuration whose assistant is a model on `server`."""
    with server.in_thread():
        engine = LLMEngineConfig(model_name="served-model", endpoint=server.base_url, max_retries=0)
        return work(config(observe_engine_config=engine, execute_engine_config=engine))


def test_a_model_is_probed_once_and_asked(scenario: PAREScenario) -> None:
    server, runner = FaultServer(waiting), TwoAgentScenarioRunner()
    first, second = against(server, lambda chosen: [runner.run(chosen, scenario) for _ in range(2)])
    assert (first.status, second.status) == ("failed", "failed")
    assert first.termination_reason == "idle"
    assert sum(path.endswith("/models") for path in server.paths) == 1
    assert sum(path.endswith("/chat/completions") for path in server.paths) >= 4


def test_a_model_that_refuses_is_told_before_anything_runs(scenario: PAREScenario) -> None:
    server = FaultServer(lambda body, number: error(401, "no key, no answer"), key="a key of ours")

    def work(chosen: ScenarioRunnerConfig) -> str:
        with pytest.raises(ConfigError) as caught:
            TwoAgentScenarioRunner().run(chosen, scenario)
        return str(caught.value)

    assert "a key is needed" in against(server, work)


def test_an_adapter_of_ones_own_is_used(scenario: PAREScenario) -> None:
    class Own:
        """Serves the scripted assistant as if it were a model somewhere."""

        probes = 0

        def policy(self, config: LLMEngineConfig, endpoints: Endpoints) -> Policy:
            return offline_policy("scripted", "observe")

        async def probe(self, config: LLMEngineConfig, endpoints: Endpoints) -> str:
            self.probes += 1
            return "ok"

    own, runner = Own(), TwoAgentScenarioRunner()
    runner.adapters.register("own", own)
    engine = LLMEngineConfig(model_name="mine", adapter="own")
    chosen = config(observe_engine_config=engine, execute_engine_config=engine)
    assert [runner.run(chosen, scenario).status for _ in range(2)] == ["success", "success"]
    assert own.probes == 1
