"""The line that says what a command is at: only on a terminal, and gone at the end."""

from __future__ import annotations

import sys

import pytest

from pare_runner.cli.progress.busy import busy


def be_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make standard error a terminal without colours."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


def test_a_pipe_gets_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with busy("reading"):
        pass
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_line_that_is_gone_afterwards(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    be_terminal(monkeypatch)
    with busy("reading"):
        assert capsys.readouterr() == ("", "\r\033[Kreading ...")
    assert capsys.readouterr() == ("", "\r\033[K")


def test_it_is_gone_before_an_error_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    be_terminal(monkeypatch)
    with pytest.raises(KeyboardInterrupt), busy("reading"):
        raise KeyboardInterrupt
    assert capsys.readouterr().err.endswith("\r\033[K")
