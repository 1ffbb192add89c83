"""What it costs to start: the CPU seconds of a child process that prints its help."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.harness import benchmark, child_cpu_seconds


@benchmark("pare --help", target="≤ 0.3", unit="CPU s")
def pare_help() -> float:
    return child_cpu_seconds([str(Path(sys.executable).with_name("pare")), "--help"])


@benchmark("python -m pare_runner --help", target="≤ 0.6", unit="CPU s")
def module_help() -> float:
    return child_cpu_seconds([sys.executable, "-m", "pare_runner", "--help"])
