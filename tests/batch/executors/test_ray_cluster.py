"""The executor `ray` where there is no Ray, and what it lends to a node."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import pare_runner
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.executors import ray_cluster, ray_host
from pare_runner.batch.executors.ray_cluster import lent
from pare_runner.batch.executors.registry import make_executor
from pare_runner.batch.work import JobSpec
from pare_runner.errors import ConfigError
from pare_runner.llm.config import LLMEngineConfig


def test_without_ray_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_cluster, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="executor=ray needs the package ray") as raised:
        make_executor("ray")
    assert raised.value.problems[0].hint == 'pip install "pare-runner[ray]"'


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="ray is installed")
def test_nothing_is_pretended() -> None:
    with pytest.raises(ConfigError):
        make_executor("ray")


def test_ray_is_imported_only_where_it_is_used() -> None:
    code = "import sys; from pare_runner.batch.executors import registry; assert not {'ray', 'grpc'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_only_the_variables_that_models_need_are_lent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("TENANT=t\nOTHER=o\n")
    monkeypatch.setenv("MY_KEY", "k")
    engine = LLMEngineConfig(
        model_name="m", endpoint="http://x/v1", api_key_env="MY_KEY", extra_headers={"X-Tenant": "${TENANT} $ABSENT"}
    )
    fields: dict[str, Any] = dict.fromkeys(("user_engine_config", "observe_engine_config"), engine)
    fields["execute_engine_config"] = LLMEngineConfig(model_name="scripted", provider="offline", adapter="offline")
    config = MultiScenarioRunnerConfig.model_validate(fields)
    assert lent({0: JobSpec(0, config, "/nowhere")}) == {"MY_KEY": "k", "TENANT": "t"}


def test_the_package_as_it_is_installed_elsewhere(tmp_path: Path) -> None:
    files = ray_host.package_files(str(Path(pare_runner.__file__).parent))
    assert {"pare_runner/__init__.py", "pare_runner/batch/executors/ray_worker.py"} <= set(files)
    assert any(name.startswith("pare_runner/shipped_scenarios/") for name in files)
    assert not [name for name in files if "__pycache__" in name]
    assert ray_host.installed_digest() == ray_host.digest(files)
    (tmp_path / "changed.py").write_text("")
    assert ray_host.digest({**files, "pare_runner/__init__.py": str(tmp_path / "changed.py")}) != ray_host.digest(files)
