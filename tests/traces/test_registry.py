"""Trace writers by name."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from pare_runner.errors import ConfigError
from pare_runner.traces import registry


def test_the_built_in_format() -> None:
    assert [writer.name for writer in registry.trace_writers("hf")] == ["hf"]


@pytest.mark.parametrize("name", ["lite", "both", "hff"])
def test_a_format_nobody_writes(name: str) -> None:
    with pytest.raises(ConfigError, match=r"no trace format '\w+' can be written .*hf"):
        registry.trace_writers(name)


def test_a_format_somebody_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = EntryPoints([EntryPoint("lite", "pare_runner.traces.hf:HfWriter", registry.GROUP)])
    monkeypatch.setattr(registry, "entry_points", lambda group: installed.select(group=group))

    assert len(registry.trace_writers("both")) == 2
