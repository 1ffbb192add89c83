"""Known defects of PARE that concern files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pare_runner.apps.files.app import SandboxLocalFileSystem

START = 1763456400.0


def test_kd_7_the_state_keeps_contents(fs: SandboxLocalFileSystem) -> None:
    fs.set_permissions("/docs/plan.txt", "444")
    fs.write_bytes("/ünï \n code.txt", "ö\0\n".encode())
    state = json.loads(json.dumps(fs.get_state()))
    other = SandboxLocalFileSystem()
    other.load_state(state)
    assert other.get_state() == state
    assert other.cat("/docs/plan.txt") == "buy wood\nbuild shelf\n"
    assert other.cat("/photo.jpg") == b"\xff\xd8\xff\xe0\x00\x10"
    assert other.info("/docs/old/list.txt") == fs.info("/docs/old/list.txt")


def test_kd_7_the_documented_state_is_accepted() -> None:
    state = {
        "files": {
            "name": "",
            "type": "directory",
            "children": [
                {"name": "docs", "type": "directory", "children": [{"name": "plan.txt", "type": "file"}]},
                {"name": "empty", "type": "directory"},
            ],
        },
        "tmpdir": "sandbox/abc",
    }
    fs = SandboxLocalFileSystem()
    fs.makedirs("/before")
    fs.load_state(state)
    assert fs.ls() == ["/docs", "/empty"]
    assert fs.cat("/docs/plan.txt") == ""
    assert fs.get_state()["tmpdir"] == ""
    fs.load_state(None)
    assert fs.ls() == ["/docs", "/empty"]


def node(*children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": "", "type": "directory", "children": list(children)} | fields


@pytest.mark.parametrize(
    ("root", "says"),
    [
        (node({"name": "a", "type": "file"}, {"name": "a", "type": "directory"}), "'a' is there twice"),
        (node({"name": "a/b", "type": "file"}), "'a/b'"),
        (node({"name": "..", "type": "directory"}), "'..'"),
        (node({"name": "", "type": "file"}), "''"),
        (node({"name": "a", "type": "file", "text": "x", "base64": "eA=="}), "files/a: a file has either"),
        (node({"name": "a", "type": "file", "base64": "?"}), "base64"),
        (node({"name": "a", "type": "file", "children": [{"name": "b", "type": "file"}]}), "no children"),
        (node({"name": "a", "type": "file", "permissions": "rwx"}), "files/a: 'rwx'"),
        (node({"name": "a", "type": "link"}), "link"),
        ({"name": "", "type": "file"}, "root must be a directory"),
        ([], "must be a mapping"),
    ],
)
def test_kd_7_a_state_that_does_not_fit_changes_nothing(fs: SandboxLocalFileSystem, root: Any, says: str) -> None:
    before = fs.get_state()
    with pytest.raises(ValueError, match=says.replace(".", r"\.").replace("?", r"\?")):
        fs.load_state({"files": root})
    assert fs.get_state() == before
