"""A run as a conversation in JSON values, for programs; docs/reading_traces.md lists the keys.

Keys are added now and then; what a key means stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pare_runner.apps.core.dates import to_datetime
from pare_runner.episode.exchange import Exchange
from pare_runner.kernel.events import CompletedEvent
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Role
from pare_runner.traces.entry import Detail, Entry
from pare_runner.traces.record import RunTrace
from pare_runner.traces.values import plain

ALL = Detail(frozenset({"turn", "screen", "request", "thought"}), full=True)
"""What the JSON form is made of: results stand with their calls."""


def run_json(trace: RunTrace) -> dict[str, Any]:
    """What is said of the run as a whole; times are ISO 8601, null where they are no dates."""
    verdict = trace.verdict
    return {
        "run_id": trace.context.run_id,
        "scenario_id": trace.scenario_id,
        "run_number": trace.run_number,
        "agent_id": trace.context.agent_id,
        "model_id": trace.context.model_id,
        "start_time": _iso(trace.start),
        "end_time": _iso(trace.end_time),
        "status": verdict.status,
        "termination_reason": verdict.termination_reason,
        "rationale": verdict.rationale,
        "checks": dict(verdict.checks),
        "exception_type": verdict.exception_type,
        "exception_message": verdict.exception_message,
        "lapsed_proposals": verdict.lapsed_proposals,
        "unseen_events": verdict.unseen_events,
    }


def entries_json(trace: RunTrace, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The entries but for headings. A request has the messages that the role's last request did not begin with."""
    news = NewMessages()
    found = []
    for entry in entries:
        if entry.kind == "turn":
            continue
        is_request = entry.kind == "request" and entry.exchange is not None
        found.append(
            {
                "seconds": entry.seconds,
                "time": _iso(trace.start + entry.seconds),
                "turn": entry.turn,
                "who": entry.who or None,
                "role": entry.role,
                "kind": entry.kind,
                "text": entry.text,
                "failed": entry.failed,
                "noise": entry.noise,
                "event": None if entry.event is None else _event(entry.event),
                "model_call": _model_call(entry.exchange, news) if is_request and entry.exchange else None,
            }
        )
    return found


class NewMessages:
    """Tells what is new in each request, requests of a role being asked for in order."""

    def __init__(self) -> None:
        self._last: dict[Role, tuple[Message, ...]] = {}

    def of(self, exchange: Exchange) -> tuple[int, tuple[Message, ...]]:
        """How many messages at the beginning are those of the role's last request, and the others."""
        messages = exchange.request.messages
        before = self._last.get(exchange.request.role, ())
        self._last[exchange.request.role] = messages
        same = 0
        for old, new in zip(before, messages, strict=False):
            if old is not new and (old.role, old.content, old.tool_calls) != (new.role, new.content, new.tool_calls):
                break
            same += 1
        return same, messages[same:]


def _event(event: CompletedEvent) -> dict[str, Any]:
    action, metadata = event.action, event.metadata
    operation = None if action is None or action.operation_type is None else action.operation_type.name
    return {
        "id": event.event_id,
        "type": event.event_type.name,
        "app": event.app_name(),
        "tool": event.function_name(),
        "operation": operation,
        "arguments": plain(event.get_args()),
        "result": plain(metadata.return_value),
        "error": metadata.exception,
        "mode": event.proactive_mode,
    }


def _model_call(exchange: Exchange, news: NewMessages) -> dict[str, Any]:
    same, new = news.of(exchange)
    response = exchange.response
    return {
        "index": exchange.request.index,
        "earlier_messages": same,
        "messages": [_message(item) for item in new],
        "reply": None if response is None else response.content,
        "tool_calls": [] if response is None else [call.value["function"] for call in response.tool_calls],
        "reasoning": None if response is None else response.reasoning,
        "problem": exchange.problem,
        "error": exchange.error,
        "seconds": exchange.seconds,
        "prompt_tokens": 0 if response is None else response.usage.prompt_tokens,
        "completion_tokens": 0 if response is None else response.usage.completion_tokens,
        "reasoning_tokens": 0 if response is None else response.usage.reasoning_tokens,
    }


def _message(message: Message) -> dict[str, Any]:
    calls = [call.value["function"] for call in message.tool_calls]
    return {"role": message.role, "content": message.content, "tool_calls": calls}


def _iso(time: float) -> str | None:
    try:
        return to_datetime(time).isoformat()
    except ValueError:
        return None
