"""Traces written from Python."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import orjson
import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.errors import ConfigError, InputError
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.exporter import PAREJsonScenarioExporter
from pare_runner.traces.record import RunTrace, record_of
from tests.batch.situations import NotesScenario

EXPORTER = PAREJsonScenarioExporter()


@pytest.fixture
def trace() -> RunTrace:
    return record_of(run_oracle(NotesScenario()), TraceContext("notes_run_2_12345678"))


def test_one_format_stands_in_the_directory_itself(trace: RunTrace, tmp_path: Path) -> None:
    path = EXPORTER.export_to_json_file(trace, tmp_path / "new" / "folder")

    assert path == tmp_path / "new" / "folder" / "notes_run_2_12345678.json"
    assert path.read_text() == EXPORTER.export_to_json(trace)
    assert orjson.loads(path.read_bytes())["version"] == "are_simulation_v1"


def test_both_write_a_folder_each_and_return_the_hf_path(trace: RunTrace, tmp_path: Path) -> None:
    path = EXPORTER.export_to_json_file(trace, str(tmp_path), "both")

    assert path == tmp_path / "hf" / "notes_run_2_12345678.json"
    lite = tmp_path / "lite" / path.name
    assert lite.read_text() == EXPORTER.export_to_json_lite(trace)
    assert sorted(item.name for item in tmp_path.rglob("*.json")) == [path.name] * 2


def test_without_a_directory_it_is_the_temporary_one(
    trace: RunTrace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert EXPORTER.export_to_json_file(trace).parent == tmp_path


def test_lite_alone_says_what_it_is_not_good_for(
    trace: RunTrace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        EXPORTER.export_to_json_file(trace, tmp_path, "both")
        assert caplog.text == ""
        EXPORTER.export_to_json_file(trace, tmp_path, "lite")
    assert "Hugging Face" in caplog.text


def test_what_cannot_be_written_is_said(trace: RunTrace, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'xml'"):
        EXPORTER.export_to_json_file(trace, tmp_path, "xml")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file"):
        EXPORTER.export_to_json_file(trace, tmp_path / "file")
