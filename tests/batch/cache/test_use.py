"""The same question is not paid for twice, and another question is not answered with an old answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.cache.entry import decoded, encoded
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.invocation import run_job
from pare_runner.batch.journal import read_journal
from pare_runner.errors import ConfigError
from tests.batch.cache.jobs import contents, edit, rows, run, run_sweep, statuses, verified
from tests.batch.situations import all_scenarios, oracle_config
from tests.faults.jobs import job_config
from tests.faults.picnic import observing, playing, write_picnics
from tests.llm.fault_server import FaultServer, Reply, server_error

WORDS = ("salad", "bread", "juice")
COST = {"input": 1.0, "output": 2.0, "source": "a test", "date": "2025-01-01"}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(playing()).in_thread() as running:
        yield running


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    return write_picnics(tmp_path / "scenarios", WORDS)


@pytest.fixture
def config(server: FaultServer, scenarios: Path) -> MultiScenarioRunnerConfig:
    return job_config(server, scenarios, cache="use")


def served(server: FaultServer) -> int:
    """Calls answered since this was asked last."""
    count = len(server.bodies)
    server.bodies.clear()
    return count


def entries(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.entry"))


def test_the_same_command_again_makes_no_call_and_leaves_the_same(
    tmp_path: Path, config: MultiScenarioRunnerConfig, server: FaultServer
) -> None:
    assert run(config, tmp_path / "first") == dict.fromkeys(WORDS, "run")
    assert served(server) > 0
    assert run(config, tmp_path / "again") == dict.fromkeys(WORDS, "cache")

    assert served(server) == 0
    assert contents(tmp_path / "again") == contents(tmp_path / "first")
    assert rows(tmp_path / "again") == rows(tmp_path / "first")
    lines = [
        {row["run_id"]: row["run_duration"] for row in read_journal(tmp_path / name).lines}
        for name in ("first", "again")
    ]
    assert lines[0] == lines[1]
    assert verified(tmp_path / "again") == len(WORDS)


def test_a_grown_sweep_runs_only_what_is_new_in_place_and_as_a_new_command(
    tmp_path: Path, config: MultiScenarioRunnerConfig, server: FaultServer
) -> None:
    seeds = [config.model_copy(update={"seed": seed}) for seed in range(3)]
    engine = config.user_engine_config.model_copy(update={"temperature": 0.5})
    warmer = config.model_copy(update={"seed": 7, "observe_engine_config": engine, "execute_engine_config": engine})
    run_sweep(seeds[:2], tmp_path / "sweep")
    each = served(server) // 2
    run_sweep(seeds, tmp_path / "sweep", resume=True)
    assert served(server) == each
    run_sweep([*seeds, warmer], tmp_path / "new")

    assert served(server) == each
    for seed in range(3):
        there, here = (tmp_path / name / f"seed={seed}" for name in ("sweep", "new"))
        assert contents(there) == contents(here)


def test_editing_a_check_asks_nobody_and_changes_the_verdicts_of_its_scenario_only(
    tmp_path: Path, config: MultiScenarioRunnerConfig, server: FaultServer, scenarios: Path
) -> None:
    run(config, tmp_path / "first")
    served(server)
    edit(scenarios, "bread", "contains: bread", "contains: cake")
    assert run(config, tmp_path / "edited") == dict.fromkeys(WORDS, "cache")

    assert served(server) == 0
    assert statuses(tmp_path / "first") == dict.fromkeys(WORDS, "success")
    assert statuses(tmp_path / "edited") == dict.fromkeys(WORDS, "success") | {"bread": "failed"}
    assert verified(tmp_path / "edited") == len(WORDS)
    durations = [
        sorted(row["run_duration"] for row in read_journal(tmp_path / name).lines) for name in ("first", "edited")
    ]
    assert durations[0] == durations[1]

    bypassed = config.model_copy(update={"cache": "bypass"})
    run(bypassed, tmp_path / "fresh")
    assert contents(tmp_path / "edited").keys() == contents(tmp_path / "fresh").keys()
    assert rows(tmp_path / "edited") == rows(tmp_path / "fresh")


def test_editing_a_word_of_an_event_runs_exactly_its_scenario(
    tmp_path: Path, config: MultiScenarioRunnerConfig, server: FaultServer, scenarios: Path
) -> None:
    run(config, tmp_path / "first")
    calls = served(server)
    edit(scenarios, "bread", "content: Please bring", "content: Do bring")

    assert run(config, tmp_path / "edited") == dict.fromkeys(WORDS, "cache") | {"bread": "run"}
    assert served(server) == calls // len(WORDS)


def test_refresh_makes_all_anew_and_bypass_neither_reads_nor_writes(
    tmp_path: Path, config: MultiScenarioRunnerConfig, server: FaultServer, fresh_cache: Path
) -> None:
    for number, changes in enumerate(({"cache": "bypass"}, {"enable_caching": False})):
        assert run(config.model_copy(update=changes), tmp_path / str(number)) == dict.fromkeys(WORDS, "run")
        assert entries(fresh_cache) == []
    run(config, tmp_path / "first")
    before = {path: path.stat().st_mtime_ns for path in entries(fresh_cache)}
    assert len(before) == len(WORDS)

    assert run(config.model_copy(update={"cache": "refresh"}), tmp_path / "refresh") == dict.fromkeys(WORDS, "run")
    assert all(path.stat().st_mtime_ns > before[path] for path in entries(fresh_cache))
    assert entries(fresh_cache) == list(before)


def test_jobs_of_one_invocation_use_the_cache_alike(tmp_path: Path, config: MultiScenarioRunnerConfig) -> None:
    other = config.model_copy(update={"seed": 1, "cache": "bypass"})
    with pytest.raises(ConfigError, match="cache must be the same"):
        run_sweep([config, other], tmp_path / "sweep")


def test_exceptions_are_not_kept(tmp_path: Path, scenarios: Path, fresh_cache: Path) -> None:
    broken = {"bread": observing(server_error())}
    with FaultServer(playing(broken)).in_thread() as server:
        config = job_config(server, scenarios, cache="use", engine={"max_retries": 1})
        run(config, tmp_path / "first")
        assert statuses(tmp_path / "first") == dict.fromkeys(WORDS, "success") | {"bread": "exception"}
        assert len(entries(fresh_cache)) == len(WORDS) - 1
        assert run(config, tmp_path / "again") == dict.fromkeys(WORDS, "cache") | {"bread": "run"}


def test_an_exception_that_is_tried_again_may_come_from_the_cache(
    tmp_path: Path, scenarios: Path, server: FaultServer, fresh_cache: Path
) -> None:
    with FaultServer(playing({"bread": observing(server_error())})).in_thread() as bad:
        broken = job_config(bad, scenarios, cache="use", engine={"max_retries": 1})
        run(broken, tmp_path / "job")
    sound = job_config(server, scenarios, cache="use")
    run(sound, tmp_path / "elsewhere")
    served(server)

    assert run(sound, tmp_path / "job", resume=True) == {"bread": "cache"}
    assert served(server) == 0
    assert verified(tmp_path / "job") == len(WORDS)


@pytest.mark.parametrize(
    "changes",
    [
        {"export": False},
        {"log_to_file": False},
        {"log_level": "DEBUG"},
        {"suite": {"source": "listed", "runs": 2}},
        {"export_dialect": "meta_are"},
        {"export_redact": ("emails",)},
        {"trace_dump_format": "lite"},
    ],
    ids=["trace", "log", "level", "run id", "dialect", "redaction", "format"],
)
def test_what_an_entry_lacks_is_made_from_its_calls(
    tmp_path: Path, config: MultiScenarioRunnerConfig, server: FaultServer, changes: dict[str, Any]
) -> None:
    values = config.model_dump() | changes
    run(MultiScenarioRunnerConfig.model_validate(values), tmp_path / "other")
    served(server)

    assert run(config, tmp_path / "wanted") == dict.fromkeys(WORDS, "cache")
    assert served(server) == 0
    run(config.model_copy(update={"cache": "bypass"}), tmp_path / "fresh")
    assert contents(tmp_path / "wanted") == {
        name: data for name, data in contents(tmp_path / "fresh").items() if name != "calls.jsonl"
    } | {"calls.jsonl": contents(tmp_path / "wanted")["calls.jsonl"]}
    assert rows(tmp_path / "wanted") == rows(tmp_path / "fresh")
    assert verified(tmp_path / "wanted") == len(WORDS)


def test_other_prices_are_other_costs_of_the_same_runs(tmp_path: Path, server: FaultServer, scenarios: Path) -> None:
    run(job_config(server, scenarios, cache="use"), tmp_path / "unpriced")
    served(server)
    run(job_config(server, scenarios, cache="use", engine={"prices": COST}), tmp_path / "priced")

    assert served(server) == 0
    assert all(row["cost_usd"] is None for row in rows(tmp_path / "unpriced"))
    assert all(row["cost_usd"] > 0 for row in rows(tmp_path / "priced"))


def test_oracle_runs_are_kept_and_scenarios_without_a_hash_are_not(
    tmp_path: Path, scenarios: Path, fresh_cache: Path
) -> None:
    config = oracle_config(scenarios=(str(scenarios),), suite={"source": "listed"})
    run(config, tmp_path / "first")
    assert run(config, tmp_path / "again") == dict.fromkeys(WORDS, "cache")
    assert contents(tmp_path / "again") == contents(tmp_path / "first")

    kept = entries(fresh_cache)
    run_job(oracle_config(), tmp_path / "python", load=all_scenarios, command_line=())
    assert entries(fresh_cache) == kept


def test_entries_of_before_a_column_say_it_all_the_same(tmp_path: Path, scenarios: Path, fresh_cache: Path) -> None:
    config = oracle_config(scenarios=(str(scenarios),), suite={"source": "listed"})
    run(config, tmp_path / "first")
    for path in entries(fresh_cache):
        entry = decoded(path.read_bytes())
        del entry.row["scoring"]
        path.write_bytes(encoded(entry))
    assert run(config, tmp_path / "again") == dict.fromkeys(WORDS, "cache")
    assert [row["scoring"] for row in rows(tmp_path / "again")] == ["authored"] * len(WORDS)


def test_a_replay_is_no_run(tmp_path: Path, config: MultiScenarioRunnerConfig, fresh_cache: Path) -> None:
    run(config.model_copy(update={"cache": "bypass"}), tmp_path / "first")
    replay = config.model_copy(update={"replay": str(tmp_path / "first")})
    assert run(replay, tmp_path / "replay") == dict.fromkeys(WORDS, "run")
    assert entries(fresh_cache) == []


def test_a_damaged_entry_is_set_aside_told_and_run(
    tmp_path: Path, config: MultiScenarioRunnerConfig, fresh_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(config, tmp_path / "first")
    cut, changed, sound = entries(fresh_cache)
    cut.write_bytes(cut.read_bytes()[:-7])
    changed.write_bytes(changed.read_bytes().replace(b"behaviour", b"behaviors"))
    with caplog.at_level(logging.WARNING):
        sources = run(config, tmp_path / "again")

    assert sorted(sources.values()) == ["cache", "run", "run"]
    told = [record.getMessage() for record in caplog.records if "damaged" in record.getMessage()]
    assert len(told) == 2
    assert {path.name for path in (fresh_cache / "pare_runner/format-1/corrupt").iterdir()} == {cut.name, changed.name}
    assert sound.exists()
    assert run(config, tmp_path / "third") == dict.fromkeys(WORDS, "cache")


def test_a_cache_that_cannot_be_written_stops_nothing(
    tmp_path: Path, config: MultiScenarioRunnerConfig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PARE_CACHE_DIR", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        assert run(config, tmp_path / "job") == dict.fromkeys(WORDS, "run")
    assert sum("cannot be used" in record.getMessage() for record in caplog.records) == 1


def test_files_of_pare_are_left_alone(tmp_path: Path, config: MultiScenarioRunnerConfig, fresh_cache: Path) -> None:
    theirs = {f"picnic_{word}_{number}.json": b'{"success": false}' for word in WORDS for number in range(2)}
    for name, data in theirs.items():
        (fresh_cache / name).write_bytes(data)
    run(config, tmp_path / "first")

    assert {path.name: path.read_bytes() for path in fresh_cache.iterdir() if path.is_file()} == theirs
    assert [path.name for path in fresh_cache.iterdir() if path.is_dir()] == ["pare_runner"]


def test_calls_that_do_not_fit_any_more_are_made_again(
    tmp_path: Path, config: MultiScenarioRunnerConfig, fresh_cache: Path, server: FaultServer
) -> None:

    run(config, tmp_path / "first")
    served(server)
    first, second, _ = (decoded(path.read_bytes()) for path in entries(fresh_cache))
    head = replace(first.head, rendering="other")
    entries(fresh_cache)[0].write_bytes(encoded(replace(first, head=head, calls=second.calls)))

    sources = run(config, tmp_path / "again")
    assert sorted(sources.values()) == ["cache", "cache", "run"]
    assert served(server) > 0
    assert contents(tmp_path / "again")["calls.jsonl"].count(b'"kind":"call"') > 0
    assert verified(tmp_path / "again") == len(WORDS)


@pytest.mark.parametrize("executor", ["sequential", "thread", "process"])
def test_every_executor_keeps_runs_and_makes_them_again(
    tmp_path: Path, server: FaultServer, scenarios: Path, executor: str
) -> None:
    config = job_config(server, scenarios, cache="use", executor_type=executor)
    run(config, tmp_path / "first")
    served(server)
    edit(scenarios, "bread", "contains: bread", "contains: cake")
    assert run(config, tmp_path / "again") == dict.fromkeys(WORDS, "cache")
    assert served(server) == 0
    assert statuses(tmp_path / "again")["bread"] == "failed"


def test_a_judge_is_asked_only_what_it_has_not_said(tmp_path: Path) -> None:
    judged = (
        "checks:\n  - judge: The reply to Priya is polite.\n  - called: messages.send_message\nside_effects: forbid\n"
    )
    scenarios = write_picnics(tmp_path / "scenarios", ("salad",), {"salad": judged})
    asked = 0

    def script(body: dict[str, Any], n: int) -> Any:
        nonlocal asked
        if not body.get("tools"):
            asked += 1
            return Reply('{"holds": true, "why": "It is."}')
        return playing()(body, n)

    with FaultServer(script).in_thread() as server:
        engine = {"model_name": "m", "endpoint": server.base_url}
        config = job_config(server, scenarios, cache="use", judge_engine_config=engine)
        run(config, tmp_path / "first")
        assert asked == 1
        edit(scenarios, "salad", "side_effects: forbid", "side_effects: report")
        assert run(config, tmp_path / "other check") == {"salad": "cache"}
        assert asked == 1
        served(server)
        edit(scenarios, "salad", "is polite", "is short")
        assert run(config, tmp_path / "other rubric") == {"salad": "cache"}

        assert (asked, served(server)) == (2, 1)
        assert verified(tmp_path / "other rubric") == 1
