"""What an import has to tell beside the file it made: what was lost, rebuilt, left out or read otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

NoteKind = Literal[
    "lost_state",
    "state",
    "condition",
    "reference",
    "user_event",
    "class",
    "time",
    "scenario_id",
    "checks",
    "side_effects",
    "redacted",
    "left_out",
]
"""Kinds of notes; docs/importing.md says what each means."""

MEANINGS: Mapping[NoteKind, str] = {
    "lost_state": "state that the file does not hold, and what was rebuilt of it",
    "state": "state that was put right",
    "condition": "a condition whose test the file does not hold: what follows it starts after its time",
    "reference": "an argument that takes the result of another event",
    "user_event": "a call that only the user can make became a step of the user",
    "class": "an app class of another name",
    "time": "a time that was read otherwise",
    "scenario_id": "the id had to change",
    "checks": "what the checks were derived from",
    "side_effects": "writes that no accepted proposal stands above",
    "redacted": "texts that were replaced in the file: the scenario is not the one that ran",
    "left_out": "what a scenario file cannot hold",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to tell; `path` is its place in the hf file."""

    kind: NoteKind
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.path}: {self.message}"


@dataclass(slots=True)
class ImportReport:
    """Notes in the order of the file."""

    notes: list[Note] = field(default_factory=list)

    def add(self, kind: NoteKind, path: str, message: str) -> None:
        """Note something."""
        self.notes.append(Note(kind, path, message))

    def of(self, kind: NoteKind) -> Sequence[Note]:
        """The notes of a kind."""
        return [note for note in self.notes if note.kind == kind]

    def as_json(self) -> list[dict[str, Any]]:
        """The notes as JSON."""
        return [{"kind": note.kind, "path": note.path, "message": note.message} for note in self.notes]
