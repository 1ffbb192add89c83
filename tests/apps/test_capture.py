"""Capture mode and its opposite."""

from __future__ import annotations

from pare_runner.apps.core.capture import EventRegisterer
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.kernel.events import Event


def test_inside_disable_events_a_call_runs_although_capture_mode_is_on() -> None:
    notes = StatefulNotesApp("Notes")
    with EventRegisterer.capture_mode():
        captured = notes.new_folder("A")
        with EventRegisterer.disable_events():
            ran = notes.new_folder("B")
        again = notes.new_folder("C")

    assert isinstance(captured, Event)
    assert isinstance(again, Event)
    assert ran == "B"
    assert notes.list_folders()[3:] == ["B"]
