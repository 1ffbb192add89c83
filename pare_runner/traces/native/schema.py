"""The tables of native traces, column by column; `docs/native_traces.md` shows them to people.

A table is a folder of Parquet files. `runs`, `turns`, `calls` and `events` have a `run_id`. `messages` is a pool: what
other tables name by `message_id`, each content once.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

FORMAT = 1
"""Raised when a table or a column changes its meaning; every row of `runs` has it."""

TEXT, INTEGER, NUMBER, FLAG, TEXTS = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean(), pl.List(pl.String())

Columns = Mapping[str, tuple[pl.DataType, str]]
"""Name → its type and what it holds. Times are virtual, in seconds since the epoch."""

RUNS: Columns = {
    "format": (INTEGER, "number of this format, 1"),
    "run_id": (TEXT, "name of the run, unique in a job"),
    "scenario_id": (TEXT, "id of the scenario"),
    "run_number": (INTEGER, "number of the run of this scenario, from 1"),
    "status": (TEXT, "success, failed, exception or no_validation"),
    "termination_reason": (TEXT, "why the run ended; null if it did not get that far"),
    "exception_type": (TEXT, "class of what ended the run; null if nothing was raised"),
    "rationale": (TEXT, "what the checks say"),
    "checks": (TEXT, "JSON: name of a check → whether it holds"),
    "agent_id": (TEXT, "kinds of the agents: `user:…|proactive:…`, or `oracle`"),
    "model_id": (TEXT, "models of the agents: `user:…|observe:…|execute:…`, or `oracle`"),
    "start_time": (NUMBER, "when the run began"),
    "end_time": (NUMBER, "when it ended"),
    "documents": (TEXTS, "message_id of its three documents in the pool: the apps and their states before the first "
                         "event, the planned events, the identity of the configuration"),
    "details": (TEXT, "JSON: `definition` (settings of the scenario), `exception_message`, `lapsed_proposals`, "
                      "`unseen_events`, `goal` (the user's task), `dialect`, `redact`, `redacted`"),
}  # fmt: skip
TURNS: Columns = {
    "run_id": (TEXT, "the run"),
    "turn": (INTEGER, "number of the turn, from 0"),
    "start": (NUMBER, "time of the first call or event of the turn"),
    "end": (NUMBER, "time of its last answer or event"),
    "calls_user": (INTEGER, "model calls of the user"),
    "calls_observe": (INTEGER, "model calls of the observing assistant"),
    "calls_execute": (INTEGER, "model calls of the executing assistant"),
    "calls_judge": (INTEGER, "model calls of a judge"),
    "events": (INTEGER, "lines of the event log"),
    "proposals": (INTEGER, "proposals of the assistant that reached the user"),
    "accepted": (INTEGER, "proposals the user accepted"),
    "rejected": (INTEGER, "proposals the user rejected"),
}
CALLS: Columns = {
    "run_id": (TEXT, "the run"),
    "call": (INTEGER, "number of the model call in the run, from 0"),
    "role": (TEXT, "user, observe, execute or judge"),
    "index": (INTEGER, "number of the call among those of its role, from 0"),
    "turn": (INTEGER, "number of the turn, from 0"),
    "time": (NUMBER, "when the model was asked"),
    "seconds": (NUMBER, "virtual seconds until it answered"),
    "protocol": (TEXT, "how tools are called: native or react"),
    "messages": (TEXTS, "message_id of each message of the request, in order"),
    "tools": (TEXT, "message_id of the tools offered; null if none"),
    "choices": (TEXT, "message_id of the tools that stand behind the request whatever the protocol; null if none"),
    "stop": (TEXTS, "texts that end the reply"),
    "content": (TEXT, "text of the reply; null if there is no reply"),
    "reasoning": (TEXT, "reasoning that came apart from the text"),
    "tool_calls": (TEXT, "JSON: list of `id`, `name`, `arguments` (text as written), perhaps `extra`; null if none"),
    "finish_reason": (TEXT, "why the reply ended, as the provider says"),
    "prompt_tokens": (INTEGER, "tokens of the request"),
    "completion_tokens": (INTEGER, "tokens of the reply"),
    "cached_tokens": (INTEGER, "part of prompt_tokens that came from the provider's cache"),
    "reasoning_tokens": (INTEGER, "part of completion_tokens that is reasoning"),
    "served_model": (TEXT, "name of the model as the provider gives it"),
    "retries": (INTEGER, "attempts before the one that was answered"),
    "error": (TEXT, "kind of error if the call came to nothing"),
    "problem": (TEXT, "kind of problem the message protocol had with the reply"),
    "told": (TEXT, "JSON: notifications the request was the first to carry, "
                   "each `type`, `time`, `text`, `event` (event_id or null); null if none"),
}  # fmt: skip
EVENTS: Columns = {
    "run_id": (TEXT, "the run"),
    "sequence": (INTEGER, "position in the event log, from 0"),
    "event_id": (TEXT, "id of the event"),
    "event_type": (TEXT, "AGENT, USER, ENV, CONDITION, VALIDATION or STOP"),
    "time": (NUMBER, "when it happened"),
    "turn": (INTEGER, "number of the turn; null where there are no turns"),
    "mode": (TEXT, "mode of the assistant: observe, awaiting_confirmation or execute; null for others"),
    "call": (INTEGER, "number of the model call that made it; null for what happened by itself"),
    "app": (TEXT, "name of the app called; null if the event is no call"),
    "class": (TEXT, "class of that app"),
    "function": (TEXT, "name of the tool called"),
    "operation": (TEXT, "READ or WRITE"),
    "args": (TEXT, "JSON: arguments by name, defaults filled in"),
    "return_value": (TEXT, "JSON: what the call returned; null if nothing"),
    "return_type": (TEXT, "name of the type of return_value"),
    "exception": (TEXT, "text of what the call raised; null if it did not fail"),
    "exception_type": (TEXT, "class of it"),
    "stack_trace": (TEXT, "where it was raised, `module:function` frames"),
    "dependencies": (TEXTS, "event_id of each event it waited for"),
    "scheduled": (FLAG, "whether the scenario or noise scheduled it"),
    "noise": (FLAG, "whether it is noise"),
}
MESSAGES: Columns = {
    "message_id": (TEXT, "hash of the other columns"),
    "kind": (TEXT, "what it is: system_prompt, task, current_app_state, observation, llm_output, … for messages; "
                   "tools, apps, planned, config for JSON documents"),
    "role": (TEXT, "system, user, assistant or tool; null for documents"),
    "content": (TEXT, "the text"),
    "tool_calls": (TEXT, "JSON: tool calls of an assistant's message, as in `calls`; null if none"),
    "tool_call_id": (TEXT, "id of the tool call that a tool's message answers"),
    "reasoning": (TEXT, "reasoning that is sent back"),
    "part": (TEXT, "the text that `kind` speaks of where several messages became one; null: all of it"),
}  # fmt: skip

RUN_TABLES: Mapping[str, Columns] = {"runs": RUNS, "turns": TURNS, "calls": CALLS, "events": EVENTS}
"""Tables with a `run_id`: one row of `runs` for each run, any number of the others."""
TABLES: Mapping[str, Columns] = {**RUN_TABLES, "messages": MESSAGES}


def polars_schema(table: str) -> pl.Schema:
    """The schema of a table."""
    return pl.Schema({name: dtype for name, (dtype, _) in TABLES[table].items()})
