"""Units a second through `executor=ray` on a cluster of this machine alone; measured where Ray is installed."""

from __future__ import annotations

from importlib.util import find_spec

from benchmarks.engine import UNITS, config, units_a_second
from benchmarks.harness import benchmark, wall_seconds
from pare_runner.batch.executors.ray_cluster import connected


def connected_units_a_second() -> float:
    """The same in a cluster that is there already: what remains is workers that start, and the runs."""
    with connected(config().ray_address):
        return units_a_second("ray")


def start_and_end() -> float:
    """Seconds that a cluster takes to start and to end."""

    def start() -> None:
        with connected(None):
            pass

    return wall_seconds(start)


if find_spec("ray") is not None:
    benchmark(f"{UNITS} offline units through ray", target="-", unit="units/s", repeats=2)(
        lambda: units_a_second("ray")
    )
    benchmark(f"{UNITS} offline units through a running ray", target="-", unit="units/s", repeats=2)(
        connected_units_a_second
    )
    benchmark("start and end of a local ray cluster", target="-", unit="s", repeats=2)(start_and_end)
