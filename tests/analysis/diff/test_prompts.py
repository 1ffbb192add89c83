"""Prompts and tools, as recordings have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from pare_runner.analysis.diff.prompts import prompt_differences, sent


def tool(text: str) -> dict[str, Any]:
    """The tool `name` of `name=anything`, which is its description."""
    return {"function": {"name": text.partition("=")[0], "description": text}}


def recording(folder: Path, prompt: str, *tools: str, scenario: str = "s") -> Path:
    """A recording with one run in which two roles are asked, `execute` with tools."""
    lines: list[dict[str, Any]] = [
        {"kind": "recording", "format": 1, "lines": {}},
        {"kind": "message", "hash": "p", "value": {"role": "system", "content": prompt}},
        {"kind": "message", "hash": "q", "value": {"role": "user", "content": 'a "role":"system" in words'}},
        *({"kind": "tool", "hash": name, "value": tool(name)} for name in tools),
        {"kind": "tools", "hash": "list", "tools": list(tools)},
        *(
            {"kind": "call", "scenario": scenario, "run": 1, "attempt": 1, "role": role, "index": index,
             "turn": index, "messages": ["p", "q"], "tools": "list" if role == "execute" else None}
            for role in ("observe", "execute") for index in (0, 1)
        ),
    ]  # fmt: skip
    folder.mkdir()
    (folder / "calls.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    return folder


def test_system_prompts_and_tools_that_differ(tmp_path: Path) -> None:
    one = recording(tmp_path / "a", "Be kind.\nBe brief.", "read=x", "write=1")
    two = recording(tmp_path / "b", "Be kind.\nBe slow.", "read=x", "write=2")
    observe, execute, tools = prompt_differences((one, 1), (two, 1), "s")
    assert (observe.name, execute.name) == ("system prompt of observe", "system prompt of execute")
    assert observe.lines[-2:] == ("-Be brief.", "+Be slow.")
    assert tools.name == "tools of execute"
    assert [line.strip() for line in tools.lines if line[0] in "+-"] == [
        '-    "description": "write=1"',
        '+    "description": "write=2"',
    ]
    assert not any("read" in line for line in tools.lines)


def test_equal_prompts_are_no_difference(tmp_path: Path) -> None:
    one = recording(tmp_path / "a", "Be kind.", "read=x")
    assert prompt_differences((one, 1), (one, 1), "s") == ()


def test_without_a_recording_of_the_run_there_is_nothing(tmp_path: Path) -> None:
    one = recording(tmp_path / "a", "Be kind.")
    assert sent(one, "other", 1) is None
    assert sent(one, "s", 2) is None
    assert sent(tmp_path, "s", 1) is None
    assert prompt_differences((one, 1), (tmp_path, 1), "s") == ()
