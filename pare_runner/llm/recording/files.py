"""The files a recording stands in, and their lines, each checked before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pare_runner.errors import InputError, Problem
from pare_runner.llm.recording.lines import FORMAT, place_in, unsealed

CALLS = "calls.jsonl"
SHARDS = "calls"
"""Folder of the shards that a running job writes, one file for each writer."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a recording as it was written, and what it says; `number` counts from 1."""

    path: Path
    number: int
    text: bytes
    value: dict[str, Any]

    @property
    def where(self) -> str:
        """File, line number, and which call or text it is."""
        return _where(self.path, self.number, self.text)


def recorded_files(directory: Path) -> list[Path]:
    """The files of a job that hold calls: the finished one, then shards a job left that did not reach its end."""
    shards = sorted((directory / SHARDS).glob("*.jsonl"), key=lambda path: (len(path.name), path.name))
    return [path for path in (directory / CALLS, *shards) if path.exists()]


def read_lines(path: Path, problems: list[Problem] | None = None) -> Iterator[Line]:
    """The lines of a file, in order; InputError, which names the place, for one that is not what was written.

    The last line of a shard may be cut short: the process died while it wrote. It is left out. A finished file has
    a head, which says how many lines of each kind there are. With `problems` every broken line is left out, and that
    list gets what would have been raised.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    yield from lines_in(text, path, problems)


def lines_in(content: bytes, path: Path, problems: list[Problem] | None = None) -> Iterator[Line]:
    """The lines of `content`, which is or could be that of `path`; see `read_lines`."""

    def refuse(message: str, where: str) -> None:
        if problems is None:
            raise InputError(message, where=where)
        problems.append(Problem(message, where))

    *texts, tail = content.split(b"\n")
    finished = path.name == CALLS
    if tail and finished:
        texts.append(tail)
    expected: dict[str, int] = {}
    for number, text in enumerate(texts, 1):
        try:
            value = unsealed(text)
        except ValueError as error:
            refuse(f"this line {error}", _where(path, number, text))
            continue
        kind = value.get("kind")
        if number == 1 and finished:
            if kind != "recording" or value.get("format") != FORMAT:
                raise InputError(f"is no recording of format {FORMAT}", where=str(path))
            expected = dict(value["lines"])
        elif finished:
            expected[str(kind)] = expected.get(str(kind), 0) - 1
        yield Line(path, number, text, value)
    if finished and (tail or not texts):
        refuse("the file is cut short", f"{path}:{max(len(texts), 1)}")
    for kind, missing in expected.items():
        if missing:
            count = abs(missing)
            lines = f"{count} line of kind {kind} is" if count == 1 else f"{count} lines of kind {kind} are"
            refuse(f"{lines} {'missing' if missing > 0 else 'too many'}", str(path))


def _where(path: Path, number: int, text: bytes) -> str:
    place = place_in(text)
    return f"{path}:{number}" + (f" ({place})" if place else "")
