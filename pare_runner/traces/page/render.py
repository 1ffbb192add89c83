"""The page of a run: one HTML document with everything in it.

No script, no font, no picture, no request to anywhere: its own policy forbids them. Filters are check boxes that style
sheets look at. All texts of the run are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined, Template

from pare_runner.traces.conversation import ENDS, acting
from pare_runner.traces.entry import Entry
from pare_runner.traces.page.view import filters_of, sections_of, steps_of
from pare_runner.traces.record import RunTrace
from pare_runner.traces.words import clock, visible

BEGINNING = b"<!DOCTYPE html>\n<!-- run of pare_runner -->"
"""What every page begins with."""
_HERE = Path(__file__).parent
_FILES = ("page.html.jinja", "page.css.jinja")


def page(trace: RunTrace, entries: Sequence[Entry]) -> bytes:
    """The page of `entries` of a run, as UTF-8; the same run gives the same bytes."""
    sections = sections_of(entries)
    text = _template().render(
        trace=trace,
        acting=acting(trace),
        verdict=trace.verdict,
        ended=ENDS.get(trace.verdict.termination_reason or ""),
        duration=clock(trace.end_time - trace.start),
        counts=_counts(entries),
        filters=filters_of(entries),
        sections=sections,
        steps=steps_of(sections),
    )
    return visible(text).encode("utf-8", "replace")


def _counts(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """What the head of the page counts: label and number."""
    kinds = [entry.kind for entry in entries]
    accepted = sum(entry.kind == "answer" and entry.text.startswith("accepts") for entry in entries if not entry.failed)
    asked = [entry.exchange for entry in entries if entry.kind == "request" and entry.exchange is not None]
    used = sum(call.response.usage.total_tokens for call in asked if call.response is not None)
    found = {
        "proposals": kinds.count("proposal"),
        "accepted": accepted,
        "calls of tools": sum(kinds.count(kind) for kind in ("tap", "read", "write")),
        "failed": sum(entry.failed for entry in entries),
        "model calls": len(asked),
        "tokens": used,
        "noise": sum(entry.noise for entry in entries),
    }
    return [(name, f"{number:,}") for name, number in found.items() if number]


@cache
def _template() -> Template:
    texts = {name: (_HERE / name).read_text(encoding="utf-8") for name in _FILES}
    environment = Environment(
        loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(_FILES[0])
