"""The journal of a job, `results.jsonl`: one line for each finished unit, in the order they finished.

A line is on disk before its unit counts, and is written after everything it refers to. So whatever ends the process,
the journal names exactly the units that need not run again; at most its last line is cut short.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from pare_runner.atomic import append_whole, json_bytes, write_atomic
from pare_runner.errors import InputError
from pare_runner.llm.recording.keys import UnitKey

JOURNAL = "results.jsonl"
REJECTED = "results.rejected.jsonl"
"""Where `set_aside` moves lines that cannot be used."""

REQUIRED = ("run_id", "base_scenario_id", "run_number", "status")
"""Keys without which a line names no finished unit."""


class Journal:
    """The journal of a job, open for appending.

    A new one claims its directory: InputError if that has one already. With `resumed` the one that is there goes on.
    Raises OSError if it cannot be written.
    """

    def __init__(self, directory: Path, *, resumed: bool = False) -> None:
        self.path = directory / JOURNAL
        directory.mkdir(parents=True, exist_ok=True)
        claim = 0 if resumed else os.O_EXCL
        try:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | claim, 0o666)
        except FileExistsError:
            raise InputError(
                f"{directory} holds results already: they are never mixed",
                hint=f"choose another directory, or go on with resume={directory}",
            ) from None

    def append(self, line: Mapping[str, Any]) -> None:
        """Add one line and wait until it is on disk. If that fails (OSError), the journal is as it was."""
        append_whole(self._file, json_bytes(line) + b"\n", sync=True)

    def extend(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """`append` several lines, which reach the disk together."""
        append_whole(self._file, b"".join(json_bytes(line) + b"\n" for line in lines), sync=True)

    def close(self) -> None:
        """Close the file; the journal takes no more lines."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(slots=True)
class JournalContent:
    """What a journal says: the lines that can be used, and, as they stand, those that cannot."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    unusable: list[bytes] = field(default_factory=list)

    def latest(self) -> dict[UnitKey, dict[str, Any]]:
        """Unit → its last line: of a run that was made again the others are history."""
        return {UnitKey(line["base_scenario_id"], line["run_number"]): line for line in self.lines}


def read_journal(directory: Path) -> JournalContent:
    """The journal of a job's directory; one that does not exist is empty.

    A last line without its end was cut short when the process died: it is unusable even if it can be parsed.
    """
    content = JournalContent()
    path = directory / JOURNAL
    try:
        *whole, tail = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return content
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    for text in whole:
        line = _parsed(text)
        if line is None:
            content.unusable.append(text)
        else:
            content.lines.append(line)
    if tail:
        content.unusable.append(tail)
    return content


def set_aside(directory: Path) -> JournalContent:
    """`read_journal`, after which the journal holds its usable lines only and the others stand in `REJECTED`."""
    content = read_journal(directory)
    if content.unusable:
        rejected = directory / REJECTED
        former = rejected.read_bytes() if rejected.exists() else b""
        write_atomic(rejected, former + b"".join(text + b"\n" for text in content.unusable))
        write_atomic(directory / JOURNAL, b"".join(json_bytes(line) + b"\n" for line in content.lines))
    return content


def _parsed(text: bytes) -> dict[str, Any] | None:
    try:
        line = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return line if isinstance(line, dict) and all(key in line for key in REQUIRED) else None
