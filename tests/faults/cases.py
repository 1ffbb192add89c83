"""Every way a run can end, each as a scenario and what its model says: the tests' side of `docs/outcomes.md`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pare_runner.agents.assistant import ObserveExecuteAssistant
from pare_runner.agents.contract import Phase
from pare_runner.llm.http.retries import LOST
from pare_runner.policy.request import ErrorKind
from pare_runner.scenarios.result import Status
from tests.faults.picnic import CHECKS, LOOK, SAY, SEND, WAIT, Special, executing, observing, role_of
from tests.llm.fault_server import (
    Fault,
    Reply,
    cut_body,
    disconnect,
    error,
    error_in_200,
    filtered,
    huge,
    invalid_json,
    no_choices,
    not_found,
    overflow,
    server_error,
    stall,
    too_many,
    unauthorized,
    unavailable,
)

MAX_TOKENS = 100_000
MAX_TURNS = 6
MAX_IDLE_TURNS = 8
MAX_DURATION = 3600
FORMAT_RETRIES = 2
MAX_RETRIES = 1

USED_UP = {"prompt_tokens": MAX_TOKENS, "completion_tokens": 1}
MEGABYTE = '{"content": "' + "x" * 1_000_000 + '"}'

NEVER_HELD = "checks:\n  - called: messages.change_conversation_title\n"
RAISES = "checks:\n  - state: (messages.conversations | selectattr('id', 'eq', 'none') | first).title == 'Picnic'\n"
STOP = "  - {{id: over, stop: true, after: asks, delay: 10m}}\n"
LATER = (
    "  - {{id: later, env: messages.create_and_add_message, at: 2h,"
    " args: {{conversation_id: picnic, sender_id: priya, content: See you there.}}}}\n"
)
RETITLED = "".join(
    f"  - {{{{id: t{n}, env: messages.change_conversation_title, at: {n}m,"
    f" args: {{{{conversation_id: picnic, title: Picnic {n}}}}}}}}}\n"
    for n in range(1, MAX_IDLE_TURNS + 6)
)


@dataclass(frozen=True, slots=True)
class Case:
    """How one run ends.

    `attempts` is how often the call that ends it is sent, `problems` are kinds of malformed replies on the way, `end`
    is the end of the scenario's text.
    """

    status: Status
    reason: str | None = None
    exception: str | None = None
    kind: ErrorKind | None = None
    special: Special | None = None
    attempts: int | None = None
    end: str = CHECKS
    problems: Mapping[str, int] = field(default_factory=dict)


class Stumbling(ObserveExecuteAssistant):
    """An assistant with a defect: it cannot carry out anything that is called a wasp."""

    async def execute(self, phase: Phase) -> None:
        if "wasp" in (phase.proposal or ""):
            raise LookupError("no wasps here")
        await super().execute(phase)


class Deadly(ObserveExecuteAssistant):
    """An assistant that takes its process with it when it carries out anything that is called a wasp."""

    async def execute(self, phase: Phase) -> None:
        if "wasp" in (phase.proposal or ""):
            os._exit(3)
        await super().execute(phase)


def _refusing(finish_reason: str, text: str = "I cannot help with that.") -> Special:
    return observing(Reply(text, finish_reason=finish_reason))


def _restless(body: dict[str, Any], reply: Reply) -> Reply:
    """Looks something up where it would wait."""
    waits = role_of(body) == "observe" and reply.tool_calls[0][0] == WAIT
    return Reply(None, [(LOOK, "{}")]) if waits else reply


def _long_winded(body: dict[str, Any], reply: Reply) -> Reply:
    """The first reply of the execution has a megabyte of arguments."""
    if role_of(body) != "execute":
        return reply
    answered = [message for message in body["messages"] if message["role"] == "tool"]
    arguments = MEGABYTE if not answered else '{"user_id": "priya", "content": "I bring the biscuits."}'
    return reply if len(answered) > 1 else Reply(None, [(SEND, arguments)])


def _failing(kind: ErrorKind, fault: Fault, *, retried: bool = True, free: int = 0) -> Case:
    """A run that ends in an exception of a model call; `free` attempts of it were no retries."""
    return Case("exception", None, "ModelError", kind, observing(fault), free + MAX_RETRIES + 1 if retried else 1)


def _limited(reason: str, kind: ErrorKind, fault: Fault) -> Case:
    """A run that an error of the model's own making ends."""
    return Case("failed", reason, None, kind, observing(fault), 1)


