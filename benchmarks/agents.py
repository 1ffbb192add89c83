"""Episodes for the benchmarks of the loop: an assistant that looks things up, a user that waits."""

from __future__ import annotations

from collections.abc import Mapping

from pare_runner.episode.run import Agents
from pare_runner.episode.settings import EpisodeSettings
from pare_runner.library.prompts import load_prompts
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.policy.messages import ToolCall
from pare_runner.policy.policy import Policy, Session, View
from pare_runner.policy.request import Request, Response, Role, Usage
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.scenario import PAREScenario

SCENARIO = """
id: bench_agents
start_time: 2025-11-18T09:00:00Z
duration: 1h
apps:
  contacts: {type: StatefulContactsApp, contacts: [{id: c1, first_name: Ann, last_name: Berg}]}
  messages:
    type: StatefulMessagingApp
    users: {ann: Ann Berg, tom: Tom Abel}
    conversations: [{id: plan, title: Plan, participants: [ann, tom], messages: [{from: ann, at: -1h, content: Hello}]}]
  calendar: {type: StatefulCalendarApp, events: [{id: e1, title: Review, start_datetime: +1d 10:00}]}
  notes: {type: StatefulNotesApp, notes: [{id: n1, title: Note, content: text}]}
  emails: {type: StatefulEmailApp, emails: [{id: m1, sender: a@example.org, subject: Mail, at: -1h}]}
events:
  - {id: asks, env: messages.create_and_add_message, at: 10s,
     args: {conversation_id: plan, sender_id: ann, content: Can we move the review?}}
"""
LOOK_UP = Response(
    tool_calls=(ToolCall("call_1", "Messages__read_conversation", '{"conversation_id": "plan"}'),),
    finish_reason="tool_calls",
    usage=Usage(1000, 20),
    served_model="bench",
)


class LookUp:
    """Answers at once, always with the same call."""

    def start(self, role: Role, view: View) -> Session:
        """A session without memory."""
        return self

    async def complete(self, request: Request) -> Response:
        """The call."""
        return LOOK_UP

    def next_due(self) -> float | None:
        """Never."""
        return None


def scenario() -> PAREScenario:
    """The scenario of these benchmarks."""
    return compile_scenario(SCENARIO, "bench_agents.yaml")


def agents(observe: Policy, *, turns: int = 2, replies: int = 10) -> Agents:
    """A user that waits, and an assistant that asks `observe` `replies` times a turn."""
    policies: Mapping[Role, Policy] = {
        "user": offline_policy("always_accept", "user"),
        "observe": observe,
        "execute": observe,
    }
    settings = EpisodeSettings(max_turns=turns, observe_iterations=replies)
    return Agents(policies, load_prompts(), settings)
