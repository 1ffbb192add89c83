"""The sources that a module of one's own needs are found by its imports."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pare_runner.errors
from pare_runner.batch.archive.modules import code_name, is_own, own_modules

FILES = {
    "archived/__init__.py": "",
    "archived/agent.py": "import json, polars\nfrom . import helper\nfrom pare_runner import errors\n",
    "archived/helper.py": "def lazily():\n    import archived.deep.down\n",
    "archived/deep/__init__.py": "",
    "archived/deep/down.py": "from ..other import NAME\n",
    "archived/other.py": "NAME = 1\n",
    "archived/unrelated.py": "",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "archived"]:
        del sys.modules[name]


@pytest.mark.usefixtures("package")
def test_what_a_module_imports() -> None:
    agent = importlib.import_module("archived.agent")
    for name in ("archived.deep.down", "archived.unrelated"):
        importlib.import_module(name)
    assert [code_name(module) for module in own_modules([agent])] == [
        "archived/__init__.py",
        "archived/agent.py",
        "archived/deep/__init__.py",
        "archived/deep/down.py",
        "archived/helper.py",
        "archived/other.py",
    ]


def test_what_is_installed_is_nobodys_own() -> None:
    assert not any(map(is_own, (sys, importlib, pytest, pare_runner.errors)))
    assert own_modules([pytest, importlib]) == []
