"""What a job shows: plain text in a pipe, one row a run, those that did not succeed first, and what to do next."""

from __future__ import annotations

import functools
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.invocation import run_job
from pare_runner.cli import run_tables
from pare_runner.cli.display import reason, show_results, sweep_cells
from pare_runner.cli.hydra_entry import main
from pare_runner.cli.next_steps import step_lines
from pare_runner.llm.config import LLMEngineConfig, Prices
from tests.batch.situations import NotesScenario, all_scenarios, oracle_config
from tests.cli.conftest import SHIPPED
from tests.cli.test_verify import Networked, behind_a_network, experiment

DINNER = str(SHIPPED / "dinner_headcount_change.yaml")
PRICES = Prices(input=1.0, output=2.0, source="here", date="2026-11-20")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], config: MultiScenarioRunnerConfig, **options: Any) -> list[str]:
    """The lines that are printed of a job below `out`."""
    report = run_job(config, Path("out"), command_line=(), **options)
    capsys.readouterr()
    show_results(report, Path("out"))
    return capsys.readouterr().out.splitlines()


def test_the_table_is_plain_and_puts_what_failed_first(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, oracle_config(), load=all_scenarios)

    assert lines[0].split() == ["scenario", "status", "proposals", "accepted", "why"]
    statuses = [line.split()[1] for line in lines[1:7]]
    assert statuses.index("success") == 5
    assert any("exception" in line and "Error: " in line for line in lines)
    assert "6 runs: 1 success, 2 failed, 2 exception, 1 no_validation" in lines
    assert "results, traces and logs: out" in lines
    assert not any("\x1b" in line or line != line.rstrip() for line in lines)


def test_what_agents_did_has_columns(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, experiment(scenarios=(DINNER,)))

    assert lines[0].split() == ["scenario", "status", "turns", "proposals", "accepted", "calls", "why"]
    assert lines[1].split() == ["dinner_headcount_change", "success", "3", "1", "1", "11"]


def test_on_a_narrow_terminal_reasons_stand_below_the_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_tables, "PIPE_WIDTH", 80)
    lines = shown(capsys, oracle_config(), load=all_scenarios)

    assert lines[0].split() == ["scenario", "status", "proposals", "accepted"]
    assert any(line.startswith("crashing: ") for line in lines)
    assert max(map(len, lines[: lines.index("runs that ended in an exception, by cause:")])) <= 80


def networked(prices: Prices | None) -> MultiScenarioRunnerConfig:
    model = LLMEngineConfig(model_name="m", alias="m-70b", endpoint="http://127.0.0.1:9/v1", prices=prices)
    engines = {"user_engine_config": model, "observe_engine_config": model, "execute_engine_config": model}
    return experiment(**engines, scenarios=(DINNER,))


def test_tokens_and_cost_are_shown_when_they_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    with behind_a_network(Networked()):
        lines = shown(capsys, networked(PRICES))

    assert lines[0].split()[-4:] == ["calls", "tokens", "cost", "why"]
    assert "1,128" in lines[1]
    assert "$0.0012" in lines[1]
    assert "cost: $0.0012" in lines


def test_a_cost_that_is_not_known_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with behind_a_network(Networked()):
        lines = shown(capsys, networked(None))

    assert "cost" not in lines[0].split()
    assert "cost unknown: no price for m-70b" in lines


def commands(lines: list[str]) -> list[str]:
    return [line.partition("  # ")[0].strip() for line in lines[lines.index("next:") + 1 :]]


def test_what_to_do_next_follows_from_what_happened(capsys: pytest.CaptureFixture[str]) -> None:
    passive = LLMEngineConfig(adapter="offline", model_name="passive")
    config = experiment(scenarios=(DINNER,), observe_engine_config=passive, execute_engine_config=passive)
    shows, logs, verifies = commands(shown(capsys, config))

    assert shlex.split(shows)[-1] == DINNER
    log = Path(shlex.split(logs)[1]).read_text()
    assert "user       sees: Messages: new message" in log
    assert "✗ proposed: 0 such proposals" in log
    assert verifies.endswith("pare verify out")


def test_after_an_exception_its_log_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    first, *others = commands(shown(capsys, oracle_config(), load=all_scenarios))

    assert "Traceback" in Path(shlex.split(first)[1]).read_text()
    assert any("scenarios show" in command for command in others)


def test_after_success_there_is_more_to_try(capsys: pytest.CaptureFixture[str]) -> None:
    found = commands(shown(capsys, oracle_config(), load=lambda config: [NotesScenario()]))

    assert [command.split("/")[-1] for command in found] == ["python -m pare_runner", "pare tour", "pare models list"]


