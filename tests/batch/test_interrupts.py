"""Ctrl-C waits for the end of a step, and not for much more."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time

import pytest

from pare_runner.batch import interrupts
from pare_runner.batch.interrupts import HARD_SECONDS, INTERRUPTED, run_interruptible, uninterrupted


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


def test_the_first_ctrl_c_cancels_and_may_be_cleaned_up_after() -> None:
    steps = []

    async def work() -> None:
        signal.raise_signal(signal.SIGINT)
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            steps.append("tidied")

    with pytest.raises(KeyboardInterrupt):
        run_interruptible(work())
    assert steps == ["tidied"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_does_not_wait() -> None:
    steps = []

    async def work() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        steps.append("never")

    with pytest.raises(KeyboardInterrupt):
        run_interruptible(work())
    assert steps == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_is_repeated_for_work_that_lets_nothing_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupts, "AGAIN_SECONDS", 0.1)

    async def work() -> None:
        signal.raise_signal(signal.SIGINT)
        time.sleep(30)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_interruptible(work())
    assert time.monotonic() - began < 5


STUBBORN = """
import signal, time
from pare_runner.batch.interrupts import run_interruptible
async def work():
    print("working", flush=True)
    while True:
        try:
            time.sleep(30)
        except KeyboardInterrupt:
            continue
run_interruptible(work())
"""


def test_work_that_catches_everything_is_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        assert process.wait(10) == INTERRUPTED
    assert time.monotonic() - began < HARD_SECONDS + 1


def test_what_the_work_raises_is_passed_on() -> None:
    async def work() -> None:
        raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        run_interruptible(work())


def test_somebody_elses_handler_is_left_alone() -> None:
    caught: list[int] = []

    async def work() -> None:
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(0)

    former = signal.signal(signal.SIGINT, lambda number, frame: caught.append(number))
    try:
        run_interruptible(work())
    finally:
        signal.signal(signal.SIGINT, former)
    assert caught == [signal.SIGINT]
