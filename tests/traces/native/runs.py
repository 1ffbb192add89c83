"""Runs of all sorts, as records, and folders of their native traces."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pare_runner.traces.contract import TraceContext
from pare_runner.traces.native.writer import NativeWriter
from pare_runner.traces.record import RunTrace, record_of
from tests.episode.conftest import ACCEPT, ACCEPTS, ASKS, DONE, LOOK, NONSENSE, PROPOSE, Play, calling, events, news


def helped() -> Play:
    """A run in which a proposal is accepted and carried out, after a reply that cannot be used."""
    return Play(
        events(news("hello"), ASKS, ACCEPTS),
        user=[calling(("System.open_app", {"app_name": "Notes"})), ACCEPT],
        observe=[NONSENSE, LOOK, PROPOSE],
        execute=[calling(("Notes.delete_note", {"note_id": "milk"})), DONE],
    )


def record(play: Play, run_id: str = "a_run_1") -> RunTrace:
    """The record of a run."""
    return record_of(play.outcome, TraceContext(run_id, {"by": "them", "n": [1, 2.5]}, "user:u", "user:m"))


def placed(folder: Path, traces: Iterable[RunTrace]) -> Path:
    """`folder` with the parts of these runs."""
    for trace in traces:
        for file in NativeWriter().render(trace):
            path = folder / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
    return folder
