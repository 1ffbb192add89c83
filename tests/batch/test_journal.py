"""The journal: whole lines, in order, claimed by one job."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.journal import JOURNAL, REJECTED, Journal, read_journal, set_aside
from pare_runner.errors import InputError
from pare_runner.llm.recording.keys import UnitKey


def line(name: str, status: str = "success") -> dict[str, Any]:
    return {"run_id": name, "base_scenario_id": name, "run_number": 1, "status": status}


def write(directory: Path, *names: str) -> Path:
    with Journal(directory) as journal:
        for name in names:
            journal.append(line(name))
    return directory / JOURNAL


def test_lines_come_back_in_order(tmp_path: Path) -> None:
    write(tmp_path / "job", "b", "a")

    content = read_journal(tmp_path / "job")
    assert [item["run_id"] for item in content.lines] == ["b", "a"]
    assert content.unusable == []


def test_a_directory_has_one_journal(tmp_path: Path) -> None:
    write(tmp_path, "a")

    with pytest.raises(InputError, match="holds results already: they are never mixed") as caught:
        Journal(tmp_path)
    assert caught.value.exit_status == 2
    assert len(read_journal(tmp_path).lines) == 1


def test_a_directory_without_a_journal_has_no_lines(tmp_path: Path) -> None:
    assert read_journal(tmp_path).lines == []


@pytest.mark.parametrize(
    "tail", [b'{"run_id": "c", "run_n', b'{"run_id":"c","base_scenario_id":"c","run_number":1,"status":"x"}']
)
def test_a_last_line_without_its_end_is_set_aside(tmp_path: Path, tail: bytes) -> None:
    path = write(tmp_path, "a", "b")
    whole = path.read_bytes()
    path.write_bytes(whole + tail)

    assert [item["run_id"] for item in read_journal(tmp_path).lines] == ["a", "b"]
    assert read_journal(tmp_path).unusable == [tail]
    set_aside(tmp_path)
    assert path.read_bytes() == whole
    assert (tmp_path / REJECTED).read_bytes() == tail + b"\n"
    assert set_aside(tmp_path).unusable == []


def test_lines_that_are_no_results_are_set_aside(tmp_path: Path) -> None:
    path = write(tmp_path, "a")
    whole = path.read_bytes()
    path.write_bytes(b'not json\n{"run_id": "b"}\n\n[1]\n' + whole)

    content = set_aside(tmp_path)
    assert [item["run_id"] for item in content.lines] == ["a"]
    assert content.unusable == [b"not json", b'{"run_id": "b"}', b"", b"[1]"]
    assert path.read_bytes() == whole


def test_the_last_line_of_a_run_counts(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append(line("a", "exception"))
        journal.append(line("a", "success"))

    latest = read_journal(tmp_path).latest()
    assert {unit: item["status"] for unit, item in latest.items()} == {UnitKey("a", 1): "success"}


def test_a_journal_goes_on(tmp_path: Path) -> None:
    write(tmp_path, "a")

    with Journal(tmp_path, resumed=True) as journal:
        journal.append(line("b"))

    assert [item["run_id"] for item in read_journal(tmp_path).lines] == ["a", "b"]


def test_a_line_that_cannot_be_written_leaves_no_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    room = [10]

    def short_write(file: int, data: memoryview) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        written = real(file, data[: room[0]])
        room[0] = 0
        return written

    with Journal(tmp_path) as journal:
        journal.append(line("a"))
        monkeypatch.setattr(os, "write", short_write)
        with pytest.raises(OSError, match="No space left"):
            journal.append(line("b"))

    content = read_journal(tmp_path)
    assert ([item["run_id"] for item in content.lines], content.unusable) == (["a"], [])
