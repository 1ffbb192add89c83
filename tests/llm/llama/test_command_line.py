"""`model=local model.base_url=...` on a real llama.cpp server: one sweep over both protocols, then its verification."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pare_runner.cli.app import main
from tests.llm.llama.conftest import SCENARIO
from tests.llm.llama.script import REASONING


@pytest.fixture(scope="module")
def sweep(llama_server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output directory of a sweep that ended with status 0."""
    folder = tmp_path_factory.mktemp("sweep")
    command = [
        *(sys.executable, "-m", "pare_runner", "-m", "model=local"),
        *(f"model.base_url={llama_server}", f"scenarios=[{SCENARIO}]", "message_protocol=native,react"),
        "output_dir=found",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "found"


def rows(sweep: Path) -> list[dict[str, Any]]:
    """The journal lines of all jobs, the one with native calls first."""
    found = sorted(sweep.glob("*/results.jsonl"))
    return [json.loads(line) for file in found for line in file.read_text(encoding="utf-8").splitlines()]


def test_both_protocols_complete_the_scenario(sweep: Path) -> None:
    found = rows(sweep)
    assert [row["status"] for row in found] == ["success", "success"]
    for row in found:
        assert (row["user_model"], row["observe_model"], row["execute_model"]) == ("local", "local", "local")
        assert (row["proposal_count"], row["acceptance_count"], row["unseen_events"]) == (1, 1, 0)
        assert (row["model_calls"], row["served_models"], row["model_errors"]) == (10, {"scripted": 10}, {})
        assert row["prompt_tokens"] > row["cached_tokens"] > 0
        assert row["completion_tokens"] > 100
        assert row["cost_usd"] is None


def test_the_recordings_hold_the_reasoning_and_are_verified_without_a_server(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded = [file.read_text(encoding="utf-8") for file in sorted(sweep.glob("*/calls.jsonl"))]
    assert [REASONING in text for text in recorded] == [True, True]
    for job in sorted(file.parent for file in sweep.glob("*/calls.jsonl")):
        assert main(["verify", str(job)]) == 0
        assert "10 model calls" in capsys.readouterr().out
