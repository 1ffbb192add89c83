"""Tools that fail before they act: the draws, and what is said of a call that failed.

With the pattern `iid` the n-th call of a tool by the assistant fails if the number of (seed, scenario, run, tool, n) is
below p. With `outage` the virtual time since the start is cut into windows of `outage_seconds`, for each tool at places
of its own: at t seconds the window is w = floor(t / outage_seconds + shift), where shift in [0, 1) is drawn for the
tool, and every call in it fails if the number of (seed, scenario, run, tool, w) is below p. So a tool is down for the
share p of all time, k windows in a row with probability (1 - p) p^k after one in which it is up: an outage lasts
outage_seconds / (1 - p) on average. Either way whatever fails at p fails at every higher p too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from pare_runner.apps.core.app import App
from pare_runner.apps.core.tools import ToolKind, specs_of
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.events import CompletedEvent
from pare_runner.noise.config import ToolAugmentationConfig
from pare_runner.noise.scope import is_spared

CHANNEL = "tool_failure"


class ToolFailure(Exception):
    """A call of the assistant that noise kept from its tool."""


@dataclass(frozen=True, slots=True)
class ToolDraw:
    """The draw for the `call`-th call of a tool by the assistant, counted from 1; it failed if `number` was below p."""

    app: str
    tool: str
    call: int
    number: float
    failed: bool


@dataclass(slots=True)
class ToolFailures:
    """Decides for each call of the assistant in one run whether it fails; `drawn` are the draws so far, in order.

    To be asked once a call. The answer depends on the draws' key and the number of the call (with `outage`, the virtual
    time), so other calls, tools, models and events change nothing.
    """

    config: ToolAugmentationConfig
    draws: Draws
    clock: Clock
    start: float
    drawn: list[ToolDraw] = field(default_factory=list)
    _calls: dict[tuple[str, str], int] = field(default_factory=dict)

    def __call__(self, app: App, tool: str) -> ToolFailure | None:
        """What the call of `tool` that is made now fails with; None if it may go on."""
        spec = specs_of(type(app)).get(tool)
        if spec is None or ToolKind.AGENT not in spec.kinds or is_spared(app):
            return None
        call = self._calls[app.name, tool] = self._calls.get((app.name, tool), 0) + 1
        number = self._number(app.name, tool, call)
        failed = number < self.config.tool_failure_probability
        self.drawn.append(ToolDraw(app.name, tool, call, number, failed))
        return ToolFailure(failure_text(f"{app.name}__{tool}")) if failed else None

    def _number(self, app: str, tool: str, call: int) -> float:
        if self.config.pattern == "iid":
            return self.draws.uniform(CHANNEL, "call", app, tool, call)
        window = math.floor((self.clock.now - self.start) / self.config.outage_seconds + _shift(self.draws, app, tool))
        return self.draws.uniform(CHANNEL, "window", app, tool, window)


@dataclass(frozen=True, slots=True)
class Outage:
    """A tool is down from `begin` until `end`, in seconds after the start."""

    app: str
    tool: str
    begin: float
    end: float


def may_fail(app: App) -> list[str]:
    """The tools of `app` that noise can keep from the assistant."""
    return [] if is_spared(app) else list(type(app).tools(ToolKind.AGENT))


def outages(config: ToolAugmentationConfig, draws: Draws, app: str, tool: str, seconds: float) -> list[Outage]:
    """When a tool is down in the first `seconds` of a run with the pattern `outage`; `draws` are those of the run."""
    shift, length = _shift(draws, app, tool), config.outage_seconds
    found: list[Outage] = []
    for window in range(math.floor(seconds / length + shift) + 1):
        if draws.uniform(CHANNEL, "window", app, tool, window) >= config.tool_failure_probability:
            continue
        begin, end = max(0.0, (window - shift) * length), min(seconds, (window + 1 - shift) * length)
        if found and found[-1].end == begin:
            begin = found.pop().begin
        if begin < end:
            found.append(Outage(app, tool, begin, end))
    return found


def _shift(draws: Draws, app: str, tool: str) -> float:
    """Where the windows of a tool begin, as a share of their length."""
    return draws.uniform(CHANNEL, "shift", app, tool)


def failure_text(tool: str) -> str:
    """What is said of a failed call; `tool` is the name its reader knows."""
    return f"{tool} did not run: a temporary internal error. Nothing was changed; the call may work later."


def failed_by_noise(completed: CompletedEvent) -> bool:
    """Whether a call failed because noise kept it from its tool."""
    return completed.metadata.exception_type == ToolFailure.__name__
