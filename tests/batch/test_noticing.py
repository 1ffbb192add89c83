"""Ctrl-C that comes where Python cannot raise it ends a command all the same."""

from __future__ import annotations

import signal

import pytest

from pare_runner.batch.interrupts import run_interruptible
from pare_runner.batch.noticing import noticing


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
