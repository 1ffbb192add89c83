"""`MultiScenarioRunner`: what it takes, what it refuses before anything is written, and how it runs in a notebook."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pare_runner import MultiScenarioRunner, MultiScenarioRunnerConfig, PAREScenario, TwoAgentScenarioRunner
from pare_runner.batch.job import Job
from pare_runner.batch.journal import read_journal
from pare_runner.batch.observer import Observer, Source
from pare_runner.errors import ConfigError
from tests.batch.situations import EverySortScenario, NotesScenario


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def oracle(**fields: Any) -> MultiScenarioRunnerConfig:
    """An experiment that needs no model, and takes nothing from the cache."""
    return MultiScenarioRunnerConfig(**{"oracle": True, "output_dir": "results", "enable_caching": False} | fields)


class Named(NotesScenario):
    """A scenario whose class needs an argument."""

    scenario_id = "named"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


@pytest.mark.parametrize(
    ("fields", "scenarios", "says"),
    [
        (
            {"judge_only": True},
            [NotesScenario()],
            "nothing is run to judge what was run (`pare rescore DIR` does that)",
        ),
        ({"only": "failed"}, [NotesScenario()], "only=failed makes runs again, so it needs resume=DIR"),
        (
            {"resume": "e3", "output_dir": "e4"},
            [NotesScenario()],
            "resume=e3 goes on in that directory, so output_dir=e4",
        ),
        ({}, ["notes"], "scenarios[0] is the text 'notes', not a scenario (ids and paths go into the configuration"),
        ({}, "notes", "scenarios must be a list of scenarios, not the text 'notes' (ids and paths go into"),
        ({}, NotesScenario(), "scenarios must be a list of scenarios, not of type NotesScenario"),
        ({}, [NotesScenario(), 7], "scenarios[1] is of type int, not a scenario"),
        ({}, [Path], "scenarios[0] is the class Path, not a scenario"),
        ({}, [Named], "scenarios[0] is the class Named: "),
        ({}, iter(()), "there is no scenario to run"),
    ],
)
def test_what_cannot_be_run_is_told_before_anything_is_written(
    fields: dict[str, Any], scenarios: Any, says: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        MultiScenarioRunner().run(oracle(**fields), scenarios)
    assert says in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_scenarios_may_come_from_a_generator_and_be_classes() -> None:
    given = (made for made in (NotesScenario, EverySortScenario()))
    result = MultiScenarioRunner().run(oracle(), given)
    assert {key[0] for key in result.scenario_results} == {"notes", "every_sort"}
    assert result.exception_count == 0


def test_one_scenario_may_be_a_class_as_well() -> None:
    runner: Any = TwoAgentScenarioRunner()
    assert runner.run(oracle(), NotesScenario).status == "success"
    with pytest.raises(ConfigError, match="scenario is the text 'notes'"):
        runner.run(oracle(), "notes")


def test_paths_may_be_objects(tmp_path: Path) -> None:
    fields: dict[str, Any] = {name: Path("a") for name in ("output_dir", "logs_dir", "prompts_dir", "replay", "resume")}
    config = MultiScenarioRunnerConfig(**fields, scenarios=[Path("b.yaml"), "c"])
    assert {getattr(config, name) for name in fields} == {"a"}
    assert config.scenarios == ("b.yaml", "c")
    assert MultiScenarioRunner().run(oracle(output_dir=tmp_path / "x"), [NotesScenario()]).successful_count == 1
    assert (tmp_path / "x" / "results.jsonl").exists()


@pytest.mark.parametrize("executor", ["async", "thread", "sequential"])
@pytest.mark.filterwarnings("error")
def test_inside_an_event_loop_it_runs_and_can_be_awaited(executor: str, tmp_path: Path) -> None:
    async def work() -> list[int]:
        runner = MultiScenarioRunner()
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0)
                ticks += 1

        run = runner.run(oracle(executor_type=executor), [NotesScenario()])
        ticking = asyncio.create_task(tick())
        awaited = await runner.arun(oracle(executor_type=executor, output_dir="awaited"), [NotesScenario()])
        ticking.cancel()
        assert ticks > 1, "the loop went on meanwhile"
        return [run.successful_count, awaited.successful_count]

    assert asyncio.run(work()) == [1, 1]
    assert len(read_journal(tmp_path / "results").lines) == len(read_journal(tmp_path / "awaited").lines) == 1


@dataclass
class Held(Observer):
    """Lets a test know that the first run is over, and the experiment go on when the test says so."""

    loop: asyncio.AbstractEventLoop
    over: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def finished(self, job: Job, row: Mapping[str, Any], source: Source) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        assert self.go_on.wait(60)


def test_cancelled_it_starts_no_further_run_and_can_be_gone_on_with(tmp_path: Path) -> None:
    scenarios: list[PAREScenario] = [NotesScenario(), EverySortScenario()]
    config = oracle(executor_type="sequential", suite={"runs": 50})

    async def work() -> None:
        held = Held(asyncio.get_running_loop())
        running = asyncio.create_task(MultiScenarioRunner(held).arun(config, scenarios))
        await held.over.wait()
        running.cancel()
        await asyncio.sleep(0)
        held.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(work())
    assert len(read_journal(tmp_path / "results").lines) == 1
    resumed = MultiScenarioRunner().run(config.model_copy(update={"resume": "results"}), scenarios)
    assert len(resumed.scenario_results) == 100
