"""Joined traces of a job, compared with those of the runs as they were made again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from pare_runner.traces.contract import TRACES, PackingWriter, TraceFile, TraceWriter


class JoinedTraces:
    """The joined traces in `directory`. What runs leave when they are made again is joined in a folder of its own."""

    def __init__(self, directory: Path, writers: Iterable[TraceWriter]) -> None:
        self._directory = directory / TRACES
        self._writers = {
            writer.name: writer
            for writer in writers
            if isinstance(writer, PackingWriter) and any(_joined_in(writer, self._directory / writer.name))
        }
        self._held: set[str] = set()
        self._scratch = TemporaryDirectory(prefix="pare_verify_")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch.cleanup()

    def add(self, traces: Iterable[tuple[str, TraceFile]], run_id: str, *, whole: bool) -> None:
        """A run was made again; if not as a `whole`, its recorded traces stand for it."""
        traces = list(traces)
        for name, writer in self._writers.items():
            own = [trace for folder, trace in traces if folder == name]
            if not whole and any(self.holds(name, trace.name) for trace in own):
                own = list(writer.packed_run(self._directory / name, run_id))
            for trace in own:
                path = Path(self._scratch.name) / name / trace.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(trace.data)

    def holds(self, folder: str, name: str) -> bool:
        """Whether this file of a run has gone into a joined one."""
        if folder not in self._writers or (self._directory / folder / name).exists():
            return False
        self._held.add(folder)
        return True

    def difference(self, made: set[str]) -> str | None:
        """The first joined file that is not the recorded one, in words, or None; `made` learns all their names.

        Where no run has gone into a joined file, joining was interrupted, and what is there counts for nothing.
        """
        for folder, writer in self._writers.items():
            if folder not in self._held:
                made.update(f"{TRACES}/{folder}/{name}" for name in _joined_in(writer, self._directory / folder))
                continue
            scratch = Path(self._scratch.name) / folder
            writer.pack(scratch)
            for name in _joined_in(writer, scratch):
                path = self._directory / folder / name
                made.add(f"{TRACES}/{folder}/{name}")
                if not path.exists():
                    return f"its trace {TRACES}/{folder}/{name} is gone"
                if path.read_bytes() != (scratch / name).read_bytes():
                    return f"{TRACES}/{folder}/{name} is not what its runs come to"
        return None


def _joined_in(writer: PackingWriter, folder: Path) -> list[str]:
    """The joined files in a folder, by their paths below it."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in names if writer.is_packed(name))
