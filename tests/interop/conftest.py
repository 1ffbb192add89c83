"""Traces of all shipped scenarios, and what the stock importer says about them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.hf import HfWriter
from pare_runner.traces.record import record_of
from tests.batch.situations import all_scenarios
from tests.slow.commands import run

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-interop/bin/python"
SCRIPT = Path(__file__).with_name("stock_importer.py")

AGENTS = {
    f"{model}, {protocol}": (f"model={model}", f"message_protocol={protocol}")
    for model in ("scripted", "random", "passive", "eager")
    for protocol in ("native", "react")
} | {"scripted, noise": ("model=scripted", "noise=[mixed,renamed,redescribed]")}
"""Agent experiments: name → overrides."""

Said = dict[str, Any]
Ask = Callable[[list[Path]], list[Said]]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Has Meta-ARE's importer read files; one answer a file."""
    assert PYTHON.exists(), f"there is no {PYTHON.relative_to(ROOT)}: `make test-interop` makes it"

    def answers(files: list[Path]) -> list[Said]:
        command = [str(PYTHON), str(SCRIPT), *map(str, files)]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stderr
        said: list[Said] = json.loads(finished.stdout)
        return said

    return answers


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Path]]:
    """Runs an experiment over all shipped scenarios; its traces."""

    def traces(*words: str) -> list[Path]:
        folder = tmp_path_factory.mktemp("experiment")
        run(folder, "output_dir=out", "cache=bypass", "suite=full", *words)
        files = sorted((folder / "out/traces/hf").glob("*.json"))
        assert len(files) == len(list((ROOT / "scenarios").glob("*.yaml")))
        return files

    return traces


@pytest.fixture(scope="session")
def oracle(written: Callable[..., list[Path]], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Oracle traces: of the shipped scenarios, and of Python ones with every sort of event and of ending."""
    files = written("oracle=true")
    folder = tmp_path_factory.mktemp("situations")
    for scenario in all_scenarios():
        (file,) = HfWriter().render(record_of(run_oracle(scenario), TraceContext(scenario.scenario_id)))
        (folder / file.name).write_bytes(file.data)
    return [*files, *sorted(folder.glob("*.json"))]


@pytest.fixture(scope="session")
def agents(written: Callable[..., list[Path]]) -> list[Path]:
    """Agent traces in the default dialect."""
    return [path for words in AGENTS.values() for path in written(*words)]


@pytest.fixture(scope="session")
def agents_for_meta_are(written: Callable[..., list[Path]]) -> list[Path]:
    """Agent traces in the dialect meant for Meta-ARE."""
    return [path for words in AGENTS.values() for path in written(*words, "export.dialect=meta_are")]


def read(path: Path | str) -> dict[str, Any]:
    """A trace as it stands in its file."""
    document: dict[str, Any] = orjson.loads(Path(path).read_bytes())
    return document


def entries(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of a trace's world log."""
    return [orjson.loads(text) for text in document["world_logs"]]
