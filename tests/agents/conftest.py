"""Tools to read replies against."""

from __future__ import annotations

import pytest

from pare_runner.episode.toolsets import Toolsets
from pare_runner.policy.tools import ToolList
from tests.episode.conftest import compiled, events


@pytest.fixture(scope="session")
def tools() -> ToolList:
    """What an executing assistant is offered on a phone with notes, messages and reminders."""
    made = compiled(events())
    return Toolsets(made).assistant("execute", made.new_phone())
