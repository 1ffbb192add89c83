"""Known defects of PARE behind a difference between a file's run and ours, and how each is recognised.

`CAUSES` is the table: kind of a difference → what recognises a defect in it. Why calls fail is the table of `defects`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from pare_runner.traces.decoding import is_reference
from pare_runner.traces.hf_models import HfDocument, HfEvent
from pare_runner.traces.importing.apps import class_name_of
from pare_runner.traces.importing.defects import known_defect
from pare_runner.traces.importing.origin import is_foreign
from pare_runner.traces.importing.run_calls import RunCall
from pare_runner.traces.importing.timing import is_condition

Kind = Literal["same", "fails_too", "succeeds_here", "fails_here", "arguments", "time", "only_there", "only_here"]
"""What became of a call: the first two are as they should be."""

_LOSING = ("StatefulReminderApp", "StatefulCabApp", "SandboxLocalFileSystem")
"""Apps whose states PARE writes without all that is in them."""


class Facts:
    """What of a document tells whether a defect was at work."""

    def __init__(self, document: HfDocument) -> None:
        self.planned = {event.event_id: event for event in document.events}
        self.ran = {event.event_id for event in document.completed_events}
        self.foreign = is_foreign(document)
        self.losing = {app.name for app in document.apps if class_name_of(app) in _LOSING}

    def with_ancestors(self, event_id: str) -> Iterator[HfEvent]:
        """An event of the flow and all it waits for."""
        waiting, seen = [event_id], set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen and name in self.planned:
                seen.add(name)
                yield self.planned[name]
                waiting += self.planned[name].dependencies

    def waits_for_agents(self, event_id: str) -> bool:
        """Whether an event waits for what agents do in their own time, or for a condition."""
        above = (event for event in self.with_ancestors(event_id) if event.event_id != event_id)
        return any(event.class_name == "OracleEvent" or is_condition(event) for event in above)


Recogniser = Callable[[Facts, RunCall | None, RunCall | None], str]
"""From the facts and the call there and here to the defect; the text is empty if it is none."""


def cause(kind: Kind, facts: Facts, old: RunCall | None, new: RunCall | None) -> str:
    """What explains a difference between the call there (`old`) and here; empty if nothing does.

    That a condition never held is said of any file; defects of PARE explain nothing in files that we wrote.
    """
    recognise = CAUSES.get(kind) if facts.foreign or kind == "only_here" else None
    return "" if recognise is None else recognise(facts, old, new)


def _failed_by_defect(facts: Facts, old: RunCall | None, new: RunCall | None) -> str:
    return "" if old is None else known_defect(old.function, old.exception or "")


def _lost_state(facts: Facts, old: RunCall | None, new: RunCall | None) -> str:
    lost = new is not None and new.app in facts.losing
    return "PARE writes the state of this app without all that is in it" if lost else ""


def _started_early(facts: Facts, old: RunCall | None, new: RunCall | None) -> str:
    if old is None or new is None or new.time < old.time:
        return ""
    several = any(len(event.dependencies) > 1 for event in facts.with_ancestors(old.event_id))
    return "PARE starts an event of several parents before all of them are over" if several else ""


def _dropped_arguments(facts: Facts, old: RunCall | None, new: RunCall | None) -> str:
    planned = None if old is None else facts.planned.get(old.event_id)
    args = planned.action.args if planned is not None and planned.action is not None else ()
    refers = any(argument.value is not None and is_reference(argument.value) for argument in args)
    return "PARE drops arguments after a reference that it cannot resolve" if refers else ""


def _never_true(facts: Facts, old: RunCall | None, new: RunCall | None) -> str:
    conditions = [] if new is None else filter(is_condition, facts.with_ancestors(new.event_id))
    never = any(event.event_id not in facts.ran for event in conditions)
    return "a condition before it never held in the original, and a file does not tell what it asks" if never else ""


CAUSES: Mapping[Kind, Recogniser] = {
    "succeeds_here": _failed_by_defect,
    "fails_here": _lost_state,
    "arguments": _dropped_arguments,
    "time": _started_early,
    "only_here": _never_true,
}
