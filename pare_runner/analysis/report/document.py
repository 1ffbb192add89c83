"""Reports for Python programs and notebooks: `pare_runner.report(…)`."""

from __future__ import annotations

import html as escaping
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pare_runner.analysis import given
from pare_runner.analysis.discover import Given, each_path
from pare_runner.analysis.figure_files import METADATA
from pare_runner.analysis.frame import Results, read_results
from pare_runner.analysis.notes import counted
from pare_runner.analysis.report.build import Options, build
from pare_runner.analysis.report.html import html
from pare_runner.analysis.report.latex import latex
from pare_runner.analysis.report.layout import layout
from pare_runner.analysis.report.markdown import markdown
from pare_runner.analysis.report.model import Report
from pare_runner.analysis.report.text import WIDTH, text
from pare_runner.analysis.statistics.intervals import LEVEL
from pare_runner.errors import ConfigError


@dataclass(frozen=True)
class ReportDocument:
    """A report and its forms. Printed it is text, in an interpreter a line, at the end of a notebook's cell the page;
    `report` holds the numbers, `unread` are files whose runs are missing because they cannot be read."""

    report: Report
    unread: tuple[str, ...] = ()

    def text(self, width: int = WIDTH) -> str:
        """For a terminal."""
        return text(self.report, width=width)

    def json(self) -> dict[str, Any]:
        """The documented layout of a JSON report, and ours below the key `pare_runner`."""
        return layout(self.report)

    def markdown(self, folder: str = "") -> str:
        """Links count from `folder`, by default the working directory."""
        return markdown(self.report, folder=folder)

    def latex(self) -> str:
        """Tables and a paragraph on methods."""
        return latex(self.report)

    def html(self, folder: str = "") -> str:
        """One page that needs nothing else; links count from `folder`, by default the working directory."""
        return html(self.report, folder=folder)

    def figures(self, kinds: str | Sequence[str] = tuple(METADATA)) -> Iterator[tuple[str, bytes]]:
        """Names and bytes of the figures, in these formats, one or several; ConfigError for one that is none."""
        wanted = [kinds] if isinstance(kinds, str) else list(kinds)
        for kind in wanted:
            if kind not in METADATA:
                raise ConfigError(
                    f"{kind!r} is no format of figures: {', '.join(METADATA)}",
                    hint="names and bytes are given, and nothing is written: Path(folder, name).write_bytes(data)",
                )
        # matplotlib is slow to load, and only figures need it.
        from pare_runner.analysis.report.figures import figures

        return figures(self.report, wanted)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        found = self.report
        what = counted(len(found.configurations), "configuration")
        return f"<report of {what} and {counted(found.metadata.runs, 'run')}; print it, or see .report>"

    def _repr_html_(self) -> str:
        """The page in a frame of its own, so that its style and the notebook's leave one another alone."""
        page = escaping.escape(self.html())
        return f'<iframe srcdoc="{page}" sandbox="allow-scripts" style="width:100%;height:48rem;border:0"></iframe>'


def report(
    path: Given,
    *more: Given,
    by: str | Iterable[str] = (),
    estimand: str = "situations",
    level: float = LEVEL,
    margin: float | None = None,
    mix: bool = False,
    baseline: str | None = None,
    timestamp: str = "",
) -> ReportDocument:
    """The report of jobs, sweeps, folders of them, or files of rows, running ones too.

    Each path may be several. `by` are the columns that make a configuration, one text or several (default: all settings
    that differ); `estimand` is `situations` or `benchmark`; `margin`, between 0 and 1, asks whether configurations are
    equivalent; `mix` lets runs of several protocols stand side by side; `baseline` is what all are compared with
    (default: the first; `best`, an id, a label).

    InputError for a path without results, without a finished run, or of mixed protocols; ConfigError for bad options.
    """
    about = given.estimand(estimand)
    options = Options(given.names(by), about, level, margin, mix, baseline, timestamp)
    paths = each_path(path, *more)
    return of_results(read_results(paths), options, [str(item) for item in paths])


def of_results(results: Results, options: Options, directories: Sequence[str]) -> ReportDocument:
    """The report of results that are read already; `directories` are how they are called."""
    return ReportDocument(build(results, options, directories=directories), results.unread)
