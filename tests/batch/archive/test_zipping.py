"""Zip files: the same bytes for the same contents, whole or as they were."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from zipfile import ZipFile

import pytest

from pare_runner.batch.archive import zipping
from pare_runner.batch.archive.zipping import TIME, files_below, write_zip


def tree(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name * 100)
    return root


def test_bytes_depend_on_names_and_contents_alone(tmp_path: Path) -> None:
    one = tree(tmp_path / "one", "b/c.txt", "a.txt", "b.txt")
    other = tree(tmp_path / "other", "b.txt", "a.txt", "b/c.txt")
    os.utime(other / "a.txt", (1, 1))
    (other / "b.txt").chmod(0o600)
    write_zip(tmp_path / "one.zip", one)
    write_zip(tmp_path / "other.zip", other)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()
    with ZipFile(tmp_path / "one.zip") as archive:
        infos = archive.infolist()
        assert [info.filename for info in infos] == ["a.txt", "b.txt", "b/c.txt"]
        assert {(info.date_time, info.extra, info.comment, info.create_system) for info in infos} == {
            (TIME, b"", b"", 3)
        }
        assert all(stat.S_ISREG(info.external_attr >> 16) for info in infos)
        assert archive.comment == b""


def test_a_file_that_cannot_be_written_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree(tmp_path / "root", "a.txt", "b.txt")
    target = tmp_path / "target.zip"
    target.write_bytes(b"old")

    def fails(archive: ZipFile, name: str, path: Path) -> None:
        raise OSError("no space")

    monkeypatch.setattr(zipping, "_add", fails)
    with pytest.raises(OSError, match="no space"):
        write_zip(target, root)
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["root", "target.zip"]


def test_folders_are_no_files(tmp_path: Path) -> None:
    (tree(tmp_path / "root", "a.txt") / "empty").mkdir()
    assert [name for name, _ in files_below(tmp_path / "root")] == ["a.txt"]
