"""The lite format: of each agent its conversation and its tokens; no apps, no events.

What stands in it is taken from the entries of the world log, as Meta-ARE takes it from its own. It cannot be loaded as
a scenario, nor put on Hugging Face.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pare_runner.atomic import json_bytes
from pare_runner.traces.contract import TraceFile
from pare_runner.traces.events import UNKNOWN_AGENT
from pare_runner.traces.hf import DECISIONS
from pare_runner.traces.record import RunTrace
from pare_runner.traces.world_logs import world_logs

HISTORY: Mapping[str, str] = {
    "system_prompt": "system",
    "task": "user",
    "llm_output": "assistant",
    "facts": "user",
    "plan": "user",
    "observation": "tool-response",
    "error": "tool-response",
    "agent_user_interface": "user",
    "environment_notifications": "user",
    "user_action": "user",
    "current_app_state": "user",
    "available_tools": "user",
}
"""Kinds of entries that make up a conversation → the role each of them has there. A proposal is the user's `task`."""
_USAGE = ("prompt_tokens", "completion_tokens", "total_tokens", "reasoning_tokens", "completion_duration")


class LiteWriter:
    """One JSON document a run, called `<run id>.json`."""

    name = "lite"

    def render(self, trace: RunTrace) -> tuple[TraceFile, ...]:
        """The conversations of one run."""
        return (TraceFile(f"{trace.context.run_id}.json", json_bytes(lite_document(trace), indent=True) + b"\n"),)


def lite_document(trace: RunTrace) -> dict[str, Any]:
    """The trace as JSON values; `run_duration` is virtual, in seconds."""
    histories: dict[str, list[dict[str, Any]]] = {}
    usages: dict[str, dict[str, Any]] = {}
    for text in world_logs(trace):
        entry = json.loads(text)  # orjson refuses lone surrogates, which models write now and then
        if entry["agent_id"] == UNKNOWN_AGENT:
            continue
        agent = f"agent_{entry['agent_id']}"
        history = histories.setdefault(agent, [])
        usage = usages.setdefault(agent, {"total_llm_calls": 0, **{name: [] for name in _USAGE}})
        kind = entry["log_type"]
        if kind == "llm_output":
            usage["total_llm_calls"] += 1
            for name in _USAGE:
                usage[name].append(entry[name])
        content = entry["error"] if kind == "error" else entry.get("content")
        if kind in HISTORY and content:
            message = {"role": HISTORY[kind], "content": content, "attachments": entry.get("attachments") or []}
            history.append({**message, "timestamp": entry["timestamp"]})
    return {
        "scenario_id": trace.scenario_id,
        "model_id": trace.context.model_id,
        "main_agent_type": trace.context.agent_id,
        "validation_decision": DECISIONS.get(trace.verdict.status),
        "validation_rationale": trace.verdict.rationale,
        "run_duration": float(trace.end_time - trace.start),
        "per_agent_interaction_histories": histories,
        "per_agent_llm_usage_stats": usages,
    }
