"""Sweeps that are killed again and again, and gone on with, end like one that nobody disturbed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.slow.commands import left, lines_of, planned, run, run_until, run_until_lines

pytestmark = pytest.mark.slow

KILLS = 20


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    run(folder, "sweep=noise_grid", "output_dir=out")
    return folder / "out"


@pytest.mark.parametrize("executor", ["async", "process"])
def test_a_grid_killed_at_random_instants(undisturbed: Path, tmp_path: Path, executor: str) -> None:
    """Every fourth kill comes while it starts, before there is a plan or after it; the others while units finish."""
    moments = random.Random(f"kills of {executor}")
    words = ("sweep=noise_grid", f"executor={executor}", "cache=bypass", "resume=out")
    out = tmp_path / "out"
    before_plan = 0
    for kill in range(KILLS):
        done = sum(lines_of(out).values()) if out.exists() else 0
        if kill % 4:
            ended = run_until_lines(tmp_path, out, done + moments.randrange(1, 25), *words)
        else:
            ended = run_until(tmp_path, moments.uniform(0.3, 1.5), *words)
        assert not ended, "it ended before it was killed often enough"
        assert done <= (sum(lines_of(out).values()) if out.exists() else 0), "a finished unit is not lost"
        before_plan += not (out / "plan.json").exists()
    run(tmp_path, *words)

    assert before_plan, "no kill came before the plan"
    counts = lines_of(out)
    assert len(counts) == planned(out) == planned(undisturbed)
    assert set(counts.values()) == {1}, "no unit twice"
    assert left(out) == left(undisturbed)
