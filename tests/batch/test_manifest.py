"""The manifest of a job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from pare_runner.batch.identity import config_hash, experiment_key, identity
from pare_runner.batch.manifest import Manifest, describe
from pare_runner.batch.units import plan_units
from pare_runner.scenarios.compiler.compile import compile_scenario
from tests.batch.situations import FailingScenario, NotesScenario, oracle_config


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(path.read_bytes())
    return content


def test_what_it_says(tmp_path: Path) -> None:
    config = oracle_config(seed=7, suite={"runs": 2})
    scenario = NotesScenario(seed=3)
    scenario.world_hash = "w"  # type: ignore[attr-defined]
    units = plan_units(config, [scenario, FailingScenario()])

    content = describe(config, units, ["pare", "seed=7"])

    assert content["config_hash"] == config_hash(config)
    assert content["experiment_key"] == experiment_key(config)
    assert content["identity"] == identity(config)
    assert content["config"]["suite"]["runs"] == 2
    assert content["seeds"] == {"seed": 7}
    assert content["units"] == 4
    assert content["scenarios"] == {
        "notes": {"world_hash": "w", "scoring_hash": None, "seed": 3, "tags": ["writing"], "apps": None},
        "failing": {"world_hash": None, "scoring_hash": None, "seed": 0, "tags": ["writing"], "apps": None},
    }
    assert content["command_line"] == ["pare", "seed=7"]
    assert content["working_directory"] == str(Path.cwd())
    assert {"packages", "python", "machine"} <= set(content)
    assert "wall_clock" not in content


def test_tags_and_apps_of_a_scenario_from_a_file() -> None:
    path = Path(__file__).parents[2] / "scenarios" / "dinner_headcount_change.yaml"
    scenario = compile_scenario(path.read_text(), path.name)
    config = oracle_config()

    entry = describe(config, plan_units(config, [scenario]), [])["scenarios"]["dinner_headcount_change"]

    assert entry["tags"] == ["calendar", "messaging"]
    assert entry["apps"] == ["StatefulCalendarApp", "StatefulMessagingApp"]


def test_an_end_is_written_at_the_end(tmp_path: Path) -> None:
    config = oracle_config()
    manifest = Manifest.start(tmp_path, config, plan_units(config, [NotesScenario()]))
    started = read(manifest.path)["wall_clock"]
    manifest.finish(1.5)
    finished = read(manifest.path)["wall_clock"]

    assert started["finished"] is None
    assert finished["started"] == started["started"]
    assert finished["seconds"] == 1.5
    assert finished["finished"] >= finished["started"]
