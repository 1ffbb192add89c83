"""The page on outputs names every column and every figure."""

from __future__ import annotations

import re

from pare_runner.batch.frame import RESULT_SCHEMA
from pare_runner.batch.frames_io import UNIT_SCHEMA
from pare_runner.batch.summary import summarize
from tests.docs.pages import page

PAGE = page("outputs.md")
NAMED = set(re.findall(r"`(\w+)`", PAGE))


def test_columns() -> None:
    in_short = {name for name in RESULT_SCHEMA if re.fullmatch("(observe|execute)_(model|provider)", name)}
    assert set(UNIT_SCHEMA) - in_short <= NAMED


def test_figures() -> None:
    counts = {"complete", "planned", "runs", "success", "failed", "exception", "no_validation"}
    assert set(summarize([], 0)) - counts <= NAMED
