"""Results are found by their files, whatever is given and whatever state they are in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pare_runner.analysis.discover import discover
from pare_runner.analysis.frame import read_results
from pare_runner.analysis.job_files import NEEDED
from pare_runner.errors import InputError
from tests.analysis.conftest import edit, unfinish


def names(*paths: Path) -> list[str]:
    return [job.name for job in discover(paths).jobs]


def test_a_folder_of_jobs_and_sweeps(outputs: Path) -> None:
    found = discover([outputs])

    alone, *swept = found.jobs
    assert alone.name == f"{outputs}/alone"
    assert [job.folder.parent for job in swept if job.folder] == [outputs / "sweep"] * 2
    assert [job.planned for job in found.jobs] == [2, 4, 4]
    assert all(job.complete and job.file and job.file.name == "results.parquet" for job in found.jobs)
    assert found.notes == ()


def test_jobs_of_a_sweep_stand_as_they_were_planned(outputs: Path) -> None:
    scripted, passive = (job.overrides or () for job in discover([outputs / "sweep"]).jobs)

    assert "model=scripted" in scripted
    assert "model=passive" in passive


def test_what_a_job_says_of_itself(outputs: Path) -> None:
    (job,) = discover([outputs / "alone"]).jobs

    assert job.config["experiment_name"] == "trial"
    assert "model=eager" in (job.overrides or ())
    assert job.behaviour_version
    assert job.package_version
    assert job.config_hash == job.manifest["config_hash"]
    assert job.scenarios["dinner_headcount_change"]["tags"] == ["calendar", "messaging"]


def test_names_are_as_the_path_was_given(outputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(outputs)
    assert names(Path("alone")) == ["alone"]
    assert names(Path("."))[0] == "alone"


def test_a_job_given_twice_counts_once(outputs: Path) -> None:
    assert len(names(outputs, outputs / "alone", outputs / "sweep")) == 3


def test_a_job_of_a_sweep_by_itself(outputs: Path) -> None:
    swept = discover([outputs / "sweep"]).jobs[0]
    assert swept.folder is not None

    (job,) = discover([swept.folder]).jobs

    assert (job.planned, job.config_hash) == (4, swept.config_hash)


@pytest.mark.parametrize("name", ["results.parquet", "results.jsonl"])
def test_a_file_of_a_job(outputs: Path, name: str) -> None:
    (job,) = discover([outputs / "alone" / name]).jobs

    assert job.file == outputs / "alone" / name
    assert job.config["experiment_name"] == "trial"


def test_the_frame_of_a_sweep_whose_jobs_were_left_behind(own: Path) -> None:
    for job in discover([own / "sweep"]).jobs:
        assert job.folder is not None
        shutil.rmtree(job.folder)

    (whole,) = discover([own / "sweep"]).jobs

    assert whole.file == own / "sweep" / "results.parquet"


def test_files_of_rows_from_elsewhere(tmp_path: Path) -> None:
    for name in ("b_result.json", "a_result.json", "combined_result.json", "other.json"):
        (tmp_path / name).write_text("[]")

    assert names(tmp_path) == [f"{tmp_path}/a_result.json", f"{tmp_path}/b_result.json"]
    assert names(tmp_path / "combined_result.json") == [f"{tmp_path}/combined_result.json"]


def test_a_running_job_is_read_from_its_journal(alone: Path) -> None:
    unfinish(alone)

    (job,) = discover([alone]).jobs

    assert (job.file, job.complete) == (alone / "results.jsonl", False)


@pytest.mark.parametrize("sign", ["wall_clock", "summary"])
def test_a_frame_of_an_earlier_end_is_not_trusted(alone: Path, sign: str) -> None:
    if sign == "wall_clock":
        edit(alone / "manifest.json", lambda content: content["wall_clock"].update(finished=None))  # type: ignore[attr-defined]
    else:
        edit(alone / "summary.json", lambda content: content.update(complete=False))

    (job,) = discover([alone]).jobs

    assert job.file == alone / "results.jsonl"


def test_a_job_that_was_not_begun_has_no_file(own: Path) -> None:
    folder = discover([own / "sweep"]).jobs[1].folder
    assert folder is not None
    for name in ("results.jsonl", "results.parquet"):
        (folder / name).unlink()

    job = discover([own / "sweep"]).jobs[1]

    assert (job.file, job.planned) == (None, 4)


@pytest.mark.parametrize("text", ["{", "[]", "\udcff"])
def test_a_damaged_manifest_is_a_note(alone: Path, text: str) -> None:
    (alone / "manifest.json").write_bytes(text.encode(errors="surrogateescape"))

    found = discover([alone])

    (job,), (note,) = found.jobs, found.notes
    assert (note.code, note.where) == ("damaged_file", f"{alone}/manifest.json")
    assert job.config == {}


def test_an_empty_manifest_is_told_of_and_its_runs_are_there(alone: Path) -> None:
    before = read_results([alone])
    (alone / "manifest.json").write_text("{}")

    results = read_results([alone])

    assert [(note.code, note.where, note.message) for note in results.loading if note.code == "damaged_file"] == [
        ("damaged_file", f"{alone}/manifest.json", "has nothing of what a manifest says")
    ]
    columns = ["base_scenario_id", "run_number", "status", "observe_model"]
    assert results.frame.select(columns).collect().equals(before.frame.select(columns).collect())


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("value", ["gone", None])
def test_a_manifest_that_lacks_something_says_what(alone: Path, name: str, value: str | None) -> None:
    edit(alone / "manifest.json", lambda content: content.pop(name) if value else content.update({name: value}))

    (note,) = discover([alone]).notes

    assert str(note) == f"{alone}/manifest.json: warning: has no usable {name} (its runs are read without it)"
    assert read_results([alone]).frame.collect().height == 2


def test_no_manifest_at_all_is_no_note(alone: Path) -> None:
    (alone / "manifest.json").unlink()
    assert discover([alone]).notes == ()


@pytest.mark.parametrize("text", ["{}", '{"jobs": 3}', '{"jobs": [{"folder": "x"}]}', "nonsense"])
def test_without_a_usable_plan_jobs_are_found_all_the_same(own: Path, text: str) -> None:
    (own / "sweep" / "plan.json").write_text(text)

    found = discover([own / "sweep"])

    assert len(found.jobs) == 2
    assert [note.where for note in found.notes] == [f"{own}/sweep/plan.json"]


def test_damaged_overrides_are_a_note(alone: Path) -> None:
    (alone / ".hydra" / "overrides.yaml").write_text("a: [")

    found = discover([alone])

    assert found.jobs[0].overrides is None
    assert [note.code for note in found.notes] == ["damaged_file"]


def test_a_manifest_with_strange_values(alone: Path) -> None:
    edit(alone / "manifest.json", lambda content: content.update(packages=3, scenarios=[], config=None, units="x"))

    (job,) = discover([alone]).jobs

    assert (job.package_version, job.config, dict(job.scenarios)) == (None, {}, {})


def test_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "traces").mkdir()

    with pytest.raises(InputError, match=r"holds no results \(looked in it and below for plan.json, manifest.json"):
        discover([tmp_path])


def test_a_path_that_does_not_exist(outputs: Path) -> None:
    with pytest.raises(InputError, match=r"there is no .*/alon \(did you mean 'alone'\?\)"):
        discover([outputs / "alon"])
    with pytest.raises(InputError, match="there is no"):
        discover([outputs / "no" / "such" / "folder"])
    with pytest.raises(InputError, match="is empty"):
        discover([""])


def test_a_file_that_is_no_results(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")

    with pytest.raises(InputError, match=r"notes.txt is no file of results \(name a folder"):
        discover([tmp_path / "notes.txt"])
