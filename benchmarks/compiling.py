"""What it costs to compile scenario files: the shipped ones, again and again until there are 150."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path

from benchmarks.harness import benchmark, cpu_seconds
from pare_runner.scenarios.compiler.compile import compile_scenario

FILES = 150
FOLDER = Path(__file__).resolve().parents[1] / "scenarios"


@benchmark("compile 150 shipped files", target="≤ 0.6", unit="CPU s")
def compile_shipped() -> float:
    paths = list(islice(cycle(sorted(FOLDER.glob("*.yaml"))), FILES))

    def work() -> None:
        for path in paths:
            compile_scenario(path.read_text(encoding="utf-8"), path.name)

    return cpu_seconds(work)


@benchmark("compile 150 files of 30 lines", target="≤ 0.6", unit="CPU s")
def compile_small() -> float:
    text = (FOLDER / "dinner_headcount_change.yaml").read_text(encoding="utf-8")

    def work() -> None:
        for _ in range(FILES):
            compile_scenario(text, "dinner.yaml")

    return cpu_seconds(work)
