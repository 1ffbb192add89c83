"""How a trace writer is found by the name of its format."""

from __future__ import annotations

from importlib.metadata import entry_points

from pare_runner.errors import ConfigError, did_you_mean
from pare_runner.traces.contract import TraceWriter
from pare_runner.traces.hf import HfWriter

GROUP = "pare.trace_writers"
"""Entry point group: name of a format → what makes its writer when called without arguments."""

BUILT_IN = {"hf": HfWriter}
SEVERAL = {"both": ("hf", "lite")}
"""Formats that stand for several; the file of the first one is the run's `export_path`."""


def trace_writers(trace_dump_format: str) -> list[TraceWriter]:
    """The writers of a format, at least one; ConfigError if there is none."""
    return [_writer(name) for name in SEVERAL.get(trace_dump_format, (trace_dump_format,))]


def _writer(name: str) -> TraceWriter:
    if name in BUILT_IN:
        return BUILT_IN[name]()
    installed = entry_points(group=GROUP)
    if name not in installed.names:
        raise ConfigError(
            f"no trace format {name!r} can be written", hint=did_you_mean(name, {*BUILT_IN, *installed.names})
        )
    writer: TraceWriter = installed[name].load()()
    return writer