def test_only_what_is_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, oracle_config(export=False, log_to_file=False), load=all_scenarios)

    assert "results: out" in lines
    assert not any(command.startswith("cat ") for command in commands(lines))


def test_checks_that_failed_are_counted_and_a_limit_stands_apart() -> None:
    checks = {"a": False, "b: c": False, "d": True}
    row = {"status": "failed", "termination_reason": "idle", "checks": checks, "rationale": "a: none; b: c: two"}
    assert reason(row) == "2 of 3 checks failed: a: none; b: c: two"
    row |= {"termination_reason": "limit:tokens", "rationale": f"the episode ended by limit:tokens; {row['rationale']}"}
    assert reason(row) == "ended by limit:tokens; 2 of 3 checks failed: a: none; b: c: two"
    row |= {"checks": {"d": True}, "rationale": "the episode ended by limit:context (user: too long; by far)"}
    assert reason(row) == "ended by limit:context (user: too long; by far)"


def test_side_effects_that_are_only_reported_are_named() -> None:
    row = {"status": "success", "termination_reason": "idle", "checks": {"a": True, "side_effects": False}}
    assert reason(row) == "side_effects (reported only)"
    row |= {"status": "failed", "checks": {"a": False, "side_effects": False}, "rationale": "a: none"}
    assert reason(row) == "1 of 1 checks failed: a: none; side_effects (reported only)"
    row |= {"rationale": "a: none; side_effects: Notes.delete_note (x)"}
    assert reason(row) == "2 of 2 checks failed: a: none; side_effects: Notes.delete_note (x)"
    row |= {"checks": {"a": True, "side_effects": False}, "rationale": None}
    assert reason(row) == "1 of 2 checks failed", "a scenario in Python need not say why"


def test_the_next_experiment_runs_the_same_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ["suite=smoke", "suite.limit=1", "scenarios=[dinner_headcount_change]"]
    assert main([*chosen, "oracle=true", "output_dir=job"]) == 0

    first = commands(capsys.readouterr().out.splitlines())[0]
    assert shlex.split(first) == ["python", "-m", "pare_runner", *chosen]


def test_a_scenario_of_ones_own_is_named_by_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text(Path(DINNER).read_text().replace("id: dinner_headcount_change", "id: mine", 1))
    assert main(["model=passive", "scenarios=[mine.yaml]", "output_dir=job"]) == 0

    assert commands(capsys.readouterr().out.splitlines())[0] == "pare scenarios show mine.yaml"


def test_comments_stand_in_a_column_or_above() -> None:
    assert step_lines([("a" * 70, "x"), ("b", "y")]) == [f"  {'a' * 70}  # x", f"  b{' ' * 69}  # y"]
    assert step_lines([("a" * 101, "x"), ("b", "y")]) == ["  # x", f"  {'a' * 101}", "  # y", "  b"]


def test_jobs_are_named_as_their_overrides_were_typed() -> None:
    summary = dict.fromkeys(
        ("success", "failed", "exception", "runs", "planned", "proposals", "acceptances", "mean_turns"), 0
    )
    jobs = [{"overrides": [r"model.base_url=http\://localhost\:8107/v1"], "summary": summary, "folder": "0"}]
    assert (
        sweep_cells([*jobs, {**jobs[0], "overrides": ["seed=1"]}])[0]["job"]
        == "model.base_url=http://localhost:8107/v1"
    )


def test_a_sweep_ends_with_one_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model=scripted,passive", f"scenarios=[{DINNER}]", "output_dir=sweep", "-m"]) == 0

    said = capsys.readouterr()
    assert "roles: user=scripted, observe=passive, execute=passive; protocol=standard v1, messages=native" in said.err
    lines = said.out.splitlines()
    rows = [" ".join(line.split()) for line in lines[lines.index("2 jobs, 2 of 2 runs") :]]
    assert rows[2:5] == [
        "job runs success proposals accepted turns",
        "model=scripted 1 100% (1 of 1) 1 100% (1 of 1) 3.0",
        "model=passive 1 0% (0 of 1) 0 - 1.0",
    ]
    assert "all results: sweep/results.parquet" in rows
    assert lines.count("next:") == 1


def test_a_job_of_ones_own_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    job = functools.partial(run_job, load=lambda config: [NotesScenario()])
    assert main(["seed=1,2", "oracle=true", "output_dir=sweep", "-m"], run_job=job) == 0
    assert capsys.readouterr().out == ""
