"""The contract of a trace writer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
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


class TraceWriter(Protocol):
    """Writes traces in one format."""

    @property
    def name(self) -> str:
        """Name of the format, and of the folder its traces stand in."""

    def write(self, outcome: Outcome, context: TraceContext, directory: Path) -> Path:
        """Write the trace of one run into `directory`, which it creates, and return the file.

        The file is whole or absent, and a function of `outcome` and `context` alone: no wall clock, no order of a set.
        Raises OSError; nothing that a run can hold is an error.
        """
