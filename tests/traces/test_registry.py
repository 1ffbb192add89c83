"""Trace writers by name."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from pare_runner.errors import ConfigError
from pare_runner.traces import registry


@pytest.mark.parametrize(("name", "writers"), [("hf", ["hf"]), ("lite", ["lite"]), ("both", ["hf", "lite"])])
def test_the_built_in_formats(name: str, writers: list[str]) -> None:
    assert [writer.name for writer in registry.trace_writers(name)] == writers


def test_a_format_nobody_writes() -> None:
    with pytest.raises(ConfigError, match=r"no trace format 'hff' can be written .*hf"):
        registry.trace_writers("hff")


def test_a_format_somebody_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = EntryPoints([EntryPoint("mine", "pare_runner.traces.hf:HfWriter", registry.GROUP)])
    monkeypatch.setattr(registry, "entry_points", lambda group: installed.select(group=group))

    assert len(registry.trace_writers("mine")) == 1
