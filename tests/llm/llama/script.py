"""What the scripted model says: each turn of the scenario `plumber_is_late`, once for each message protocol.

The chat template decides which turn comes next, by looking at the messages; here is only how each of them is spelled.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

READ = "Messages__read_conversation"
PROPOSE = "PAREAgentUserInterface__send_message_to_user"
ACCEPT = "PAREAgentUserInterface__accept_proposal"
WAIT = "PAREAgentUserInterface__wait"
LOOK_UP = "Calendar__get_calendar_event"
EDIT = "Calendar__edit_calendar_event"

PROPOSAL = "Jonas Weber comes an hour later. Shall I move the plumber to 16:00 in your calendar?"
REASONING = "The message of the plumber may change what the calendar says."
DONE = "The plumber stands at 16:00 now."

_READ_ARGS = {"conversation_id": "pipes"}
_EDIT_ARGS = {
    "event_id": "repair",
    "start_datetime": "2025-11-18 16:00:00",
    "end_datetime": "2025-11-18 17:00:00",
}
END_OF_ACTION = "<end_action>"


@dataclass(frozen=True, slots=True)
class Turn:
    """A reply: after the control token `cue` the model says `text` and stops."""

    cue: str
    text: str


def native(name: str, *calls: tuple[str, dict[str, Any]], text: str = "", reasoning: str | None = None) -> Turn:
    """A reply with tool calls, written as the template writes them."""
    parts = [] if reasoning is None else [f"<think>\n{reasoning}\n</think>\n\n"]
    written = [json.dumps({"name": tool, "arguments": args}) for tool, args in calls]
    parts += [text, "\n".join(f"<tool_call>\n{call}\n</tool_call>" for call in written)]
    return Turn(f"<|native_{name}|>", "".join(parts))


def react(name: str, thought: str, tool: str, **args: Any) -> Turn:
    """A reply with one action as text."""
    action = json.dumps({"action": tool, "action_input": args})
    return Turn(f"<|react_{name}|>", f"Thought: {thought}\nAction:\n{action}{END_OF_ACTION}")


TURNS: tuple[Turn, ...] = (
    native("user_wait", (WAIT, {})),
    native("user_accept", (ACCEPT, {"content": "Yes, please."})),
    native("observe_wait", (WAIT, {})),
    native("observe_read", (READ, _READ_ARGS), reasoning=REASONING),
    native("observe_propose", (PROPOSE, {"content": PROPOSAL})),
    native("execute_act", (LOOK_UP, {"event_id": "repair"}), (EDIT, _EDIT_ARGS)),
    native("execute_end", text=DONE),
    react("user_wait", "Nothing to do.", WAIT),
    react("user_accept", "That is what I want.", ACCEPT, content="Yes, please."),
    react("observe_wait", "Nothing has happened.", WAIT),
    react("observe_read", REASONING, READ, **_READ_ARGS),
    react("observe_propose", "The appointment has to move.", PROPOSE, content=PROPOSAL),
    react("execute_act", "I move it by an hour.", EDIT, **_EDIT_ARGS),
    react("execute_end", "All is done.", PROPOSE, content=DONE),
    Turn("<|chat|>", "This model only knows one story, that of a late plumber."),
)
