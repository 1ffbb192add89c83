"""The world log of hf traces: what agents were told, asked, answered and did, each entry as JSON text.

The kinds of entries and their keys are Meta-ARE's, with PARE's four additions (`PARE_ONLY`). Kinds that belong to
planning agents, sub-agents or reminders have no counterpart here and are never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from pare_runner.apps.core.dates import to_text
from pare_runner.apps.notifications import Notification, PAREMessageType
from pare_runner.episode.exchange import Exchange
from pare_runner.episode.phase import result_of
from pare_runner.kernel.events import CompletedEvent
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Response, Role
from pare_runner.policy.tools import ToolList
from pare_runner.traces.detection import phrases_for
from pare_runner.traces.events import action_log
from pare_runner.traces.record import RunTrace
from pare_runner.traces.timeline import timeline
from pare_runner.traces.values import json_text

PARE_ONLY = frozenset({"agent_message", "available_tools", "current_app_state", "user_action"})
"""Kinds of entries that PARE added; Meta-ARE's importer refuses a file that has one."""
_ROLES = {"tool": "tool-response"}
"""Roles of messages whose name in traces is another."""
_ENVIRONMENT = (PAREMessageType.ENVIRONMENT_NOTIFICATION_USER, PAREMessageType.ENVIRONMENT_NOTIFICATION_AGENT)


def agent_id(trace: RunTrace, role: Role) -> str:
    """The id of the agent that plays `role` in this run: 32 hexadecimal digits, the same wherever it is written."""
    return _hex(f"{trace.scenario_id}\n{trace.run_number}\n{role}")


def agents_of(trace: RunTrace) -> dict[Role, str]:
    """The agents that were asked anything, in the order of their first call."""
    return {role: agent_id(trace, role) for role in dict.fromkeys(x.request.role for x in trace.exchanges)}


def world_logs(trace: RunTrace) -> Iterator[str]:
    """The entries of the world log in order, JSON text each, in the dialect of the trace."""
    left_out = PARE_ONLY if trace.context.dialect == "meta_are" else frozenset[str]()
    writer = _Writer(trace, left_out)
    for moment in timeline(trace.log, trace.exchanges):
        exchange = moment.exchange
        if moment.kind == "event" and moment.event is not None:
            yield from writer.event(moment.event, exchange)
        elif exchange is not None and moment.kind == "asked":
            yield from writer.asked(exchange)
        elif exchange is not None and moment.kind == "answered":
            yield from writer.answered(exchange)
        elif exchange is not None:
            yield from writer.done(exchange)
    yield from writer.end()


def said_text(content: str, calls: Sequence[dict[str, Any]]) -> str:
    """A reply as one text: what was said, then each native tool call as JSON between `<tool_call>` tags."""
    told = [f"<tool_call>\n{json_text(call)}\n</tool_call>" for call in calls]
    return "\n".join([content, *told] if content else told)


@dataclass(slots=True)
class _Agent:
    """Where an agent stands; `phase` is the turn of its last call, `step` the number of that call in its phase."""

    name: str
    written: int = 0
    system: str | None = None
    phase: int = -1
    step: int = 0


