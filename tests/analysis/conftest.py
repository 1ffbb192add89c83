"""Results to analyse: a sweep of two models and a job alone, really run, once for all tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from pare_runner.cli.hydra_entry import main as run_experiment

SCENARIOS = "scenarios=[cab_late_for_review,dinner_headcount_change]"


@pytest.fixture(scope="session")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `sweep` (scripted and passive, two scenarios, two runs each) and `alone` (eager, one run each)."""
    top = tmp_path_factory.mktemp("outputs")
    shared = [SCENARIOS, "experiment_name=trial", "cache=bypass"]  # the cache of the session is nobody's
    sweep = ["model=scripted,passive", "noise=mixed", "suite.runs=2", f"output_dir={top / 'sweep'}", "-m"]
    assert run_experiment([*shared, *sweep]) == 0
    assert run_experiment([*shared, "model=eager", f"output_dir={top / 'alone'}"]) == 0
    return top


@pytest.fixture
def own(outputs: Path, tmp_path: Path) -> Path:
    """A copy of `outputs` to change."""
    return Path(shutil.copytree(outputs, tmp_path / "own"))


@pytest.fixture
def alone(own: Path) -> Path:
    """The job alone, to change."""
    return own / "alone"


def edit(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    """Change a JSON file in place."""
    content = orjson.loads(path.read_bytes())
    change(content)
    path.write_bytes(orjson.dumps(content))


def unfinish(job: Path) -> list[bytes]:
    """Make a job look as if it were running: no frame, no summary, no end; the lines of its journal."""
    for name in ("results.parquet", "summary.json"):
        (job / name).unlink()
    edit(job / "manifest.json", lambda content: content["wall_clock"].update(finished=None))  # type: ignore[attr-defined]
    return (job / "results.jsonl").read_bytes().splitlines(keepends=True)
