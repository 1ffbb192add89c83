"""A cache entry, and the file it stands in.

A file is one line that describes it, sealed like the lines of a recording, and behind it all parts of the run, joined
and compressed. The line holds the checksum of what follows, so that any other byte is found out before it is used.
"""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

import orjson

from pare_runner.atomic import json_bytes
from pare_runner.batch.identity import digest
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, UnitKey
from pare_runner.llm.recording.lines import sealed, unsealed
from pare_runner.traces.contract import TraceFile

KIND = "pare_runner cache entry"
LEVEL = 1
"""Of zlib: texts of tools shrink to a tenth in a millisecond; more effort gains little."""


@dataclass(frozen=True, slots=True)
class CacheKey:
    """What decides the result of a run, but for how it is judged; `config_hash` covers prompts and agents."""

    scenario: str
    run: int
    config_hash: str
    world_hash: str
    behaviour_version: int

    @property
    def unit(self) -> UnitKey:
        """The run by name."""
        return UnitKey(self.scenario, self.run)

    @property
    def name(self) -> str:
        """32 hex digits that name the entry's file."""
        return digest(asdict(self))


@dataclass(frozen=True, slots=True)
class Head:
    """What can be said of an entry without unpacking it.

    `scoring_hash` is that of the scenario when it judged the run. `rendering` stands for what else shapes the journal
    line, the traces and the log (`cache.use`). `models` says who played, for people.
    """

    key: CacheKey
    scoring_hash: str | None
    rendering: str
    models: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A finished run: what a `Report` of it says. `calls` are empty for a run without agents."""

    head: Head
    row: dict[str, Any]
    traces: tuple[tuple[str, TraceFile], ...]
    log: str | None
    calls: bytes

    @property
    def attempt(self) -> int:
        """The attempt that `calls` belong to."""
        return self.row.get("attempt") or FIRST_ATTEMPT

    @property
    def writers(self) -> set[str]:
        """Names of the writers whose traces are here."""
        return {writer for writer, _ in self.traces}


def encoded(entry: Entry) -> bytes:
    """The file of an entry."""
    log = None if entry.log is None else entry.log.encode(errors="surrogatepass")
    parts: list[bytes] = [json_bytes(entry.row), entry.calls]
    parts += [trace.data for _, trace in entry.traces] + ([] if log is None else [log])
    body = zlib.compress(b"".join(parts), LEVEL)
    head = {
        "kind": KIND,
        **asdict(entry.head),
        "traces": [[writer, trace.name] for writer, trace in entry.traces],
        "log": log is not None,
        "sizes": [len(part) for part in parts],
        "body": _checksum(body),
    }
    return sealed(json_bytes(head)) + body


def head_of(line: bytes) -> Head:
    """The head in the first line of a file, without its newline; ValueError if it is none."""
    return _head(_described(line))


def decoded(data: bytes) -> Entry:
    """The entry in a file; ValueError if it is not what was written."""
    line, _, body = data.partition(b"\n")
    value = _described(line)
    if _checksum(body) != value["body"]:
        raise ValueError("what follows its first line is not what was written")
    whole = zlib.decompress(body)
    parts, start = [], 0
    for size in value["sizes"]:
        parts.append(whole[start : start + size])
        start += size
    row, calls, *texts = parts
    traces = tuple(
        (writer, TraceFile(name, text)) for (writer, name), text in zip(value["traces"], texts, strict=False)
    )
    log = texts[-1].decode(errors="surrogatepass") if value["log"] else None
    return Entry(_head(value), orjson.loads(row), traces, log, calls)


def _described(line: bytes) -> dict[str, Any]:
    value = unsealed(line)
    if value.get("kind") != KIND:
        raise ValueError("is no cache entry")
    return value


def _head(value: dict[str, Any]) -> Head:
    return Head(CacheKey(**value["key"]), value["scoring_hash"], value["rendering"], value["models"])


def _checksum(body: bytes) -> str:
    return blake2b(body, digest_size=16).hexdigest()
