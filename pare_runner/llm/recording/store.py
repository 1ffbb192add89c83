"""Where a job's model calls are written while it runs, and how they become one file at its end.

Each writer appends to a shard of its own, `calls/<n>.jsonl`; a call is in the operating system's hands before its reply
is used, so that a killed process loses at most the calls in flight. `merge` sorts all shards into `calls.jsonl`: its
bytes depend on the calls alone, not on the order they ended in.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pare_runner.atomic import append_whole, write_atomic
from pare_runner.errors import InputError, Problem
from pare_runner.llm.recording.files import CALLS, SHARDS, Line, read_lines, recorded_files
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, Due, UnitKey
from pare_runner.llm.recording.lines import POOL_KINDS, call_line, due_line, head_line, text_lines, text_name
from pare_runner.llm.recording.recording import Recording
from pare_runner.policy.request import ROLES, ModelError, Request, Response

_KINDS = (*POOL_KINDS, "call", "due")


class CallStore:
    """Appends the calls of a job to a new shard below `directory`. May be used by several threads.

    A process that writes calls of the same job makes a store of its own. Raises OSError where nothing can be written.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._file = self._open()
        self._pooled: set[str] = set()
        self._appended: set[bytes] = set()
        self._lock = threading.Lock()

    def record(
        self,
        unit: UnitKey,
        request: Request,
        sampling: str,
        answer: Response | ModelError,
        attempt: int = FIRST_ATTEMPT,
    ) -> bytes:
        """Append a call, after those of its messages and tools that no earlier call had; gives the call's line."""
        call = call_line(unit, attempt, request, sampling, answer)
        with self._lock:
            lines, fresh = text_lines(request, self._pooled)
            self.write(b"".join([*lines, call]))
            self._pooled |= fresh
        return call

    def record_due(self, unit: UnitKey, due: Due, attempt: int = FIRST_ATTEMPT) -> bytes:
        """Append an answer of `next_due`; gives its line."""
        line = due_line(unit, attempt, due)
        with self._lock:
            self.write(line)
        return line

    def append(self, lines: bytes) -> None:
        """Append lines that were recorded elsewhere; of texts that were appended this way before, none again."""
        with self._lock:
            fresh: dict[bytes, None] = {}
            chosen = []
            for line in lines.splitlines(keepends=True):
                name = text_name(line)
                if name is None:
                    chosen.append(line)
                elif name not in self._appended and name not in fresh:
                    fresh[name] = None
                    chosen.append(line)
            self.write(b"".join(chosen))
            self._appended.update(fresh)

    def write(self, lines: bytes) -> None:
        """Append whole lines as they are."""
        append_whole(self._file, lines)

    async def settled(self) -> None:
        """See `CallSink`; what was appended is settled."""

    def sync(self) -> None:
        """Wait until all that was appended is on disk: before a unit counts as finished."""
        os.fsync(self._file)

    def close(self) -> None:
        """Close the shard; the store takes no more calls. Closing twice does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def finish(self, *, tolerant: bool = False) -> list[Problem]:
        """Close the shard and `merge`; for the last store of a job, when all others are closed."""
        self.close()
        return merge(self.directory, tolerant=tolerant)

    def _open(self) -> int:
        """A new shard; -1 for a store without a file, whose lines somebody else appends."""
        return _new_shard(self.directory / SHARDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def merge(directory: Path, *, tolerant: bool = False) -> list[Problem]:
    """Make one sorted `calls.jsonl` of all shards in a job's directory and such a file if it exists; remove the shards.

    What several shards say alike is kept once. A line cut short at the end of a shard is left out. InputError for any
    other line that is not what was written; `tolerant`, it is left out, with the calls whose texts are lost by that,
    and the list says what and where.
    """
    texts: dict[tuple[Any, ...], bytes] = {}
    counts: Counter[str] = Counter()
    problems: list[Problem] = []
    files = recorded_files(directory)
    left_out = set(Recording.load(directory, tolerant=True).incomplete) if tolerant else set()
    for path in files:
        for line in read_lines(path, problems if tolerant else None):
            if line.value["kind"] == "recording":
                continue
            key = _order(line)
            if line.text in left_out:
                problems.append(Problem("is left out: a text it refers to is lost", line.where))
            elif key not in texts:
                texts[key] = line.text
                counts[line.value["kind"]] += 1
            elif texts[key] != line.text:
                if not tolerant:
                    raise InputError("is recorded twice, differently", where=line.where)
                problems.append(Problem("is recorded twice, differently", line.where))
    body = b"".join(texts[key] + b"\n" for key in sorted(texts))
    write_atomic(directory / CALLS, head_line({kind: counts[kind] for kind in _KINDS}) + body)
    for path in files:
        if path.name != CALLS or path.parent != directory:
            path.unlink()
    if (directory / SHARDS).is_dir():
        (directory / SHARDS).rmdir()
    return problems


def _order(line: Line) -> tuple[Any, ...]:
    """Where a line stands in a finished file, and what it is: the pool by hash, then the units one after another."""
    value = line.value
    if value["kind"] in POOL_KINDS:
        return (0, POOL_KINDS.index(value["kind"]), value["hash"])
    is_due = value["kind"] == "due"
    unit = (value["scenario"], value["run"], value["attempt"])
    return (1, *unit, is_due, ROLES.index(value["role"]), value["ask" if is_due else "index"])


def _new_shard(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for number in count():
        try:
            return os.open(folder / f"{number}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            continue
    raise AssertionError("unreachable")
