"""What was wrong with a run, one finding a line."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from pare_runner.policy.messages import Message
from pare_runner.policy.request import ModelError
from pare_runner.prove.assistants.play import Played
from pare_runner.prove.assistants.watch import Rule

ENDS = ("limit:format_retries", "limit:context", "limit:content_filter", "limit:reply_size")
"""Ends that only a model brings about."""


def crashes(played: Sequence[Played]) -> Iterator[str]:
    """Exceptions that the assistant let out, and ends that a sound model does not lead to."""
    for run in played:
        if run.outcome is None:
            yield f"{run.situation.title}: a phase does not end"
            continue
        error, reason = run.outcome.result.exception, run.outcome.result.termination_reason
        if error is not None:
            yield f"{run.situation.title}: {type(error).__name__}: {error}{_place(error)}"
        elif reason in ENDS:
            yield f"{run.situation.title}: the run ended by {reason}"


def breaches(played: Sequence[Played], rule: Rule) -> Iterator[str]:
    """What was seen against one rule."""
    for run in played:
        for what in run.watch.of(rule):
            yield f"{run.situation.title}: {what}"


def kept_errors(played: Sequence[Played]) -> Iterator[str]:
    """Runs that asked a model which fails, and do not end by its failure."""
    for run in played:
        if run.outcome is None or not run.watch.asks:
            continue
        result = run.outcome.result
        ended = isinstance(result.exception, ModelError) or result.termination_reason in ENDS
        if not ended:
            reason = result.termination_reason if result.exception is None else type(result.exception).__name__
            yield f"{run.situation.title}: the run ended by {reason}, not by the error that phase.ask raised"


def broken_conversations(played: Sequence[Played]) -> Iterator[str]:
    """Requests that servers refuse, each fault once a run."""
    for run in played:
        found: dict[str, None] = {}
        for exchange in run.outcome.exchanges if run.outcome is not None else ():
            if exchange.request.role != "user":
                for what in _faults(exchange.request.messages, text_only=exchange.request.protocol == "react"):
                    found[f"{run.situation.title}: a request of {exchange.request.role}: {what}"] = None
        yield from found


def differences(played: Played, other: Played) -> Iterator[str]:
    """Where two runs that should be equal part."""
    if played.story() == other.story():
        return
    title = f"{played.situation.title} and {other.situation.title}"
    for place, (ours, theirs) in enumerate(zip_longest(played.steps(), other.steps(), fillvalue="nothing more")):
        if ours != theirs:
            yield f"{title}: step {place} is {ours}\n    and the other time {theirs}"
            return
    yield f"{title}: the same calls, but other requests, times or results"


def _faults(messages: Sequence[Message], *, text_only: bool) -> Iterator[str]:
    open_calls: list[str] = []
    if not messages:
        yield "it has no message"
    for place, message in enumerate(messages):
        if message.role == "tool":
            if message.tool_call_id in open_calls:
                open_calls.remove(message.tool_call_id)
            else:
                yield "a result belongs to no call of the message before it (setup.protocol.results makes them)"
            continue
        if open_calls:
            yield "a call has no result (setup.protocol.results and .correction make them)"
        open_calls = [call.call_id for call in message.tool_calls]
        if message.role == "system" and place:
            yield "a system message stands behind others"
        if message.role == "user" and not message.content.strip():
            yield "a message of the user is empty"
        if text_only and message.tool_calls:
            yield "tool calls in a conversation of the protocol react"
    if open_calls:
        yield "a call has no result (setup.protocol.results and .correction make them)"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({frames[-1].filename}:{frames[-1].lineno} {frames[-1].name})" if frames else ""
