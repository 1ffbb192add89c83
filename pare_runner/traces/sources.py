"""Where runs stand: in files, jobs, sweeps or any folder, whatever format their traces have."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING

from pare_runner.errors import InputError, Problem, did_you_mean
from pare_runner.traces.contract import TRACES
from pare_runner.traces.documents import parse_hf, read_hf
from pare_runner.traces.from_hf import record_of_hf
from pare_runner.traces.hf import HfWriter
from pare_runner.traces.hf_files import hf_files
from pare_runner.traces.hf_models import HfDocument
from pare_runner.traces.record import RunTrace

if TYPE_CHECKING:  # tables need polars, which takes longer to load than a run to be shown
    from pare_runner.traces.native.reader import NativeReader

LISTED = 5
"""Runs that a message names."""
_HASH = re.compile(r"_[0-9a-f]{8}\Z")
_RUN = re.compile(r"_run_(\d+)\Z")


class SeveralRuns(InputError):
    """A name that stands for more than one run; the message has a command for each."""


@dataclass(frozen=True, slots=True)
class RunSource:
    """A run that can be read: `load` raises InputError if it cannot after all.

    `document` is the same as hf traces have it. `path` is the file, or the folder of a format without a file a run;
    `job` is the directory of the job, None where there is none; `size` counts the bytes of its file. Where runs share
    files, all bytes are the first one's.
    """

    run_id: str
    format: str
    path: Path
    load: Callable[[], RunTrace]
    document: Callable[[], HfDocument]
    job: Path | None = None
    size: int = 0

    @property
    def command(self) -> str:
        """What shows it."""
        if self.path.is_dir():
            return f"pare traces show {shlex.quote(self.run_id)} --in {shlex.quote(str(self.job or self.path))}"
        return f"pare traces show {shlex.quote(str(self.path))}"

    @property
    def scenario_id(self) -> str:
        """Id of the scenario as the run id has it."""
        return _RUN.sub("", _HASH.sub("", self.run_id))

    @property
    def run_number(self) -> int:
        """Number of the run as the run id has it; 1 if it has none."""
        match = _RUN.search(_HASH.sub("", self.run_id))
        return int(match[1]) if match else 1


Finder = Callable[[Path, list[Problem]], Sequence[RunSource]]


def hf_runs(path: Path, unreadable: list[Problem]) -> list[RunSource]:
    """The runs with an hf trace at `path` or below; InputError if there are none. `unreadable` gets broken folders."""
    return [_hf_run(file) for file in hf_files([path], unreadable)]


def native_runs(path: Path, unreadable: list[Problem]) -> list[RunSource]:
    """The runs in native tables at `path` or below; InputError if there are none. `unreadable` gets broken tables."""
    # Tables need polars, which takes longer to load than a run to be shown.
    from pare_runner.traces.native.reader import NATIVE, NativeReader, native_folders

    found = []
    for folder in native_folders(path, unreadable):
        try:
            reader = NativeReader(folder)
        except InputError as error:
            unreadable += error.problems
            continue
        job = folder.parents[1] if folder.parts[-2:] == (TRACES, NATIVE) else None
        sizes = chain([_size(folder)], repeat(0))
        found += [
            RunSource(name, NATIVE, folder, partial(reader.run, name), partial(_as_hf, reader, name), job, size)
            for name, size in zip(reader.run_ids, sizes, strict=False)
        ]
    return found


FINDERS: tuple[Finder, ...] = (hf_runs, native_runs)
"""What looks for the runs of a format. Of a run in several formats the first one's is read."""


def find_runs(paths: Iterable[Path], unreadable: list[Problem] | None = None) -> list[RunSource]:
    """The runs at `paths` and below, each once, in the order of `paths`; InputError for a path without any.

    Folders and tables that do not even tell which runs they hold are noted in `unreadable`; without it they are an
    InputError.
    """
    found: dict[tuple[Path, str], RunSource] = {}
    for path in paths:
        broken: list[Problem] = []
        runs = _at(path, broken)
        if broken and unreadable is None:
            raise InputError(broken[0].message, where=broken[0].where, hint=broken[0].hint)
        if unreadable is not None:
            unreadable += broken
        for run in runs:
            found.setdefault(((run.job or run.path).absolute(), run.run_id), run)
    return list(found.values())


def pick_run(runs: Sequence[RunSource], name: str, run_number: int | None = None) -> RunSource:
    """The run whose id, or whose scenario's id, is `name`; InputError if there is none or more than one.

    `run_number` picks one run of a scenario.
    """
    fitting = [run for run in runs if name in (run.run_id, run.scenario_id)]
    if not fitting:
        known = {run.scenario_id for run in runs} | {run.run_id for run in runs}
        raise InputError(f"there is no run {name!r} among {_count(runs)}", hint=did_you_mean(name, known))
    return only(fitting, name, run_number)


def only(runs: Sequence[RunSource], name: str, run_number: int | None = None) -> RunSource:
    """The one of `runs` with this number, if it is given; InputError if that leaves none or several."""
    numbers = sorted({run.run_number for run in runs})
    fitting = [run for run in runs if run_number in (None, run.run_number)]
    if not fitting:
        known = ", ".join(map(str, numbers))
        raise InputError(f"{name} has no run {run_number}", hint=f"known: {known}")
    if len(fitting) == 1:
        return fitting[0]
    shown = [f"  {run.command}" for run in fitting[:LISTED]]
    more = [f"  and {len(fitting) - LISTED} more"] if len(fitting) > LISTED else []
    same = len({run.scenario_id for run in fitting}) == 1
    advice = "pick one with --run, or by" if same and len(numbers) > 1 and run_number is None else "pick one by"
    which = name if run_number is None else f"{name}, run {run_number},"
    raise SeveralRuns("\n".join([f"{which} stands for {len(fitting)} runs: {advice}", *shown, *more]))


def _at(path: Path, broken: list[Problem]) -> list[RunSource]:
    found: list[RunSource] = []
    refused: InputError | None = None
    for finder in FINDERS:
        try:
            found += finder(path, broken)
        except InputError as error:
            refused = refused or error
    if not (found or broken) and refused is not None:
        raise refused
    of_jobs = [run for run in found if run.job is not None]
    return of_jobs or found  # where jobs are, other JSON files are no traces


def _hf_run(file: Path) -> RunSource:
    job = file.parents[2] if file.parts[-3:-1] == (TRACES, HfWriter.name) else None
    document = partial(read_hf, file)
    return RunSource(file.stem, HfWriter.name, file, lambda: record_of_hf(document()), document, job, _size(file))


def _as_hf(reader: NativeReader, run_id: str) -> HfDocument:
    (file,) = HfWriter().render(reader.run(run_id))
    return parse_hf(file.data, f"{reader.folder}: {run_id}")


def _size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; 0 of what cannot be read, which is told when it is."""
    try:
        if path.is_dir():
            return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        return path.stat().st_size
    except OSError:
        return 0


def _count(runs: Sequence[RunSource]) -> str:
    return f"the {len(runs)} that were found" if len(runs) != 1 else "them: there is only one"
