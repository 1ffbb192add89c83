"""Reports in Markdown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pare_runner.analysis.report.markdown import markdown
from tests.analysis.report.made import grid, reported, row


def test_every_table_is_one() -> None:
    said = markdown(reported(grid(), timestamp="2026-01-01"))
    tables = re.findall(r"(?:^\|.*\n)+", said, re.MULTILINE)
    assert len(tables) >= 8
    for table in tables:
        lines = table.splitlines()
        assert re.fullmatch(r"\|(?:(?:---|--:)\|)+", lines[1])
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1


def test_text_means_nothing_in_markdown() -> None:
    said = markdown(reported([row("s", None, exception_type="E", exception_message="a | b <script> [x](y) `c`")]))
    assert r"E: a \| b \<script\> \[x\](y) \`c\`" in said


def test_links_count_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    job = Path("out/a job,x=1")
    (job / "logs").mkdir(parents=True)
    (job / "logs/r.log").touch()
    report = reported([row("s", False, job=str(job), run_id="r")])
    assert "[log](<a%20job%2Cx%3D1/logs/r.log>)" in markdown(report, folder="out")
    assert "[log](<out/a%20job%2Cx%3D1/logs/r.log>)" in markdown(report)


def test_warnings_lead() -> None:
    said = markdown(reported([row("s", True), row("t", None, exception_type="E")]))
    assert said.splitlines()[2] == "> **Warning:** m: 1 of 2 runs (50.0%) ended in an exception"
