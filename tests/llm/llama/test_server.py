"""What a llama.cpp server answers: the facts about it that the client and the loop rely on."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.llm.llama.conftest import CONTEXT, SHORT_CONTEXT
from tests.llm.llama.script import ACCEPT, DONE, EDIT, END_OF_ACTION, LOOK_UP, PROPOSAL, PROPOSE, READ, REASONING, WAIT
from tests.llm.llama.server import NO_PROXY, ServerFailed, serving

OBSERVE = [
    {"role": "system", "content": "You are a proactive assistant that monitors a phone."},
    {"role": "user", "content": "New message: I will be there at four instead of three."},
]
EXECUTE = [
    {"role": "system", "content": "You are a proactive assistant executing a proposal."},
    {"role": "user", "content": PROPOSAL},
]


def tool(name: str, *required: str) -> dict[str, Any]:
    """A tool all of whose arguments are required texts."""
    parameters = {"type": "object", "properties": {key: {"type": "string"} for key in required}, "required": required}
    return {"type": "function", "function": {"name": name, "description": "", "parameters": parameters}}


OBSERVE_TOOLS = [tool(READ, "conversation_id"), tool(PROPOSE, "content"), tool(WAIT)]
EXECUTE_TOOLS = [tool(LOOK_UP, "event_id"), tool(EDIT, "event_id", "start_datetime", "end_datetime")]


def send(request: urllib.request.Request | str) -> tuple[int, dict[str, Any]]:
    """Status and JSON body of the answer."""
    try:
        with NO_PROXY.open(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def post(url: str, messages: list[dict[str, Any]], **members: Any) -> tuple[int, dict[str, Any]]:
    """A chat completion."""
    body = json.dumps({"model": "scripted", "temperature": 0, "messages": messages, **members}).encode()
    return send(urllib.request.Request(f"{url}/chat/completions", body, {"Content-Type": "application/json"}))


def ask(url: str, messages: list[dict[str, Any]], **members: Any) -> tuple[dict[str, Any], str]:
    """Message and finish reason of a chat completion that succeeds."""
    status, reply = post(url, messages, **members)
    assert status == 200, reply
    (choice,) = reply["choices"]
    return choice["message"], choice["finish_reason"]


def calls(message: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Names and arguments of the calls."""
    assert all(call["id"] and call["type"] == "function" for call in message["tool_calls"])
    functions = [call["function"] for call in message["tool_calls"]]
    return [(function["name"], json.loads(function["arguments"])) for function in functions]


# Start and stop -------------------------------------------------------------------------------------------------------


def test_it_is_gone_afterwards(scripted_model: Path, tmp_path: Path) -> None:
    with serving(scripted_model, tmp_path / "log", context=256, slots=1) as url:
        assert send(f"{url.removesuffix('/v1')}/health") == (200, {"status": "ok"})
    with pytest.raises(urllib.error.URLError, match="refused"):
        send(f"{url}/models")


def test_what_it_says_when_it_cannot_start(tmp_path: Path) -> None:
    model = tmp_path / "no.gguf"
    model.write_bytes(b"no model")
    log = tmp_path / "log"
    with pytest.raises(ServerFailed, match=r"no\.gguf"), serving(model, log, context=256, slots=1):
        pass


# Replies --------------------------------------------------------------------------------------------------------------


def test_a_text_and_its_usage(llama_server: str) -> None:
    hello = [{"role": "user", "content": "Hello, hello, hello."}]
    status, reply = post(llama_server, hello)
    assert (status, reply["object"], reply["model"]) == (200, "chat.completion", "scripted")
    assert reply["choices"][0]["message"]["content"] == "This model only knows one story, that of a late plumber."
    assert reply["choices"][0]["finish_reason"] == "stop"
    usage = reply["usage"]
    assert usage["prompt_tokens"] > 20
    assert usage["completion_tokens"] > 5
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    # What it has just read it need not read again.
    _, again = post(llama_server, hello)
    assert again["usage"]["prompt_tokens_details"]["cached_tokens"] == usage["prompt_tokens"] - 1


def test_a_call_with_reasoning(llama_server: str) -> None:
    message, finish = ask(llama_server, OBSERVE, tools=OBSERVE_TOOLS, tool_choice="auto")
    assert finish == "tool_calls"
    assert message["content"] == ""
    assert message["reasoning_content"].strip() == REASONING
    assert calls(message) == [(READ, {"conversation_id": "pipes"})]


@pytest.mark.parametrize("keeps_reasoning", [True, False])
def test_the_turn_after_a_result(llama_server: str, keeps_reasoning: bool) -> None:
    said, _ = ask(llama_server, OBSERVE, tools=OBSERVE_TOOLS)
    if not keeps_reasoning:
        del said["reasoning_content"]
    result = {"role": "tool", "tool_call_id": said["tool_calls"][0]["id"], "content": "[]"}
    message, _ = ask(llama_server, [*OBSERVE, said, result], tools=OBSERVE_TOOLS)
    assert calls(message) == [(PROPOSE, {"content": PROPOSAL})]


