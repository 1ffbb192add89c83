"""What it costs to report on a million rows of results."""

from __future__ import annotations

from benchmarks.harness import benchmark, cpu_seconds
from benchmarks.results import CONFIGS, ROWS, results
from pare_runner.analysis.report.document import report


@benchmark("report of 1,000,000 rows of results, as text and as a page", target="≤ 6", unit="CPU s", repeats=3)
def report_of_a_million_rows() -> float:
    folder = results()

    def work() -> None:
        found = report(folder)
        assert sum(item.runs for item in found.report.configurations) == ROWS
        assert len(found.report.configurations) == CONFIGS
        assert found.text()
        assert found.html(str(folder))

    return cpu_seconds(work)
