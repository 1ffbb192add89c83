"""One note: something odd about results, said before anything is concluded from them."""

from __future__ import annotations

from typing import Literal

from pare_runner.errors import Problem

Code = Literal[
    "incomplete",
    "damaged_lines",
    "damaged_file",
    "missing_columns",
    "extra_columns",
    "mixed_versions",
    "mixed_behaviour",
    "mixed_protocols",
    "other_scenarios",
    "other_checks",
    "other_tags",
    "other_apps",
    "repeated_runs",
    "differing_runs",
    "exceptions",
    "failed_events",
    "unknown_status",
    "unknown_success",
    "no_manifest",
    "unlike_summary",
    "contradictory",
    "derived_checks",
]
"""Every kind of note; docs/results.md says what each means."""


class ResultsWarning(UserWarning):
    """Results are there, but not all of them, or not as they were written."""


def note(code: Code, message: str, *, where: str = "", hint: str = "") -> Problem:
    """A note as a finding of severity `warning`; `where` is the file, if it is about one."""
    return Problem(message, where, hint, "warning", code)
