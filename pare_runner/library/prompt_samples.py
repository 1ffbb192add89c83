"""Values to try templates with before a run: what each is given where little is to be told, and where much is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pare_runner.agents.prompts import VARIABLES, PromptSet
from pare_runner.apps.core.dates import to_spoken
from pare_runner.apps.core.tools import ToolKind
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.policy.tools import Tool

PARTS = ("react", "tools")
"""Templates that only others include."""

_USUAL: Mapping[str, Any] = {"now": to_spoken(1763456400.0), "apps": ["Notes", "Messages", "Calendar", "Contacts"]}
_LITTLE: Mapping[str, Any] = {
    "goal": None,
    "additional": None,
    "notifications": [],
    "messages": [],
    "proposal": None,
    "answer": "",
    "app": None,
    "screen": None,
    "shows": {},
    "kind": "empty",
    "message": "The reply is empty",
    "results": [{"text": "", "failed": False}],
    "title": "",
    "rubric": "The assistant is polite.",
    "evidence": "",
}
_MUCH: Mapping[str, Any] = {
    "goal": "Pack for the trip.",
    "additional": "You are in a hurry.",
    "notifications": [{"time": "2025-11-18 09:00:00", "text": "Messages: the train is late"}],
    "messages": ["Shall I note this down?"],
    "proposal": "Shall I note this down?",
    "answer": "But not before ten.",
    "app": "Notes",
    "screen": "NoteDetail",
    "shows": {"note_id": "packing", "tags": ["trip"]},
    "kind": "bad_arguments",
    "message": "Notes__open has no argument 'id'",
    "results": [{"text": "A note.", "failed": False}, {"text": "Error: there is no note", "failed": True}],
    "title": "A late train",
    "rubric": "The assistant is polite.",
    "evidence": "2025-11-18 09:00:00 user taps Notes.open",
}


def try_out(prompts: PromptSet) -> None:
    """Render every template with all samples; ConfigError, naming template and line, for the first that cannot be."""
    for name in prompts.texts:
        if name in VARIABLES and name not in PARTS:
            for values in _samples(name):
                prompts.render(name, **values)


def _samples(name: str) -> Iterator[dict[str, Any]]:
    for protocol in ("native", "react"):
        tools = _tools() if protocol == "react" and name != "user" else ()
        for told in (_LITTLE, _MUCH):
            values = {**_USUAL, **told, "protocol": protocol, "tools": tools}
            if name == "execute_task":
                values["proposal"] = _MUCH["proposal"]
            yield {variable: values[variable] for variable in VARIABLES[name]}


def _tools() -> Sequence[Tool]:
    """Tools as the text protocol describes them."""
    found = StatefulNotesApp.tools(ToolKind.AGENT).items()
    return [Tool(f"Notes__{name}", "Notes", spec) for name, spec in found]
