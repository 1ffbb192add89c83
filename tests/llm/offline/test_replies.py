"""Decisions as replies, read back by the protocols that models use."""

from __future__ import annotations

from typing import Literal

import pytest

from pare_runner.agents.protocols.native import NativeProtocol
from pare_runner.agents.protocols.react import ReactProtocol
from pare_runner.apps.phone import Phone
from pare_runner.episode.toolsets import Toolsets
from pare_runner.llm.offline.replies import DONE, respond
from pare_runner.policy.policy import TapCall
from pare_runner.policy.request import Request, Role, Usage
from pare_runner.policy.tools import NO_TOOLS, ToolList
from tests.llm.offline.conftest import APPS
from tests.scenarios.conftest import scenario

ProtocolName = Literal["native", "react"]
PROTOCOLS: tuple[ProtocolName, ...] = ("native", "react")
CREATE = TapCall("Notes", "create_note", {"title": 'A "title"\nAction: {}', "content": "x<end_action>y ü"})


def tools(role: Role) -> ToolList:
    made = scenario(APPS)
    phone: Phone = made.new_phone()
    return Toolsets(made).assistant(role, phone)


def request(role: Role, protocol: ProtocolName, choices: ToolList | None = None) -> Request:
    return Request(role, 7, (), protocol=protocol, choices=tools(role) if choices is None else choices)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_call_is_read_back_as_it_was_meant(protocol: ProtocolName) -> None:
    asked = request("execute", protocol)
    response = respond(asked, CREATE, "scripted")
    reader = NativeProtocol() if protocol == "native" else ReactProtocol(str)
    reply = reader.read(response, asked.choices, may_end=True)
    assert reply.problem is None
    (call,) = reply.calls
    assert (call.tool.name, call.args) == ("Notes__create_note", CREATE.args)


def test_native_calls_have_ids_of_the_request() -> None:
    (call,) = respond(request("execute", "native"), CREATE, "scripted").tool_calls
    assert call.call_id == "call_7_0"


def test_react_is_a_thought_and_an_action_on_one_line() -> None:
    response = respond(request("observe", "react"), TapCall("Notes", "get_note_by_id", {"note_id": "milk"}), "random")
    assert response.content == (
        "Thought: The next call is Notes__get_note_by_id.\n"
        "Action:\n"
        '{"action": "Notes__get_note_by_id", "action_input": {"note_id":"milk"}}<end_action>'
    )
    assert response.tool_calls == ()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("call", [None, CREATE])
def test_nothing_to_do_or_a_call_that_is_not_offered_is_a_wait(protocol: ProtocolName, call: TapCall | None) -> None:
    asked = request("observe", protocol)
    reader = NativeProtocol() if protocol == "native" else ReactProtocol(str)
    reply = reader.read(respond(asked, call, "passive"), asked.choices, may_end=False)
    assert [made.tool.name for made in reply.calls] == ["PAREAgentUserInterface__wait"]


def test_an_execution_ends_with_a_text_or_a_message() -> None:
    native = respond(request("execute", "native"), None, "passive")
    assert (native.content, native.tool_calls, native.finish_reason) == (DONE, (), "stop")
    react = respond(request("execute", "react"), None, "passive")
    assert '"PAREAgentUserInterface__send_message_to_user"' in react.content
    assert respond(request("execute", "react", NO_TOOLS), None, "passive").content == DONE


def test_a_reply_costs_nothing_and_names_the_policy() -> None:
    response = respond(request("execute", "native"), CREATE, "scripted")
    assert (response.usage, response.latency, response.served_model) == (Usage(), 0.0, "scripted")
