"""Where keys are read: the environment first, `.env` beneath it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pare_runner.errors import ConfigError
from pare_runner.llm.secrets import environment


def test_the_file_adds_to_the_environment_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARE_TEST_BOTH", "environment")
    (tmp_path / ".env").write_text("PARE_TEST_BOTH=file\nexport PARE_TEST_FILE='a b'\nPARE_TEST_BARE\n")
    found = environment(tmp_path)
    assert (found["PARE_TEST_BOTH"], found["PARE_TEST_FILE"]) == ("environment", "a b")
    assert "PARE_TEST_BARE" not in found
    assert "PARE_TEST_FILE" not in os.environ


def test_the_working_directory_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "PARE_TEST_FILE" not in environment()
    (tmp_path / ".env").write_text("PARE_TEST_FILE=x\n")
    assert environment()["PARE_TEST_FILE"] == "x"


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"KEY=\xff\xfe\n")
    with pytest.raises(ConfigError, match=r"\.env cannot be read: it is not UTF-8"):
        environment(tmp_path)
