"""Ctrl-C that comes where Python cannot raise it ends a command all the same."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from pare_runner.batch.interrupts import run_interruptible, uninterrupted
from pare_runner.batch.noticing import SAME_SECONDS, TERMINATED, noticing


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_in_a_finalizer_is_not_lost() -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    async def work() -> None:
        raise AssertionError("nothing begins any more")

    with noticing() as notice:
        Finalized()
        assert notice.seen
        with pytest.raises(KeyboardInterrupt):
            run_interruptible(work())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_runs_are_interruptible_within_and_the_notice_stays() -> None:
    async def work() -> None:
        signal.raise_signal(signal.SIGINT)

    with noticing() as notice:
        with pytest.raises(KeyboardInterrupt):
            run_interruptible(work())
        assert signal.getsignal(signal.SIGINT) is notice
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_nothing_is_noticed_where_somebody_else_listens() -> None:
    heard: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        with noticing() as notice:
            signal.raise_signal(signal.SIGINT)
        assert (heard, notice.seen) == ([signal.SIGINT], False)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


ENDLESS = """
import asyncio, os, sys
from pare_runner.batch.interrupts import run_interruptible, uninterrupted
from pare_runner.batch.noticing import noticing
async def work():
    print("working", flush=True)
    try:
        await asyncio.sleep(60)
    finally:
        print("tidied", flush=True)
with noticing() as notice:
    try:
        run_interruptible(work())
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        {then}
sys.exit(notice.status)
"""


@pytest.fixture(params=[signal.default_int_handler, signal.SIG_IGN], ids=["hears Ctrl-C", "in the background"])
def hearing(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whether processes that are started ignore SIGINT."""
    former = signal.signal(signal.SIGINT, request.param)
    yield
    signal.signal(signal.SIGINT, former)


def started(then: str = "pass") -> subprocess.Popen[str]:
    """A process that works until it is ended, and then does what is asked."""
    code = ENDLESS.format(then=then)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    return process


@pytest.mark.usefixtures("hearing")
@pytest.mark.parametrize("times", [1, 2], ids=["once", "as timeout sends it"])
def test_sigterm_ends_work_as_ctrl_c_does(times: int) -> None:
    with started() as process:
        for _ in range(times):
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert (out, err, process.returncode) == ("tidied\ninterrupted\n", "", TERMINATED)


@pytest.mark.usefixtures("hearing")
def test_a_second_sigterm_ends_the_process_at_once() -> None:
    with started("import time; time.sleep(60)") as process:
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["tidied\n", "interrupted\n"]
        time.sleep(SAME_SECONDS + 0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM


def test_sigterm_within_a_step_waits_for_its_end() -> None:
    steps = []

    def step() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGTERM)
            steps.append("finished")

    with noticing() as notice:
        with pytest.raises(KeyboardInterrupt):
            step()
        assert notice.status == TERMINATED
    assert steps == ["finished"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_sigterm_is_left_to_whoever_handles_it_and_taken_back_from_libraries() -> None:
    heard: list[int] = []

    async def work() -> None:
        signal.raise_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with noticing():
            run_interruptible(work())
        assert heard == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    with noticing():
        signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
        with pytest.raises(KeyboardInterrupt):
            run_interruptible(work())
    assert heard == [signal.SIGTERM]


def test_ctrl_c_stays_ignored_where_it_was() -> None:
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)

    async def work() -> None:
        signal.raise_signal(signal.SIGINT)

    try:
        with noticing() as notice:
            signal.raise_signal(signal.SIGINT)
            run_interruptible(work())
            assert not notice.seen
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, former)
