"""A run as rows of the native tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pare_runner.apps.notifications import AGENT_INTERFACE
from pare_runner.episode.exchange import Exchange
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.policy.hashing import content_hash
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.request import ROLES
from pare_runner.policy.tools import ToolList
from pare_runner.traces.native.schema import FORMAT
from pare_runner.traces.native.texts import json_stored
from pare_runner.traces.record import RunTrace

Row = dict[str, Any]
"""A row: column → value."""
RunRows = Mapping[str, Sequence[Row]]
"""Table → rows of one run. `messages` are those that the run names, in the order of `named`."""

DOCUMENTS = ("apps", "planned", "config")
"""Kinds of the documents of a run, in the order of the column `documents`."""


def rows_of(trace: RunTrace) -> RunRows:
    """All rows of a run."""
    pool = _Pool()
    planned = {"events": list(trace.events), "conditions": dict(trace.conditions)}
    documents = (list(trace.apps), planned, dict(trace.context.runner_config))
    ids = [pool.document(kind, value) for kind, value in zip(DOCUMENTS, documents, strict=True)]
    run_id = trace.context.run_id
    makers = {event_id: number for number, exchange in enumerate(trace.exchanges) for event_id in exchange.events}
    return {
        "runs": [_run(trace, ids)],
        "turns": list(_turns(trace)),
        "calls": [_call(run_id, number, exchange, pool) for number, exchange in enumerate(trace.exchanges)],
        "events": [_event(run_id, event, makers.get(event.event_id)) for event in trace.log],
        "messages": list(pool.rows.values()),
    }


def named(run: Row, calls: Iterable[Row]) -> list[str]:
    """What a run names in the pool, each once, in order of its first use."""
    found = dict.fromkeys(run["documents"])
    for call in calls:
        found |= dict.fromkeys(call["messages"])
        found |= dict.fromkeys(call[name] for name in ("tools", "choices") if call[name] is not None)
    return list(found)


@dataclass(slots=True)
class _Pool:
    """What a run names. Requests share message objects, so each object is looked at once."""

    rows: dict[str, Row] = field(default_factory=dict)
    _known: dict[int, str] = field(default_factory=dict)

    def message(self, message: Message) -> str:
        """The id of a message."""
        known = self._known.get(id(message))
        if known is None:
            known = self._known[id(message)] = self._add(
                [message.kind, message.hash, message.part],
                kind=message.kind,
                role=message.role,
                content=message.content,
                tool_calls=_tool_calls(message.tool_calls),
                tool_call_id=message.tool_call_id,
                reasoning=message.reasoning,
                part=message.part,
            )
        return known

    def tools(self, tools: ToolList) -> str | None:
        """The id of a tool list; None if it is empty."""
        if tools.json == b"[]":
            return None
        known = self._known.get(id(tools))
        if known is None:
            known = self._known[id(tools)] = self._add(["tools", tools.hash], kind="tools", content=tools.json.decode())
        return known

    def document(self, kind: str, value: Any) -> str:
        """The id of a JSON document."""
        text = json_stored(value)
        return self._add([kind, content_hash(text.encode())], kind=kind, content=text)

    def _add(self, identity: list[str | None], **values: Any) -> str:
        name = content_hash(json_stored(identity).encode())
        if name not in self.rows:
            empty = dict.fromkeys(("role", "tool_calls", "tool_call_id", "reasoning", "part"))
            self.rows[name] = {"message_id": name, **empty, **values}
        return name


def _run(trace: RunTrace, documents: list[str]) -> Row:
    context, verdict = trace.context, trace.verdict
    details = {
        "definition": dict(trace.definition),
        "exception_message": verdict.exception_message,
        "lapsed_proposals": verdict.lapsed_proposals,
        "unseen_events": verdict.unseen_events,
        "goal": trace.goal,
        "dialect": context.dialect,
        "redact": list(context.redact),
        "redacted": dict(trace.redacted),
    }
    return {
        "format": FORMAT,
        "run_id": context.run_id,
        "scenario_id": trace.scenario_id,
        "run_number": trace.run_number,
        "status": verdict.status,
        "termination_reason": verdict.termination_reason,
        "exception_type": verdict.exception_type,
        "rationale": verdict.rationale,
        "checks": json_stored(dict(verdict.checks)),
        "agent_id": context.agent_id,
        "model_id": context.model_id,
        "start_time": trace.start,
        "end_time": float(trace.end_time),
        "documents": documents,
        "details": json_stored(details),
    }


def _call(run_id: str, number: int, exchange: Exchange, pool: _Pool) -> Row:
    request, response = exchange.request, exchange.response
    usage = None if response is None else response.usage
    told = [
        {
            "type": news.message_type.name,
            "time": news.timestamp,
            "text": news.message,
            "event": None if news.event is None else news.event.event_id,
        }
        for news in exchange.told
    ]
    return {
        "run_id": run_id,
        "call": number,
        "role": request.role,
        "index": request.index,
        "turn": request.turn,
        "time": float(request.time),
        "seconds": float(exchange.seconds),
        "protocol": request.protocol,
        "messages": [pool.message(message) for message in request.messages],
        "tools": pool.tools(request.tools),
        "choices": pool.tools(request.choices),
        "stop": list(request.stop),
        "content": None if response is None else response.content,
        "reasoning": None if response is None else response.reasoning,
        "tool_calls": None if response is None else _tool_calls(response.tool_calls),
        "finish_reason": None if response is None else response.finish_reason,
        "prompt_tokens": None if usage is None else usage.prompt_tokens,
        "completion_tokens": None if usage is None else usage.completion_tokens,
        "cached_tokens": None if usage is None else usage.cached_tokens,
        "reasoning_tokens": None if usage is None else usage.reasoning_tokens,
        "served_model": None if response is None else response.served_model,
        "retries": None if response is None else response.retries,
        "error": exchange.error,
        "problem": exchange.problem,
        "told": json_stored(told) if told else None,
    }


def _tool_calls(calls: Sequence[ToolCall]) -> str | None:
    if not calls:
        return None
    return json_stored(
        [
            {"id": call.call_id, "name": call.name, "arguments": call.arguments}
            | ({} if call.extra is None else {"extra": call.extra})
            for call in calls
        ]
    )


def _event(run_id: str, event: CompletedEvent, call: int | None) -> Row:
    action, metadata = event.action, event.metadata
    operation = None if action is None else action.operation_type
    return {
        "run_id": run_id,
        "sequence": event.sequence,
        "event_id": event.event_id,
        "event_type": event.event_type.name,
        "time": float(event.event_time),
        "turn": event.turn_number,
        "mode": event.proactive_mode,
        "call": call,
        "app": None if action is None else action.app,
        "class": None if action is None else action.class_name,
        "function": None if action is None else action.function,
        "operation": None if operation is None else operation.name,
        "args": None if action is None else json_stored(action.args),
        "return_value": None if metadata.return_value is None else json_stored(metadata.return_value),
        "return_type": metadata.return_type,
        "exception": metadata.exception,
        "exception_type": metadata.exception_type,
        "stack_trace": metadata.exception_stack_trace,
        "dependencies": list(event.dependencies),
        "scheduled": event.scheduled,
        "noise": event.noise,
    }


def _turns(trace: RunTrace) -> Iterable[Row]:
    """One row for each turn that had a call or an event, in order."""
    times: dict[int, list[float]] = {}
    for exchange in trace.exchanges:
        asked = float(exchange.request.time)
        times.setdefault(exchange.request.turn, []).extend((asked, asked + exchange.seconds))
    for event in trace.log:
        if event.turn_number is not None:
            times.setdefault(event.turn_number, []).append(float(event.event_time))
    for turn in sorted(times):
        roles = [exchange.request.role for exchange in trace.exchanges if exchange.request.turn == turn]
        events = [event for event in trace.log if event.turn_number == turn]
        yield {
            "run_id": trace.context.run_id,
            "turn": turn,
            "start": min(times[turn]),
            "end": max(times[turn]),
            **{f"calls_{role}": roles.count(role) for role in ROLES},
            "events": len(events),
            "proposals": sum(_is(event, EventType.AGENT, "send_message_to_user") for event in events),
            "accepted": sum(_is(event, EventType.USER, "accept_proposal") for event in events),
            "rejected": sum(_is(event, EventType.USER, "reject_proposal") for event in events),
        }


def _is(event: CompletedEvent, actor: EventType, function: str) -> bool:
    """Whether `event` is such a call on the interface between user and assistant, and worked; an assistant that
    carries out what was accepted proposes nothing."""
    called = event.app_class_name() == AGENT_INTERFACE and event.function_name() == function
    return called and event.event_type is actor and event.proactive_mode != "execute" and not event.failed()
