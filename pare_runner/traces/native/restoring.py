"""A run from the rows of the native tables: all that other formats say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from pare_runner.apps.notifications import Notification, PAREMessageType
from pare_runner.episode.exchange import Exchange
from pare_runner.kernel.events import Action, CompletedEvent, EventMetadata, EventType, OperationType
from pare_runner.policy.hashing import content_hash, joint_hash, json_text
from pare_runner.policy.lazy import lazy
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.request import Request, Response, Usage
from pare_runner.policy.tools import NO_TOOLS, ToolList
from pare_runner.scenarios.result import STATUSES
from pare_runner.traces.contract import ORACLE, TraceContext
from pare_runner.traces.native.rows import Row, RunRows
from pare_runner.traces.native.texts import json_restored
from pare_runner.traces.record import RunTrace, Verdict


class RecordedToolList(ToolList):
    """A tool list of which only its JSON text is known: it says what was offered, and nothing can be called."""

    def __init__(self, text: bytes) -> None:
        super().__init__(())
        self._text = text

    @lazy
    def hash(self) -> str:
        """Hash of the whole list, that of the list it was made of."""
        return joint_hash(content_hash(json_text(tool)) for tool in orjson.loads(self._text))

    @lazy
    def json(self) -> bytes:
        """The list as JSON text."""
        return self._text


def restore(rows: RunRows, restorer: Restorer | None = None) -> RunTrace:
    """The record of a run; KeyError, TypeError or ValueError if the rows are not what a run leaves.

    It equals the recorded one but for what no trace has: the wall clock of replies, and who may call the tools.
    """
    shared = restorer or Restorer()
    (run,) = rows["runs"]
    if run["status"] not in STATUSES:
        raise ValueError(f"status {run['status']!r}")
    pool = {row["message_id"]: row for row in rows["messages"]}
    details = json_restored(run["details"])
    apps, planned, config = (json_restored(pool[name]["content"]) for name in run["documents"])
    log = [_event(row) for row in rows["events"]]
    return RunTrace(
        context=TraceContext(
            run_id=run["run_id"],
            runner_config=config,
            agent_id=run["agent_id"],
            model_id=run["model_id"],
            dialect=details["dialect"],
            redact=tuple(details["redact"]),
        ),
        definition=details["definition"],
        verdict=Verdict(
            status=run["status"],
            rationale=run["rationale"],
            termination_reason=run["termination_reason"],
            checks=dict(json_restored(run["checks"])),
            exception_type=run["exception_type"],
            exception_message=details["exception_message"],
            lapsed_proposals=details["lapsed_proposals"],
            unseen_events=details["unseen_events"],
        ),
        end_time=run["end_time"],
        apps=apps,
        events=planned["events"],
        conditions=planned["conditions"],
        log=log,
        exchanges=_exchanges(rows, pool, {event.event_id: event for event in log}, shared),
        goal=details["goal"],
        redacted=details["redacted"],
        oracle=run["agent_id"] == ORACLE,
    )


@dataclass(slots=True)
class Restorer:
    """Messages and tool lists by their ids, each made once; runs that are read one after the other share them."""

    messages: dict[str, Message] = field(default_factory=dict)
    lists: dict[str, ToolList] = field(default_factory=dict)

    def message(self, row: Row) -> Message:
        """The message in a row of the pool."""
        known = self.messages.get(row["message_id"])
        if known is None:
            known = self.messages[row["message_id"]] = Message(
                role=row["role"],
                content=row["content"],
                tool_calls=_tool_calls(row["tool_calls"]),
                tool_call_id=row["tool_call_id"],
                reasoning=row["reasoning"],
                kind=row["kind"],
                part=row["part"],
            )
        return known

    def tools(self, row: Row | None) -> ToolList:
        """The tool list in a row of the pool; the empty one for None."""
        if row is None:
            return NO_TOOLS
        known = self.lists.get(row["message_id"])
        if known is None:
            known = self.lists[row["message_id"]] = RecordedToolList(row["content"].encode())
        return known


def _exchanges(
    rows: RunRows, pool: Mapping[str, Row], log: Mapping[str, CompletedEvent], shared: Restorer
) -> list[Exchange]:
    made: dict[int, list[str]] = {}
    for row in rows["events"]:
        if row["call"] is not None:
            made.setdefault(row["call"], []).append(row["event_id"])
    return [
        Exchange(
            request=Request(
                role=row["role"],
                index=row["index"],
                messages=tuple(shared.message(pool[name]) for name in row["messages"]),
                tools=shared.tools(None if row["tools"] is None else pool[row["tools"]]),
                protocol=row["protocol"],
                stop=tuple(row["stop"]),
                turn=row["turn"],
                time=row["time"],
                choices=shared.tools(None if row["choices"] is None else pool[row["choices"]]),
            ),
            response=None if row["content"] is None else _response(row),
            error=row["error"],
            seconds=row["seconds"],
            problem=row["problem"],
            events=made.get(row["call"], []),
            told=tuple(_notification(news, log) for news in json_restored(row["told"]) or ()),
        )
        for row in rows["calls"]
    ]


def _response(row: Row) -> Response:
    usage = Usage(row["prompt_tokens"], row["completion_tokens"], row["cached_tokens"], row["reasoning_tokens"])
    return Response(
        content=row["content"],
        tool_calls=_tool_calls(row["tool_calls"]),
        reasoning=row["reasoning"],
        finish_reason=row["finish_reason"],
        usage=usage,
        served_model=row["served_model"],
        retries=row["retries"],
    )


def _tool_calls(text: str | None) -> tuple[ToolCall, ...]:
    calls = json_restored(text) or ()
    return tuple(ToolCall(call["id"], call["name"], call["arguments"], call.get("extra")) for call in calls)


def _notification(news: Mapping[str, Any], log: Mapping[str, CompletedEvent]) -> Notification:
    return Notification(PAREMessageType[news["type"]], news["time"], news["text"], log.get(news["event"]))


def _event(row: Row) -> CompletedEvent:
    action = None
    if row["app"] is not None:
        operation = None if row["operation"] is None else OperationType[row["operation"]]
        actor = EventType[row["event_type"]]
        action = Action(row["app"], row["class"], row["function"], dict(json_restored(row["args"])), operation, actor)
    metadata = EventMetadata(
        return_value=json_restored(row["return_value"]),
        return_type=row["return_type"],
        exception=row["exception"],
        exception_type=row["exception_type"],
        exception_stack_trace=row["stack_trace"],
    )
    return CompletedEvent(
        event_id=row["event_id"],
        event_type=EventType[row["event_type"]],
        event_time=row["time"],
        action=action,
        metadata=metadata,
        dependencies=tuple(row["dependencies"]),
        scheduled=row["scheduled"],
        turn_number=row["turn"],
        proactive_mode=row["mode"],
        sequence=row["sequence"],
        noise=row["noise"],
    )
