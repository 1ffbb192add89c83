"""Everything that a diff found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pare_runner.analysis.diff.as_html import fragment, page
from pare_runner.analysis.diff.as_json import as_json
from pare_runner.analysis.diff.as_text import text
from pare_runner.analysis.diff.conclusion import conclusion
from pare_runner.analysis.diff.configs import CodeDifference, ConfigDifference
from pare_runner.analysis.diff.contents import Contents, ScenarioChange, TextDiff
from pare_runner.analysis.diff.examine import Examined
from pare_runner.analysis.diff.figures import CellFigure, Metric, Success
from pare_runner.analysis.diff.moved import CheckShare, Moved
from pare_runner.analysis.statistics.families import Family
from pare_runner.errors import Problem


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Runs of one side that the other does not have: how many, and in words which."""

    runs: int
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matching:
    """How runs were laid side by side. `runs` counts those of each side, `pairs` the places where both have one.

    `grouped` says that a side has several runs at some of these places: they are pairs of groups then. `apart` are keys
    without which some runs would have a partner, where none has.
    """

    keys: tuple[str, ...]
    by_run: bool
    runs: tuple[int, int]
    pairs: int
    scenarios: int
    cells: int
    treatment: Mapping[str, tuple[Any, Any]]
    narrowed: tuple[str, ...]
    pooled: tuple[str, ...]
    unmatched: tuple[Unmatched, Unmatched]
    grouped: bool = False
    apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A scenario that is not the same on both sides.

    `moved` is None if its success rate is the same, `change` if its contents are. `differing` counts the pairs of runs
    that went another way, as their columns tell. `checks` are those that turned. `examined` is None if no trace was
    opened for it.
    """

    scenario: str
    moved: Moved | None
    change: ScenarioChange | None
    differing: int
    pairs: int
    checks: tuple[CheckShare, ...] = ()
    examined: Examined | None = None


@dataclass(frozen=True)
class Diff:
    """What changed between two results, `a` (the baseline) and `b`; every difference is B less A.

    `moved` are the scenarios whose success rate moved, by evidence; `changed` those that differ in contents or, where
    no configuration explains it, in what happened, at the same rate. `success` is None without a pair of runs that both
    have a verdict. `kinds` tallies the first different decisions of all pairs that were opened.
    `differing` counts the pairs of runs that went another way, as their columns tell, `traces_compared` says that their
    traces were compared too. `unread` are files whose runs are missing because they cannot be read.
    """

    a: str
    b: str
    notes: tuple[Problem, ...]
    matching: Matching
    config: tuple[ConfigDifference, ...]
    code: tuple[CodeDifference, ...]
    contents: Contents
    prompts: tuple[TextDiff, ...]
    success: Success | None
    cells: tuple[CellFigure, ...]
    cell_family: Family
    moved: tuple[Finding, ...]
    moved_family: Family
    changed: tuple[Finding, ...]
    kinds: Mapping[str, int]
    metrics: tuple[Metric, ...]
    differing: int
    traces_compared: bool
    unread: tuple[str, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether nothing differs that could change a result, and no result does.

        Code, and keys of the configuration outside of its identity, may differ.
        """
        return not (
            self.moved
            or self.changed
            or self.prompts
            or self.contents.changed
            or any(item.identity for item in self.config)
            or any(side.runs for side in self.matching.unmatched)
            or any(self.contents.only)
            or any(not item.same for item in self.metrics if item.name not in WALL_CLOCK)
        )

    def text(self, *, width: int = 100) -> str:
        """The whole of it to read, the conclusion first; one line if both sides are identical."""
        return text(self, width)

    def as_json(self) -> dict[str, Any]:
        """The whole of it as JSON values (docs/diff.md)."""
        return as_json(self)

    def html(self) -> str:
        """The whole of it as one page that needs no network."""
        return page(self)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<diff: {conclusion(self)}; print it>"

    def _repr_html_(self) -> str:
        return fragment(self)


WALL_CLOCK = ("latency_mean",)
"""Metrics that differ between equal experiments."""
