"""A file system on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.core.app import section_shape
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.files.app import SandboxLocalFileSystem
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.ids import IdSource

START = 1763456400.0
SECTION: dict[str, Any] = {
    "files": {
        "/docs/plan.txt": "buy wood\nbuild shelf\n",
        "/docs/old/list.txt": {"text": "nails", "at": "-3d"},
        "/docs/notes.txt": "call Tom",
        "/photo.jpg": {"base64": "/9j/4AAQ"},
        "/Downloads/": None,
        "~/todo.txt": "rest",
    }
}

Fill = Callable[[dict[str, Any]], SandboxLocalFileSystem]


def filled(section: dict[str, Any]) -> SandboxLocalFileSystem:
    """A file system populated from a section as YAML gives it."""
    with building(Services(Clock(START), IdSource("test"))):
        app = SandboxLocalFileSystem("Files")
    shape = section_shape(SandboxLocalFileSystem)
    assert shape is not None
    conversion = Conversion(start=START)
    converted = shape.convert(section, conversion)
    assert not conversion.problems, conversion.problems
    app.populate(converted)
    return app


@pytest.fixture
def fill() -> Fill:
    return filled


@pytest.fixture
def fs() -> SandboxLocalFileSystem:
    return filled(SECTION)
