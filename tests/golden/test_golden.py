"""Golden traces: the bytes a few scenarios leave, kept in the repository, so that no change of behaviour goes unseen.

A change that is meant is accepted by running this file with PARE_ACCEPT_GOLDEN=1 and reading the difference in git.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.hf import HfWriter

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "scenarios"
SCENARIOS = ("dinner_headcount_change", "cab_late_for_review", "camping_cart_code", "consent_form_left_behind")


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_trace_is_the_one_in_the_repository(name: str, tmp_path: Path) -> None:
    golden = HERE / f"{name}.json"
    outcome = run_oracle(compile_scenario((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8"), name))
    written = HfWriter().write(outcome, TraceContext(name, {}), tmp_path).read_bytes()

    if os.environ.get("PARE_ACCEPT_GOLDEN") == "1":
        golden.write_bytes(written)
    assert written == golden.read_bytes(), f"{name} behaves differently; see the docstring of this file"
