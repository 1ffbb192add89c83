"""The texts of the scenarios that ran: once for a sweep, whole, and found from the folder of each job."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pare_runner.atomic import read_json
from pare_runner.batch.invocation import run_job
from pare_runner.batch.scenario_texts import FOLDER, ScenarioTexts, text_of
from pare_runner.batch.units import plan_units
from pare_runner.cli.hydra_entry import main
from pare_runner.library.files import scenario_files
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.scenario import PAREScenario
from tests.batch.situations import NotesScenario, all_scenarios, oracle_config
from tests.cli.sweeps import CHOSEN, SCENARIOS, SHIPPED, disturbed

GRID = ("model=passive,scripted", CHOSEN, "cache=bypass", "export=none", "-m")


def files(job: Path) -> dict[str, Path]:
    scenarios = read_json(job / "manifest.json")["scenarios"]
    return {name: job / entry["file"] for name, entry in scenarios.items()}


def jobs(sweep: Path) -> list[Path]:
    return sorted(path.parent for path in sweep.rglob("manifest.json"))


def test_a_sweep_keeps_each_text_once_for_all_jobs(tmp_path: Path) -> None:
    assert main([*GRID, f"output_dir={tmp_path / 'out'}"]) == 0

    kept = sorted((tmp_path / "out" / FOLDER).iterdir())
    assert len(kept) == len(SCENARIOS)
    assert len(jobs(tmp_path / "out")) == 2
    for job in jobs(tmp_path / "out"):
        assert not (job / FOLDER).exists()
        for name, path in files(job).items():
            assert path.read_bytes() == (SHIPPED / f"{name}.yaml").read_bytes()
    assert [path for path in scenario_files(tmp_path) if FOLDER in path.parts] == [], (
        "copies are not found as scenarios"
    )
    moved = Path(shutil.copytree(tmp_path / "out", tmp_path / "elsewhere/out"))
    assert all(path.exists() for job in jobs(moved) for path in files(job).values())


def test_a_job_by_itself_keeps_python_too(tmp_path: Path) -> None:
    run_job(oracle_config(), tmp_path / "job", load=all_scenarios, command_line=())

    found = files(tmp_path / "job")
    source = Path(str(NotesScenario.__module__).replace(".", "/")).with_suffix(".py")
    assert found["notes"].read_bytes() == (Path(__file__).parents[2] / source).read_bytes()
    assert found["notes"].suffix == ".py"
    assert len(set(found.values())) == 1, "one module, one file"


def test_a_scenario_without_a_file_says_none(tmp_path: Path) -> None:
    made = type("Made", (NotesScenario,), {"__module__": "nowhere"})()
    assert text_of(made) is None
    texts = ScenarioTexts.of(tmp_path, [made])
    texts.keep()
    assert texts.seen_from(tmp_path)(made) is None
    assert list(tmp_path.iterdir()) == []


def test_an_extended_sweep_keeps_the_new_text_and_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = (SHIPPED / "dinner_headcount_change.yaml").read_text()
    path.write_text(text)
    words = [f"scenarios=[{path}]", "model=scripted", "cache=bypass", "export=none"]
    assert main([*words, f"output_dir={tmp_path / 'job'}"]) == 0
    path.write_text(f"# a word more\n{text}")
    assert main([*words, "suite.runs=2", f"resume={tmp_path / 'job'}"]) == 0

    (file,) = files(tmp_path / "job").values()
    assert file.read_text().startswith("# a word more")
    assert {item.read_text() for item in (tmp_path / "job" / FOLDER).iterdir()} == {text, path.read_text()}


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_kill_between_two_texts_leaves_whole_ones_and_a_start_completes_them(after: int, tmp_path: Path) -> None:
    """It dies before the first, second and third name is there; the bytes of all are, beside them."""
    moment = ("pare_runner.atomic", "os", "replace", False)
    how = "os.kill(os.getpid(), signal.SIGKILL)"
    found = disturbed(moment, after, *GRID, "output_dir=out", cwd=tmp_path, how=how)
    assert found.returncode == -9
    there = [path for path in (tmp_path / "out" / FOLDER).iterdir() if path.name[0] != "."]
    assert len(there) == after - 1
    shipped = {(SHIPPED / f"{name}.yaml").read_bytes() for name in SCENARIOS}
    assert {path.read_bytes() for path in there} <= shipped
    assert not list((tmp_path / "out").rglob("manifest.json")), "no manifest names a text that is not there"

    assert main([*GRID, f"resume={tmp_path / 'out'}"]) == 0

    kept = sorted((tmp_path / "out" / FOLDER).iterdir())
    assert {path.read_bytes() for path in kept} == shipped
    assert len(kept) == len(SCENARIOS), "nothing is left of what was begun"


def test_what_is_there_is_not_written_again(tmp_path: Path) -> None:
    scenario = compile_scenario((SHIPPED / "dinner_headcount_change.yaml").read_text(), "x.yaml")
    every: list[PAREScenario] = [unit.scenario for unit in plan_units(oracle_config(suite={"runs": 3}), [scenario])]
    ScenarioTexts.of(tmp_path, every).keep()
    (path,) = (tmp_path / FOLDER).iterdir()
    before = path.stat().st_mtime_ns, path.stat().st_ino
    ScenarioTexts.of(tmp_path, every).keep()
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
    path.write_bytes(b"cut")
    ScenarioTexts.of(tmp_path, every).keep()
    assert path.read_text() == scenario.source
    assert ScenarioTexts.of(tmp_path, every).seen_from(tmp_path / "a/b")(scenario) == f"../../{FOLDER}/{path.name}"
