"""Files as scenario files write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.core.app import section_shape
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.files.app import SandboxLocalFileSystem

Fill = Callable[[dict[str, Any]], SandboxLocalFileSystem]


def test_paths_and_contents(fill: Fill) -> None:
    fs = fill({"files": {"a/b.txt": "text", "/c": {"base64": "AP8="}, "/d": "", "/e": {}, "/f/": None}})
    assert fs.tree() == "/\n├── a/\n│   └── b.txt\n├── c\n├── d\n├── e\n└── f/"
    assert fs.read_bytes("/c") == b"\x00\xff"
    assert fs.read_bytes("/e") == b""


def test_times_and_permissions(fill: Fill) -> None:
    fs = fill({"files": {"/a": {"text": "x", "at": "-1d", "permissions": "444"}, "/b": {"mtime": 0.0}}})
    assert fs.info("/a")["modified"] == "2025-11-17 09:00:00"
    assert fs.info("/a")["permissions"] == "444"
    assert fs.info("/b")["modified"] == "1970-01-01 00:00:00"


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"/a": "x", "a": "y"}, "file 'a': it is there already"),
        ({"/a": "x", "/a/b": "y"}, "file '/a/b': /a is a file"),
        ({"/a": None}, "write its text"),
        ({"/a/": "x"}, "only a folder ends in /"),
        ({"../a": "x"}, "leads out"),
        ({"": "x"}, "empty"),
        ({"/a": {"permissions": "8"}}, "permissions"),
    ],
)
def test_what_does_not_fit_is_named(fill: Fill, files: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fill({"files": files})


@pytest.mark.parametrize("entry", [{"text": "x", "base64": "eA=="}, {"base64": "?"}, {"words": "x"}, 7])
def test_an_entry_is_text_or_base64(entry: Any) -> None:
    shape = section_shape(SandboxLocalFileSystem)
    assert shape is not None
    conversion = Conversion()
    shape.convert({"files": {"/a": entry}}, conversion)
    assert conversion.problems
