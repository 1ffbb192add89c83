"""Where the results of an unpacked archive count paths from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.batch.archive.layout import EXPERIMENT, traces_left_out, working_directory


def test_a_relative_working_directory_counts_from_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = tmp_path / "outer/inner/jobs/a"
    job.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert working_directory("code", job) == tmp_path / "code"
    (tmp_path / "outer" / EXPERIMENT).touch()
    assert working_directory("code", job) == tmp_path / "outer/code"
    (tmp_path / "outer/inner" / EXPERIMENT).touch()
    for name in (job, Path("outer/inner/jobs/a"), job.parent):
        assert working_directory("code", name) == tmp_path / "outer/inner/code"
    monkeypatch.chdir(job)
    assert working_directory("code", Path(".")) == tmp_path / "outer/inner/code"
    assert working_directory("/somewhere", job) == Path("/somewhere")


def test_a_file_of_somebody_else_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / EXPERIMENT).write_text('{"kind": "mine"}')
    assert not traces_left_out(tmp_path / "jobs/a")
