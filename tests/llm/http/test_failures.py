"""Status codes and wordings of services, and the kinds they become."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from pare_runner.llm.http.failures import Failure, failure_of_answer

URL = "http://server/v1/chat/completions"


def of(status: int, value: Any) -> Failure:
    """The failure of an answer with this status and body."""
    return failure_of_answer(status, value if isinstance(value, bytes) else orjson.dumps(value), URL)


@pytest.mark.parametrize(
    ("status", "kind", "retry", "busy"),
    [
        (307, "rejected", False, False),
        (400, "rejected", False, False),
        (401, "unauthorized", False, False),
        (402, "rejected", False, False),
        (403, "unauthorized", False, False),
        (404, "not_found", False, False),
        (408, "timeout", True, False),
        (409, "rejected", False, False),
        (413, "rejected", False, False),
        (422, "rejected", False, False),
        (429, "rate_limited", True, True),
        (500, "server_error", True, False),
        (502, "server_error", True, False),
        (503, "server_error", True, True),
        (529, "server_error", True, True),
    ],
)
def test_a_status_alone(status: int, kind: str, retry: bool, busy: bool) -> None:
    found = of(status, b"")
    assert (found.kind, found.retry, found.busy) == (kind, retry, busy)
    assert found.message.startswith(f"HTTP {status} from {URL}")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, {"error": {"message": "Too long", "code": "context_length_exceeded"}}),
        (400, {"error": {"code": 400, "message": "Too long", "type": "exceed_context_size_error", "n_ctx": 256}}),
        (500, {"error": {"code": 500, "message": "Context size has been exceeded.", "type": "server_error"}}),
        (400, {"error": {"message": "request (4390 tokens) exceeds the available context size (4096 tokens)"}}),
        (
            400,
            {
                "object": "error",
                "message": "This model's maximum context length is 16384 tokens. However, you requested 19591 tokens",
                "type": "BadRequestError",
                "code": 400,
            },
        ),
        (400, {"message": "The decoder prompt (length 10127) is longer than the maximum model length of 8192."}),
        (400, {"message": "max_tokens must be at least 1, got -186."}),
        (400, {"message": "The input (61709 tokens) is longer than the model's context length (40960 tokens)."}),
        (400, {"message": "Requested token count exceeds the model's maximum context length of 32768 tokens."}),
        (400, {"error": {"type": "invalid_request_error", "message": "prompt is too long: 200251 tokens > 200000"}}),
        (400, [{"error": {"message": "The input token count (1196265) exceeds the maximum number of tokens allowed"}}]),
        (400, {"error": "This model's maximum prompt length is 131072 but the request contains 537812 tokens."}),
        (400, {"detail": "Please reduce the length of the messages or completion."}),
        (400, {"error": {"message": "Provider returned error", "metadata": {"raw": "maximum context length is 8"}}}),
    ],
)
def test_a_context_that_is_full(status: int, error: Any) -> None:
    found = of(status, error)
    assert (found.kind, found.retry) == ("context_overflow", False)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, {"error": {"message": "x", "code": "content_filter", "innererror": {"code": "y"}}}),
        (400, {"error": {"message": "x", "code": None, "innererror": {"code": "ResponsibleAIPolicyViolation"}}}),
        (400, {"error": {"message": "Content Exists Risk", "code": "invalid_request_error"}}),
        (400, {"error": {"message": "x", "code": "data_inspection_failed"}}),
        (400, {"error": {"message": "Invalid prompt: your prompt was flagged as potentially violating our policy"}}),
        (403, {"error": {"message": "openai/m requires moderation on Some Provider. Your input was flagged"}}),
    ],
)
def test_a_content_filter(status: int, error: Any) -> None:
    assert of(status, error).kind == "content_filter"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, {"error": {"message": "x", "code": "model_not_found"}}),
        (400, {"error": {"message": "gpt-9.5 is not a valid model ID", "code": 400}}),
        (400, {"message": "Invalid model: mistral-tiny-9", "code": "1500"}),
        (400, {"error": {"message": "Model Not Exist"}}),
        (422, {"error": {"message": "The model `gpt-9.5` does not exist"}}),
    ],
)
def test_a_model_that_is_not_there(status: int, error: Any) -> None:
    assert of(status, error).kind == "not_found"


def test_a_wrong_key_may_come_as_a_bad_request() -> None:
    error = {"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}
    assert of(400, [error]).kind == "unauthorized"


def test_a_parameter_that_a_model_refuses_is_rejected() -> None:
    error = {"error": {"message": "'temperature' does not support 0.3 with this model.", "code": "unsupported_value"}}
    found = of(400, error)
    assert found.kind == "rejected"
    assert "'temperature' does not support 0.3" in found.message


def test_too_many_tokens_a_minute_are_no_full_context() -> None:
    error = {"error": {"message": "Too many tokens: reduce the length of the messages", "code": "rate_limit_exceeded"}}
    assert of(429, error).kind == "rate_limited"


def test_a_spent_quota_is_not_tried_again() -> None:
    found = of(429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}})
    assert (found.kind, found.retry) == ("rate_limited", False)


@pytest.mark.parametrize(
    "body",
    [
        b"<html><h1>Bad gateway</h1></html>",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b"{",
        b'{"error": {"error": 3}}',
        b"[" * 9999,
    ],
)
def test_any_body_can_be_read(body: bytes) -> None:
    found = of(502, body)
    assert found.kind == "server_error"
    assert "html" not in found.message


def test_text_that_is_not_json_is_shown() -> None:
    assert of(502, b"upstream is\n  away").message == f"HTTP 502 from {URL}: upstream is away"
