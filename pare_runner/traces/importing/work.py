"""What the parts of an import share: the document, what was found wrong, and what is to be told."""

from __future__ import annotations

from dataclasses import dataclass, field

from pare_runner.errors import Problem
from pare_runner.traces.hf_models import HfDocument
from pare_runner.traces.importing.report import ImportReport


@dataclass(slots=True)
class Work:
    """One document on its way to a scenario that starts at `start`; `foreign` says that another program wrote it."""

    document: HfDocument
    start: float
    foreign: bool
    report: ImportReport = field(default_factory=ImportReport)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: str, message: str, hint: str = "") -> None:
        """Note a problem at a place in the hf file."""
        self.problems.append(Problem(message, f"{self.document.where}: {path}", hint))
