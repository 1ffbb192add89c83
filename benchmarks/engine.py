"""What the engine costs: units a second through each executor, a point of a sweep, memory with very many in flight."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import psutil
from hydra._internal.config_loader_impl import ConfigLoaderImpl

from benchmarks.harness import benchmark, cpu_seconds, wall_seconds
from benchmarks.http import LATENCY, server
from pare_runner.batch.agents import with_hashes
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.invocation import run_job
from pare_runner.batch.units import remembered
from pare_runner.cli.hydra_entry import main
from pare_runner.library.catalog import load_suite
from pare_runner.llm.config import LLMEngineConfig

UNITS = 100
POINTS = (5, 30)
MANY = 1000
SCENARIO = "dinner_headcount_change"
OFFLINE = LLMEngineConfig(adapter="offline", model_name="scripted")
ACCEPTS = LLMEngineConfig(adapter="offline", model_name="always_accept")


def config(
    model: LLMEngineConfig = OFFLINE, user: LLMEngineConfig = OFFLINE, **fields: Any
) -> MultiScenarioRunnerConfig:
    """Many runs of one scenario, recorded and journalled, without traces and cache."""
    values: dict[str, Any] = {
        "user_engine_config": user,
        "observe_engine_config": model,
        "execute_engine_config": model,
        "observe_max_iterations": 5,
        "execute_max_iterations": 10,
        "max_turns": 20,
        "simulated_generation_time_mode": "fixed",
        "scenarios": (SCENARIO,),
        "suite": {"source": "listed", "runs": UNITS},
        "cache": "bypass",
        "log_level": "ERROR",
    }
    return with_hashes(MultiScenarioRunnerConfig.model_validate(values | fields))


LOAD = remembered(lambda config: load_suite(config.suite, config.scenarios))


def units_a_second(executor: str) -> float:
    """Units a second of wall clock through an executor, its start and its end included."""
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder) / "job"
        return UNITS / wall_seconds(lambda: run_job(config(executor_type=executor), job, load=LOAD))


def measured(executor: str) -> Callable[[], float]:
    return lambda: units_a_second(executor)


for name in ("sequential", "async", "thread", "process"):
    benchmark(f"{UNITS} offline units through {name}", target="-", unit="units/s", repeats=2)(measured(name))


@benchmark("1,000 units from the cache, CPU", target="≤ 2", unit="s", repeats=2)
def from_the_cache() -> float:
    with tempfile.TemporaryDirectory() as folder, environment(PARE_CACHE_DIR=f"{folder}/cache"):
        many = config(cache="use", suite={"source": "listed", "runs": MANY})
        run_job(many, Path(folder) / "first", load=LOAD)
        return cpu_seconds(lambda: run_job(many, Path(folder) / "again", load=LOAD))


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Inside, these variables are set."""
    former = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in former.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@benchmark("point of a sweep beyond its composition, CPU", target="≤ 20", unit="ms", repeats=3)
def sweep_point() -> float:
    # A new process: in this one the collector would go through what all other benchmarks have left.
    return 1000 * _in_a_new_process("seconds_a_point")


def seconds_a_point() -> float:
    """CPU seconds by which a sweep grows with each job of one oracle run, its composition left out."""
    few, many = (_sweep(points) for points in POINTS)
    return (many - few) / (POINTS[1] - POINTS[0])


def _sweep(points: int) -> float:
    """CPU seconds of a sweep of jobs of one oracle run, without what Hydra takes to compose them."""
    composing = 0.0
    compose = ConfigLoaderImpl.load_sweep_config

    def timed(*args: Any, **options: Any) -> Any:
        nonlocal composing
        began = time.process_time()
        try:
            return compose(*args, **options)
        finally:
            composing += time.process_time() - began

    seeds = ",".join(map(str, range(points)))
    words = [f"scenarios=[{SCENARIO}]", "oracle=true", "export=none", "cache=bypass", f"seed={seeds}", "-m"]
    ConfigLoaderImpl.load_sweep_config = timed  # type: ignore[method-assign]
    try:
        quiet = io.StringIO()
        with tempfile.TemporaryDirectory() as folder, chdir(folder), redirect_stdout(quiet), redirect_stderr(quiet):
            seconds = cpu_seconds(lambda: main(words))
    finally:
        ConfigLoaderImpl.load_sweep_config = compose  # type: ignore[method-assign]
    return seconds - composing


def grown_in_flight() -> float:
    """MiB by which this process grows at most while the engine has `MANY` units in flight."""
    process, most, over = psutil.Process(), 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.05):
            most = max(most, process.memory_info().rss)

    with server(LATENCY) as url, tempfile.TemporaryDirectory() as folder:
        model = LLMEngineConfig(model_name="bench", endpoint=url, max_concurrency=MANY)
        many = config(
            model, ACCEPTS, max_concurrent_scenarios=MANY, max_turns=2, suite={"source": "listed", "runs": MANY}
        )
        run_job(config(model, ACCEPTS, max_turns=1, suite={"source": "listed"}), Path(folder) / "one", load=LOAD)
        before = process.memory_info().rss
        watcher = threading.Thread(target=watch)
        watcher.start()
        run_job(many, Path(folder) / "many", load=LOAD)
        over.set()
        watcher.join()
    return (most - before) / 2**20


@benchmark(f"memory of {MANY:,} units in flight, whole engine", target=f"≤ {MANY}", unit="MiB", repeats=1)
def memory_of_many() -> float:
    # A new process: in this one, memory that earlier runs left free would be used again and not be counted.
    return _in_a_new_process("grown_in_flight")


def _in_a_new_process(function: str) -> float:
    code = f"from benchmarks.engine import {function}; print({function}())"
    root = Path(__file__).resolve().parent.parent
    return float(subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True).stdout)
