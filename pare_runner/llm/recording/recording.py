"""A recording as a whole, in memory: the calls of every unit, and the texts they refer to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pare_runner.errors import InputError
from pare_runner.llm.recording.files import CALLS, Line, lines_in, read_lines, recorded_files
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, Call, Due, UnitKey
from pare_runner.llm.recording.lines import read_call, read_due
from pare_runner.policy.request import Role


@dataclass(slots=True)
class UnitCalls:
    """What was recorded of one attempt at a unit."""

    calls: dict[tuple[Role, int], Call] = field(default_factory=dict)
    dues: dict[tuple[Role, int], Due] = field(default_factory=dict)


@dataclass(slots=True)
class Recording:
    """All recorded calls of a job.

    `messages` and `tools` hold JSON values by hash, `tool_lists` the hashes of a list's tools by the list's hash.
    """

    directory: Path
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    tool_lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    units: dict[tuple[UnitKey, int], UnitCalls] = field(default_factory=dict)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """The recording in a job's directory, finished or not.

        InputError if there is none, or for a line that is not what was written: it names file, line, and call.
        """
        files = recorded_files(directory)
        if not files:
            raise InputError(f"{directory} holds no recorded model calls", hint=f"{CALLS} is where a job leaves them")
        recording = cls(directory)
        recording._read(line for path in files for line in read_lines(path))
        return recording

    @classmethod
    def of(cls, lines: bytes, name: Path) -> Self:
        """The recording that `lines` are, as of an unfinished file called `name`; InputError as for `load`."""
        recording = cls(name)
        recording._read(lines_in(lines, name))
        return recording

    def unit(self, unit: UnitKey, attempt: int = FIRST_ATTEMPT) -> UnitCalls:
        """The calls of a unit; none if it made none."""
        return self.units.get((unit, attempt)) or UnitCalls()

    @property
    def call_count(self) -> int:
        """Number of calls of all units."""
        return sum(len(unit.calls) for unit in self.units.values())

    def _read(self, lines: Iterable[Line]) -> None:
        calls: list[tuple[Line, Call]] = []
        for line in lines:
            try:
                call = self._add(line)
            except (KeyError, TypeError, AttributeError) as error:
                raise InputError(f"is no line of a recording: {error!r}", where=line.where) from error
            if call is not None:
                calls.append((line, call))
        for line, call in calls:
            self._check_references(line, call)

    def _add(self, line: Line) -> Call | None:
        value = line.value
        match value["kind"]:
            case "recording":
                return None
            case "message":
                self.messages[value["hash"]] = value["value"]
                return None
            case "tool":
                self.tools[value["hash"]] = value["value"]
                return None
            case "tools":
                self.tool_lists[value["hash"]] = tuple(value["tools"])
                return None
            case "call":
                call = read_call(value)
                if self._of(value).calls.setdefault((call.role, call.index), call) != call:
                    raise InputError("this call is recorded twice, differently", where=line.where)
                return call
            case "due":
                due = read_due(value)
                if self._of(value).dues.setdefault((due.role, due.ask), due) != due:
                    raise InputError("this is recorded twice, differently", where=line.where)
                return None
            case kind:
                raise KeyError(kind)

    def _of(self, value: dict[str, Any]) -> UnitCalls:
        unit = UnitKey(value["scenario"], value["run"])
        return self.units.setdefault((unit, value["attempt"]), UnitCalls())

    def _check_references(self, line: Line, call: Call) -> None:
        """A finished job has every text; so has one that was killed, as texts are written before the call."""
        missing = [f"message {name}" for name in call.messages if name not in self.messages]
        if call.tools not in self.tool_lists:
            missing.append(f"tools {call.tools}")
        missing += [f"tool {name}" for name in self.tool_lists.get(call.tools, ()) if name not in self.tools]
        if missing:
            raise InputError(f"refers to {missing[0]}, which is not there", where=line.where)
