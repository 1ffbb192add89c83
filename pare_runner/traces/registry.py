"""How a trace writer is found by the name of its format."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from pare_runner.errors import ConfigError, did_you_mean
from pare_runner.traces.contract import TraceWriter

GROUP = "pare.trace_writers"
"""Entry point group: name of a format → what makes its writer when called without arguments."""

BUILT_IN: Mapping[str, str] = {
    "hf": "pare_runner.traces.hf:HfWriter",
    "lite": "pare_runner.traces.lite:LiteWriter",
    "native": "pare_runner.traces.native.writer:NativeWriter",
}
"""Name of a format → its writer; loaded when asked for, as a format may need slow modules."""
SEVERAL: Mapping[str, tuple[str, ...]] = {"both": ("hf", "lite")}
"""Formats that stand for several; the file of the first one is the run's `export_path`."""


def trace_writers(trace_dump_format: str) -> list[TraceWriter]:
    """The writers of a format, at least one; ConfigError if there is none."""
    return [_loaded(point) for point in _found(trace_dump_format)]


def check_format(trace_dump_format: str) -> None:
    """ConfigError if nothing writes this format; nothing is loaded."""
    _found(trace_dump_format)


def _found(trace_dump_format: str) -> list[EntryPoint]:
    return [_entry_point(name) for name in SEVERAL.get(trace_dump_format, (trace_dump_format,))]


def _entry_point(name: str) -> EntryPoint:
    if name in BUILT_IN:
        return EntryPoint(name, BUILT_IN[name], GROUP)
    installed = entry_points(group=GROUP)
    if name not in installed.names:
        known = {*BUILT_IN, *SEVERAL, *installed.names}
        raise ConfigError(f"no trace format {name!r} can be written", hint=did_you_mean(name, known))
    return installed[name]


def _loaded(point: EntryPoint) -> TraceWriter:
    writer: TraceWriter = point.load()()
    return writer
