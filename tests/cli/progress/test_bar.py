"""The bar of short work: only on a terminal, and gone at the end."""

from __future__ import annotations

import sys

import pytest

from pare_runner.cli.progress.bar import BAR, Bar


def test_a_pipe_gets_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar("runs") as bar:
        bar.show(1, 2)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Bar("runs", "job") as bar:
        bar.show(1, 2)
    half = BAR // 2
    assert capsys.readouterr() == ("", f"\r\033[K{'█' * half}{'·' * half} 1/2 runs  job\r\033[K")
