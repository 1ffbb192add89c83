"""The writer of native traces."""

from __future__ import annotations

from pathlib import Path

from pare_runner.traces.contract import TraceFile
from pare_runner.traces.native.packing import has_own_parts, pack, run_files, unpack
from pare_runner.traces.native.parts import is_packed
from pare_runner.traces.native.reader import NATIVE
from pare_runner.traces.native.rows import rows_of
from pare_runner.traces.native.store import NativeStore
from pare_runner.traces.record import RunTrace


class NativeWriter:
    """A part of each table for each run, joined when the job is complete."""

    name = NATIVE

    def render(self, trace: RunTrace) -> tuple[TraceFile, ...]:
        """The parts of one run."""
        return run_files(rows_of(trace))

    def pack(self, folder: Path) -> None:
        """Join the parts of all runs."""
        pack(folder)

    def unpack(self, folder: Path) -> None:
        """Give each run its own parts again."""
        unpack(folder)

    def is_loose(self, folder: Path) -> bool:
        """Whether a run has parts of its own that `pack` would join."""
        return has_own_parts(folder)

    def is_packed(self, name: str) -> bool:
        """Whether a file of this name holds many runs."""
        return is_packed(name.rpartition("/")[2], placed=False)

    def packed_run(self, folder: Path, run_id: str) -> tuple[TraceFile, ...]:
        """The parts that a run would have of its own."""
        return run_files(NativeStore(folder).rows(run_id))
