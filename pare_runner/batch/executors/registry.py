"""Executors by the names that configurations use."""

from __future__ import annotations

from collections.abc import Callable

from pare_runner.batch.config import ExecutorType
from pare_runner.batch.executors.contract import Executor
from pare_runner.batch.executors.loop import LoopExecutor
from pare_runner.batch.executors.processes import ProcessExecutor
from pare_runner.batch.executors.ray_cluster import ray_executor
from pare_runner.batch.executors.threads import ThreadExecutor

EXECUTORS: dict[ExecutorType, Callable[[], Executor]] = {
    "async": LoopExecutor,
    "sequential": lambda: LoopExecutor(one_by_one=True),
    "thread": ThreadExecutor,
    "process": ProcessExecutor,
    "ray": ray_executor,
}


def make_executor(name: ExecutorType) -> Executor:
    """The executor called `name`; ConfigError if what it needs is not installed."""
    return EXECUTORS[name]()
