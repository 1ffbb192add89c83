"""The judge check without its model: what a judge is shown, and what its answer means.

A judge reads a rubric and what happened in a run, and says whether the rubric holds. Asking it needs a model, so the
verdicts are made elsewhere and come with the environment; everything here is text in, text out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pare_runner.apps.core.dates import to_text
from pare_runner.kernel.events import Action, CompletedEvent, EventType
from pare_runner.scenarios.checks.conditions import accepted_proposals, list_proposals
from pare_runner.scenarios.environment import Environment

MAX_TEXT = 2_000
"""Characters of one text in an argument."""
MAX_ARGUMENTS = 8_000
"""Characters of all arguments of a call."""
MAX_RESULT = 400
"""Characters of the result of a call."""
MAX_STATE = 4_000
"""Characters of the state of an app."""
MAX_ANSWER = 5_000
"""Characters at the end of an answer in which the verdict is looked for."""

_WHO = {EventType.AGENT: "assistant", EventType.USER: "user", EventType.ENV: "world"}


@dataclass(frozen=True, slots=True)
class JudgeCheck:
    """A check that a judge decides: its name in results, and what must hold, in words."""

    name: str
    rubric: str


def evidence(environment: Environment) -> str:
    """What happened in a run and how the phone is now, as text; equal runs give equal texts."""
    proposals = list_proposals(environment)
    accepted = accepted_proposals(environment)
    notes = {proposal.sequence: "a proposal" for proposal in proposals}
    notes |= {answer.sequence: "accepts the proposal" for answer, _ in accepted}
    calls = [_line(event, notes) for event in environment.event_log if event.action is not None]
    states = [
        f"{name}: {_clipped(_json(state), MAX_STATE)}"
        for name, app in environment.phone.apps.items()
        for state in [app.get_state()]
        if state is not None
    ]
    return "\n".join(
        [
            f"It is {to_text(environment.start_time)} UTC.",
            *(calls or ["Nothing happens."]),
            f"It is {to_text(environment.current_time)} UTC, and the run is over.",
            f"Proposals: {len(proposals)}, accepted: {len(accepted)}.",
            "",
            "State of the apps at the end:",
            *states,
        ]
    )


def read_verdict(text: str) -> tuple[bool, str] | None:
    """(whether the rubric holds, why) from a judge's answer; None if it gives none.

    The verdict is the last JSON object of the answer that says `"holds": true` or `false`, whatever stands around it.
    """
    text = text[-MAX_ANSWER:]
    decoder = json.JSONDecoder()
    found: tuple[bool, str] | None = None
    place = text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            value, end = None, place + 1
        if isinstance(value, dict) and isinstance(value.get("holds"), bool):
            found = value["holds"], str(value.get("why") or "")
        elif isinstance(value, dict):
            end = place + 1  # the verdict may stand inside
        place = text.find("{", end)
    return found


def _line(event: CompletedEvent, notes: dict[int, str]) -> str:
    action = event.action or Action("", "", "")
    who = _WHO.get(event.event_type, event.event_type.value.lower())
    if event.proactive_mode is not None:
        who += f" ({event.proactive_mode})"
    given = {name: value for name, value in action.args.items() if value is not None}
    args = {name: _clipped(value, MAX_TEXT) if isinstance(value, str) else value for name, value in given.items()}
    call = f"{action.app}.{action.function} {_clipped(_json(args), MAX_ARGUMENTS)}"
    line = f"{to_text(event.event_time)} {who}: {call}"
    if event.sequence in notes:
        line += f" [{notes[event.sequence]}]"
    if event.failed():
        return f"{line} failed: {_clipped(event.metadata.exception or '', MAX_RESULT)}"
    result = event.metadata.return_value
    return line if result is None else f"{line} gives {_clipped(_json(result), MAX_RESULT)}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _clipped(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
