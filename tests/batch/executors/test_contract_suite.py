"""The shipped executors keep the contract."""

from __future__ import annotations

from pare_runner.batch.executors.contract import Executor
from pare_runner.batch.executors.loop import LoopExecutor
from pare_runner.batch.executors.processes import ProcessExecutor
from pare_runner.batch.executors.suite import KillingExecutor, WaitingExecutor
from pare_runner.batch.executors.threads import ThreadExecutor

PATIENCE = 0.5


class TestAsync(WaitingExecutor):
    patience = PATIENCE

    def make_executor(self) -> Executor:
        return LoopExecutor(patience=PATIENCE)


class TestSequential(WaitingExecutor):
    patience = PATIENCE

    def make_executor(self) -> Executor:
        return LoopExecutor(one_by_one=True, patience=PATIENCE)


class TestThread(WaitingExecutor):
    patience = PATIENCE

    def make_executor(self) -> Executor:
        return ThreadExecutor(patience=PATIENCE)


class TestProcess(KillingExecutor):
    def make_executor(self) -> Executor:
        return ProcessExecutor(workers=2)
