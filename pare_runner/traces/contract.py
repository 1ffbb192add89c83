"""The contract of a trace writer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:  # a record is made of entries that know the contract
    from pare_runner.traces.record import RunTrace

TRACES = "traces"
"""Folder of the traces in a job's directory; below it each format has its own."""
PART = "part-"
"""Begins the names of files of a format that consists of tables; a run id or a number follows."""
ORACLE = "oracle"
"""Stands for the agents and for the models of runs without any."""

Dialect = Literal["pare", "meta_are"]
"""`meta_are` leaves out what Meta-ARE's own importer refuses: PARE's four kinds of log entries."""


@dataclass(frozen=True, slots=True)
class TraceContext:
    """What a trace says about a run beside its outcome.

    `run_id` names the file; `runner_config` is the identity of the configuration, in JSON values. `redact` are the
    kinds of strings that have to be made unreadable before anything is written.
    """

    run_id: str
    runner_config: Mapping[str, Any] = field(default_factory=dict)
    agent_id: str = ORACLE
    model_id: str = ORACLE
    dialect: Dialect = "pare"
    redact: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TraceFile:
    """A file of a rendered trace: its name below the folder of its format, and what is in it."""

    name: str
    data: bytes


class TraceWriter(Protocol):
    """Renders traces in one format."""

    @property
    def name(self) -> str:
        """Name of the format, and of the folder its traces stand in."""

    def render(self, trace: RunTrace) -> tuple[TraceFile, ...]:
        """The files of one run, the one that stands for the run first; the engine puts them in place.

        A function of `trace` alone: no wall clock, no order of a set. Nothing that a run can hold is an error. A file
        whose name does not depend on the run must have the same content whatever run it comes from. Names with a
        folder are parts of tables; not one of them but the folder of the format stands for the run then.
        """


@runtime_checkable
class PackingWriter(TraceWriter, Protocol):
    """A writer whose files are joined when the job is complete: those of one run cost too much each.

    `folder` is the folder of the format in a job. Joining and taking apart depend on the runs alone, can be broken off
    at any moment and done again. InputError for a file that cannot be read; OSError.
    """

    def pack(self, folder: Path) -> None:
        """Join the files of all runs in `folder`."""

    def unpack(self, folder: Path) -> None:
        """Give all runs the files again that `render` made; nothing happens if nothing is joined."""

    def is_loose(self, folder: Path) -> bool:
        """Whether `pack` has anything to do."""

    def is_packed(self, name: str) -> bool:
        """Whether `name`, below the folder, is a joined file, or what an interrupted `pack` may leave of one."""

    def packed_run(self, folder: Path, run_id: str) -> tuple[TraceFile, ...]:
        """The files of one run as `unpack` would write them."""
