"""The model calls of a run, read from the world log of its trace."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pare_runner.apps.core.dates import from_text
from pare_runner.apps.notifications import Notification, PAREMessageType
from pare_runner.episode.exchange import Exchange
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.policy.messages import ChatRole, Message, ToolCall
from pare_runner.policy.request import ErrorKind, Protocol, Request, Response, Role, Usage
from pare_runner.traces.agent_roles import agent_roles
from pare_runner.traces.decision_messages import TOOL_ROLES, messages_of
from pare_runner.traces.hf import OURS
from pare_runner.traces.hf_models import HfDocument
from pare_runner.traces.json_texts import parsed
from pare_runner.traces.rounds import Log, Round, rounds_of, text_in

_CHAT_ROLES: tuple[ChatRole, ...] = ("system", "user", "assistant", "tool")
_CALL = re.compile(r"(?:\A|\n)<tool_call>\n(\{.*\})\n</tool_call>\Z")
_NEWS = re.compile(r"^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] ", re.MULTILINE)
_NOTHING = ("", "None")
"""What PARE shows in place of a notification without a text."""
_ACTION = "Action:"


def exchanges_of(document: HfDocument, logs: Sequence[Log], log: Sequence[CompletedEvent]) -> list[Exchange]:
    """The model calls in the order in which they were made; `log` is the event log that their calls stand in.

    Agents are told apart as `metadata.pare_runner` says, else by phrases in their system prompts, else by what they
    call. Turns are those of the calls; a model call that called nothing has the turn that follows from its neighbours.
    """
    rounds = rounds_of(logs, log)
    roles = _roles(document, logs, rounds, log)
    react = {role for role in set(roles.values()) if _speaks_react([r for r in rounds if roles[r.agent] == role])}
    maker, numbers, found = _Maker(log), dict[Role, int](), []
    for item, turn in zip(rounds, _turns(rounds, roles, log), strict=True):
        role = roles[item.agent]
        index = numbers[role] = numbers.get(role, -1) + 1
        protocol: Protocol = "react" if role in react else "native"
        request = Request(role, index, maker.messages(item), protocol=protocol, turn=turn, time=item.time)
        found.append(maker.exchange(item, request))
    return found


def said_apart(text: str) -> tuple[str, tuple[ToolCall, ...]]:
    """The inverse of `world_logs.said_text`: what was said, and the native tool calls at its end."""
    calls: list[ToolCall] = []
    while match := _CALL.search(text):
        try:
            call = parsed(match[1])
        except ValueError:
            break
        if list(call) != ["name", "arguments"] or not all(isinstance(value, str) for value in call.values()):
            break  # a model wrote it so
        calls.append(ToolCall("", call["name"], call["arguments"]))
        text = text[: match.start()]
    calls.reverse()
    return text, tuple(ToolCall(f"call_{n}", call.name, call.arguments) for n, call in enumerate(calls))


@dataclass(slots=True)
class _Maker:
    """Makes model calls of rounds. Requests repeat most of their messages, so that each is made once."""

    log: Sequence[CompletedEvent]
    known: dict[tuple[str, str], Message] = field(default_factory=dict)

    def exchange(self, item: Round, request: Request) -> Exchange:
        answered = item.time if item.answered is None else item.answered
        seconds = answered - item.time
        response = None
        if item.output is not None:
            charged = item.output.get("completion_duration")
            if isinstance(charged, int | float) and item.time + charged == answered:
                seconds = charged  # the difference of the times may differ from it in its last digits
            response = _response(item.output, item.thought, request.protocol)
        return Exchange(
            request,
            response,
            None if item.error is None else cast(ErrorKind, item.error),
            seconds,
            item.problem,
            [self.log[place].event_id for place in item.made],
            tuple(news for entry in item.told for news in _news(entry, request.role)),
        )

    def messages(self, item: Round) -> tuple[Message, ...]:
        """The request, of whose messages the one with the screen is marked."""
        found: list[Message] = []
        for message in (None if item.input is None else messages_of(item.input)) or ():
            role, content = str(message.get("role")), text_in(message.get("content"))
            if (role, content) not in self.known:
                chat: ChatRole = "tool" if role in TOOL_ROLES else next((r for r in _CHAT_ROLES if r == role), "user")
                self.known[role, content] = Message(chat, content, kind="system_prompt" if chat == "system" else "")
            found.append(self.known[role, content])
        for place in range(len(found) - 1, -1, -1):
            if item.screen and found[place].role == "user" and item.screen in found[place].content:
                found[place] = Message("user", found[place].content, kind="current_app_state", part=item.screen)
                break
        return tuple(found)


def _response(output: Log, thought: str, protocol: Protocol) -> Response:
    content, calls = said_apart(text_in(output.get("content")))
    said = (content.partition(_ACTION)[0] if protocol == "react" else content).strip()
    reasoning = thought.strip().removesuffix(said).strip("\n") or None
    usage = Usage(
        _count(output.get("prompt_tokens")),
        _count(output.get("completion_tokens")),
        reasoning_tokens=_count(output.get("reasoning_tokens")),
    )
    return Response(content, calls, reasoning, usage=usage)


def _roles(
    document: HfDocument, logs: Sequence[Log], rounds: Sequence[Round], log: Sequence[CompletedEvent]
) -> dict[str, Role]:
    """The role of each agent with a model call: as marked, by the phrases of its prompt, else by what it calls."""
    roles: dict[str, Role] = {**agent_roles(document, logs)}
    ours = document.metadata.get(OURS)
    marked = ours.get("agents") if isinstance(ours, dict) else None
    roles |= {agent: "judge" for agent, name in (marked or {}).items() if name == "judge"}
    for item in rounds:
        for place in item.made:
            event = log[place]
            by_agent: Role = "execute" if event.proactive_mode == "execute" else "observe"
            roles.setdefault(item.agent, "user" if event.event_type is EventType.USER else by_agent)
    return {item.agent: roles.get(item.agent, "observe") for item in rounds}


def _speaks_react(rounds: Sequence[Round]) -> bool:
    said = [said_apart(text_in(item.output.get("content"))) for item in rounds if item.output is not None]
    return not any(native for _, native in said) and any(_ACTION in content for content, _ in said)


def _turns(rounds: Sequence[Round], roles: Mapping[str, Role], log: Sequence[CompletedEvent]) -> Iterator[int]:
    """The turn of each call: that of an event it made, or that another one of its phase made.

    A phase of the user begins a turn, one of the assistant belongs to that of the user's phase ahead of it.
    """
    turn, last, number = -1, "", 0
    while number < len(rounds):
        agent, end = rounds[number].agent, number + 1
        while end < len(rounds) and rounds[end].agent == agent and not rounds[end].first:
            end += 1
        known = (log[place].turn_number for item in rounds[number:end] for place in item.made)
        begins = roles[agent] == "user" or (last not in ("user", "judge") and roles[agent] != "judge")
        turn = next((known_turn for known_turn in known if known_turn is not None), max(turn + begins, 0))
        last = roles[agent]
        yield from [turn] * (end - number)
        number = end


def _news(entry: Log, role: Role) -> Iterator[Notification]:
    """The notifications in an entry of the world log."""
    kind, content, time = entry["log_type"], text_in(entry.get("content")), float(entry["timestamp"])
    if kind == "agent_message":
        yield Notification(PAREMessageType.AGENT_MESSAGE, time, content)
    elif kind == "agent_user_interface":
        yield Notification(PAREMessageType.USER_MESSAGE, time, content)
    elif kind in ("environment_notifications", "user_action"):
        world = "USER" if role == "user" else "AGENT"
        name = "USER_ACTION" if kind == "user_action" else f"ENVIRONMENT_NOTIFICATION_{world}"
        for stamp, said in _stamped(content, time):
            if said.strip() not in _NOTHING:
                yield Notification(PAREMessageType[name], stamp, said)


def _stamped(text: str, end: float) -> Iterator[tuple[float, str]]:
    """Time and text of each notification: they stand below one another in the order of their times, none after `end`.

    A line of a text may look like a time itself; it counts only where it may be one.
    """
    begun: list[tuple[float, int, int]] = []
    for match in _NEWS.finditer(text):
        try:
            time = from_text(match[1])
        except ValueError:  # digits that are no date
            continue
        if (begun[-1][0] if begun else time) <= time <= end:
            begun.append((time, match.start(), match.end()))
    for number, (time, _, start) in enumerate(begun):
        stop = begun[number + 1][1] - 1 if number + 1 < len(begun) else len(text)
        yield time, text[start:stop]


def _count(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0
