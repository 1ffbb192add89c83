"""Reading hf files of Meta-ARE, PARE and ourselves: text in, a checked document out, or every problem of the file.

The format is `are_simulation_v1`. Required is what Meta-ARE's own importer requires of its shape; what PARE writes
besides is accepted too: arguments of type NoneType, lists as Python reprs, calls without an operation type. Keys that
are not known are left alone.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from pare_runner.errors import InputError, Problem, ScenarioError, did_you_mean
from pare_runner.traces.document_parts import Reader, read_document
from pare_runner.traces.hf_models import HfDocument
from pare_runner.traces.json_texts import parsed

MAX_BYTES = 512 * 2**20
"""The largest file that is read, unless the caller says otherwise."""
MAX_PROBLEMS = 20
"""How many problems of one file are told."""

LOG_TYPE_ALIASES = {
    "llm_output_thought_action": "llm_output",
    "raw_plan": "llm_output_plan",
    "raw_facts": "llm_output_facts",
}
"""Older names of log types → today's."""

# fmt: off
LOG_TYPES = frozenset({
    "system_prompt", "thought", "rationale", "plan", "facts", "replan", "refacts", "stop", "hint", "task_reminder",
    "agent_user_interface", "environment_notifications", "task", "observation", "final_answer", "llm_input",
    "llm_output", "llm_output_plan", "llm_output_facts", "tool_call", "error", "step", "subagent", "action", "end_task",
    "agent_message", "available_tools", "current_app_state", "user_action",
})
# fmt: on
"""Types of world log entries; the last four are PARE's."""


def read_hf(path: Path, *, max_bytes: int = MAX_BYTES) -> HfDocument:
    """The document in a file; InputError when it cannot be read, is larger than `max_bytes` or is no hf trace.

    All problems of the file are told at once (the first `MAX_PROBLEMS`), each with its place as a JSON path.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise InputError("is not a file", where=str(path))
        if about.st_size > max_bytes:
            size, limit = (f"{count / 2**20:,.1f} MiB" for count in (about.st_size, max_bytes))
            raise InputError(f"the file has {size}, at most {limit} are read", where=str(path))
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read the file: {reason}", where=str(path)) from None
    return parse_hf(data, str(path))


def parse_hf(text: str | bytes, where: str) -> HfDocument:
    """The document in `text`; `where` is what messages call it. Raises like `read_hf`."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        value = parsed(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        message = f"this is not JSON: {error}" if isinstance(text, str) or _is_utf8(data) else "this is not UTF-8 text"
        raise InputError(message, where=where) from None
    reader = Reader()
    document = read_document(value, where, reader)
    if reader.problems or document is None:
        found = [Problem(message, f"{where}: {path}", hint) for path, message, hint in reader.problems]
        raise ScenarioError(told(found, where))
    return document


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data  # UTF-16 of plain letters is valid UTF-8 with zeros between them


def told(problems: Sequence[Problem], where: str) -> list[Problem]:
    """The first `MAX_PROBLEMS` of the problems of a file, and how many there are besides."""
    rest = len(problems) - MAX_PROBLEMS
    return [*problems[:MAX_PROBLEMS], *([Problem(f"and {rest} more problems", where)] if rest > 0 else [])]


def world_logs(document: HfDocument) -> list[dict[str, Any]]:
    """The entries of the world log, in file order, each an object with at least `timestamp` and a known `log_type`.

    They are read when asked for: most who read a trace do not want them. Older names of types become today's, a missing
    `agent_id` becomes `unknown`. InputError names the first entry that is wrong.
    """
    entries: list[dict[str, Any]] = []
    for number, text in enumerate(document.raw_world_logs):
        where = f"{document.where}: $.world_logs[{number}]"
        try:
            entry = parsed(text)
        except orjson.JSONDecodeError as error:
            raise InputError(f"this is not JSON: {error}", where=where) from None
        if not isinstance(entry, dict):
            raise InputError("an entry of the world log must be an object", where=where)
        if type(entry.get("timestamp")) not in (int, float):
            raise InputError("timestamp must be a number", where=f"{where}.timestamp")
        kind = LOG_TYPE_ALIASES.get(str(entry.get("log_type")), entry.get("log_type"))
        if not isinstance(kind, str) or kind not in LOG_TYPES:
            hint = did_you_mean(kind, LOG_TYPES)
            raise InputError(f"there is no log_type {kind!r}", where=f"{where}.log_type", hint=hint)
        entries.append({"agent_id": "unknown", **entry, "log_type": kind})
    return entries
