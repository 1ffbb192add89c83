"""Which files are meant by a file, a folder, a job and a sweep."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from pare_runner.errors import InputError, Problem
from pare_runner.traces.hf_files import hf_files


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        *("sweep/b/traces/hf/x.json", "sweep/a/traces/hf/y.json", "sweep/a/traces/hf/.part.json"),
        *("sweep/a/traces/lite/y.json", "sweep/a/summary.json", "sweep/a/traces/hf/y.txt"),
        *("theirs/m/z.json", "theirs/a.json", "theirs/lite/a.json", "theirs/.cache/a.json"),
    ):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("{}")


def found(*names: str) -> list[str]:
    return [path.as_posix() for path in hf_files(map(Path, names))]


def test_of_a_sweep_and_of_a_job_the_traces() -> None:
    assert found("sweep") == ["sweep/a/traces/hf/y.json", "sweep/b/traces/hf/x.json"]
    assert found("sweep/a") == ["sweep/a/traces/hf/y.json"]
    assert found("sweep/a/traces/hf") == ["sweep/a/traces/hf/y.json"]


def test_of_another_folder_what_is_json_and_no_other_format() -> None:
    assert found("theirs") == ["theirs/a.json", "theirs/m/z.json"]


def test_a_file_is_itself_and_is_read_once() -> None:
    assert found("theirs/lite/a.json") == ["theirs/lite/a.json"]
    assert found("theirs/a.json", "theirs", "./theirs/m/../a.json") == ["theirs/a.json", "theirs/m/z.json"]


def test_places_without_files() -> None:
    Path("empty").mkdir()
    Path("dangling.json").symlink_to("nowhere")
    for name, says in {
        "empty": "empty has no hf traces (.json)",
        "dangling.json": "dangling.json is a broken link (there is no nowhere)",
        "swep": "there is no swep (did you mean 'sweep'?)",
        "nowhere/x": "there is no nowhere/x",
    }.items():
        with pytest.raises(InputError) as caught:
            found(name)
        assert str(caught.value) == says


@pytest.mark.parametrize("lite", [True, False])
def test_files_of_a_job_are_no_traces(lite: bool) -> None:
    for name in ("manifest.json", "plan.json", "results.jsonl", "summary.json", "export/experiment.json"):
        Path("job", name).parent.mkdir(parents=True, exist_ok=True)
        Path("job", name).write_text("{}")
    if lite:
        Path("job/traces/lite").mkdir(parents=True)
        Path("job/traces/lite/x.json").write_text("{}")
    with pytest.raises(InputError, match="lite traces only" if lite else "job: this job has no traces"):
        found("job")
    Path("job").rename("theirs/job")
    assert found("theirs") == ["theirs/a.json", "theirs/m/z.json"]


def test_a_folder_of_lite_traces_and_a_packed_experiment() -> None:
    for name in ("job/traces/lite/x.json", "packed/experiment.json", "packed/requirements.txt"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("{}")
    with pytest.raises(InputError, match="job/traces/lite has lite traces only"):
        found("job/traces/lite")
    with pytest.raises(InputError, match="packed has no hf traces"):
        found("packed")


def test_a_file_in_a_folder_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def stat(path: Path, **_: bool) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", stat)
    with pytest.raises(InputError, match=r"theirs/a\.json: cannot be read: Permission denied"):
        found("theirs/a.json")
    unreadable: list[Problem] = []
    assert hf_files([Path("theirs/a.json")], unreadable) == []
    assert len(unreadable) == 1
