"""Sweeps that are killed again and again, and gone on with, end like one that nobody disturbed."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import Fault, FaultServer, Reply
from tests.slow.commands import journalled, left, lines_of, planned, run, run_until, run_until_reached

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
            lines = done + moments.randrange(1, 25)
            ended = run_until_reached(tmp_path, lambda lines=lines: journalled(out) >= lines, *words)
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


@pytest.mark.parametrize("executor", ["async", "process"])
def test_a_grid_killed_between_calls_asks_a_model_hardly_more_than_once(tmp_path: Path, executor: str) -> None:
    """Three settings of a model under four kinds of noise; each kill costs what is in flight, and no start anything."""
    picnics = write_picnics(tmp_path / "picnics", [f"cup{number}" for number in range(6)])
    moments, in_flight = random.Random(f"calls of {executor}"), 8

    def script(body: dict[str, Any], n: int) -> Fault:
        reply = playing()(body, n)
        assert isinstance(reply, Reply)
        return Fault(body=reply.body, stall=0.1)

    with FaultServer(script, models=("local",)).in_thread() as server:
        words = [
            *("sweep=noise_grid", "-m", "model=local", "model@user=same", "model.temperature=0,0.3,0.7"),
            *("suite=custom", "suite.runs=2", f"scenarios=[{picnics}]", f"executor={executor}", "cache=bypass"),
            *(f"model.base_url={server.base_url}", f"max_concurrent_scenarios={in_flight}"),
        ]
        run(tmp_path, *words, "output_dir=there")
        needed = len(server.bodies)
        for _ in range(KILLS):
            calls = len(server.bodies) + moments.randrange(in_flight, needed // KILLS)
            ended = run_until_reached(tmp_path, lambda calls=calls: len(server.bodies) >= calls, *words, "resume=out")
            assert not ended, "it ended before it was killed often enough"
        run(tmp_path, *words, "resume=out")
        served = len(server.bodies) - needed
    assert needed <= served <= needed + in_flight * KILLS
    there, out = (_without_wire(left(tmp_path / name)) for name in ("there", "out"))
    assert len(lines_of(tmp_path / "out")) == planned(tmp_path / "out") == 144
    assert set(lines_of(tmp_path / "out").values()) == {1}
    assert out == there


def _without_wire(found: dict[str, Any]) -> dict[str, Any]:
    """What does not tell how calls went on the wire."""
    return {name: what for name, what in found.items() if not name.endswith("calls.jsonl")}
