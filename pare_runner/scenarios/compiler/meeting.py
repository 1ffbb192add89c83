"""What runs with agents need to know of the oracle's steps: what meets them, and where the user makes them.

To be asked once the steps are without mistakes: nothing is reported here a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pare_runner.scenarios.checks.matchers import Matcher, compile_matcher
from pare_runner.scenarios.compiler.compilation import Compilation, arguments_with_refs, with_refs
from pare_runner.scenarios.compiler.steps import Step


def screens_of(steps: Sequence[Step], compilation: Compilation, events: frozenset[str]) -> dict[str, dict[str, Any]]:
    """Id of each user step's event → the constructor arguments of the screen it is made on."""
    return {
        step.event_id: arguments_with_refs(step.entry.on, compilation, (*step.path, "on"), events)
        for step in steps
        if step.kind == "user"
    }


def matches_of(
    steps: Sequence[Step], compilation: Compilation, events: frozenset[str]
) -> dict[str, dict[str, Matcher]]:
    """Id of each event with `match:` → what the arguments of a call must be to meet it."""
    return {
        step.event_id: {
            name: compile_matcher(with_refs(wanted, compilation, (*step.path, "match", name), events))
            for name, wanted in step.entry.match.items()
        }
        for step in steps
        if step.entry.match
    }