def test_two_calls_in_one_reply_then_a_text(llama_server: str) -> None:
    said, finish = ask(llama_server, EXECUTE, tools=EXECUTE_TOOLS)
    assert finish == "tool_calls"
    assert [name for name, _ in calls(said)] == [LOOK_UP, EDIT]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "repair"} for call in said["tool_calls"]]
    message, finish = ask(llama_server, [*EXECUTE, said, *results], tools=EXECUTE_TOOLS)
    assert (message["content"], finish) == (DONE, "stop")
    assert "tool_calls" not in message


@pytest.mark.parametrize(("offered", "called"), [([WAIT, ACCEPT], ACCEPT), ([WAIT], WAIT)])
def test_the_user_accepts_where_that_is_offered(llama_server: str, offered: list[str], called: str) -> None:
    user = [{"role": "system", "content": "You are simulating a real human user."}, {"role": "user", "content": "Now?"}]
    tools = [tool(name, *(["content"] if name == ACCEPT else [])) for name in offered]
    message, _ = ask(llama_server, user, tools=tools)
    assert [name for name, _ in calls(message)] == [called]


def test_a_stop_sequence_ends_a_reply_and_is_not_part_of_it(llama_server: str) -> None:
    message, finish = ask(llama_server, OBSERVE, stop=[END_OF_ACTION])
    thought, action = message["content"].split("\nAction:\n")
    assert (thought, finish) == (f"Thought: {REASONING}", "stop")
    assert json.loads(action) == {"action": READ, "action_input": {"conversation_id": "pipes"}}
    whole, _ = ask(llama_server, OBSERVE)
    assert whole["content"] == message["content"] + END_OF_ACTION


# What it does with parameters -----------------------------------------------------------------------------------------


def test_tool_choice(llama_server: str) -> None:
    required, _ = ask(llama_server, OBSERVE, tools=OBSERVE_TOOLS, tool_choice="required")
    assert [name for name, _ in calls(required)] == [READ]
    without, finish = ask(llama_server, OBSERVE, tools=OBSERVE_TOOLS, tool_choice="none")
    assert finish == "stop"
    assert "tool_calls" not in without
    assert READ in without["content"]


def test_a_tool_that_is_not_offered_cannot_be_called(llama_server: str) -> None:
    message, _ = ask(llama_server, OBSERVE, tools=OBSERVE_TOOLS[1:])
    assert [name for name, _ in calls(message)] in ([PROPOSE], [WAIT])


@pytest.mark.parametrize("key", ["max_tokens", "max_completion_tokens"])
def test_a_reply_that_was_cut_off(llama_server: str, key: str) -> None:
    message, finish = ask(llama_server, EXECUTE, tools=EXECUTE_TOOLS, **{key: 5})
    assert finish == "length"
    assert "tool_calls" not in message


def test_sampling_parameters_are_taken(llama_server: str) -> None:
    message, _ = ask(llama_server, OBSERVE, temperature=0.7, top_p=0.9, seed=7, reasoning_effort="low")
    assert END_OF_ACTION in message["content"]


# Models and errors ----------------------------------------------------------------------------------------------------


def test_the_list_of_models(llama_server: str) -> None:
    status, listed = send(f"{llama_server}/models")
    assert status == 200
    (model,) = listed["data"]
    assert (model["id"], model["meta"]["n_ctx"]) == ("scripted", CONTEXT)


def test_any_name_of_a_model_is_answered_by_the_only_one(llama_server: str) -> None:
    status, reply = post(llama_server, [{"role": "user", "content": "Hello"}], model="no-such-model")
    assert (status, reply["model"]) == (200, "scripted")


def test_a_prompt_longer_than_the_context(short_llama_server: str) -> None:
    status, body = post(short_llama_server, [{"role": "user", "content": "x" * SHORT_CONTEXT}])
    error = body["error"]
    assert status == 400
    assert (error["code"], error["type"]) == (400, "exceed_context_size_error")
    assert error["n_ctx"] == SHORT_CONTEXT < error["n_prompt_tokens"]
    assert error["message"] == (
        f"request ({error['n_prompt_tokens']} tokens) exceeds the available context size ({SHORT_CONTEXT} tokens), "
        "try increasing it"
    )


def test_arguments_of_an_earlier_call_that_are_no_json(llama_server: str) -> None:
    broken = {"id": "a", "type": "function", "function": {"name": WAIT, "arguments": "{oops"}}
    said: dict[str, Any] = {"role": "assistant", "content": "", "tool_calls": [broken]}
    status, body = post(llama_server, [*OBSERVE, said, {"role": "tool", "tool_call_id": "a", "content": ""}])
    assert (status, body["error"]["type"]) == (500, "server_error")
    assert "tool call arguments" in body["error"]["message"]


def test_a_request_it_cannot_read(llama_server: str) -> None:
    status, body = post(llama_server, OBSERVE, temperature="hot")
    assert (status, body["error"]["type"]) == (400, "invalid_request_error")