@dataclass(slots=True)
class _Writer:
    trace: RunTrace
    left_out: frozenset[str]
    agents: dict[Role, _Agent] = field(default_factory=dict)
    messages: dict[int, bytes] = field(default_factory=dict)
    tools: dict[int, str] = field(default_factory=dict)

    def asked(self, exchange: Exchange) -> Iterator[str]:
        """What the agent has before it, then the request."""
        request = exchange.request
        role, time = request.role, request.time
        agent = self.agents.setdefault(role, _Agent(agent_id(self.trace, role)))
        first = agent.phase != request.turn
        agent.phase, agent.step = request.turn, 0 if first else agent.step + 1
        system = request.messages[0].content if request.messages and request.messages[0].role == "system" else None
        if system is not None and system != agent.system:
            agent.system = system
            yield from self._entry(agent, time, "system_prompt", content=self._system(role, system))
        if first:
            asked = [item.message for item in exchange.told if item.message_type is PAREMessageType.AGENT_MESSAGE]
            task = "\n".join(asked) if role == "user" else text_of("task", request.messages)
            yield from self._entry(agent, time, "task", content=task, attachments=None)
        yield from self._entry(agent, time, "step", iteration=agent.step)
        yield from self._told(agent, time, exchange.told)
        if role == "user":
            yield from self._entry(agent, time, "available_tools", content=self._tools(request.choices))
            screen = text_of("current_app_state", reversed(request.messages))
            yield from self._entry(agent, time, "current_app_state", content=screen)
        yield self._input(agent, time, request.messages)

    def answered(self, exchange: Exchange) -> Iterator[str]:
        """The reply, or that there is none."""
        agent, time = self.agents[exchange.request.role], exchange.request.time + exchange.seconds
        response = exchange.response
        if response is None:
            yield from self._error(agent, time, exchange, exchange.error or "", "model_call")
            return
        usage = response.usage
        calls = [call.value["function"] for call in response.tool_calls]
        yield from self._entry(
            agent,
            time,
            "llm_output",
            content=said_text(response.content, calls),
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            total_tokens=usage.total_tokens,
            reasoning_tokens=usage.reasoning_tokens,
            completion_duration=exchange.seconds,
        )
        thought = thought_of(response, exchange.request.protocol == "react")
        if thought:
            yield from self._entry(agent, time, "thought", content=thought)
            yield from self._entry(agent, time, "rationale", content=thought)

    def done(self, exchange: Exchange) -> Iterator[str]:
        """What a reply without a call comes to."""
        agent, time = self.agents[exchange.request.role], exchange.request.time + exchange.seconds
        if exchange.problem is not None:
            yield from self._error(agent, time, exchange, exchange.problem, "malformed_reply")
        elif exchange.response is not None and not exchange.events and exchange.request.role in ("execute", "judge"):
            yield from self._entry(agent, time, "final_answer", content=exchange.response.content, attachments=None)

    def event(self, event: CompletedEvent, exchange: Exchange | None) -> Iterator[str]:
        """A line of the event log; a call of an agent stands between its request and what the agent saw of it."""
        agent = None if exchange is None else self.agents[exchange.request.role]
        if agent is not None:
            args = {name: value for name, value in event.get_args().items() if value is not None}
            yield from self._entry(agent, event.event_time, "tool_call", tool_name=event.tool_name, tool_arguments=args)
        if event.action is not None:
            yield action_log(event, event.action)
        if agent is not None:
            seen = result_of(event, event.tool_name or "").text
            yield from self._entry(agent, event.event_time, "observation", content=seen, attachments=[])

    def end(self) -> Iterator[str]:
        """Nobody is asked any more."""
        reason = self.trace.verdict.termination_reason
        for agent in self.agents.values():
            if reason is not None:
                yield from self._entry(agent, self.trace.end_time, "stop", content=reason)
            yield from self._entry(agent, self.trace.end_time, "end_task")

    def _told(self, agent: _Agent, time: float, news: Sequence[Notification]) -> Iterator[str]:
        world = [item for item in news if item.message_type in _ENVIRONMENT]
        taps = [item for item in news if item.message_type is PAREMessageType.USER_ACTION]
        if world:
            yield from self._entry(agent, time, "environment_notifications", content=_lines(world))
        if taps:
            yield from self._entry(agent, time, "user_action", content=_lines(taps))
        for item in news:
            if item.message_type is PAREMessageType.AGENT_MESSAGE:
                yield from self._entry(agent, time, "agent_message", content=item.message, attachments=[])
            elif item.message_type is PAREMessageType.USER_MESSAGE:
                yield from self._entry(agent, time, "agent_user_interface", content=item.message)

    def _system(self, role: Role, prompt: str) -> str:
        """The prompt, with what tells PARE's parser which agent this is and what the user wants."""
        if self.trace.context.dialect == "meta_are":
            return prompt
        goal = self.trace.goal if role == "user" else None
        return "\n\n".join([prompt, *phrases_for(role, goal)])

    def _tools(self, tools: ToolList) -> str:
        """A line for each tool: its name, what it does, and its arguments as JSON Schema."""
        if id(tools) not in self.tools:
            functions = [item["function"] for item in orjson.loads(tools.json)]
            self.tools[id(tools)] = "\n".join(
                f"- {tool['name']}: {tool['description']} Arguments: {json_text(tool['parameters'])}"
                for tool in functions
            )
        return self.tools[id(tools)]

    def _input(self, agent: _Agent, time: float, messages: Sequence[Message]) -> str:
        """Requests repeat most of their messages, so the JSON text of each is made once."""
        texts = self.messages
        for message in messages:
            if id(message) not in texts:
                calls = [call.value["function"] for call in message.tool_calls]
                shown = {
                    "role": _ROLES.get(message.role, message.role),
                    "content": said_text(message.content, calls),
                    "attachments": None,
                }
                texts[id(message)] = json_text(shown).encode()
        inside = b",".join(texts[id(message)] for message in messages).decode()
        head = json_text({"timestamp": float(time), "id": self._id(agent), "agent_id": agent.name})
        return f'{head[:-1]},"content":[{inside}],"log_type":"llm_input"}}'

    def _error(self, agent: _Agent, time: float, exchange: Exchange, kind: str, category: str) -> Iterator[str]:
        role = exchange.request.role
        yield from self._entry(agent, time, "error", error=kind, exception=kind, category=category, agent=role)

    def _entry(self, agent: _Agent, time: float, kind: str, /, **values: Any) -> Iterator[str]:
        head = {"timestamp": float(time), "id": self._id(agent), "agent_id": agent.name}  # one id in every dialect
        if kind not in self.left_out:
            yield json_text({**head, **values, "log_type": kind})

    def _id(self, agent: _Agent) -> str:
        agent.written += 1
        return _hex(f"{agent.name}\n{agent.written}")


def text_of(kind: str, messages: Iterable[Message]) -> str:
    """The text of the first of `messages` that is of this kind; empty if there is none."""
    found = next((message for message in messages if message.kind == kind), None)
    return "" if found is None else found.content if found.part is None else found.part


def _lines(news: Sequence[Notification]) -> str:
    return "\n".join(f"[{to_text(item.timestamp)}] {item.message}" for item in news)


def thought_of(response: Response, react: bool) -> str:
    """What the model says it thinks: its reasoning if that came apart, else what stands before the action."""
    said = response.content.partition("Action:")[0] if react else response.content
    return "\n".join(part for part in (response.reasoning, said.strip()) if part)


def _hex(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
