"""Native traces as files of another format: the same bytes as if that format had been exported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pare_runner.atomic import write_atomic, writing
from pare_runner.errors import InputError, Problem
from pare_runner.traces.contract import Dialect, TraceWriter
from pare_runner.traces.native.reader import NativeReader
from pare_runner.traces.record import RunTrace


@dataclass(frozen=True, slots=True)
class Converted:
    """What came of one run: its files that were written, those that were there with this content, what was wrong."""

    run_id: str
    written: tuple[Path, ...] = ()
    unchanged: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversion:
    """How runs are converted. `top` gets a folder for each writer; `dialect` replaces that of the traces.

    A file that is there with another content is a problem of its run, unless `force`.
    """

    writers: Sequence[TraceWriter]
    top: Path
    dialect: Dialect | None = None
    force: bool = False

    def runs(self, reader: NativeReader) -> Iterator[Converted]:
        """Convert all runs, one after the other; a run that cannot be read does not stop the others.

        Raises InputError where files cannot be written.
        """
        for run_id in reader.run_ids:
            try:
                trace = reader.run(run_id)
            except InputError as error:
                yield Converted(run_id, problems=error.problems)
            else:
                yield self._converted(run_id, trace)

    def _converted(self, run_id: str, trace: RunTrace) -> Converted:
        if self.dialect is not None:
            trace = replace(trace, context=replace(trace.context, dialect=self.dialect))
        files = {
            self.top / writer.name / file.name: file.data for writer in self.writers for file in writer.render(trace)
        }
        with writing(self.top):
            there = {path: path.read_bytes() for path in files if path.exists()}
            same = [path for path, data in there.items() if data == files[path]]
            others = [path for path in there if path not in same]
            if others and not self.force:
                what = Problem("is there already, with another content", str(others[0]), "--force overwrites it")
                return Converted(run_id, unchanged=tuple(same), problems=(what,))
            changed = [path for path in files if path not in same]
            for path in changed:
                write_atomic(path, files[path])
        return Converted(run_id, tuple(changed), tuple(same))
