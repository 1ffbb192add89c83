"""Scenario files in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]

YAML = """\
id: {id}
title: {title}
tags: [{tags}]
start_time: 2025-11-18T09:00:00Z
apps:
  {handle}: {{type: {type}}}
"""

PYTHON = """\
from pare_runner import PAREScenario, register_scenario


@register_scenario("{id}")
class {name}(PAREScenario):
    start_time = "2025-11-18T09:00:00Z"
    tags = ("python",)
"""


def yaml_text(
    scenario_id: str,
    *,
    tags: str = "draft",
    handle: str = "notes",
    type: str = "StatefulNotesApp",
    title: str = "A title",
) -> str:
    """The text of a small scenario."""
    return YAML.format(id=scenario_id, tags=tags, handle=handle, type=type, title=title)


def python_text(scenario_id: str, name: str = "Mine") -> str:
    """The text of a module with one scenario."""
    return PYTHON.format(id=scenario_id, name=name)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a file below the working directory and returns its path, relative to it."""
    monkeypatch.chdir(tmp_path)

    def write_file(name: str, text: str | bytes) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write_file
