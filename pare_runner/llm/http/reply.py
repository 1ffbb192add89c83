"""The reply of a chat completion, read with patience: only what cannot be a reply at all is refused."""

from __future__ import annotations

from typing import Any

import orjson

from pare_runner.llm.config import Quirks
from pare_runner.llm.http.decoding import decode
from pare_runner.llm.http.failures import Failure, failure_of_error
from pare_runner.policy.messages import ToolCall
from pare_runner.policy.request import Response, Usage

REASONING_KEYS = ("reasoning_content", "reasoning")
"""Where services put reasoning, looked at after `quirks.reasoning_key`."""


def parse_reply(body: bytes, index: int, quirks: Quirks, where: str) -> Response:
    """The reply to the `index`-th request of a role, without latency; raises Failure, as `read_reply` does."""
    try:
        value = decode(body)
    except ValueError as error:
        raise Failure("bad_reply", f"the reply from {where} is not JSON: {error}", retry=True) from None
    return read_reply(value, index, quirks, where)


def read_reply(value: Any, index: int, quirks: Quirks, where: str) -> Response:
    """As `parse_reply`, for a reply that is JSON values already. An error object in it is the failure it describes."""
    if not isinstance(value, dict):
        if isinstance(value, list) and value and isinstance(value[0], dict) and value[0].get("error"):
            raise failure_of_error(value, where)
        raise Failure("bad_reply", f"the reply from {where} is no JSON object", retry=True)
    choices = value.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    error = value.get("error") or (choice.get("error") if isinstance(choice, dict) else None)
    if error:
        raise failure_of_error({"error": error}, where)
    if choice is None and value.get("object") == "error":
        raise failure_of_error(value, where)
    if choice is None:
        raise Failure("bad_reply", f"the reply from {where} holds no choice", retry=True)
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        raise Failure("bad_reply", f"the first choice of the reply from {where} holds no message", retry=True)
    if choice.get("finish_reason") == "error":
        raise Failure("server_error", f"{where} broke off the reply with finish_reason error", retry=True)
    calls = _tool_calls(message.get("tool_calls"), index)
    return Response(
        content=_text(message.get("content")) or _text(message.get("refusal")),
        tool_calls=calls,
        reasoning=_reasoning(message, quirks.reasoning_key),
        finish_reason=_text(choice.get("finish_reason")) or ("tool_calls" if calls else "stop"),
        usage=read_usage(value.get("usage")),
        served_model=_text(value.get("model")) or None,
    )


def read_usage(value: Any) -> Usage:
    """Token counts. Tokens that only the total holds are reasoning: xAI and Gemini count it beside the completion."""
    if not isinstance(value, dict):
        return Usage()
    prompt, completion = _count(value, "prompt_tokens"), _count(value, "completion_tokens")
    cached = _count(value.get("prompt_tokens_details"), "cached_tokens") or _count(value, "prompt_cache_hit_tokens")
    reasoning = _count(value.get("completion_tokens_details"), "reasoning_tokens")
    beside = max(0, _count(value, "total_tokens") - prompt - completion)
    return Usage(prompt, completion + beside, cached, max(reasoning, beside))


def _count(value: Any, key: str) -> int:
    found = value.get(key) if isinstance(value, dict) else None
    return int(found) if isinstance(found, int | float) and found > 0 else 0


def _text(value: Any) -> str:
    """A text, or the texts of a list of parts; empty for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_text(part.get("text")) for part in value if isinstance(part, dict))
    return ""


def _reasoning(message: dict[str, Any], first: str) -> str | None:
    for key in (first, *REASONING_KEYS):
        found = _text(message.get(key))
        if found:
            return found
    return None


def _tool_calls(value: Any, index: int) -> tuple[ToolCall, ...]:
    """The calls of a reply; one without an id, or with the id of an earlier one, gets `call_<index>_<position>`."""
    if not isinstance(value, list):
        return ()
    calls: dict[str, ToolCall] = {}
    for position, item in enumerate(value):
        function = item.get("function") if isinstance(item, dict) else None
        if not isinstance(function, dict):
            continue
        call_id = _text(item.get("id"))
        if not call_id or call_id in calls:
            call_id = f"call_{index}_{position}"
        extra = item.get("extra_content")
        calls[call_id] = ToolCall(
            call_id,
            _text(function.get("name")),
            _arguments(function.get("arguments")),
            orjson.dumps(extra).decode() if isinstance(extra, dict) else None,
        )
    return tuple(calls.values())


def _arguments(value: Any) -> str:
    """Arguments as JSON text: as the model wrote it, or made from the object some servers send instead."""
    if isinstance(value, str):
        return value
    return "{}" if value is None else orjson.dumps(value).decode()
