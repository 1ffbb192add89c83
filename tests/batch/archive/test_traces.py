"""Traces in an archive, of formats with a file for each run and of those that join runs: a replay finds them again."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from pare_runner.batch.archive.export import Options, export_experiment
from pare_runner.batch.archive.opening import open_archive, unpack
from pare_runner.batch.archive.reproduction import Unpacked
from pare_runner.batch.verification import Difference, Tally
from pare_runner.errors import InputError
from tests.batch.archive.jobs import CHOSEN, run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same job with traces of two kinds."""
    top = tmp_path_factory.mktemp("traced")
    for export in ("native", "both"):
        run(top / export, CHOSEN, f"export={export}", "suite.runs=2")
    return top


@pytest.fixture(params=["native", "both"])
def job(request: pytest.FixtureRequest, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(made / request.param, tmp_path / "job"))


def compared(path: Path, into: Path) -> Tally:
    """What a comparison counts; Difference if the traces are others."""
    archive = open_archive(path)
    unpack(archive, into)
    unpacked, tally = Unpacked.at(into, archive.contents), Tally()
    for planned in unpacked.jobs:
        unpacked.compare(planned, tally, lambda done, planned: None)
    return tally


@pytest.mark.parametrize(("sample", "runs"), [(None, 6), (1, 2)])
def test_as_they_were(job: Path, sample: int | None, runs: int, tmp_path: Path) -> None:
    export_experiment(job, Path("out.zip"), Options(traces=True, sample=sample))
    with ZipFile("out.zip") as archive:
        found = {name.removeprefix("jobs/") for name in archive.namelist() if "/traces/" in name}
    there = {path.relative_to(job).as_posix() for path in (job / "traces").rglob("*") if path.is_file()}
    assert found == there if sample is None or "native" in str(found) else found < there
    assert compared(Path("out.zip"), tmp_path / "out").runs == runs


@pytest.mark.parametrize("job", ["both"], indirect=True)
def test_one_that_is_gone(job: Path, tmp_path: Path) -> None:
    next((job / "traces/lite").iterdir()).unlink()
    export_experiment(job, Path("out.zip"), Options(traces=True))
    with pytest.raises(Difference, match=r"its trace traces/lite/.* is gone"):
        compared(Path("out.zip"), tmp_path / "out")


def test_without_who_made_them(job: Path, tmp_path: Path) -> None:
    """Files that are no text cannot be looked through."""
    if (job / "traces/native").exists():
        with pytest.raises(InputError, match="traces of the format native cannot be looked through"):
            export_experiment(job, Path("out.zip"), Options(traces=True, anonymous=True))
        return
    export_experiment(job, Path("out.zip"), Options(traces=True, anonymous=True))
    assert compared(Path("out.zip"), tmp_path / "out").runs == 6