def _malformed(problem: str, special: Special) -> Case:
    return Case("failed", "limit:format_retries", special=special, problems={problem: FORMAT_RETRIES + 1})


VERDICTS: Mapping[str, Case] = {
    "plates": Case("success", "idle"),
    "salt": Case("failed", "idle", special=observing(Reply(None, [(WAIT, "{}")]))),
    "pears": Case("failed", "idle", end=NEVER_HELD),
    "napkins": Case("no_validation", "idle", end=""),
    "games": Case("success", "max_turns", special=_restless),
    "songs": Case("failed", "max_turns", special=observing(Reply(None, [(LOOK, "{}")]))),
    "tent": Case("success", "duration", end=LATER + CHECKS),
    "rope": Case("success", "stop_event", end=STOP + CHECKS),
    "soup": _limited("limit:context", "context_overflow", overflow()),
    "stew": _limited(
        "limit:context", "context_overflow", Fault(500, b'{"error": {"message": "Context size has been exceeded."}}')
    ),
    "wine": _limited("limit:content_filter", "content_filter", filtered()),
    "bricks": _limited("limit:reply_size", "reply_too_large", huge()),
    "sand": _limited("limit:reply_size", "reply_too_large", huge(declared=False)),
    "cigars": _malformed("no_action", _refusing("stop")),
    "matches": _malformed("content_filter", _refusing("content_filter", "")),
    "air": _malformed("empty", _refusing("stop", "")),
    "novels": _malformed("bad_json", observing(Reply(None, [(SAY, '{"content": "Shall')], finish_reason="length"))),
    "mud": Case("failed", "limit:context", None, "context_overflow", observing(overflow()), 1, end=RAISES),
    "clocks": Case("failed", "limit:max_idle_turns", end=RETITLED + CHECKS),
    "poems": Case("failed", "limit:tokens", special=executing(Reply(None, [(LOOK, "{}")], usage=USED_UP))),
    "biscuits": Case("success", "idle", special=_long_winded, problems={"too_long": 1}),
}
"""By word of the scenario: runs that came to an end."""

EXCEPTIONS: Mapping[str, Case] = {
    "cups": Case("success", "idle"),
    "yarn": _failing("unreachable", disconnect(), free=LOST - 1),
    "scissors": _failing("unreachable", cut_body(), free=LOST - 1),
    "snails": _failing("timeout", stall()),
    "sloths": _failing("timeout", Fault(408)),
    "crowds": _failing("rate_limited", too_many()),
    "coins": _failing("rate_limited", error(429, "You have no quota", code="insufficient_quota"), retried=False),
    "smoke": _failing("server_error", server_error()),
    "fuses": _failing("server_error", unavailable()),
    "bees": _failing("server_error", error_in_200()),
    "crumbs": _failing("bad_reply", invalid_json()),
    "shells": _failing("bad_reply", no_choices()),
    "husks": _failing("bad_reply", Fault(body=b'{"choices": [{"message": null}]}')),
    "locks": _failing("unauthorized", unauthorized(), retried=False),
    "gates": _failing("unauthorized", Fault(403), retried=False),
    "unicorns": _failing("not_found", not_found(), retried=False),
    "nails": _failing("rejected", error(400, "no such parameter"), retried=False),
    "maps": _failing("rejected", Fault(302, headers={"Location": "/elsewhere"}), retried=False),
    "riddles": Case("exception", "idle", "CheckError", end=RAISES),
    "wasp": Case("exception", None, "LookupError"),
    "spoons": Case("success", "idle"),
}
"""By word of the scenario: exceptions, between two runs that have none."""

ELSEWHERE: Mapping[str, str] = {
    "UnitTimeout": "test_a_run_that_takes_too_long",
    "WorkerDied": "test_a_run_whose_process_dies",
    "cancelled": "test_ctrl_c_with_requests_in_flight",
}
"""Entries of the page that take a job of their own, and the test that runs it."""


def specials(cases: Mapping[str, Case]) -> dict[str, Special]:
    """What the model says instead of the sensible, by word."""
    return {word: case.special for word, case in cases.items() if case.special is not None}


def ends(cases: Mapping[str, Case]) -> dict[str, str]:
    """The ends of the scenarios' texts, by word."""
    return {word: case.end for word, case in cases.items()}
