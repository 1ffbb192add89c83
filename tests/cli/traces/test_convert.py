"""`pare traces convert`: what comes of native traces is what an export in that format would have written."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pare_runner.cli.hydra_entry import main
from pare_runner.traces.native.packing import unpack
from tests.cli.conftest import Pare
from tests.cli.sweeps import CHOSEN

WORDS = (CHOSEN, "model=random", "cache=bypass", "noise=tfp_0.2")


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same experiment with native traces and with both others, and a sweep of two jobs with native ones."""
    with pytest.MonkeyPatch.context() as patch:
        top = tmp_path_factory.mktemp("convert")
        patch.chdir(top)
        for export in ("native", "both"):
            assert main([*WORDS, f"export={export}", f"output_dir={export}"]) == 0
        assert main([*WORDS, "export=native", "seed=0,1", "output_dir=sweep", "-m"]) == 0
        return top


@pytest.fixture
def job(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "native", tmp_path / "job"))


def test_hf_and_lite_are_what_an_export_would_have_written(pare: Pare, made: Path, job: Path) -> None:
    said = pare("traces", "convert", "job", "--to", "hf")
    assert (said.status, said.err) == (0, "")
    assert said.out == "job/traces/hf: 3 files\n3 runs converted to hf\n"
    assert pare("traces", "convert", "job", "--to", "lite").status == 0
    for name in ("hf", "lite"):
        assert files(job / "traces" / name) == files(made / "both/traces" / name)
    assert pare("verify", "job").status == 0, "converted traces are no stray files"


def test_traces_that_are_not_joined_yet(pare: Pare, made: Path, job: Path) -> None:
    (job / "results.parquet").unlink()
    unpack(job / "traces/native")
    assert pare("traces", "convert", "job", "--to", "both").status == 0
    assert files(job / "traces/hf") == files(made / "both/traces/hf")


def test_again_it_writes_nothing(pare: Pare, job: Path) -> None:
    pare("traces", "convert", "job", "--to", "hf")
    before = files(job)
    said = pare("traces", "convert", "job", "--to", "hf", "--json")
    assert said.status == 0
    assert (said.json["runs"], said.json["written"], len(said.json["unchanged"])) == (3, [], 3)
    assert files(job) == before


def test_another_content_is_not_overwritten_without_force(pare: Pare, job: Path) -> None:
    pare("traces", "convert", "job", "--to", "hf")
    right = files(job)
    path = sorted((job / "traces/hf").iterdir())[0]
    path.write_text("mine")
    said = pare("traces", "convert", "job", "--to", "hf")
    assert said.status == 2
    assert f"{Path('job/traces/hf') / path.name}: is there already, with another content (--force" in said.err
    assert "2 runs converted to hf, 2 files there already, 1 run not converted" in said.out
    assert path.read_text() == "mine"
    assert pare("traces", "convert", "job", "--to", "hf", "--force").status == 0
    assert files(job) == right


def test_a_dialect(pare: Pare, made: Path, job: Path, experiment: Pare) -> None:
    assert pare("traces", "convert", "job", "--to", "hf", "--dialect", "meta_are", "--out", "theirs").status == 0
    assert experiment(*WORDS, "export=hf", "export.dialect=meta_are", "output_dir=exported").status == 0
    theirs = files(job.parent / "theirs/hf")
    assert theirs == files(job.parent / "exported/traces/hf")
    assert theirs != files(made / "both/traces/hf")


def test_a_sweep_and_another_place(pare: Pare, made: Path, tmp_path: Path) -> None:
    sweep = Path(shutil.copytree(made / "sweep", tmp_path / "sweep"))
    said = pare("traces", "convert", "sweep", "--to", "hf", "--out", "new", "--json")
    assert said.status == 0
    folders = sorted(path.name for path in sweep.iterdir() if (path / "traces").is_dir())
    assert [len(files(tmp_path / "new" / folder / "hf")) for folder in folders] == [3, 3]
    assert len(said.json["written"]) == 6
    assert not (sweep / folders[0] / "traces/hf").exists()
    folder = sweep / folders[0] / "traces/native"
    assert pare("traces", "convert", str(folder), "--to", "hf", "--out", "one").status == 0
    assert files(tmp_path / "one/hf") == files(tmp_path / "new" / folders[0] / "hf")


def test_a_damaged_job_does_not_stop_another_one(pare: Pare, made: Path, tmp_path: Path) -> None:
    sweep = Path(shutil.copytree(made / "sweep", tmp_path / "sweep"))
    first, second = sorted(path for path in sweep.iterdir() if (path / "traces").is_dir())
    part = first / "traces/native/events/part-00000.parquet"
    part.write_bytes(part.read_bytes()[:-9])
    said = pare("traces", "convert", "sweep", "--to", "hf")
    assert said.status == 2
    assert "events/part-00000.parquet" in said.err
    assert "Traceback" not in said.err
    assert "3 runs converted to hf, 3 runs not converted" in said.out
    assert len(files(second / "traces/hf")) == 3
    part = second / "traces/native/runs/part-00000.parquet"
    part.write_bytes(b"")
    found = pare("traces", "convert", "sweep", "--to", "hf", "--json")
    assert found.status == 2
    assert len(found.json["problems"]) == 2  # one a table
    assert len(found.json["failed"]) == 3


def test_a_folder_that_cannot_be_read_does_not_stop_a_job(
    pare: Pare, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("closed/inner").mkdir(parents=True)
    really = os.scandir

    def scandir(folder: str) -> Iterator[os.DirEntry[str]]:
        if os.path.normpath(folder) == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", folder)
        return really(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    for places in (("closed", "job"), (".",)):
        said = pare("traces", "convert", *places, "--to", "hf", "--force")
        assert (said.status, said.err) == (2, "closed: cannot read the folder: Permission denied\n")
        assert "3 runs converted to hf" in said.out


def test_a_bar_on_a_terminal(pare: Pare, job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "█" * 8 + "·" * 16 + " 1/3 runs" in pare("traces", "convert", "job", "--to", "hf").err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["job", "--to", "hff"], "no trace format 'hff' can be written (did you mean 'hf'?)"),
        (["job", "--to", "native"], "the traces are native already"),
        (["job", "--to", "hf", "--dialect", "meta_ar"], "no dialect 'meta_ar' (did you mean 'meta_are'?)"),
        (["nowhere", "--to", "hf"], "nowhere is no directory"),
        ([".", "job/logs", "--to", "hf"], "job/logs holds no native traces"),
        (["job", "--to", "hf", "--out", "job/run.log"], "cannot write"),
        (["job"], "Missing option '--to'"),
    ],
)
def test_bad_input(pare: Pare, job: Path, words: list[str], says: str) -> None:
    before = files(job)
    said = pare("traces", "convert", *words)
    assert said.status == 2
    assert says in said.err
    assert "Traceback" not in said.err
    assert files(job) == before
