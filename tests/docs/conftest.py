"""Where the commands of the pages are typed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


@pytest.fixture
def with_our_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and a shell that finds `pare` and `python`; as wide as a pipe."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    return tmp_path
