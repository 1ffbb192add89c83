"""What traces cost: room, the time to write and to read them, and to get at the first of very many.

Speeds are in MB of hf traces a second of CPU, whatever the format: so much of a job's traces gets done.
"""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl

from benchmarks.engine import LOAD, UNITS, config
from benchmarks.harness import benchmark, cpu_seconds, wall_seconds
from pare_runner.batch.invocation import run_job
from pare_runner.traces.contract import TraceWriter
from pare_runner.traces.hf import HfWriter
from pare_runner.traces.lite import LiteWriter
from pare_runner.traces.native.reader import NativeReader, read_native
from pare_runner.traces.native.writer import NativeWriter
from pare_runner.traces.record import RunTrace

RUNS = 6
MANY = 1000
MEGABYTE = 1e6


@cache
def scratch() -> Path:
    """A folder for the time of the process."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Path(folder.name)


@cache
def job(export: str) -> Path:
    """The traces of all shipped scenarios, six runs of each, in a format."""
    everything = config(scenarios=(), suite={"source": "library", "runs": RUNS}, export=True, trace_dump_format=export)
    run_job(everything, scratch() / export, command_line=())
    return scratch() / export / "traces" / export


@cache
def records() -> Sequence[RunTrace]:
    return tuple(read_native(job("native")))


@cache
def size(export: str) -> int:
    """Bytes of the traces in a format."""
    return sum(path.stat().st_size for path in job(export).rglob("*") if path.is_file())


@cache
def many(joined: bool) -> Path:
    """The native traces of a thousand runs, which are those of `records` again and again."""
    folder, writer, made = scratch() / f"many_{joined}", NativeWriter(), records()
    for number in range(MANY):
        trace = made[number % len(made)]
        trace = replace(trace, context=replace(trace.context, run_id=f"{trace.scenario_id}_run_{number}"))
        for file in writer.render(trace):
            path = folder / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
    if joined:
        writer.pack(folder)
    return folder


@benchmark("native traces of 114 agent runs, of the size of their hf traces", target="≤ 0.05", unit="", repeats=1)
def native_size() -> float:
    if len(records()) < 100:
        raise RuntimeError(f"only {len(records())} runs")
    return size("native") / size("hf")


def speed(work: Callable[[], object]) -> float:
    """MB of hf traces a second."""
    megabytes = size("hf") / MEGABYTE
    return megabytes / cpu_seconds(work)


def exported(writer: TraceWriter) -> Callable[[], float]:
    return lambda: speed(lambda: [writer.render(trace) for trace in records()])


for written in (HfWriter(), LiteWriter(), NativeWriter()):
    benchmark(f"export to {written.name}", target="-", unit="MB/s of hf", repeats=3)(exported(written))


@benchmark("joining native traces", target="-", unit="MB/s of hf", repeats=3)
def joining() -> float:
    NativeWriter().unpack(job("native"))
    return speed(lambda: NativeWriter().pack(job("native")))


@benchmark("reading native traces", target="-", unit="MB/s of hf", repeats=3)
def reading() -> float:
    return speed(lambda: list(read_native(job("native"))))


@benchmark("converting native traces to hf", target="-", unit="MB/s of hf", repeats=3)
def converting() -> float:
    return speed(lambda: [HfWriter().render(trace) for trace in read_native(job("native"))])


def first_row(joined: bool) -> Callable[[], float]:
    return lambda: 1000 * wall_seconds(lambda: pl.scan_parquet(many(joined) / "calls" / "*.parquet").head(1).collect())


def first_run(joined: bool) -> Callable[[], float]:
    def work() -> None:
        reader = NativeReader(many(joined))
        if len(reader.run_ids) != MANY:
            raise RuntimeError(f"{len(reader.run_ids)} runs")
        next(iter(reader))

    return lambda: 1000 * wall_seconds(work)


for state, is_joined in (("joined", True), ("while it runs", False)):
    benchmark(f"first call of {MANY:,} runs, {state}", target="-", unit="ms", repeats=3)(first_row(is_joined))
    benchmark(f"first record of {MANY:,} runs, {state}", target="-", unit="ms", repeats=3)(first_run(is_joined))


def unit(export: str | None) -> Callable[[], float]:
    """CPU of a unit through the whole engine, its job's end included, in milliseconds."""

    def measured() -> float:
        traces = {"export": False} if export is None else {"export": True, "trace_dump_format": export}
        many = config(executor_type="async", **traces)
        with tempfile.TemporaryDirectory() as folder:
            return 1000 * cpu_seconds(lambda: run_job(many, Path(folder) / "job", load=LOAD)) / UNITS

    return measured


for chosen in (None, "hf", "native"):
    benchmark(f"offline unit with export={chosen or 'none'}, CPU", target="-", unit="ms", repeats=3)(unit(chosen))
