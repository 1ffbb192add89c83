"""Small scenarios of one kind, and a model that knows how to play them.

Priya asks for something to be brought; the assistant proposes to tell her yes, the user accepts, the message is sent.
What she asks for is a word of the scenario's own, so that a server can tell by a request which scenario it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from tests.llm.fault_server import Fault, Reply, Script

SAY = "PAREAgentUserInterface__send_message_to_user"
WAIT = "PAREAgentUserInterface__wait"
ACCEPT = "PAREAgentUserInterface__accept_proposal"
SEND = "Messages__send_message"
LOOK = "Messages__list_recent_conversations"

TEMPLATE = """\
id: picnic_{word}
title: Something to bring
start_time: 2025-11-18T09:00:00Z
apps:
  messages:
    type: StatefulMessagingApp
    users: {{priya: Priya Raman}}
    conversations: [{{id: picnic, title: Picnic, participants: [priya]}}]
events:
  - id: asks
    env: messages.create_and_add_message
    at: 10s
    args: {{conversation_id: picnic, sender_id: priya, content: Please bring the {word}.}}
  - id: proposes
    agent: aui.send_message_to_user
    after: asks
    args: {{content: Shall I say that you bring the {word}?}}
  - {{id: accepts, user: aui.accept_proposal, after: proposes, delay: 5s}}
  - {{id: says, agent: messages.send_message, after: accepts, args: {{user_id: priya, content: I bring the {word}.}}}}
"""
CHECKS = """\
checks:
  - proposed: {{about: {{contains: {word}}}, not_before: asks}}
  - called: messages.send_message
    args: {{content: {{contains: {word}}}}}
    after: accepts
side_effects: forbid
"""

Special = Callable[[dict[str, Any], Reply], Reply | Fault]
"""A request's body and the sensible reply in, what is answered instead out."""


def write_picnics(folder: Path, words: Iterable[str], changed: Mapping[str, str] | None = None) -> Path:
    """`folder` with a scenario file for each word; `changed` holds other ends of the text, checks included, by word."""
    folder.mkdir()
    for place, word in enumerate(words):
        end = (changed or {}).get(word, CHECKS)
        (folder / f"{place:02}_{word}.yaml").write_text((TEMPLATE + end).format(word=word), encoding="utf-8")
    return folder


def word_of(body: dict[str, Any]) -> str | None:
    """The word of the scenario that a request belongs to, as soon as it is asked for in it."""
    found = re.search(r"bring the (\w+)", orjson.dumps(body["messages"]).decode())
    return found[1] if found else None


def tools_of(body: dict[str, Any]) -> set[str]:
    """Names of the tools that a request offers."""
    return {tool["function"]["name"] for tool in body.get("tools", ())}


def role_of(body: dict[str, Any]) -> str:
    """Who is asked: `user`, `observe` or `execute`."""
    tools = tools_of(body)
    return "execute" if SEND in tools else "observe" if SAY in tools else "user"


def sensible(body: dict[str, Any]) -> Reply:
    """What a good model replies. It depends on the request alone."""
    word, tools = word_of(body), tools_of(body)
    called = [call["function"]["name"] for message in body["messages"] for call in message.get("tool_calls") or ()]
    match role_of(body):
        case "user":
            return _call(ACCEPT, content="Yes.") if ACCEPT in tools else _call(WAIT)
        case "observe":
            proposes = word is not None and SAY not in called
            return _call(SAY, content=f"Shall I say that you bring the {word}?") if proposes else _call(WAIT)
        case _:
            return Reply("Done.") if SEND in called else _call(SEND, user_id="priya", content=f"I bring the {word}.")


def playing(special: Mapping[str, Special] | None = None) -> Script:
    """The model as a script of a server: sensible, but for the scenarios whose word is one of `special`."""

    def script(body: dict[str, Any], n: int) -> Reply | Fault:
        reply, word = sensible(body), word_of(body)
        return special[word](body, reply) if special and word and word in special else reply

    return script


def observing(answer: Reply | Fault) -> Special:
    """`answer` to the assistant that observes, the sensible reply to everybody else."""
    return lambda body, reply: answer if role_of(body) == "observe" else reply


def executing(answer: Reply | Fault) -> Special:
    """`answer` to the assistant that executes, the sensible reply to everybody else."""
    return lambda body, reply: answer if role_of(body) == "execute" else reply


def _call(tool: str, **args: Any) -> Reply:
    return Reply(None, [(tool, orjson.dumps(args).decode())])
