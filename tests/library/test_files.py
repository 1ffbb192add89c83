"""Reading scenario files: every way in which a file cannot be one ends in one message that names it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pare_runner.errors import InputError
from pare_runner.library.files import looks_like_path, read_text, scenario_files, shown
from pare_runner.scenarios.text.limits import MAX_BYTES
from tests.library.conftest import Write


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_text(path)
    assert caught.value.exit_status == 2
    return str(caught.value)


def test_text_is_read_as_utf_8(write: Write) -> None:
    assert read_text(write("a.yaml", "title: Žluťoučký")) == "title: Žluťoučký"


def test_a_missing_file_is_named_with_the_nearest_one(write: Write) -> None:
    write("late_guest.yaml", "")
    assert refused(Path("late_guset.yaml")) == (
        "late_guset.yaml: there is no such file (did you mean 'late_guest.yaml'?)"
    )


def test_a_large_file_is_refused_without_being_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("big.yaml", b"x")
    os.truncate(path, 10 * 2**20)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("it was read"))
    assert refused(path) == f"big.yaml: the file has 10.0 MiB; a scenario has at most {MAX_BYTES // 2**20} MiB"


def test_the_first_byte_that_is_not_utf_8_is_placed(write: Write) -> None:
    assert refused(write("latin.yaml", b"id: a\ntitle: caf\xe9\n")) == (
        "latin.yaml:2:11: byte 16 is 0xe9, which is not UTF-8 (save the file as UTF-8)"
    )


def test_a_folder_is_no_file(write: Write) -> None:
    write("folder.yaml/inner.yaml", "")
    assert refused(Path("folder.yaml")) == "folder.yaml: this is a folder, not a file"


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refused(tmp_path / "pipe.yaml").endswith("pipe.yaml: this is not a regular file")


def test_an_unreadable_file_is_named(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write("secret.yaml", "id: a")
    monkeypatch.setattr(Path, "read_bytes", denied)
    assert refused(path) == "secret.yaml: cannot be read: Permission denied"


@pytest.mark.parametrize("name", ["a\0b.yaml", "x" * 300 + ".yaml"])
def test_an_impossible_name_is_no_crash(name: str) -> None:
    assert "cannot be read" in refused(Path(name))


def test_the_files_of_a_folder_are_found_recursively_in_order(write: Write) -> None:
    for name in (
        "b.yml",
        "a/z.yaml",
        "a/y.py",
        "__init__.py",
        "_helper.py",
        ".hidden.yaml",
        "a/notes.txt",
        ".git/c.yaml",
    ):
        write(f"all/{name}", "")
    assert [str(path) for path in scenario_files(Path("all"))] == ["all/a/y.py", "all/a/z.yaml", "all/b.yml"]


def test_an_unreadable_folder_is_named(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: object) -> object:
        raise PermissionError(13, "Permission denied")

    write("all/a.yaml", "")
    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(InputError, match="all: cannot be read: Permission denied"):
        scenario_files(Path("all"))


def test_paths_are_shown_from_the_working_directory(write: Write, tmp_path: Path) -> None:
    assert shown(write("a/b.yaml", "").absolute()) == "a/b.yaml"
    assert shown(tmp_path.parent / "other.yaml") == str(tmp_path.parent / "other.yaml")


@pytest.mark.parametrize(
    ("name", "path"), [("a", False), ("a.yaml", True), ("./a", True), ("a/b", True), (".", True), ("a-b_1", False)]
)
def test_what_can_only_be_a_path(name: str, path: bool) -> None:
    assert looks_like_path(name) is path
