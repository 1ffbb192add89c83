"""Texts that jobs have kept, and names that somebody else has put into a manifest."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.analysis.diff.kept_texts import LARGEST, kept_text
from pare_runner.analysis.discover import Job


def of(folder: Path, file: object) -> Job:
    return Job("job", None, folder, {"scenarios": {"s": {"file": file}}})


@pytest.mark.parametrize("name", ["../.scenarios/a.yaml", "../../scenarios/s.yaml", "../../code/own/s.py"])
def test_where_results_and_archives_have_them(name: str, tmp_path: Path) -> None:
    job = tmp_path / "x" / "y" / "job"
    (job / name).parent.mkdir(parents=True)
    job.mkdir(parents=True, exist_ok=True)
    (job / name).write_text("id: s")
    assert kept_text("s", [of(job, None), of(tmp_path, "scenarios/gone.yaml"), of(job, name)]) == (
        Path(name).suffix,
        "id: s",
    )
    assert kept_text("other", [of(job, name)]) is None


@pytest.mark.parametrize(
    "name",
    [
        "{top}/scenarios/a.yaml",
        "../secret/a.yaml",
        "scenarios/../secret/a.yaml",
        "../secret/../scenarios/a.yaml",
        "..",
        "",
        "scenarios/a.txt",
        "scenarios",
        7,
        None,
        "scenarios/large.yaml",
        "scenarios/binary.yaml",
        "scenarios/\0.yaml",
    ],
)
def test_nothing_else_is_read(name: object, tmp_path: Path) -> None:
    for folder in ("scenarios", "secret"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.yaml").write_text("private")
        (tmp_path / folder / "a.txt").write_text("private")
    (tmp_path / "scenarios/large.yaml").write_bytes(b" " * (LARGEST + 1))
    (tmp_path / "scenarios/binary.yaml").write_bytes(b"\xff")
    given = name.format(top=tmp_path) if isinstance(name, str) else name
    assert kept_text("s", [of(tmp_path, given)]) is None
