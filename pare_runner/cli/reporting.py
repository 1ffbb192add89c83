"""The reports that stand beside results: written when a job or a sweep ends, and again when its results change."""

from __future__ import annotations

import importlib
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from pare_runner.atomic import write_atomic
from pare_runner.errors import InputError

PAGE, MARKDOWN = "report.html", "report.md"
log = logging.getLogger(__name__)


def write_reports(directory: Path) -> Path | None:
    """Write the report of the results in `directory` beside them; the page's path, None if there is none.

    A report is no result: whatever keeps it from being written, unlike results of one run too, is a warning of one
    line, and changes no exit status. It says the time at which the results were begun.
    """
    try:
        return _written(directory)
    except InputError as error:
        old = f"; the {PAGE} there is of before" if (directory / PAGE).exists() else ""
        log.warning("no report of %s: %s%s", _shown(directory), str(error).splitlines()[0], old)
    except Exception as error:
        log.warning("no report could be written: %s: %s", type(error).__name__, error)
    return None


def _written(directory: Path) -> Path:
    place = _shown(directory)
    # Slow to load, and a command that ends earlier needs none of it.
    document = importlib.import_module("pare_runner.analysis.report.document")
    results = importlib.import_module("pare_runner.analysis.frame").read_results(place)
    options = importlib.import_module("pare_runner.analysis.report.build").Options(mix=True, timestamp=_begun(results))
    found = document.of_results(results, options, [place.name if place.is_absolute() else str(place)])
    write_atomic(directory / PAGE, found.html(str(place)).encode())
    write_atomic(directory / MARKDOWN, found.markdown(str(place)).encode())
    return directory / PAGE


def _shown(directory: Path) -> Path:
    """The directory as it is called from where the program runs, if it lies below: a report says no private paths."""
    here = Path.cwd()
    found = directory.absolute()
    return found.relative_to(here) if found.is_relative_to(here) and found != here else found


def _begun(results: Any) -> str:
    """When the first of the jobs began, to the second; empty if none says it."""
    clocks = [job.manifest.get("wall_clock") for job in results.jobs]
    started = [str(clock["started"]) for clock in clocks if isinstance(clock, dict) and clock.get("started")]
    begun = min(started, default="")
    try:
        return datetime.fromisoformat(begun).isoformat(timespec="seconds")
    except ValueError:
        return begun
