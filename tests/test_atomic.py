"""Files that are whole or absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pare_runner.atomic import json_bytes, read_json, write_atomic, write_json, write_together, writing
from pare_runner.errors import InputError


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "new/folder/a.txt"

    write_atomic(path, b"one")
    write_atomic(path, b"two")

    assert path.read_bytes() == b"two"
    assert [item.name for item in path.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_contents_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, b"one")

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, b"two")

    assert path.read_bytes() == b"one"
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("count", [0, 1, 12])
def test_several_files_are_there_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    files = [(tmp_path / f"{number % 3}/{number}.txt", str(number).encode()) for number in range(count)]
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda file: (steps.append("flushed"), fsync(file)))
    monkeypatch.setattr(os, "replace", lambda old, new: (steps.append(new.name), replace(old, new)))

    write_together(files)

    assert {path: path.read_bytes() for path in tmp_path.rglob("*.txt")} == dict(files)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == count
    assert steps == ["flushed"] * count + [path.name for path, _ in files], "no name before all bytes are on disk"


def test_several_files_that_cannot_be_written_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_atomic(tmp_path / "a", b"old")

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_together([(tmp_path / "a", b"new"), (tmp_path / "b/c", b"new")])

    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == {"a": b"old"}


def test_what_the_system_refuses_becomes_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(InputError, match=r"cannot write .*file.*: (Not a directory|File exists)"), writing(tmp_path):
        write_atomic(tmp_path / "file/below", b"")


def test_keys_keep_their_order_and_documents_read_back(tmp_path: Path) -> None:
    value = {"b": 1, "a": [None, "é", 2.5]}
    write_json(tmp_path / "a.json", value)

    assert (tmp_path / "a.json").read_text(encoding="utf-8").startswith('{\n  "b": 1,\n  "a": [')
    assert read_json(tmp_path / "a.json") == value
    assert json_bytes(value) == '{"b":1,"a":[null,"é",2.5]}'.encode()
    assert json_bytes({"big": 2**64, "b": [float("inf")]}) == b'{"big":18446744073709551616,"b":[null]}'


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")

    with pytest.raises(InputError, match=r"bad\.json is not JSON"):
        read_json(tmp_path / "bad.json")
    with pytest.raises(InputError, match=r"cannot read .*No such file"):
        read_json(tmp_path / "none.json")
