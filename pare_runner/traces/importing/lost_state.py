"""State that an hf file does not hold, rebuilt where its events and their results show it.

PARE's export loses reminders, the ride that is on, and the contents of attachments and files. What is put back here is
what calls of the file's run name or returned; the rest is reported as lost.
"""

from __future__ import annotations

import copy
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from pare_runner.apps.cab.models import OVER
from pare_runner.traces.decoding import decode_returned
from pare_runner.traces.hf_models import HfAction, HfApp, HfCompletedEvent, HfDocument, HfEvent
from pare_runner.traces.importing.apps import class_name_of
from pare_runner.traces.importing.report import ImportReport
from pare_runner.traces.importing.reprs import objects_in, shown_fields

State = dict[str, Any]

_OF_THE_RIDE = frozenset(
    {"cancel_ride", "user_cancel_ride", "update_ride_status", "end_ride", "get_current_ride_status"}
)
"""Cab tools that act on the ride that is on."""


def rebuilt_states(document: HfDocument, report: ImportReport) -> dict[str, State | None]:
    """Name → state of each app, with what could be rebuilt; what was lost goes to `report`."""
    builders = {
        "StatefulReminderApp": _reminders,
        "StatefulCabApp": _ride,
        "StatefulNotesApp": _note_attachments,
        "SandboxLocalFileSystem": _files,
    }
    states: dict[str, State | None] = {}
    for app in document.apps:
        build = builders.get(class_name_of(app))
        calls = _Calls(document, app)
        try:
            states[app.name] = app.state if build is None else build(app, copy.deepcopy(app.state), calls, report)
        except (TypeError, AttributeError, ValueError):
            states[app.name] = app.state  # it has another shape: the app that loads it says where and why
    return states


class _Calls:
    """The calls of one app, as planned and as they went in the file's run."""

    def __init__(self, document: HfDocument, app: HfApp) -> None:
        self.start = document.definition.start_time or 0.0
        self.completed = [event for event in document.completed_events if _is_of(event, app)]
        self.planned = [event for event in document.events if _is_of(event, app)]
        self._ran = {event.event_id for event in self.completed}

    def made(self, *functions: str) -> Iterator[tuple[HfAction, HfCompletedEvent]]:
        """The calls of some tools that succeeded, in the order they were made."""
        for event in sorted(self.completed, key=lambda event: event.time):
            if event.action is not None and event.action.function in functions and event.exception is None:
                yield event.action, event

    def first(self, functions: frozenset[str]) -> HfEvent | None:
        """The first call of any of some tools: of those that ran, else of those that are planned."""
        ran = sorted(self.completed, key=lambda event: event.time)
        waiting = [event for event in self.planned if event.event_id not in self._ran]
        for event in (*ran, *waiting):
            if event.action is not None and event.action.function in functions:
                return event
        return None


def _is_of(event: HfEvent, app: HfApp) -> bool:
    return event.action is not None and event.action.app == app.name


def _argument(action: HfAction, name: str) -> str:
    return next((argument.value or "" for argument in action.args if argument.name == name), "")


def _reminders(app: HfApp, state: State | None, calls: _Calls, report: ImportReport) -> State | None:
    """Reminders that calls listed and that were not made in the run."""
    if state is not None and "reminders" in state:
        return state
    made = {event.return_value for _, event in calls.made("add_reminder")}
    found: dict[str, State] = {}
    for _, event in calls.made("get_due_reminders", "get_all_reminders"):
        for item in objects_in(event.return_value or "", "Reminder"):
            reminder_id = item.get("reminder_id")
            if isinstance(reminder_id, str) and reminder_id not in made:
                found.setdefault(reminder_id, item)
    for item in found.values():
        if (item.get("time_notified") or calls.start) >= calls.start:
            item["time_notified"] = None
    where = f"{app.path}.app_state"
    if not found:
        report.add("lost_state", where, "the file holds no reminders, and no call shows any")
        return state
    titles = ", ".join(repr(item.get("title")) for item in found.values())
    report.add("lost_state", where, f"the file holds no reminders; rebuilt from what calls listed: {titles}")
    return {**(state or {}), "reminders": found}


