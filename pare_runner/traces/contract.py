"""The contract of a trace writer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pare_runner.episode.outcome import Outcome

TRACES = "traces"
"""Folder of the traces in a job's directory; below it each format has its own."""


@dataclass(frozen=True, slots=True)
class TraceContext:
    """What a trace says about a run beside its outcome.

    `run_id` names the file; `runner_config` is the identity of the configuration, in JSON values.
    """

    run_id: str
    runner_config: Mapping[str, Any] = field(default_factory=dict)
    agent_id: str = "oracle"
    model_id: str = "oracle"


@dataclass(frozen=True, slots=True)
class TraceFile:
    """A rendered trace: the name of its file, and what is in it."""

    name: str
    data: bytes


class TraceWriter(Protocol):
    """Renders traces in one format."""

    @property
    def name(self) -> str:
        """Name of the format, and of the folder its traces stand in."""

    def render(self, outcome: Outcome, context: TraceContext) -> TraceFile:
        """The trace of one run; the engine puts it in place, wherever the run was made.

        A function of `outcome` and `context` alone: no wall clock, no order of a set. Nothing that a run can hold is
        an error.
        """
