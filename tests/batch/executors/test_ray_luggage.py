"""What travels to a node: files named by path, found again wherever the archive is opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.executors import ray_luggage
from pare_runner.batch.executors.ray_luggage import CODE, Luggage, packed, unpacked
from pare_runner.batch.work import JobSpec
from pare_runner.errors import ConfigError
from pare_runner.library.noise_data import VARIABLE as NOISE_DATA
from pare_runner.library.sources import VARIABLE as SCENARIOS_DIR


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a bit of everything."""
    folder = tmp_path / "here"
    texts = {
        "scenarios/first.py": "",
        "scenarios/_helper.py": "",
        "scenarios/.hidden": "",
        "scenarios/__pycache__/first.pyc": "",
        "single.yaml": "id: single",
        "beside.yaml": "id: beside",
        "prompts/user.j2": "Hello",
        "more/second.yaml": "id: second",
        "data.json": "{}",
        "recorded/calls.jsonl": "calls",
        "recorded/results.jsonl": "rows",
        "recorded/traces/hf/long.json": "trace",
        "travelling/__init__.py": "class Assistant: ...",
        "travelling/inner.py": "",
        "helper.py": "",
        "unrelated/notes.txt": "",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    return folder


def pack(environ: Mapping[str, str] | None = None, **fields: Any) -> Luggage:
    config = MultiScenarioRunnerConfig.model_validate({"oracle": True, **fields})
    return packed({0: JobSpec(0, config, "/nowhere")}, environ or {})


def open_at(luggage: Luggage, root: Path) -> MultiScenarioRunnerConfig:
    with zipfile.ZipFile(io.BytesIO(luggage.archive)) as archive:
        archive.extractall(root)
    return unpacked(luggage, root).jobs[0].config


def names(luggage: Luggage) -> set[str]:
    return set(zipfile.ZipFile(io.BytesIO(luggage.archive)).namelist())


def test_scenarios_by_path_are_found_again_and_ids_stay(here: Path, tmp_path: Path) -> None:
    chosen = ("scenarios", "./single.yaml", "some_id", "scenarios/first.py")
    luggage = pack(scenarios=chosen)
    folder, single, some_id, first = open_at(luggage, tmp_path / "there").scenarios
    assert sorted(path.name for path in Path(folder).iterdir()) == ["_helper.py", "first.py"]
    assert Path(folder).name == "scenarios"  # modules are called after it
    assert Path(single).read_text() == "id: single"
    assert not (Path(single).parent / "beside.yaml").exists()
    assert some_id == "some_id"
    assert Path(first) == Path(folder) / "first.py"
    assert str(here) not in repr(luggage.jobs)


def test_prompts_and_the_recording_of_a_replay(here: Path, tmp_path: Path) -> None:
    config = open_at(pack(prompts_dir="prompts", replay=str(here / "recorded")), tmp_path / "there")
    assert config.prompts_dir is not None
    assert config.replay is not None
    assert (Path(config.prompts_dir) / "user.j2").read_text() == "Hello"
    found = {path.name: path.read_text() for path in Path(config.replay).rglob("*") if path.is_file()}
    assert found == {"calls.jsonl": "calls", "results.jsonl": "rows"}


def test_what_variables_name(here: Path, tmp_path: Path) -> None:
    luggage = pack({SCENARIOS_DIR: "more, scenarios", NOISE_DATA: "data.json"})
    open_at(luggage, tmp_path / "there")
    environ = unpacked(luggage, tmp_path / "there").environ
    scenarios, data = environ[SCENARIOS_DIR], environ[NOISE_DATA]
    assert scenarios is not None
    assert data is not None
    assert [Path(part).name for part in scenarios.split(",")] == ["more", "scenarios"]
    assert (Path(scenarios.split(",")[0]) / "second.yaml").read_text() == "id: second"
    assert Path(data).read_text() == "{}"


def test_variables_that_are_not_set_are_not_set_there(here: Path) -> None:
    assert pack().environ == {SCENARIOS_DIR: None, NOISE_DATA: None}


def test_an_assistant_comes_with_its_package_and_what_is_beside_it(here: Path) -> None:
    inside = {f"{CODE}/helper.py", f"{CODE}/travelling/__init__.py", f"{CODE}/travelling/inner.py"}
    assert names(pack(agent_type="travelling:Assistant")) == inside


@pytest.mark.parametrize("kind", ["observe-execute", "pydantic:BaseModel", "json:JSONDecoder", "pare_runner.x:Y"])
def test_what_is_installed_does_not_travel(here: Path, kind: str) -> None:
    assert names(pack(agent_type=kind)) == set()


def test_too_much_is_refused_with_the_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_luggage, "MAX_BYTES", 4)
    with pytest.raises(ConfigError, match="prompts to the nodes"):
        pack(prompts_dir="prompts")