def _ride(app: HfApp, state: State | None, calls: _Calls, report: ImportReport) -> State | None:
    """The ride that calls act on before any is ordered."""
    if state is None or state.get("on_going_ride") is not None or "on_going_ride" in state:
        return state
    first = calls.first(_OF_THE_RIDE | {"order_ride"})
    if first is None or first.action is None or first.action.function == "order_ride":
        return state
    if isinstance(first, HfCompletedEvent) and first.exception is not None:
        return state  # no ride was on in the original either
    rides = [ride for ride in state.get("ride_history") or () if isinstance(ride, dict)]
    shown = next((shown_fields(event.return_value or "") for _, event in calls.made("get_current_ride_status")), {})
    ride = next((ride for ride in reversed(rides) if ride.get("ride_id") == shown.get("ride_id")), None)
    ride = ride or next((ride for ride in reversed(rides) if ride.get("status") not in (*OVER, None)), None)
    where = f"{app.path}.app_state"
    if ride is None and not isinstance(first, HfCompletedEvent):
        return state
    if ride is None:
        ride = {
            "ride_id": shown.get("ride_id") or "ride_on",
            "status": "BOOKED",
            "service_type": shown.get("service_type") or "Default",
            "start_location": shown.get("start_location") or "unknown",
            "end_location": shown.get("end_location") or "unknown",
            "time_stamp": calls.start,
        }
        state["ride_history"] = [*rides, ride]
        what = "a ride was on that the file does not hold; rebuilt from what calls say of it"
    else:
        what = f"which ride was on; rebuilt: {ride.get('start_location')} to {ride.get('end_location')}"
    report.add("lost_state", where, f"{what} ({first.action.function} acts on it before any ride is ordered)")
    return {**state, "on_going_ride": ride["ride_id"]}


def _note_attachments(app: HfApp, state: State | None, calls: _Calls, report: ImportReport) -> State | None:
    """Attachments that calls list or remove by name, without contents."""
    notes = {
        note_id: note
        for folder in ((state or {}).get("folders") or {}).values()
        for note_id, note in folder.get("notes", {}).items()
    }
    known = {note_id: set(note.get("attachments") or {}) for note_id, note in notes.items()}
    functions = ("add_attachment_to_note", "list_attachments", "remove_attachment")
    rebuilt: dict[str, list[str]] = {}
    for action, event in calls.made(*functions):
        note_id = _argument(action, "note_id")
        if note_id not in notes:
            continue
        if action.function == "add_attachment_to_note":
            known[note_id].add(posixpath.basename(_argument(action, "attachment_path")))
            continue
        listed = decode_returned(event.return_value, event.return_type)
        names = [_argument(action, "attachment")] if action.function == "remove_attachment" else listed
        for name in names if isinstance(names, list) else ():
            if isinstance(name, str) and name and name not in known[note_id]:
                known[note_id].add(name)
                rebuilt.setdefault(note_id, []).append(name)
    for note_id, names in rebuilt.items():
        note = notes[note_id]
        note["attachments"] = {**(note.get("attachments") or {}), **dict.fromkeys(names, "")}
        title, listed_names = note.get("title"), ", ".join(names)
        where = f"{app.path}.app_state"
        report.add("lost_state", where, f"attachments of note {title!r}: rebuilt without contents: {listed_names}")
    return state


def _files(app: HfApp, state: State | None, calls: _Calls, report: ImportReport) -> State | None:
    """Contents of files that calls show in full; the others are empty."""
    root = (state or {}).get("files")
    if not isinstance(root, dict):
        return state
    empty = {path: node for path, node in _nodes(root, "") if not {"text", "base64"} & node.keys()}
    if not empty:
        return state
    contents: dict[str, str] = {}
    for action, event in calls.made("cat", "read_document"):
        path = "/" + (_argument(action, "path") or _argument(action, "file_path")).lstrip("/")
        text = event.return_value or ""
        if event.return_type == "str" and path in empty and not text.rstrip().endswith("]"):
            contents.setdefault(path, text)  # a text that ends in a bracket may be cut, with a remark
    for path, text in contents.items():
        empty[path]["text"] = text
    rest = [path for path in empty if path not in contents]
    if contents:
        message = f"contents of files: rebuilt from what calls showed: {', '.join(contents)}"
        report.add("lost_state", f"{app.path}.app_state", message)
    if rest:
        message = f"contents of files: these are empty: {', '.join(rest)}"
        report.add("lost_state", f"{app.path}.app_state", message)
    return state


def _nodes(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for child in node.get("children") or ():
        if isinstance(child, dict):
            place = f"{path}/{child.get('name')}"
            if child.get("type") == "file":
                yield place, child
            yield from _nodes(child, place)
