"""World logs of agent runs by hand, in the layout of PARE's files: an entry a second, in the order they are added."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Self

from pare_runner.traces.documents import parse_hf
from pare_runner.traces.hf_models import HfDocument

START = 1_763_456_400.0  # 2025-11-18 09:00:00 UTC
INTERFACE = "PAREAgentUserInterface"
PROMPTS = {
    "user": "You are simulating a real human user.\n<meta_task_description>\n Tidy up. \n</meta_task_description>",
    "observe": "You are a proactive assistant that monitors the phone.",
    "execute": "You are a proactive assistant executing a task.",
}


@dataclass
class World:
    """A run to be: entries, and what stands in the metadata."""

    run_number: int | None = 3
    definition: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(
        default_factory=lambda: {"simulation": {"agent_id": None, "model_id": "user:u:1|observe:o|execute:e"}}
    )
    logs: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    time: float = START

    def add(self, agent: str, log_type: str, **fields: Any) -> Self:
        """An entry, a second after the last one."""
        self.logs.append({"timestamp": self.time, "id": "0", "agent_id": agent, "log_type": log_type, **fields})
        self.time += 1
        return self

    def prompts(self, *agents: str) -> Self:
        """System prompts, of all agents unless some are named."""
        for agent in agents or tuple(PROMPTS):
            self.add(agent, "system_prompt", content=PROMPTS[agent])
        self.messages = [{"role": "system", "content": PROMPTS["user"], "attachments": None}]
        return self

    def shows(self, *more: tuple[str, str]) -> Self:
        """The user's model is asked, with these (role, content) behind what stands in the conversation already."""
        self.messages = [*self.messages, *({"role": role, "content": text} for role, text in more)]
        return self.add("user", "llm_input", content=self.messages)

    def proposes(self, text: str = "Shall I?") -> Self:
        """The assistant proposes."""
        return self.call("observe", f"{INTERFACE}__send_message_to_user", content=text)

    def call(self, agent: str, tool: str, **arguments: Any) -> Self:
        """An agent calls a tool."""
        return self.add(agent, "tool_call", tool_name=tool, tool_arguments=arguments)

    def answers(self, answer: str) -> Self:
        """The user's model is asked, and accepts or rejects."""
        return self.shows().call("user", f"{INTERFACE}__{answer}_proposal")

    def data(self) -> dict[str, Any]:
        """The file."""
        definition = {"scenario_id": "tidy", "run_number": self.run_number, **self.definition}
        return {
            "world_logs": [json.dumps(log) for log in self.logs],
            "apps": [],
            "events": [],
            "completed_events": [],
            "version": "are_simulation_v1",
            "metadata": {"definition": definition, **self.metadata},
        }

    def document(self) -> HfDocument:
        """The file, read."""
        return parse_hf(json.dumps(self.data()), "tidy.json")
