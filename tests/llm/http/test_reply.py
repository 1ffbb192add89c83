"""What comes back: content, calls, reasoning, usage, and replies that are damaged or none at all."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from pare_runner.llm.config import Quirks
from pare_runner.llm.http.failures import Failure
from pare_runner.llm.http.reply import parse_reply, read_usage
from pare_runner.policy.messages import ToolCall
from pare_runner.policy.request import Response, Usage
from tests.llm.fault_server import Reply


def parsed(value: Any, index: int = 0, **quirks: Any) -> Response:
    """A reply read from JSON values, or from a body as it is."""
    body = value if isinstance(value, bytes) else orjson.dumps(value)
    return parse_reply(body, index, Quirks(**quirks), "http://server/v1/chat/completions")


def with_message(**message: Any) -> dict[str, Any]:
    """A reply with this message."""
    return {"choices": [{"message": {"role": "assistant"} | message}]}


def failure(value: Any) -> Failure:
    """What a reply fails with."""
    with pytest.raises(Failure) as caught:
        parsed(value)
    return caught.value


def test_a_whole_reply() -> None:
    reply = Reply("Hi.", [("open_app", '{"app": "Notes"}')], reasoning="Open it.")
    assert parsed(reply.value) == Response(
        content="Hi.",
        tool_calls=(ToolCall("served_0", "open_app", '{"app": "Notes"}'),),
        reasoning="Open it.",
        finish_reason="tool_calls",
        usage=Usage(20, 5),
        served_model="served-model",
    )


def test_calls_without_ids_get_the_same_ones_each_time() -> None:
    calls = parsed(Reply(tool_calls=[("a", "{}"), ("b", "{}")], ids=False).value, index=3).tool_calls
    assert [call.call_id for call in calls] == ["call_3_0", "call_3_1"]


def test_an_id_given_twice_is_replaced() -> None:
    call = {"id": "same", "function": {"name": "a", "arguments": "{}"}}
    calls = parsed(with_message(tool_calls=[call, call])).tool_calls
    assert [call.call_id for call in calls] == ["same", "call_0_1"]


@pytest.mark.parametrize(
    ("given", "text"),
    [('{"a": 1', '{"a": 1'), ({"a": [1, None]}, '{"a":[1,null]}'), (None, "{}"), ([], "[]")],
    ids=["text, sound or not", "object", "nothing", "list"],
)
def test_arguments_are_text_whatever_they_came_as(given: Any, text: str) -> None:
    assert parsed(Reply(tool_calls=[("a", given)]).value).tool_calls[0].arguments == text


def test_arguments_of_a_megabyte_are_read() -> None:
    text = orjson.dumps({"content": "x" * 1_000_000}).decode()
    assert parsed(Reply(tool_calls=[("a", text)]).value).tool_calls[0].arguments == text


@pytest.mark.parametrize("calls", [None, "none", [None], [{"id": "x"}], [{"function": "f"}], {}])
def test_what_is_no_call_is_passed_over(calls: Any) -> None:
    assert parsed(with_message(content="x", tool_calls=calls)).tool_calls == ()


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "thoughts"])
def test_reasoning_is_found_under_its_names(key: str) -> None:
    assert parsed(with_message(content="x", **{key: "Because."}), reasoning_key="thoughts").reasoning == "Because."


def test_content_may_be_parts_nothing_or_a_refusal() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]
    assert parsed(with_message(content=parts)).content == "ab"
    assert parsed(with_message(content=None)).content == ""
    assert parsed(with_message(content=None, refusal="No.")).content == "No."


def test_the_finish_reason_is_kept_or_made() -> None:
    assert parsed(Reply("", finish_reason="content_filter").value).finish_reason == "content_filter"
    assert parsed(with_message(content="x")).finish_reason == "stop"


@pytest.mark.parametrize(
    ("value", "usage"),
    [
        (None, Usage()),
        ({"prompt_tokens": "many", "completion_tokens": None}, Usage()),
        (
            {
                "prompt_tokens": 100,
                "completion_tokens": 50,
                "total_tokens": 150,
                "prompt_tokens_details": {"cached_tokens": 64},
                "completion_tokens_details": {"reasoning_tokens": 30},
            },
            Usage(100, 50, 64, 30),
        ),
        ({"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 8}, Usage(9, 1, 8)),
        (  # xAI: reasoning is counted beside the completion
            {
                "prompt_tokens": 12,
                "completion_tokens": 1,
                "total_tokens": 399,
                "completion_tokens_details": {"reasoning_tokens": 386},
            },
            Usage(12, 387, 0, 386),
        ),
        ({"prompt_tokens": 20, "completion_tokens": 424, "total_tokens": 1016}, Usage(20, 996, 0, 572)),
    ],
    ids=["none", "rubbish", "OpenAI", "DeepSeek", "xAI", "Gemini"],
)
def test_usage_is_read_as_providers_count(value: Any, usage: Usage) -> None:
    assert read_usage(value) == usage


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b'{"choices":[{"message":{"content":"a\\ud800b"}}]}', "a\ufffdb"),
        (b'{"choices":[{"message":{"content":"a\xff\xfeb"}}]}', "a\ufffd\ufffdb"),
        (b'{"choices":[{"message":{"content":"a\\ud83d\\ude00\\udc00b"}}]}', "a\U0001f600\ufffdb"),
        (b'{"choices":[{"message":{"content":"a\nb"}, "logprobs": NaN}]}', "a\nb"),
        (b'\xef\xbb\xbf{"choices":[{"message":{"content":"a"}}]}', "a"),
    ],
    ids=["lone surrogate", "no UTF-8", "pair and lone one", "control character and NaN", "byte order mark"],
)
def test_damaged_text_is_mended(body: bytes, content: str) -> None:
    found = parsed(body).content
    assert found == content
    assert found.encode()


def test_surrogates_in_objects_of_arguments_are_mended() -> None:
    call = b'{"function": {"name": "a", "arguments": {"x": "\\ud800"}}}'
    body = b'{"choices":[{"message":{"tool_calls":[' + call + b"]}}]}"
    assert parsed(body).tool_calls[0].arguments == '{"x":"\ufffd"}'


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"<html>",
        b'{"choices": [',
        b"[" * 100_000,
        b'"text"',
        [],
        {},
        {"choices": []},
        {"choices": None},
        {"choices": ["x"]},
        {"choices": [{}]},
        {"choices": [{"message": "x"}]},
        {"choices": [{"message": {}, "n": 0}], "error": None, "x": "y"} | {"choices": {}},
    ],
)
def test_what_is_no_reply_is_tried_again(value: Any) -> None:
    found = failure(value)
    assert (found.kind, found.retry) == ("bad_reply", True)
    assert "\n" not in found.message


@pytest.mark.parametrize(
    ("error", "kind", "retry"),
    [
        ({"code": 502, "message": "Provider returned error"}, "server_error", True),
        ({"code": 429, "message": "Slow down"}, "rate_limited", True),
        ({"code": "rate_limit_exceeded"}, "rate_limited", True),
        ({"type": "overloaded_error", "message": "Overloaded"}, "server_error", True),
        ({"code": "context_length_exceeded", "message": "Too long"}, "context_overflow", False),
        ({"message": "This model's maximum context length is 10 tokens."}, "context_overflow", False),
        ({"code": "invalid_api_key"}, "unauthorized", False),
        ({"code": "model_not_found"}, "not_found", False),
        ({"code": 400, "message": "temperature is too high"}, "rejected", False),
        ({"message": "It went wrong"}, "server_error", True),
        ("It went wrong", "server_error", True),
    ],
)
def test_an_error_object_in_a_reply_is_the_error_it_describes(error: Any, kind: str, retry: bool) -> None:
    found = failure({"error": error})
    assert (found.kind, found.retry) == (kind, retry)


def test_an_error_may_stand_in_the_choice_or_the_finish_reason() -> None:
    error = {"code": 503, "message": "No capacity"}
    assert failure({"choices": [{"message": {"content": "So"}, "error": error}]}).kind == "server_error"
    assert failure({"choices": [{"message": {"content": "So"}, "finish_reason": "error"}]}).retry
    assert failure({"object": "error", "message": "No", "code": 400}).kind == "rejected"
