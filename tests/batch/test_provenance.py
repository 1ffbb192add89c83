"""Versions, code revision, machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pare_runner.batch.provenance import code_revision, machine, package_versions, python


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_the_revision_is_that_of_a_tracked_package_only(tmp_path: Path) -> None:
    package, other = tmp_path / "package", tmp_path / "installed"
    for folder in (package, other):
        folder.mkdir()
        (folder / "a.py").write_text("a = 1\n")
    assert code_revision(package) is None
    code_revision.cache_clear()
    git(tmp_path, "init")
    git(tmp_path, "add", "package")
    git(tmp_path, "commit", "-m", "x")
    commit = git(tmp_path, "rev-parse", "HEAD")

    assert code_revision(package) == commit
    assert code_revision(other) is None
    (package / "a.py").write_text("a = 2\n")
    code_revision.cache_clear()
    assert code_revision(package) == f"{commit}-dirty"
    code_revision.cache_clear()


def test_without_git_there_is_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert code_revision(tmp_path) is None


def test_what_ran() -> None:
    assert {"pydantic", "polars"} <= set(package_versions())
    assert machine()["memory"] > 0
    assert python()["implementation"] == "cpython"
