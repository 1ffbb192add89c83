"""How a reader of traces tells the agents apart.

Ours names them in `metadata.pare_runner.agents`. PARE's parser goes by phrases in the logged system prompts, so ours
carry them at their end, where no model has seen them.
"""

from __future__ import annotations

from collections.abc import Mapping

from pare_runner.policy.request import Role

PHRASES: Mapping[Role, str] = {
    "user": "simulating a real human user",
    "observe": "proactive assistant that monitors",
    "execute": "proactive assistant executing",
}
"""Role → the words PARE's parser looks for in a system prompt."""
META_TASK = "meta_task_description"
"""Tag around what the user wants, in a system prompt."""


def phrases_for(role: Role, goal: str | None = None) -> list[str]:
    """What is put below a logged system prompt: a line for the role, and the user's goal if there is one."""
    found = [f"[pare_runner: role {role}, {PHRASES[role]}]"] if role in PHRASES else []
    return [*found, f"<{META_TASK}>{goal}</{META_TASK}>"] if goal else found
