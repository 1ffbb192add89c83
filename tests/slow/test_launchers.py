"""Hydra's other launchers run a sweep to the same bytes as ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.slow.commands import left, planned, run

pytestmark = pytest.mark.slow

GRID = ("suite=smoke", "model=scripted,passive", "cache=bypass", "-m")


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What our launcher leaves."""
    folder = tmp_path_factory.mktemp("pool")
    run(folder, *GRID, "output_dir=out")
    return folder / "out"


@pytest.mark.parametrize("launcher", ["basic", "joblib", "submitit_local"])
def test_another_launcher_leaves_the_same(pooled: Path, tmp_path: Path, launcher: str) -> None:
    run(tmp_path, *GRID, "output_dir=out", f"hydra/launcher={launcher}")

    assert planned(tmp_path / "out") == planned(pooled) == 6
    assert left(tmp_path / "out") == left(pooled)
    folders = [path.name for path in sorted((tmp_path / "out").iterdir()) if (path / ".hydra").is_dir()]
    assert folders == [path.name for path in sorted(pooled.iterdir()) if (path / ".hydra").is_dir()]
