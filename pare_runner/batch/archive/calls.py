"""Recorded calls for an archive: all of a job, or those of some scenarios, without what tells of a machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from pare_runner.atomic import json_bytes
from pare_runner.batch.archive.scrubbing import Finding, Scrubber
from pare_runner.errors import InputError
from pare_runner.llm.recording.files import CALLS, Line, read_lines, recorded_files
from pare_runner.llm.recording.lines import POOL_KINDS, head_line, sealed

_TOLD = ("served_model", "error")
"""What a call says that no model has said or seen: it may name a host or a path."""


def exported_calls(
    directory: Path, scenarios: Collection[str] | None, scrubber: Scrubber | None, findings: list[Finding]
) -> dict[str, bytes]:
    """The recorded files of a job by their names below its folder; none if nothing was recorded.

    `scenarios` are those whose calls are kept, None for all. With a `scrubber`, what calls say of a service is cleaned;
    what models saw and said is theirs and stays as it is: what tells of the machine there is added to `findings`.
    InputError for a line that is not what was written.
    """
    files = {path: list(read_lines(path)) for path in recorded_files(directory)}
    if scenarios is None and scrubber is None:
        return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}
    every = [line for lines in files.values() for line in lines]
    wanted = None if scenarios is None else _needed(every, scenarios)
    packed = {}
    for path, lines in files.items():
        kept = [_cleaned(line, scrubber, findings) for line in lines if wanted is None or _identity(line) in wanted]
        counts = Counter(str(line.value["kind"]) for line in lines if wanted is None or _identity(line) in wanted)
        body = b"".join(text for text in kept if text)
        if path.name == CALLS and path.parent == directory:
            kinds = (*POOL_KINDS, "call", "due")
            body = head_line({kind: counts[kind] for kind in kinds}) + body
        packed[path.relative_to(directory).as_posix()] = body
    return packed


def _needed(lines: list[Line], scenarios: Collection[str]) -> set[tuple[object, ...]]:
    """What identifies the lines of the calls of `scenarios`, and of the texts that these refer to."""
    found: set[tuple[object, ...]] = set()
    lists = {line.value["hash"]: line.value["tools"] for line in lines if line.value["kind"] == "tools"}
    for line in lines:
        value = line.value
        if value.get("scenario") not in scenarios:
            continue
        found.add(_identity(line))
        if value["kind"] == "call":
            found |= {("message", name) for name in value["messages"]}
            found |= {("tools", value["tools"]), *(("tool", name) for name in lists.get(value["tools"], ()))}
    return found


def _identity(line: Line) -> tuple[object, ...]:
    value = line.value
    if value["kind"] in POOL_KINDS:
        return (value["kind"], value["hash"])
    return (value["kind"], value.get("scenario"))


def _cleaned(line: Line, scrubber: Scrubber | None, findings: list[Finding]) -> bytes:
    """The line as it is packed; nothing for the head, which is made anew."""
    if line.value["kind"] == "recording":
        return b""
    if scrubber is None:
        return line.text + b"\n"
    value = {name: item for name, item in line.value.items() if name not in _TOLD}
    text = json_bytes(value).decode(errors="backslashreplace")
    found = scrubber.find(text)
    if found is not None:
        if found.certain:
            raise InputError(
                f"the {found.kind} {found.text!r} of this machine is in what a model saw or said: it must stay",
                where=line.where,
                hint="leave the scenario out, or share the experiment without --anonymous or with --without-calls",
            )
        findings.append(Finding(found.kind, found.text, line.number, certain=False))
    told = {name: scrubber.value(line.value[name]) for name in _TOLD if name in line.value}
    if all(told[name] == line.value[name] for name in told):
        return line.text + b"\n"
    return sealed(json_bytes({name: told.get(name, item) for name, item in line.value.items()}))
