"""A recorded job to start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.llm.recording.keys import UnitKey
from pare_runner.llm.recording.store import CallStore
from tests.llm.recording.exchange import DINNER, EXCHANGE, record


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A directory with the finished recording of `EXCHANGE` as two units."""
    directory = tmp_path / "job"
    with CallStore(directory) as store:
        record(store, DINNER, EXCHANGE)
        record(store, UnitKey("dinner", 2), EXCHANGE[:1])
        store.finish()
    return directory
