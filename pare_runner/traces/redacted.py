"""The record of a run with secrets made unreadable, before any format is written of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pare_runner.episode.exchange import Exchange
from pare_runner.kernel.events import CompletedEvent
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.request import Response
from pare_runner.traces.record import RunTrace, Verdict
from pare_runner.traces.redaction import Redaction
from pare_runner.traces.values import plain

_VERDICT = ("rationale", "exception_message")
_METADATA = ("return_value", "exception", "exception_stack_trace")


def redacted(trace: RunTrace) -> RunTrace:
    """`trace` as its context wants it; the same object if nothing is to be redacted.

    One numbering holds for the whole record, so an address is the same wherever it occurs. Ids, names of apps and tools
    and the descriptions of tools stay as they are. `redacted` counts each text once, however often it is repeated.
    """
    if not trace.context.redact:
        return trace
    messages = {id(message): message for call in trace.exchanges for message in call.request.messages}
    value, counts = Redaction.of(trace.context.redact).value(
        {
            "apps": list(trace.apps),
            "events": list(trace.events),
            "definition": dict(trace.definition),
            "goal": trace.goal,
            "config": dict(trace.context.runner_config),
            "verdict": {name: getattr(trace.verdict, name) for name in _VERDICT},
            "checks": list(trace.verdict.checks),
            "log": [_of_event(event) for event in trace.log],
            "messages": [_of_message(message) for message in messages.values()],
            "calls": [_of_exchange(exchange) for exchange in trace.exchanges],
        }
    )
    hidden = dict(zip(messages, map(_message, messages.values(), value["messages"]), strict=True))
    return replace(
        trace,
        context=replace(trace.context, runner_config=value["config"]),
        apps=value["apps"],
        events=value["events"],
        definition=value["definition"],
        goal=value["goal"],
        verdict=_verdict(trace.verdict, value),
        log=[_event(event, parts) for event, parts in zip(trace.log, value["log"], strict=True)],
        exchanges=[
            _exchange(exchange, parts, hidden) for exchange, parts in zip(trace.exchanges, value["calls"], strict=True)
        ],
        redacted=counts,
    )


def _verdict(verdict: Verdict, value: Mapping[str, Any]) -> Verdict:
    checks = dict(zip(value["checks"], verdict.checks.values(), strict=True))
    return replace(verdict, **value["verdict"], checks=checks)


def _of_event(event: CompletedEvent) -> dict[str, Any]:
    metadata = {name: plain(getattr(event.metadata, name)) for name in _METADATA}
    return {"args": plain(event.get_args()), **metadata}


def _event(event: CompletedEvent, parts: Mapping[str, Any]) -> CompletedEvent:
    action = None if event.action is None else replace(event.action, args=parts["args"])
    metadata = replace(event.metadata, **{name: parts[name] for name in _METADATA})
    return replace(event, action=action, metadata=metadata)


def _of_message(message: Message) -> dict[str, Any]:
    return {
        "content": message.content,
        "reasoning": message.reasoning,
        "part": message.part,
        "tool_calls": _of_calls(message.tool_calls),
    }


def _message(message: Message, parts: Mapping[str, Any]) -> Message:
    texts = {name: parts[name] for name in ("content", "reasoning", "part")}
    return replace(message, **texts, tool_calls=_calls(message.tool_calls, parts["tool_calls"]))


def _of_exchange(exchange: Exchange) -> dict[str, Any]:
    response = exchange.response
    said = None
    if response is not None:
        calls = _of_calls(response.tool_calls)
        said = {"content": response.content, "reasoning": response.reasoning, "tool_calls": calls}
    return {"said": said, "told": [news.message for news in exchange.told]}


def _exchange(exchange: Exchange, parts: Mapping[str, Any], messages: Mapping[int, Message]) -> Exchange:
    request = exchange.request
    told = tuple(
        replace(news, message=text, event=None) for news, text in zip(exchange.told, parts["told"], strict=True)
    )
    return replace(
        exchange,
        request=replace(request, messages=tuple(messages[id(message)] for message in request.messages)),
        response=None if exchange.response is None else _response(exchange.response, parts["said"]),
        told=told,
    )


def _response(response: Response, said: Mapping[str, Any]) -> Response:
    calls = _calls(response.tool_calls, said["tool_calls"])
    return replace(response, content=said["content"], reasoning=said["reasoning"], tool_calls=calls)


def _of_calls(calls: tuple[ToolCall, ...]) -> list[dict[str, Any]]:
    return [{"arguments": call.arguments, "extra": call.extra} for call in calls]


def _calls(calls: tuple[ToolCall, ...], parts: list[dict[str, Any]]) -> tuple[ToolCall, ...]:
    return tuple(replace(call, **part) for call, part in zip(calls, parts, strict=True))
