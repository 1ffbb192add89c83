"""The registry of benchmarks, the clocks they measure with, and how they are run.

A benchmark is a function without arguments that does its work once and returns one figure in its unit:

    @benchmark("oracle run", target="≥ 1500", unit="runs/s")
    def oracle_run() -> float:
        return 200 / cpu_seconds(lambda: run_oracle(times=200))

It is called once to warm up and then `repeats` times; the median is compared with the target where that is a plain
bound, "≤ number" or "≥ number".
"""

from __future__ import annotations

import re
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

BOUND = re.compile(r"([≤≥]) ?([\d,]+(?:\.\d+)?)$")


@dataclass(frozen=True)
class Benchmark:
    name: str
    target: str
    unit: str
    repeats: int
    function: Callable[[], float]


@dataclass(frozen=True)
class Result:
    """The figures of one benchmark in the order they were measured, or the error that stopped it."""

    benchmark: Benchmark
    samples: tuple[float, ...] = ()
    error: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def met(self) -> bool | None:
        """Whether the median is within the target; None if the target is no plain bound or nothing was measured."""
        bound = BOUND.match(self.benchmark.target)
        if not bound or not self.samples:
            return None
        limit = float(bound[2].replace(",", ""))
        return self.median <= limit if bound[1] == "≤" else self.median >= limit

    def as_json(self) -> dict[str, Any]:
        head = {"name": self.benchmark.name, "target": self.benchmark.target, "unit": self.benchmark.unit}
        if self.error:
            return {**head, "error": self.error}
        figures = {"min": min(self.samples), "median": self.median, "max": max(self.samples)}
        return {**head, **figures, "samples": list(self.samples), "met": self.met}


registry: dict[str, Benchmark] = {}


def benchmark(
    name: str, *, target: str, unit: str, repeats: int = 5
) -> Callable[[Callable[[], float]], Callable[[], float]]:
    """Register a function under a name that no other benchmark has."""

    def register(function: Callable[[], float]) -> Callable[[], float]:
        if name in registry:
            raise ValueError(f"two benchmarks are named {name!r}")
        registry[name] = Benchmark(name, target, unit, repeats, function)
        return function

    return register


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds this process spends in `work`, over all its threads."""
    start = time.process_time()
    work()
    return time.process_time() - start


def wall_seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def child_cpu_seconds(command: Sequence[str]) -> float:
    """CPU seconds, user and system, of a command and its children; its output is shown only if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise RuntimeError(f"status {done.returncode}: {' '.join(last)}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def run(benchmarks: Iterable[Benchmark]) -> Iterator[Result]:
    """Run benchmarks one after the other; one that raises yields its error and does not stop the others."""
    for item in benchmarks:
        try:
            item.function()
            yield Result(item, tuple(item.function() for _ in range(item.repeats)))
        except Exception as error:
            yield Result(item, error=f"{type(error).__name__}: {error}")


def table(results: Sequence[Result]) -> str:
    """Return an aligned text table, one line a benchmark."""
    rows = [("benchmark", "min", "median", "max", "unit", "target", "")]
    for result in results:
        name, unit, target = result.benchmark.name, result.benchmark.unit, result.benchmark.target
        if result.error:
            rows.append((name, "-", "-", "-", unit, target, result.error))
            continue
        low, middle, high = (f"{figure:,.4g}" for figure in (min(result.samples), result.median, max(result.samples)))
        rows.append((name, low, middle, high, unit, target, {True: "ok", False: "missed", None: ""}[result.met]))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [row[column].rjust(widths[column]) for column in (1, 2, 3)]
        cells += [row[column].ljust(widths[column]) for column in (4, 5)]
        lines.append("  ".join([*cells, row[6]]).rstrip())
    return "\n".join(lines)
