"""What is known of this machine, its user and the checkouts around."""

from __future__ import annotations

import shutil
import socket
import tempfile
from pathlib import Path

import pytest

from pare_runner.batch.archive.machine import Machine
from tests.batch.test_provenance import git


def test_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home" / "zaphod"))
    monkeypatch.setenv("LOGNAME", "zaphod")
    monkeypatch.chdir(tmp_path)
    machine = Machine.of(["/home/trillian/runs", "relative"], ["http://llm.lab:8000/v1", "http://127.0.0.1:9/v1"])
    assert socket.gethostname() in machine.hosts
    assert {"zaphod", "trillian"} <= machine.users
    assert {str(tmp_path), str(tmp_path / "home/zaphod"), "/home/trillian/runs", tempfile.gettempdir()} <= machine.paths
    assert "relative" not in machine.paths
    assert machine.services == {"http://llm.lab:8000/v1", "llm.lab:8000", "llm.lab", "http://127.0.0.1:9/v1"}


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_checkouts(tmp_path: Path) -> None:
    git(tmp_path, "init")
    git(tmp_path, "remote", "add", "origin", "git@git.example.org:heart/gold.git")
    git(tmp_path, "remote", "add", "other", "https://me:secret@example.com/heart/silver")
    (tmp_path / "a").write_text("")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-m", "x", "--author", "Zaphod B <z@example.org>")
    machine = Machine.of([str(tmp_path)])
    assert {"git@git.example.org:heart/gold.git", "git.example.org:heart/gold", "heart/gold"} <= machine.remotes
    assert {"https://me:secret@example.com/heart/silver", "example.com/heart/silver"} <= machine.remotes
    assert {"Zaphod B", "z@example.org"} <= machine.authors
