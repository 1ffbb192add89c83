"""Sweeps that are killed again and again, and gone on with, end like one that nobody disturbed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.slow.commands import left, lines_of, planned, run, run_until

pytestmark = pytest.mark.slow

KILLS = 20


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    run(folder, "sweep=noise_grid", "output_dir=out")
    return folder / "out"


@pytest.mark.parametrize("executor", ["async", "process"])
def test_a_grid_killed_at_random_instants(undisturbed: Path, tmp_path: Path, executor: str) -> None:
    """The first instants lie before there is a plan; all others anywhere, those near the end of a start included."""
    moments = random.Random(f"kills of {executor}")
    words = ("sweep=noise_grid", f"executor={executor}", "cache=bypass", "resume=out")
    out = tmp_path / "out"
    kills = before_plan = 0
    while kills < KILLS:
        # Spread over the work that is left, so that all kills find something to disturb.
        done = sum(lines_of(out).values()) if out.exists() else 0
        seconds = moments.uniform(0.3, 1.5) if not kills % 4 else moments.uniform(1.0, 3.5)
        ended = run_until(tmp_path, seconds, *words)
        before_plan += not (out / "plan.json").exists()
        assert done <= sum(lines_of(out).values()), "a finished unit is not lost"
        if ended:
            break
        kills += 1
    run(tmp_path, *words)

    assert before_plan, "no kill came before the plan"
    counts = lines_of(out)
    assert len(counts) == planned(out) == planned(undisturbed)
    assert set(counts.values()) == {1}, "no unit twice"
    assert left(out) == left(undisturbed)
