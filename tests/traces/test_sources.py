"""Which runs somebody means."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pare_runner.errors import InputError, Problem
from pare_runner.traces.sources import RunSource, find_runs, only, pick_run
from tests.traces.worlds import World


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """Two jobs: one run each of two scenarios, and three of one of them."""
    for job, names in {
        "one": ["tidy_0a1b2c3d", "run_away_0a1b2c3d"],
        "two": ["tidy_run_1_ffffffff", "tidy_run_2_ffffffff", "tidy_run_10_ffffffff"],
    }.items():
        folder = tmp_path / "sweep" / job / "traces" / "hf"
        folder.mkdir(parents=True)
        for name in names:
            (folder / f"{name}.json").write_text(json.dumps(World(run_number=None).data()))
    (tmp_path / "sweep" / "plan.json").write_text("{}")
    return tmp_path / "sweep"


def names(runs: list[RunSource]) -> list[str]:
    return [run.run_id for run in runs]


def test_runs_of_a_sweep(sweep: Path) -> None:
    runs = find_runs([sweep])
    assert names(runs) == [
        "run_away_0a1b2c3d", "tidy_0a1b2c3d", "tidy_run_10_ffffffff", "tidy_run_1_ffffffff", "tidy_run_2_ffffffff",
    ]  # fmt: skip
    assert [run.run_number for run in runs] == [1, 1, 10, 1, 2]
    assert {run.scenario_id for run in runs} == {"tidy", "run_away"}
    assert {run.job for run in runs} == {sweep / "one", sweep / "two"}
    assert all(run.size == run.path.stat().st_size for run in runs)
    assert runs[0].load().scenario_id == "tidy"


def test_a_run_that_is_named_twice_is_there_once(sweep: Path) -> None:
    file = sweep / "one/traces/hf/tidy_0a1b2c3d.json"
    assert len(find_runs([sweep / "one", sweep, file])) == 5


def test_what_is_not_there(sweep: Path) -> None:
    with pytest.raises(InputError, match=r"there is no .*swep \(did you mean 'sweep'"):
        find_runs([sweep.with_name("swep")])
    (sweep.parent / "empty").mkdir()
    with pytest.raises(InputError, match="empty has no hf traces"):
        find_runs([sweep, sweep.parent / "empty"])


def test_picking_one(sweep: Path) -> None:
    runs = find_runs([sweep])
    assert pick_run(runs, "run_away").run_id == "run_away_0a1b2c3d"
    assert pick_run(runs, "tidy_0a1b2c3d").run_id == "tidy_0a1b2c3d"
    assert pick_run(runs, "tidy", 10).run_id == "tidy_run_10_ffffffff"
    with pytest.raises(InputError, match=r"no run 'tiddy' among the 5 that were found \(did you mean 'tidy'"):
        pick_run(runs, "tiddy")
    with pytest.raises(InputError, match=r"tidy has no run 3 \(known: 1, 2, 10\)"):
        pick_run(runs, "tidy", 3)


def test_a_name_that_stands_for_several(sweep: Path) -> None:
    runs = find_runs([sweep])
    with pytest.raises(InputError) as refused:
        pick_run(runs, "tidy")
    head, *files = str(refused.value).splitlines()
    assert head == "tidy stands for 4 runs: pick one with --run, or by"
    assert files[0] == f"  pare traces show {sweep / 'one/traces/hf/tidy_0a1b2c3d.json'}"
    with pytest.raises(InputError, match="tidy stands for 2 runs: pick one by"):
        pick_run([run for run in runs if run.run_number == 1], "tidy")
    with pytest.raises(InputError, match=r"tidy, run 1, stands for 2 runs: pick one by"):
        pick_run(runs, "tidy", 1)
    with pytest.raises(InputError, match=r"here stands for 10 runs: pick one by(.|\n)*and 5 more"):
        only(runs * 2, "here")


def test_a_file_that_cannot_be_read_is_found_and_refused_when_loaded(sweep: Path) -> None:
    file = sweep / "one/traces/hf/tidy_0a1b2c3d.json"
    file.write_text("{")
    run = pick_run(find_runs([sweep / "one"]), "tidy")
    with pytest.raises(InputError, match="not JSON"):
        run.load()


def test_a_folder_that_cannot_be_read_does_not_hide_the_others(
    sweep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.scandir

    def scandir(folder: str) -> Iterator[os.DirEntry[str]]:
        if folder == str(sweep / "two/traces"):
            raise PermissionError(errno.EACCES, "Permission denied", folder)
        return really(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    unreadable: list[Problem] = []
    assert names(find_runs([sweep], unreadable)) == ["run_away_0a1b2c3d", "tidy_0a1b2c3d"]
    says = f"{sweep / 'two/traces'}: cannot read the folder: Permission denied"
    assert [str(problem) for problem in unreadable] == [says]
    with pytest.raises(InputError, match="cannot read the folder: Permission denied"):
        find_runs([sweep])
