"""Ctrl-C waits for the end of a step."""

from __future__ import annotations

import signal
import threading

import pytest

from pare_runner.batch.interrupts import uninterrupted


def test_a_signal_is_held_back_and_then_delivered() -> None:
    steps = []

    def work() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            steps.append("finished")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert steps == ["finished"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_and_deaf_processes_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []

    def work() -> None:
        with uninterrupted():
            steps.append("thread")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            steps.append("deaf")
    finally:
        signal.signal(signal.SIGINT, former)

    assert steps == ["thread", "deaf"]
