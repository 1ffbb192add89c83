"""A recording as a whole, in memory: the calls of every unit, and the texts they refer to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pare_runner.errors import InputError, Problem
from pare_runner.llm.recording.files import CALLS, Line, lines_in, read_lines, recorded_files
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, Call, UnitCalls, UnitKey
from pare_runner.llm.recording.lines import read_call, read_due


@dataclass(slots=True)
class Recording:
    """All recorded calls of a job.

    `messages` and `tools` hold JSON values by hash, `tool_lists` the hashes of a list's tools by the list's hash.
    `problems` says what `load` set aside; `incomplete` are the lines of calls that refer to texts that are not there.
    """

    directory: Path
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    tool_lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    units: dict[tuple[UnitKey, int], UnitCalls] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    incomplete: list[bytes] = field(default_factory=list)

    @classmethod
    def load(cls, directory: Path, *, tolerant: bool = False) -> Self:
        """The recording in a job's directory, finished or not.

        InputError if there is none, or for a line that is not what was written: it names file, line, and call. With
        `tolerant`, for a job that goes on, no file is no call, and such lines are set aside.
        """
        files = recorded_files(directory)
        if not files and not tolerant:
            raise InputError(f"{directory} holds no recorded model calls", hint=f"{CALLS} is where a job leaves them")
        recording = cls(directory)
        problems = recording.problems if tolerant else None
        recording._read((line for path in files for line in read_lines(path, problems)), tolerant)
        return recording

    @classmethod
    def of(cls, lines: bytes, name: Path) -> Self:
        """The recording that `lines` are, as of an unfinished file called `name`; InputError as for `load`."""
        recording = cls(name)
        recording._read(lines_in(lines, name), tolerant=False)
        return recording

    def attempts(self, unit: UnitKey) -> list[int]:
        """The numbers of the attempts at a unit of which something is recorded, in order."""
        return sorted(attempt for found, attempt in self.units if found == unit)

    def unit(self, unit: UnitKey, attempt: int = FIRST_ATTEMPT) -> UnitCalls:
        """The calls of a unit; none if it made none."""
        return self.units.get((unit, attempt)) or UnitCalls()

    @property
    def call_count(self) -> int:
        """Number of calls of all units."""
        return sum(len(unit.calls) for unit in self.units.values())

    def _read(self, lines: Iterable[Line], tolerant: bool) -> None:
        calls: list[tuple[Line, Call]] = []

        def refuse(message: str, line: Line) -> None:
            if not tolerant:
                raise InputError(message, where=line.where)
            self.problems.append(Problem(message, line.where))

        for line in lines:
            try:
                call = self._add(line)
            except (KeyError, TypeError, AttributeError) as error:
                refuse(f"is no line of a recording: {error!r}", line)
            except _TwiceError as error:
                refuse(str(error), line)
            else:
                if call is not None:
                    calls.append((line, call))
        for line, call in calls:
            missing = self._missing(call)
            if missing is not None:
                refuse(f"refers to {missing}, which is not there", line)
                self.incomplete.append(line.text)
                self._of(line.value).calls.pop((call.role, call.index), None)

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
                    raise _TwiceError("this call is recorded twice, differently")
                return call
            case "due":
                due = read_due(value)
                if self._of(value).dues.setdefault((due.role, due.ask), due) != due:
                    raise _TwiceError("this is recorded twice, differently")
                return None
            case kind:
                raise KeyError(kind)

    def _of(self, value: dict[str, Any]) -> UnitCalls:
        unit = UnitKey(value["scenario"], value["run"])
        return self.units.setdefault((unit, value["attempt"]), UnitCalls())

    def _missing(self, call: Call) -> str | None:
        """A text that a call refers to and that is not there.

        A finished job has every text; so has one that was killed, as texts are written before the call.
        """
        missing = [f"message {name}" for name in call.messages if name not in self.messages]
        if call.tools not in self.tool_lists:
            missing.append(f"tools {call.tools}")
        missing += [f"tool {name}" for name in self.tool_lists.get(call.tools, ()) if name not in self.tools]
        return missing[0] if missing else None


class _TwiceError(Exception):
    """A line says something else than an earlier one about the same."""
