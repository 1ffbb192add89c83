"""What a job shows: plain text in a pipe, one row a run, those that did not succeed first."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from pare_runner.cli.display import progress, show_results
from pare_runner.scenarios.result import PAREScenarioValidationResult as Result


def test_the_table_is_plain_and_puts_what_failed_first(capsys: pytest.CaptureFixture[str]) -> None:
    results = {
        ("calm", 1): Result(success=True),
        ("broken", 1): Result(success=None, exception=ValueError("no apps [today]")),
        ("wrong", 1): Result(success=False, rationale="called notes.create_note: 0 such calls"),
    }
    summary = {"runs": 3, "success": 1, "failed": 1, "exception": 1, "no_validation": 0}

    show_results(SimpleNamespace(summary=summary, results=SimpleNamespace(scenario_results=results)), Path("outputs/x"))

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["scenario", "run", "status", "why"]
    assert [line.split()[0] for line in lines[1:4]] == ["broken", "wrong", "calm"]
    assert "no apps [today]" in lines[1]
    assert lines[-2:] == [
        "3 runs: 1 success, 1 failed, 1 exception",
        "results, traces and logs: outputs/x",
    ]
    assert not any("\x1b" in line for line in lines)


def test_there_is_no_bar_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(3) as on_result:
        assert on_result is None
    assert capsys.readouterr().err == ""
