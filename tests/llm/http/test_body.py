"""What is sent: members, quirks, messages and tools."""

from __future__ import annotations

from typing import Any

import orjson

from pare_runner.llm.config import LLMEngineConfig, Quirks
from pare_runner.llm.http.body import BodyWriter
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.request import Request
from pare_runner.policy.tools import ToolList

CALL = ToolCall("call_0_0", "Notes__list_notes", '{"limit": 3}')
TALK = (
    Message("system", "You help."),
    Message("user", "Look at my notes."),
    Message("assistant", "", (CALL,), reasoning="Notes first."),
    Message("tool", "[]", tool_call_id="call_0_0"),
)


def sent(request: Request | None = None, **fields: Any) -> dict[str, Any]:
    """The body of a request with `TALK`, as JSON values."""
    config = LLMEngineConfig(**({"model_name": "m"} | fields))
    value: dict[str, Any] = orjson.loads(BodyWriter(config).body(request or Request("observe", 0, TALK)))
    return value


def test_a_plain_request_holds_model_and_messages_only() -> None:
    assert sent() == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "You help."},
            {"role": "user", "content": "Look at my notes."},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [
                    {
                        "id": "call_0_0",
                        "type": "function",
                        "function": {"name": "Notes__list_notes", "arguments": '{"limit": 3}'},
                    }
                ],
            },
            {"role": "tool", "content": "[]", "tool_call_id": "call_0_0"},
        ],
    }


def test_sampling_is_sent_as_configured() -> None:
    fields: dict[str, Any] = {"temperature": 0.5, "top_p": 0.9, "seed": 7, "reasoning_effort": "low", "max_tokens": 100}
    value = sent(**fields)
    assert {name: value[name] for name in fields} == fields


def test_max_tokens_go_under_the_name_the_model_wants() -> None:
    value = sent(max_tokens=100, quirks=Quirks(max_tokens_key="max_completion_tokens"))
    assert value["max_completion_tokens"] == 100
    assert "max_tokens" not in value


def test_stop_sequences_of_configuration_and_protocol_are_joined_once_each() -> None:
    request = Request("observe", 0, TALK, protocol="react", stop=("<end>", "Observation:"))
    assert sent(request, stop=("Observation:",))["stop"] == ["Observation:", "<end>"]


def test_tools_are_sent_with_the_native_protocol_only(tools: ToolList) -> None:
    native = sent(Request("observe", 0, TALK, tools))
    assert [tool["function"]["name"] for tool in native["tools"]] == [tool.name for tool in tools.tools]
    assert native["tool_choice"] == "auto"
    react = sent(Request("observe", 0, TALK, tools, protocol="react"))
    assert "tools" not in react
    assert "tool_choice" not in react


def test_parallel_tool_calls_need_tools(tools: ToolList) -> None:
    assert sent(Request("observe", 0, TALK, tools), parallel_tool_calls=False)["parallel_tool_calls"] is False
    assert "parallel_tool_calls" not in sent(parallel_tool_calls=False)


def test_tool_choice_may_be_another_or_left_out(tools: ToolList) -> None:
    request = Request("observe", 0, TALK, tools)
    assert sent(request, quirks=Quirks(tool_choice="required"))["tool_choice"] == "required"
    assert "tool_choice" not in sent(request, quirks=Quirks(tool_choice=None))


def test_omitted_members_are_not_sent(tools: ToolList) -> None:
    omit = ("stop", "tools", "tool_choice")
    request = Request("observe", 0, TALK, tools, stop=("x",))
    assert sent(request, quirks=Quirks(omit=omit)).keys() == {"model", "messages"}


def test_the_extra_body_comes_last_and_wins(tools: ToolList) -> None:
    extra = {"temperature": 0.1, "tools": [], "chat_template_kwargs": {"enable_thinking": False}, "messages": []}
    value = sent(Request("observe", 0, TALK, tools), temperature=0.7, extra_body=extra)
    assert {name: value[name] for name in extra} == extra


def test_a_member_that_is_omitted_can_be_given_by_the_extra_body() -> None:
    request = Request("observe", 0, TALK, stop=("x",))
    assert sent(request, quirks=Quirks(omit=("stop",)), extra_body={"stop": "y"})["stop"] == "y"


def test_the_system_prompt_may_have_another_role() -> None:
    messages = sent(quirks=Quirks(system_role="developer"))["messages"]
    assert [message["role"] for message in messages] == ["developer", "user", "assistant", "tool"]
    assert messages[0]["content"] == "You help."


def test_reasoning_is_sent_back_only_where_wanted_and_under_its_name() -> None:
    assert "reasoning_content" not in sent()["messages"][2]
    assert sent(quirks=Quirks(send_reasoning=True))["messages"][2]["reasoning_content"] == "Notes first."
    other = sent(quirks=Quirks(send_reasoning=True, reasoning_key="reasoning"))["messages"][2]
    assert other["reasoning"] == "Notes first."
    assert "reasoning_content" not in other


def test_nothing_but_messages_is_still_json() -> None:
    assert sent(quirks=Quirks(omit=("model",))).keys() == {"messages"}
    assert sent(quirks=Quirks(omit=("model", "messages"))) == {}


def test_text_that_is_no_unicode_is_sent_escaped() -> None:
    request = Request("observe", 0, (Message("system", "a\ud800b"), Message("assistant", "x", reasoning="\udc00")))
    assert b"a\\ud800b" in BodyWriter(LLMEngineConfig(quirks=Quirks(system_role="user"))).body(request)


def test_prepared_texts_are_used_as_they_are(tools: ToolList) -> None:
    body = BodyWriter(LLMEngineConfig(model_name="m")).body(Request("observe", 0, TALK, tools))
    assert TALK[1].json in body
    assert tools.json in body
